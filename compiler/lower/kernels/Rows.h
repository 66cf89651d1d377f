// Kernels computed row by row: what the files Rows*.cpp share; private to them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_KERNELS_ROWS_H
#define HEDDLE_COMPILER_LOWER_KERNELS_ROWS_H

#include "compiler/lower/kernels/Kernel.h"
#include "compiler/lower/kernels/ShapeMaps.h"

#include "llvm/ADT/DenseMap.h"

namespace heddle::lower {

/// Names of the dims of a tensor, innermost first: d0, d1, ...
std::vector<std::string> dimNames(size_t rank);

/// Extents innermost first, -1 where they are known at run time only.
std::vector<int64_t> extentsOf(mlir::Value tensor);

Point reversed(const Point &point);

/// Turns the ops of one kernel into funcs; points are outermost first, as the
/// tensors' axes are.
class RowsLowering {
public:
  RowsLowering(KernelBuilder &builder, graph::OutlinedOp kernel)
      : builder(builder), kernel(kernel) {}

  /// Makes the funcs that `op` needs before it can be read.
  mlir::LogicalResult prepare(mlir::Operation *op);
  Expr valueAt(mlir::Value value, const Point &point);

private:
  // In Rows.cpp.
  void prepareLinear(graph::LinearOp op);
  Func materialize(mlir::Value value);
  /// A buffer or a func: what gives the same bits each time it is read.
  void settle(mlir::Value value);
  RowReader rowOf(mlir::Value value);
  Expr extentOf(mlir::Value value, unsigned axis);
  Expr broadcastAt(mlir::Value operand, const Point &point);
  ReadAt reader() {
    return [this](mlir::Value value, const Point &point) {
      return valueAt(value, point);
    };
  }
  Expr gatherAt(graph::EmbedOp op, const Point &point);
  Expr normAt(mlir::Operation *norm, const Point &point);

  // Reductions and softmax, in RowsReductions.cpp.

  /// An element met on the way along an axis.
  struct Met {
    Expr value, index;
    Point others; ///< indices of the other axes, innermost first
  };
  /// What is known before an element is met, and it.
  using Join = std::function<Expr(Expr before, const Met &met)>;
  /// Joins the chosen elements of x along an axis, in order, for every choice
  /// of the other indices, from `start` on.
  Func fold(const graph::ReductionView &view, const std::string &name,
            schedule::Role role, mlir::Type element,
            const std::function<Expr()> &start, const Join &join);
  void prepareNorm(mlir::Operation *norm);
  void prepareReduction(mlir::Operation *op);
  /// The number of chosen elements, as f32, by the result's indices.
  std::function<Expr(const Point &)> countOf(const graph::ReductionView &view);
  Func prepareMean(const graph::ReductionView &view,
                   const std::function<Expr(const Point &)> &count);
  Func prepareVariance(const graph::ReductionView &view,
                       const std::function<Expr(const Point &)> &count);
  Func prepareExtreme(const graph::ReductionView &view, bool isLargest);
  Func prepareArgmax(const graph::ReductionView &view);
  void prepareSoftmax(mlir::Operation *op);
  Expr softmaxAt(mlir::Operation *op, const Point &point);
  void prepareTopK(graph::TopKOp op);
  Expr takeAt(graph::TakeOp op, const Point &point);

  KernelBuilder &builder;
  graph::OutlinedOp kernel;
  /// Funcs by the value they hold, dims innermost first.
  llvm::DenseMap<mlir::Value, Func> rows;
  /// By norm, or by softmax: the largest element and the sum of exponentials.
  llvm::DenseMap<mlir::Operation *, RowMoments> moments;
};

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_KERNELS_ROWS_H
