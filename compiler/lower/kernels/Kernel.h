// One outlined kernel on its way from hgraph to a halide.pipeline: how its
// operands lie in memory, and the element-wise ops that all families share.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_KERNELS_KERNEL_H
#define HEDDLE_COMPILER_LOWER_KERNELS_KERNEL_H

#include "compiler/lower/kernels/Expr.h"
#include "compiler/shape/Dim.h"
#include "dialects/graph/Graph.h"
#include "schedules/cpu/Rows.h"

#include <optional>
#include <string>
#include <vector>

namespace heddle::lower {

/// How a kernel sees one operand.
struct OperandPlan {
  shape::Shape view;               ///< innermost first, dense
  std::vector<std::string> recipe; ///< weights only; empty: as in the file
  std::vector<int64_t> stored;     ///< weights: extents after the recipe,
                                   ///< outermost first
  mlir::Type element = {}; ///< weights: after the recipe; null: the tensor's
};

/// Which of a kernel's pipelines is built: one for few rows (or queries),
/// where the kernel's size lets it have one, or that for any number.
struct KernelForm {
  std::string name;      ///< of the pipeline
  int64_t few = 0;       ///< rows or queries at most; 0: any number
  bool onDevice = false; ///< its buffers are in a device's memory
  bool isDecode = false; ///< an attention that reads keys for a group at once
  int64_t lanes = 16;    ///< f32 lanes of the widest vectors that will run it
};

/// What decides between them: `size` is at most `few`, or not.
struct KernelSize {
  shape::Dim size; ///< rows of a linear, queries of an attention
  int64_t few = 0;
};

/// Something more that a kernel reads of a weight beside the weight itself.
struct ExtraWeight {
  unsigned argument = 0; ///< of the outlined op, which is the weight
  OperandPlan plan;
};

/// What the host must know of a lowered kernel.
struct KernelPlan {
  std::vector<OperandPlan> inputs; ///< one an argument of the outlined op
  std::vector<ExtraWeight> extras; ///< the pipeline's arguments behind these
  OperandPlan output; ///< the same for all results: they have one shape
  std::vector<shape::Dim> scalars; ///< dims that the kernel is given by value
  shape::Dim flops; ///< 2 * multiply-adds of products and attention
};

/// Extents of a tensor value, outermost first.
shape::Shape shapeOf(mlir::Value tensor);

/// The logical tensor, dense: the shape reversed.
OperandPlan plainPlan(mlir::Value tensor);

/// True when the argument is a weight, whose layout a recipe may choose.
bool isWeight(graph::OutlinedOp kernel, unsigned argument);
constexpr llvm::StringLiteral weightAttr = "heddle.weight";

/// The pipeline of a kernel: arguments as planned, nothing in it yet.
class KernelBuilder : public PipelineBuilder {
public:
  /// With `limit`, its size is known to be at most its `few`.
  KernelBuilder(mlir::ModuleOp module, graph::OutlinedOp kernel,
                const std::string &name, const std::vector<OperandPlan> &inputs,
                const std::optional<KernelSize> &limit = std::nullopt,
                const std::vector<ExtraWeight> &extras = {});

  /// The buffer of an outlined argument; null for any other value.
  mlir::Value bufferOf(mlir::Value value);
  /// The buffer of an extra weight.
  mlir::Value extraBuffer(unsigned index);
  /// The element of an outlined argument at a point of its buffer, innermost
  /// first; truth values as i1.
  Expr element(mlir::Value argument, const Point &point);
  /// Declares `func` the kernel's output, of all its results, under `plan`.
  void finish(Func func, const OperandPlan &plan);
  /// Defines the kernel's results as one func of them, under `plan`; `dims`
  /// and `extents` are the func's. `value` gives a result at a point.
  void finish(const OperandPlan &plan, const std::vector<std::string> &dims,
              const std::vector<int64_t> &extents,
              const std::function<Expr(mlir::Value, const Point &)> &value);

  /// The value of a dim at run time: a constant, the extent of a buffer that
  /// has it, or else a scalar argument, which is added.
  Expr dimValue(const shape::Dim &dim);
  /// The dims of the scalar arguments so far, in order.
  const std::vector<shape::Dim> &scalars() const { return scalarDims; }

  graph::OutlinedOp kernel() { return outlined; }

private:
  graph::OutlinedOp outlined;
  std::vector<shape::DimRange> ranges;
  std::vector<shape::Shape> views; ///< of the buffers, innermost first
  std::vector<shape::Dim> scalarDims;
};

/// An element-wise op of hgraph on given operands (in Elementwise.cpp).
Expr applyElementwise(mlir::Operation *op, const std::vector<Expr> &operands);

/// The element of a constant at its row-major index, as a choice among its
/// values: constants are small. Null for other values.
Expr literalAt(PipelineBuilder &builder, mlir::Value value, Expr index);
/// The same at a point, outermost index first.
Expr literalAt(PipelineBuilder &builder, mlir::Value value, const Point &point);

/// Reads one row: element `i` of the innermost axis. The row's other indices
/// are captured.
struct RowReader {
  /// Sums `term(element)` over the row with one partial sum a lane, in a fixed
  /// order: lanes first, then the lanes of one value.
  std::vector<std::string> outerDims; ///< names of the row's other dims
  std::vector<int64_t> outerExtents;
  int64_t lanes = schedule::rowLanes; ///< partial sums
  /// The reduction's dims beside the lane.
  std::function<std::vector<Reduction>()> reductions;
  /// Element of lane `lane` at a reduction point of row `outer`; `live`, when
  /// set, says that the element exists.
  std::function<Expr(Expr lane, const Point &reduced, const Point &outer)> read;
  std::function<Expr(Expr lane, const Point &reduced)> live;
};

/// How lanes are combined.
enum class Combine { Sum, Max };

/// reduce over a row of term(element, outer); one value a row.
Func reduceRow(
    PipelineBuilder &builder, const std::string &name, const RowReader &row,
    Combine combine,
    const std::function<Expr(Expr element, const Point &outer)> &term);

/// A reader of a row of `extent` elements (a constant or read at run time).
RowReader
flatRow(PipelineBuilder &builder, Expr extent, std::optional<int64_t> constant,
        const std::vector<std::string> &outerDims,
        const std::vector<int64_t> &outerExtents,
        const std::function<Expr(Expr index, const Point &outer)> &at);

/// mean and 1 / sqrt(variance + eps) of a row: two passes, in f32.
struct RowMoments {
  Func mean;
  Func scale;
};
RowMoments rowMoments(PipelineBuilder &builder, const RowReader &row,
                      Expr count, double eps);

/// 1 / max(norm, eps) of a row.
Func rowInverseNorm(PipelineBuilder &builder, const RowReader &row, double eps);

/// 1 / sqrt(mean square + eps) of a row.
Func rowInverseRms(PipelineBuilder &builder, const RowReader &row, Expr count,
                   double eps);

/// True for the norms of whole rows: layer_norm, rms_norm, l2_normalize. Each
/// multiplies by a scale of the row, layer_norm after subtracting its mean.
bool isRowNorm(mlir::Operation *op);
/// What a norm needs of its row; the mean is null but for layer_norm.
RowMoments normMoments(PipelineBuilder &builder, mlir::Operation *norm,
                       const RowReader &row, Expr count);
/// The norm's result from x at a point and the row's moments there. `parameter`
/// reads the weight and the bias.
Expr applyNorm(mlir::Operation *norm, Expr x, const RowMoments &moments,
               const Point &row,
               const std::function<Expr(mlir::Value)> &parameter);

/// The four kinds of kernels. The outlined op is read, the pipeline is
/// appended to the module; unsupported shapes are diagnosed.
mlir::FailureOr<KernelPlan> lowerRows(mlir::ModuleOp module,
                                      graph::OutlinedOp kernel);
mlir::FailureOr<KernelPlan> lowerConv(mlir::ModuleOp module,
                                      graph::OutlinedOp kernel);
/// True when a linear's features are constant and its weight is one of the
/// model's, read by nothing else in the kernel, so that it can be packed.
bool hasPackableLinear(graph::OutlinedOp kernel);
mlir::FailureOr<KernelPlan> lowerGemm(mlir::ModuleOp module,
                                      graph::OutlinedOp kernel,
                                      const KernelForm &form);
mlir::FailureOr<KernelPlan> lowerAttention(mlir::ModuleOp module,
                                           graph::OutlinedOp kernel,
                                           const KernelForm &form);
/// The same of rounded numbers, for attentions that isNarrowAttention tells.
mlir::FailureOr<KernelPlan> lowerNarrowAttention(mlir::ModuleOp module,
                                                 graph::OutlinedOp kernel,
                                                 const KernelForm &form);
/// True where products may be of bf16, of value heads in whole panels.
bool isNarrowAttention(graph::OutlinedOp kernel);
mlir::FailureOr<KernelPlan> lowerDecode(mlir::ModuleOp module,
                                        graph::OutlinedOp kernel,
                                        const KernelForm &form);
/// What the forms of such a kernel differ by.
KernelSize gemmSize(graph::OutlinedOp kernel, int64_t lanes);
KernelSize attentionSize(graph::OutlinedOp kernel);
/// True where up to schedule::shortQueries have blocks of their own size.
bool hasShortBlocks(graph::OutlinedOp kernel);
/// None where an attention is not computed that way.
std::optional<KernelSize> decodeSize(graph::OutlinedOp kernel);

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_KERNELS_KERNEL_H
