// Result types, builders, rules and folds of the ops of GraphShapes.td.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/graph/GraphInfer.h"

#include <cmath>
#include <cstdio>

using namespace mlir;
using namespace heddle;
using namespace heddle::graph;

/// True when shapeOf can read the type.
static bool isReadable(RankedTensorType type) {
  return type.hasStaticShape() || isa_and_nonnull<DimsAttr>(type.getEncoding());
}

/// (C2): the result has the extents and the element type of `expected`.
static LogicalResult verifyOutput(Operation *op, const InferredType &expected) {
  return verifyResult(op, [&] { return expected; });
}

/// A dim of an attribute: canonical text over the dims around `op`, or an
/// error under `label`.
static FailureOr<shape::Dim> verifyDim(Operation *op, StringRef label,
                                       StringRef text) {
  std::optional<shape::Dim> dim = shape::Dim::parse(text.str());
  if (!dim || dim->str() != text)
    return op->emitOpError("(") << label << ") found '" << text
                                << "', expected the canonical text of a dim";
  std::vector<shape::DimRange> ranges = dimRangesAround(op);
  for (const std::string &name : dim->symbols())
    if (llvm::none_of(ranges, [&](const shape::DimRange &range) {
          return range.name == name;
        }))
      return op->emitOpError("(") << label << ") found '" << text << "', and '"
                                  << name << "' is no dim here";
  return *dim;
}

static Type elementOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getElementType();
}

/// What an op says of itself, for a verifier.
static auto opError(Operation *op) {
  return [op] { return op->emitOpError(); };
}

/// Gives a builder's op the type; none is a bug of the caller.
static void addType(OperationState &state, const InferredType &type) {
  if (failed(type))
    llvm::report_fatal_error("built an hgraph op on operands that do not fit");
  state.addTypes(*type);
}

static auto builderError(OperationState &state) {
  return [loc = state.location] { return mlir::emitError(loc); };
}

//===----------------------------------------------------------------------===//
// angle_table
//===----------------------------------------------------------------------===//

static bool isPositive(double value) {
  return std::isfinite(value) && value > 0;
}

LogicalResult AngleTableOp::verify() {
  RankedTensorType type = getOutput().getType();
  if (type.getRank() != 2 || !type.hasStaticShape() || type.getDimSize(0) < 1 ||
      type.getDimSize(1) < 2 || type.getDimSize(1) % 2 != 0)
    return emitOpError("(C1) found the type ")
           << type << ", expected [rows, width] with constant rows and an even "
           << "width";
  double linear = getLinear() ? getLinear()->convertToDouble() : 1.0;
  for (double value : {getBase().convertToDouble(), linear})
    if (!isPositive(value))
      return emitOpError("(C2) found ")
             << value << ", expected a finite number above 0";
  if (!getLlama3())
    return success();
  ArrayRef<double> numbers = *getLlama3();
  if (numbers.size() != 4 || !llvm::all_of(numbers, isPositive) ||
      numbers[1] >= numbers[2])
    return emitOpError("(C3) found llama3 [")
           << numbers << "], expected factor, low, high and length, finite and "
           << "above 0, low below high";
  return success();
}

/// A number that reads back as itself.
static std::string exact(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.17g", value);
  return text;
}

std::string AngleTableOp::recipe() {
  RankedTensorType type = getOutput().getType();
  bool isRotary = getForm() == Angles::Rotary;
  std::string text = isRotary ? "rotary" : "sinusoid";
  for (int64_t extent : type.getShape())
    text += " " + std::to_string(extent);
  text += " " + exact(getBase().convertToDouble());
  if (getLinear())
    text += " linear " + exact(getLinear()->convertToDouble());
  if (!getLlama3())
    return text;
  ArrayRef<double> numbers = *getLlama3();
  text += " llama3";
  for (double number : numbers)
    text += " " + exact(number);
  return text;
}

//===----------------------------------------------------------------------===//
// rope, dropout
//===----------------------------------------------------------------------===//

InferredType RopeOp::inferType(EmitError emitError, Value x, Value table,
                               Value positions) {
  std::optional<shape::Shape> places;
  SmallVector<Value> operands = {x, table};
  if (positions) {
    places = shapeOf(positions);
    operands.push_back(positions);
  }
  return finish(
      emitError,
      shape::rope(shapeOf(x), shapeOf(table), places ? &*places : nullptr),
      operands, elementOf(x));
}

void RopeOp::build(OpBuilder &builder, OperationState &state, Value x,
                   Value table, Value positions, Pairs pairs,
                   const shape::Dim &offset) {
  state.addOperands({x, table});
  if (positions)
    state.addOperands(positions);
  state.addAttribute(getPairsAttrName(state.name),
                     PairsAttr::get(builder.getContext(), pairs));
  if (offset != shape::Dim(0))
    state.addAttribute(getOffsetAttrName(state.name),
                       builder.getStringAttr(offset.str()));
  addType(state, inferType(builderError(state), x, table, positions));
}

LogicalResult RopeOp::verify() {
  if (failed(verifyReadable(*this)) ||
      failed(verifyOutput(*this, inferType(opError(*this), getX(), getTable(),
                                           getPositions()))))
    return failure();
  shape::Dim offset;
  if (getOffset()) {
    if (getPositions())
      return emitOpError("(C3) found the offset '")
             << *getOffset() << "' beside positions, expected one of them";
    FailureOr<shape::Dim> read = verifyDim(*this, "C3", *getOffset());
    if (failed(read))
      return failure();
    offset = *read;
  }
  if (getPositions())
    return success();
  std::optional<shape::Mismatch> past =
      shape::reachesPast(offset, shapeOf(getX())[2], shapeOf(getTable())[0],
                         dimRangesAround(*this));
  if (past)
    return emitOpError("(C3) ") << past->message;
  return success();
}

shape::Dim RopeOp::firstPosition() {
  if (!getOffset())
    return shape::Dim(0);
  return *shape::Dim::parse(getOffset()->str());
}

InferredType DropoutOp::inferType(EmitError emitError, Value x) {
  return finish(emitError, shapeOf(x), x, elementOf(x));
}

void DropoutOp::build(OpBuilder &builder, OperationState &state, Value x,
                      double rate) {
  state.addOperands(x);
  state.addAttribute(getRateAttrName(state.name),
                     builder.getF64FloatAttr(rate));
  addType(state, inferType(builderError(state), x));
}

LogicalResult DropoutOp::verify() {
  if (failed(verifyReadable(*this)) ||
      failed(verifyOutput(*this, inferType(opError(*this), getX()))))
    return failure();
  if (rateValue() >= 0 && rateValue() < 1)
    return success();
  return emitOpError("(C3) found rate ")
         << rateValue() << ", expected 0 <= rate < 1";
}

OpFoldResult DropoutOp::fold(FoldAdaptor) { return getX(); }

//===----------------------------------------------------------------------===//
// Moves
//===----------------------------------------------------------------------===//

InferredType ReshapeOp::inferType(EmitError emitError, Value x,
                                  const shape::Shape &shape) {
  return finish(emitError, shape::reshape(shapeOf(x), shape), x, elementOf(x));
}

void ReshapeOp::build(OpBuilder &, OperationState &state, Value x,
                      const shape::Shape &shape) {
  state.addOperands(x);
  addType(state, inferType(builderError(state), x, shape));
}

/// The shape that a result's type asks for; (C2) where it cannot be read.
static FailureOr<shape::Shape> askedShape(Operation *op) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  if (isReadable(type))
    return shapeOf(type);
  return op->emitOpError("(C2) found the output type ")
         << type << ", expected #hgraph.dims<...> for its ?";
}

LogicalResult ReshapeOp::verify() {
  FailureOr<shape::Shape> asked = askedShape(*this);
  if (failed(asked) || failed(verifyReadable(*this)))
    return failure();
  return verifyOutput(*this, inferType(opError(*this), getX(), *asked));
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  return getX().getType() == getType() ? getX() : Value();
}

InferredType TransposeOp::inferType(EmitError emitError, Value x,
                                    ArrayRef<int64_t> order) {
  return finish(emitError, shape::transpose(shapeOf(x), order.vec()), x,
                elementOf(x));
}

void TransposeOp::build(OpBuilder &builder, OperationState &state, Value x,
                        ArrayRef<int64_t> order) {
  state.addOperands(x);
  state.addAttribute(getOrderAttrName(state.name),
                     builder.getDenseI64ArrayAttr(order));
  addType(state, inferType(builderError(state), x, order));
}

LogicalResult TransposeOp::verify() {
  if (failed(verifyReadable(*this)))
    return failure();
  return verifyOutput(*this, inferType(opError(*this), getX(), getOrder()));
}

InferredType ConcatOp::inferType(EmitError emitError, ValueRange parts,
                                 int64_t axis) {
  std::vector<shape::Shape> shapes;
  for (Value part : parts)
    shapes.push_back(shapeOf(part));
  shape::Inferred inferred = shape::concat(shapes, axis);
  if (parts.empty())
    return emitError() << "(C1) " << inferred.mismatch.message;
  for (Value part : parts)
    if (elementOf(part) != elementOf(parts[0]))
      return emitError() << "(C1) joins " << elementOf(parts[0]) << " and "
                         << elementOf(part) << ", expected one element type";
  return finish(emitError, inferred, SmallVector<Value>(parts),
                elementOf(parts[0]));
}

void ConcatOp::build(OpBuilder &builder, OperationState &state,
                     ValueRange parts, int64_t axis) {
  state.addOperands(parts);
  state.addAttribute(getAxisAttrName(state.name),
                     builder.getI64IntegerAttr(axis));
  addType(state, inferType(builderError(state), parts, axis));
}

LogicalResult ConcatOp::verify() {
  if (failed(verifyReadable(*this)))
    return failure();
  return verifyOutput(*this, inferType(opError(*this), getParts(),
                                       static_cast<int64_t>(getAxis())));
}

InferredType SliceOp::inferType(EmitError emitError, Value x, int64_t axis,
                                const shape::Dim &length) {
  return finish(emitError, shape::slice(shapeOf(x), axis, 0, length, nullptr),
                x, elementOf(x));
}

void SliceOp::build(OpBuilder &builder, OperationState &state, Value x,
                    int64_t axis, const shape::Dim &from,
                    const shape::Dim &length) {
  state.addOperands(x);
  state.addAttribute(getAxisAttrName(state.name),
                     builder.getI64IntegerAttr(axis));
  state.addAttribute(getFromAttrName(state.name),
                     builder.getStringAttr(from.str()));
  addType(state, inferType(builderError(state), x, axis, length));
}

shape::Dim SliceOp::first() { return *shape::Dim::parse(getFrom().str()); }

LogicalResult SliceOp::verify() {
  FailureOr<shape::Shape> asked = askedShape(*this);
  if (failed(asked) || failed(verifyReadable(*this)))
    return failure();
  FailureOr<shape::Dim> from = verifyDim(*this, "C1", getFrom());
  if (failed(from))
    return failure();
  auto axis = static_cast<int64_t>(getAxis());
  bool isThere = axis >= 0 && axis < static_cast<int64_t>(asked->size());
  shape::Dim length = isThere ? (*asked)[axis] : shape::Dim(1);
  std::vector<shape::DimRange> ranges = dimRangesAround(*this);
  return verifyOutput(
      *this, finish(opError(*this),
                    shape::slice(shapeOf(getX()), axis, *from, length, &ranges),
                    getX(), elementOf(getX())));
}

InferredType PadOp::inferType(EmitError emitError, Value x, int64_t axis,
                              const shape::Dim &before,
                              const shape::Dim &after) {
  return finish(emitError, shape::pad(shapeOf(x), axis, before, after, nullptr),
                x, elementOf(x));
}

void PadOp::build(OpBuilder &builder, OperationState &state, Value x,
                  int64_t axis, const shape::Dim &before,
                  const shape::Dim &after, double value) {
  state.addOperands(x);
  state.addAttribute(getAxisAttrName(state.name),
                     builder.getI64IntegerAttr(axis));
  state.addAttribute(getBeforeAttrName(state.name),
                     builder.getStringAttr(before.str()));
  state.addAttribute(getAfterAttrName(state.name),
                     builder.getStringAttr(after.str()));
  state.addAttribute(getValueAttrName(state.name),
                     builder.getF64FloatAttr(value));
  addType(state, inferType(builderError(state), x, axis, before, after));
}

shape::Dim PadOp::beforeDim() { return *shape::Dim::parse(getBefore().str()); }
shape::Dim PadOp::afterDim() { return *shape::Dim::parse(getAfter().str()); }

/// True when a tensor of the element type can hold the number.
static bool canHold(Type element, double value) {
  if (element.isF32())
    return std::isfinite(static_cast<float>(value));
  double most = element.isInteger(1) ? 1.0 : 0x1p31 - 1;
  double least = element.isInteger(1) ? 0.0 : -0x1p31;
  return value == std::floor(value) && value >= least && value <= most;
}

LogicalResult PadOp::verify() {
  if (failed(verifyReadable(*this)))
    return failure();
  FailureOr<shape::Dim> before = verifyDim(*this, "C1", getBefore());
  FailureOr<shape::Dim> after = verifyDim(*this, "C1", getAfter());
  if (failed(before) || failed(after))
    return failure();
  std::vector<shape::DimRange> ranges = dimRangesAround(*this);
  InferredType expected =
      finish(opError(*this),
             shape::pad(shapeOf(getX()), static_cast<int64_t>(getAxis()),
                        *before, *after, &ranges),
             getX(), elementOf(getX()));
  if (failed(verifyOutput(*this, expected)))
    return failure();
  if (canHold(elementOf(getX()), valueNumber()))
    return success();
  return emitOpError("(C3) found the value ")
         << valueNumber() << ", expected one of " << elementOf(getX());
}

InferredType BroadcastToOp::inferType(EmitError emitError, Value x,
                                      const shape::Shape &shape) {
  return finish(emitError, shape::broadcastTo(shapeOf(x), shape), x,
                elementOf(x));
}

void BroadcastToOp::build(OpBuilder &, OperationState &state, Value x,
                          const shape::Shape &shape) {
  state.addOperands(x);
  addType(state, inferType(builderError(state), x, shape));
}

LogicalResult BroadcastToOp::verify() {
  FailureOr<shape::Shape> asked = askedShape(*this);
  if (failed(asked) || failed(verifyReadable(*this)))
    return failure();
  return verifyOutput(*this, inferType(opError(*this), getX(), *asked));
}

//===----------------------------------------------------------------------===//
// matmul
//===----------------------------------------------------------------------===//

InferredType MatmulOp::inferType(EmitError emitError, Value a, Value b,
                                 bool transposeA, bool transposeB) {
  return finish(emitError,
                shape::matmul(shapeOf(a), shapeOf(b), transposeA, transposeB),
                {a, b}, elementOf(a));
}

void MatmulOp::build(OpBuilder &builder, OperationState &state, Value a,
                     Value b, bool transposeA, bool transposeB) {
  state.addOperands({a, b});
  if (transposeA)
    state.addAttribute(getTransposeAAttrName(state.name),
                       builder.getUnitAttr());
  if (transposeB)
    state.addAttribute(getTransposeBAttrName(state.name),
                       builder.getUnitAttr());
  addType(state, inferType(builderError(state), a, b, transposeA, transposeB));
}

LogicalResult MatmulOp::verify() {
  if (failed(verifyReadable(*this)))
    return failure();
  return verifyOutput(*this, inferType(opError(*this), getA(), getB(),
                                       getTransposeA(), getTransposeB()));
}
