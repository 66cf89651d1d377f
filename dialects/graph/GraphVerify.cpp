// Verifiers of the tensor operations; labels are those of GraphOps.td.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/graph/GraphInfer.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include <cmath>

using namespace mlir;
using namespace heddle;
using namespace heddle::graph;

/// (C2): the output has the shape that follows from the operands. `arguments`
/// are those of the op's inferType.
template <typename ComputeOp, typename... Arguments>
static LogicalResult verifyInferred(ComputeOp op,
                                    const Arguments &...arguments) {
  return verifyResult(op, [&] {
    return ComputeOp::inferType([&] { return op.emitOpError(); }, arguments...);
  });
}

LogicalResult WeightOp::verify() {
  if (getPath().empty())
    return emitOpError("(C1) found an empty path");
  if (!getType().hasStaticShape())
    return emitOpError("(C2) found the type ")
           << getType() << ", expected a constant shape";
  return success();
}

LogicalResult ConstantOp::verify() {
  auto dense = dyn_cast<DenseElementsAttr>(getValue());
  if (!dense)
    return emitOpError("(C1) found ") << getValue() << ", expected dense<...>";
  if (dense.getNumElements() > 4096)
    return emitOpError("(C1) found ")
           << dense.getNumElements() << " elements, expected at most 4096";
  return success();
}

LogicalResult EmbedOp::verify() {
  return verifyInferred(*this, getTokens(), getTable());
}

LogicalResult PositionsOp::verify() {
  RankedTensorType found = getOutput().getType();
  if (failed(verifyReadable(*this)))
    return failure();
  if (found.getRank() != 2 || (!found.hasStaticShape() &&
                               !isa_and_nonnull<DimsAttr>(found.getEncoding())))
    return emitOpError("(C2) found the output type ")
           << found << ", expected 2 axes with known extents";
  shape::Inferred fits =
      shape::positions(length(), shapeOf(getTable()), dimRangesAround(*this));
  if (!fits) {
    InFlightDiagnostic diag = emitOpError("(C1) ") << fits.mismatch.message;
    diag.attachNote(getTable().getLoc()) << "the table comes from here";
    return diag;
  }
  return verifyInferred(*this, getTable(), length());
}

LogicalResult RowOp::verify() {
  return verifyInferred(*this, getTable(), static_cast<int64_t>(getIndex()));
}

LogicalResult LinearOp::verify() {
  return verifyInferred(*this, getX(), getWeight(), getBias(), getLayout());
}

LogicalResult LayerNormOp::verify() {
  if (failed(verifyInferred(*this, getX(), getWeight(), getBias())))
    return failure();
  return verifyEpsilon(*this, epsilon());
}

LogicalResult SplitHeadsOp::verify() {
  return verifyInferred(*this, getX(), static_cast<int64_t>(getHeads()));
}

LogicalResult MergeHeadsOp::verify() { return verifyInferred(*this, getX()); }

LogicalResult L2NormalizeOp::verify() {
  if (failed(verifyInferred(*this, getX())))
    return failure();
  return verifyEpsilon(*this, epsilon());
}

//===----------------------------------------------------------------------===//
// Attention and its score region
//===----------------------------------------------------------------------===//

LogicalResult AttentionOp::verify() {
  if (failed(verifyInferred(*this, getQ(), getK(), getV())))
    return failure();
  if (!std::isfinite(scaleValue()))
    return emitOpError("(C3) found scale ")
           << scaleValue() << ", expected a finite number";
  if (precision() == Precision::Int8)
    return emitOpError("(C6) found compute(int8), expected f32 or bf16");
  return success();
}

static bool isUnsigned(arith::CmpIPredicate predicate) {
  using P = arith::CmpIPredicate;
  return predicate == P::ult || predicate == P::ule || predicate == P::ugt ||
         predicate == P::uge;
}

/// (C5) for one op of a score region.
static LogicalResult verifyScoreOp(Operation &op, Region &region) {
  if (!isa<AtOp, ScoreOp>(op) && !isScoreArithmetic(&op))
    return op.emitOpError("(C5) stands in a score region, which holds scalar "
                          "arith and math, hgraph.at and hgraph.score only");
  if (auto compare = dyn_cast<arith::CmpIOp>(op);
      compare && isUnsigned(compare.getPredicate()))
    return op.emitOpError("(C5) found the predicate ")
           << arith::stringifyCmpIPredicate(compare.getPredicate())
           << ", expected eq, ne or a signed one";
  for (Type type : op.getResultTypes())
    if (!type.isF32() && !type.isInteger(32) && !type.isInteger(1) &&
        !type.isIndex())
      return op.emitOpError("(C5) found the type ")
             << type << ", expected f32, i32, i1 or index";
  for (OpOperand &operand : op.getOpOperands()) {
    bool isTensorOfAt = isa<AtOp>(op) && operand.getOperandNumber() == 0;
    if (isTensorOfAt || operand.get().getParentRegion() == &region)
      continue;
    InFlightDiagnostic diag =
        op.emitOpError("(C5) reads a value from outside the score region, "
                       "expected hgraph.at");
    diag.attachNote(operand.get().getLoc()) << "the value comes from here";
    return diag;
  }
  return success();
}

LogicalResult AttentionOp::verifyRegions() {
  Region &region = getScore();
  Builder builder(getContext());
  Type index = builder.getIndexType();
  SmallVector<Type> expected = {builder.getF32Type(), index, index, index,
                                index};
  if (TypeRange(region.getArgumentTypes()) != TypeRange(expected))
    return emitOpError("(C4) found score region arguments (")
           << region.getArgumentTypes() << "), expected (" << expected << ")";
  for (Operation &op : region.front())
    if (failed(verifyScoreOp(op, region)))
      return failure();
  return success();
}

/// The extent an attention's block argument runs over; nothing for others.
static std::optional<shape::Dim> extentOf(Value index) {
  auto argument = dyn_cast<BlockArgument>(index);
  if (!argument || argument.getArgNumber() == 0)
    return std::nullopt;
  auto attention = dyn_cast<AttentionOp>(argument.getOwner()->getParentOp());
  // Only a well formed attention has extents to compare with.
  if (!attention || attention.getQ().getType().getRank() != 4 ||
      attention.getK().getType().getRank() != 4 || argument.getArgNumber() > 4)
    return std::nullopt;
  return shape::scoreExtents(
      shapeOf(attention.getQ()),
      shapeOf(attention.getK()))[argument.getArgNumber() - 1];
}

LogicalResult AtOp::verify() {
  auto type = cast<RankedTensorType>(getTensor().getType());
  if (failed(verifyReadable(*this)))
    return failure();
  if (static_cast<int64_t>(getIndices().size()) != type.getRank())
    return emitOpError("(C1) found ")
           << getIndices().size() << " indices for a tensor of "
           << type.getRank() << " axes";
  if (getElement().getType() != type.getElementType())
    return emitOpError("(C2) found the element type ")
           << getElement().getType() << ", expected " << type.getElementType();
  shape::Shape extents = shapeOf(type);
  for (auto [axis, index] : llvm::enumerate(getIndices())) {
    std::optional<shape::Dim> extent = extentOf(index);
    if (!extent || *extent == extents[axis])
      continue;
    InFlightDiagnostic diag = emitOpError("(C3) found an index over ")
                              << extent->str() << " at axis " << axis
                              << " of the extent " << extents[axis].str();
    diag.attachNote(getTensor().getLoc()) << "the tensor comes from here";
    return diag;
  }
  return success();
}
