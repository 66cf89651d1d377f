// Result types of the tensor operations, by the rules of compiler/shape, and
// the builders that use them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/graph/GraphInfer.h"

#include "mlir/IR/DialectImplementation.h"

using namespace mlir;
using namespace heddle;
using namespace heddle::graph;

//===----------------------------------------------------------------------===//
// Choices as plain keywords: layout(out_in)
//===----------------------------------------------------------------------===//

template <typename EnumAttr>
static ParseResult parseChoice(OpAsmParser &parser, EnumAttr &attr) {
  using Choice = decltype(attr.getValue());
  FailureOr<Choice> value = FieldParser<Choice>::parse(parser);
  if (failed(value))
    return failure();
  attr = EnumAttr::get(parser.getContext(), *value);
  return success();
}

template <typename EnumAttr>
static void printChoice(OpAsmPrinter &printer, Operation *, EnumAttr attr) {
  printer << attr.getValue();
}

#define GET_OP_CLASSES
#include "dialects/graph/GraphOps.cpp.inc"

//===----------------------------------------------------------------------===//
// Result types
//===----------------------------------------------------------------------===//

/// Null when `value` is null.
static std::optional<shape::Shape> optionalShape(Value value) {
  if (!value)
    return std::nullopt;
  return shapeOf(value);
}

static const shape::Shape *pointer(const std::optional<shape::Shape> &shape) {
  return shape ? &*shape : nullptr;
}

InferredType EmbedOp::inferType(EmitError emitError, Value tokens,
                                Value table) {
  return finish(emitError, shape::embed(shapeOf(tokens), shapeOf(table)),
                {tokens, table});
}

InferredType PositionsOp::inferType(EmitError emitError, Value table,
                                    const shape::Dim &length) {
  // Whether the table is long enough needs the ranges of the dims, which only
  // the verifier knows.
  return finish(emitError, shape::firstRows(length, shapeOf(table)), {table});
}

InferredType RowOp::inferType(EmitError emitError, Value table, int64_t index) {
  return finish(emitError, shape::row(shapeOf(table), index), {table});
}

InferredType LinearOp::inferType(EmitError emitError, Value x, Value weight,
                                 Value bias, Layout layout) {
  std::optional<shape::Shape> biasShape = optionalShape(bias);
  shape::Layout order =
      layout == Layout::OutIn ? shape::Layout::OutIn : shape::Layout::InOut;
  return finish(
      emitError,
      shape::linear(shapeOf(x), shapeOf(weight), pointer(biasShape), order),
      {x, weight, bias});
}

InferredType LayerNormOp::inferType(EmitError emitError, Value x, Value weight,
                                    Value bias) {
  std::optional<shape::Shape> biasShape = optionalShape(bias);
  return finish(
      emitError,
      shape::layerNorm(shapeOf(x), shapeOf(weight), pointer(biasShape)),
      {x, weight, bias});
}

InferredType SplitHeadsOp::inferType(EmitError emitError, Value x,
                                     int64_t heads) {
  return finish(emitError, shape::splitHeads(shapeOf(x), heads), {x});
}

InferredType MergeHeadsOp::inferType(EmitError emitError, Value x) {
  return finish(emitError, shape::mergeHeads(shapeOf(x)), {x});
}

InferredType AttentionOp::inferType(EmitError emitError, Value q, Value k,
                                    Value v) {
  return finish(emitError, shape::attention(shapeOf(q), shapeOf(k), shapeOf(v)),
                {q, k, v});
}

InferredType L2NormalizeOp::inferType(EmitError emitError, Value x) {
  return finish(emitError, shape::alongLastAxis(shapeOf(x)), {x});
}

//===----------------------------------------------------------------------===//
// Builders: operands that do not fit are a bug of the caller
//===----------------------------------------------------------------------===//

/// Runs an op's inferType on `arguments` and adds the result type.
template <typename ComputeOp, typename... Arguments>
static void addInferred(OperationState &state, const Arguments &...arguments) {
  Location loc = state.location;
  auto emitError = [&] { return mlir::emitError(loc); };
  InferredType type = ComputeOp::inferType(emitError, arguments...);
  if (failed(type))
    llvm::report_fatal_error("built an hgraph op on operands that do not fit");
  state.addTypes(*type);
}

static void addOperands(OperationState &state, ArrayRef<Value> operands) {
  for (Value operand : operands)
    if (operand)
      state.addOperands(operand);
}

void EmbedOp::build(OpBuilder &, OperationState &state, Value tokens,
                    Value table) {
  addOperands(state, {tokens, table});
  addInferred<EmbedOp>(state, tokens, table);
}

void PositionsOp::build(OpBuilder &, OperationState &state, Value table,
                        const shape::Dim &length) {
  addOperands(state, {table});
  addInferred<PositionsOp>(state, table, length);
}

void RowOp::build(OpBuilder &builder, OperationState &state, Value table,
                  int64_t index) {
  addOperands(state, {table});
  state.addAttribute(getIndexAttrName(state.name),
                     builder.getI64IntegerAttr(index));
  addInferred<RowOp>(state, table, index);
}

void LinearOp::build(OpBuilder &builder, OperationState &state, Value x,
                     Value weight, Value bias, Layout layout) {
  addOperands(state, {x, weight, bias});
  state.addAttribute(getLayoutAttrName(state.name),
                     LayoutAttr::get(builder.getContext(), layout));
  addInferred<LinearOp>(state, x, weight, bias, layout);
}

void LayerNormOp::build(OpBuilder &builder, OperationState &state, Value x,
                        Value weight, Value bias, double eps) {
  addOperands(state, {x, weight, bias});
  state.addAttribute(getEpsAttrName(state.name), builder.getF64FloatAttr(eps));
  addInferred<LayerNormOp>(state, x, weight, bias);
}

void SplitHeadsOp::build(OpBuilder &builder, OperationState &state, Value x,
                         int64_t heads) {
  addOperands(state, {x});
  state.addAttribute(getHeadsAttrName(state.name),
                     builder.getI64IntegerAttr(heads));
  addInferred<SplitHeadsOp>(state, x, heads);
}

void MergeHeadsOp::build(OpBuilder &, OperationState &state, Value x) {
  addOperands(state, {x});
  addInferred<MergeHeadsOp>(state, x);
}

void AttentionOp::build(OpBuilder &builder, OperationState &state, Value q,
                        Value k, Value v, double scale, ScoreBody body) {
  addOperands(state, {q, k, v});
  state.addAttribute(getScaleAttrName(state.name),
                     builder.getF64FloatAttr(scale));
  addInferred<AttentionOp>(state, q, k, v);
  OpBuilder::InsertionGuard guard(builder);
  Type index = builder.getIndexType();
  Location loc = state.location;
  Block *block = builder.createBlock(
      state.addRegion(), {}, {builder.getF32Type(), index, index, index, index},
      {loc, loc, loc, loc, loc});
  if (body)
    body(builder, loc, block->getArguments());
  else
    ScoreOp::create(builder, loc, block->getArgument(0), Value());
}

void AtOp::build(OpBuilder &, OperationState &state, Value tensor,
                 ValueRange indices) {
  state.addOperands(tensor);
  state.addOperands(indices);
  state.addTypes(cast<RankedTensorType>(tensor.getType()).getElementType());
}

void L2NormalizeOp::build(OpBuilder &builder, OperationState &state, Value x,
                          double eps) {
  addOperands(state, {x});
  state.addAttribute(getEpsAttrName(state.name), builder.getF64FloatAttr(eps));
  addInferred<L2NormalizeOp>(state, x);
}

//===----------------------------------------------------------------------===//
// What ops say of themselves
//===----------------------------------------------------------------------===//

shape::Dim PositionsOp::length() { return shapeOf(getOutput()).front(); }

shape::Dim LinearOp::inFeatures() { return shapeOf(getX()).back(); }

shape::Dim LinearOp::outFeatures() { return shapeOf(getOutput()).back(); }

ScoreOp AttentionOp::scoreOp() {
  return cast<ScoreOp>(getScore().front().getTerminator());
}

SmallVector<Value> AttentionOp::captures() {
  SmallVector<Value> tensors;
  for (AtOp at : getScore().getOps<AtOp>())
    if (!llvm::is_contained(tensors, at.getTensor()))
      tensors.push_back(at.getTensor());
  return tensors;
}
