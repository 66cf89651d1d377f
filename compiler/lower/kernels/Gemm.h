// Linear layers as products: what the files Gemm*.cpp share; private to them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_KERNELS_GEMM_H
#define HEDDLE_COMPILER_LOWER_KERNELS_GEMM_H

#include "compiler/lower/kernels/Kernel.h"

#include "llvm/ADT/DenseMap.h"

namespace heddle::lower {

/// Columns are seen as (column in panel, panel) where panels divide them, and
/// as one axis otherwise; rows are one axis. Points are innermost first.
class GemmLowering {
public:
  GemmLowering(mlir::ModuleOp module, graph::OutlinedOp kernel,
               llvm::ArrayRef<graph::LinearOp> linears, mlir::Value input,
               const KernelForm &form)
      : module(module), kernel(kernel), linears(linears),
        linear(linears.front()), input(input), form(form) {}

  mlir::LogicalResult plan();
  mlir::LogicalResult build();
  KernelPlan result() { return std::move(kernelPlan); }

private:
  // In Gemm.cpp.
  mlir::LogicalResult planArgument(unsigned index);
  std::vector<std::string> dims(bool withRow) const;
  std::vector<int64_t> extents() const;
  OperandPlan planWeight(graph::LinearOp product);
  Func accumulate(graph::LinearOp product);
  Expr inputAt(Expr k, Expr row);
  Expr valueAt(mlir::Value value, const Point &point);

  // Products of rounded numbers, in GemmNarrow.cpp.
  Func accumulateGroups(graph::LinearOp product);
  Func roundedRows();
  Func quantisedRows();
  Expr scaleOfRow(Expr row);

  // What is in memory to be read again, in GemmRows.cpp.
  void keepPanel(mlir::Value value);
  RowReader rowOf(Func row);
  mlir::LogicalResult prepareRow(mlir::Operation *op, mlir::Value x);

  // Heads whose pairs of features turn, in GemmTurn.cpp.
  mlir::LogicalResult planTurn();
  void finishTurned();
  Expr positionOf(Expr row);
  Expr turnedAt(const Point &point);

  mlir::ModuleOp module;
  graph::OutlinedOp kernel;
  llvm::ArrayRef<graph::LinearOp> linears;
  graph::LinearOp linear; ///< the first one: all have its input and shape
  mlir::Value input;      ///< the argument that it multiplies
  const KernelForm &form;
  KernelPlan kernelPlan;
  std::optional<KernelBuilder> builder;
  int64_t inner = 0, columns = 0, panel = 0;
  bool panelled = false;  ///< the panels divide the columns
  bool clampRows = false; ///< reads stop at the last row
  bool isNarrow = false;  ///< products are of rounded numbers
  bool isInt8 = false;    ///< these are integers
  int64_t group = 1;      ///< numbers of k side by side
  shape::Dim rowCount;
  llvm::DenseMap<mlir::Operation *, Func> accumulators; ///< by linear
  llvm::DenseMap<mlir::Operation *, unsigned>
      firstExtra; ///< of a linear's weight, among KernelPlan::extras
  std::optional<Func> rounded; ///< rows as narrow products read them
  Func range; ///< bits of the largest magnitude of each row of x
  Expr lastRow, columnCount;
  llvm::DenseMap<mlir::Value, Func>
      rows; ///< what is in memory to be read again
  bool hasNorm = false;
  llvm::DenseMap<mlir::Operation *, RowMoments> moments;
  graph::RopeOp rope;    ///< null where nothing turns
  int64_t headWidth = 0; ///< features of its heads
  int64_t run = 0;       ///< features side by side that turn alike
  Point turned; ///< where the output is, by its own dims, while it is defined
};

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_KERNELS_GEMM_H
