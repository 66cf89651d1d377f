// The hgraph dialect: what the model author said, as tensors and extents over
// declared dims. The only header other folders include.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_DIALECTS_GRAPH_GRAPH_H
#define HEDDLE_DIALECTS_GRAPH_GRAPH_H

#include "compiler/shape/Infer.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/TensorEncoding.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include <optional>
#include <vector>

#include "dialects/graph/GraphDialect.h.inc"

#include "dialects/graph/GraphEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/graph/GraphAttrs.h.inc"

namespace heddle::graph {

/// Opens a diagnostic; verifiers give the op's, builders none.
using EmitError = llvm::function_ref<mlir::InFlightDiagnostic()>;

/// A result type that follows from operands, or a reported error.
using InferredType = mlir::FailureOr<mlir::RankedTensorType>;

/// Fills an attention's score region up to and with hgraph.score. `args` are
/// (score: f32, b, h, q, k: index).
using ScoreBody = llvm::function_ref<void(
    mlir::OpBuilder &builder, mlir::Location loc, mlir::ValueRange args)>;

class AttentionOp;
class ScoreOp;

/// Marks the ops that work element by element on broadcast operands: they fuse
/// before and behind other ops.
template <typename ConcreteType>
class Elementwise : public mlir::OpTrait::TraitBase<ConcreteType, Elementwise> {
};

/// Marks the ops that give one value for a whole axis: sum, mean, ...
template <typename ConcreteType>
class Reduction : public mlir::OpTrait::TraitBase<ConcreteType, Reduction> {};

} // namespace heddle::graph

#define GET_OP_CLASSES
#include "dialects/graph/GraphOps.h.inc"

namespace heddle::graph {

/// Discardable attributes of the dialect.
constexpr llvm::StringLiteral nameAttr = "hgraph.name";
constexpr llvm::StringLiteral idAttr = "hgraph.id";
constexpr llvm::StringLiteral rangeAttr = "hgraph.range";
constexpr llvm::StringLiteral docAttr = "hgraph.doc";
constexpr llvm::StringLiteral dimDocsAttr = "hgraph.dim_docs";

/// The extents of a tensor, outermost first, from its encoding and, where it
/// has none, from its static shape. The type must have passed the verifier.
shape::Shape shapeOf(mlir::RankedTensorType type);
shape::Shape shapeOf(mlir::Value value);

/// The tensor type of a shape: `?` and an encoding where an extent has a name,
/// no encoding where all are constant.
mlir::RankedTensorType tensorType(mlir::MLIRContext *context,
                                  const shape::Shape &shape,
                                  mlir::Type element);

/// Position of an op's first result among the model's values, as numbered at
/// the `graph` phase; nothing before that.
std::optional<int64_t> valueId(mlir::Operation *op);
void setValueId(mlir::Operation *op, int64_t id);

/// True for ops that compute a tensor (all but weights, tables, constants and
/// what holds ops): these carry ids and belong in kernels.
bool computesTensor(mlir::Operation *op);

/// True for the ops that work element by element on broadcast operands.
bool isElementwise(mlir::Operation *op);

/// True for the ops each of whose elements is one of an operand's, at an index
/// that a kernel can compute: transpose, concat, slice, pad, broadcast_to.
/// A reshape is none of them: it moves nothing.
bool movesElements(mlir::Operation *op);

/// What an op with the trait Reduction says.
struct ReductionView {
  mlir::Value x, mask; ///< mask: null where there is none
  unsigned axis = 0;
  bool keep = false; ///< the axis stays, with extent 1
};
/// Nothing for other ops.
std::optional<ReductionView> reductionOf(mlir::Operation *op);

/// The axis that a reduction, a softmax or a norm runs over and the tensor that
/// has it; nothing for other ops.
std::optional<std::pair<mlir::Value, unsigned>> axisOf(mlir::Operation *op);

/// True for the arith and math ops a score region may hold; the reference and
/// the lowerings know exactly these.
bool isScoreArithmetic(mlir::Operation *op);

/// The dims an op's extents are written in: those of the model or of the
/// outlined kernel around it; empty where there is neither.
std::vector<shape::DimRange> dimRangesAround(mlir::Operation *op);

/// DimAttr array to ranges and back.
std::vector<shape::DimRange> dimRanges(mlir::ArrayAttr dims);
mlir::ArrayAttr dimArray(mlir::MLIRContext *context,
                         const std::vector<shape::DimRange> &ranges);

} // namespace heddle::graph

#endif // HEDDLE_DIALECTS_GRAPH_GRAPH_H
