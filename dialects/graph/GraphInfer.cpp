// Result types: how they are inferred, verified and built.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/graph/GraphInfer.h"

#include "mlir/IR/TypeUtilities.h"
#include <cmath>

using namespace mlir;

namespace heddle::graph {

InferredType finish(EmitError emitError, const shape::Inferred &inferred,
                    ArrayRef<Value> operands, Type element) {
  MLIRContext *context = operands.front().getContext();
  if (inferred)
    return tensorType(context, *inferred.shape,
                      element ? element : Float32Type::get(context));
  const shape::Mismatch &mismatch = inferred.mismatch;
  InFlightDiagnostic diag = emitError() << "(C1) " << mismatch.message;
  for (int index : {mismatch.operand, mismatch.other}) {
    if (index < 0 || index >= static_cast<int>(operands.size()))
      continue;
    Value operand = operands[index];
    diag.attachNote(operand.getLoc())
        << "operand " << index << ' ' << shape::str(shapeOf(operand))
        << " comes from here";
  }
  return diag;
}

LogicalResult verifyReadable(Operation *op) {
  for (Value operand : op->getOperands()) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    if (!type || type.hasStaticShape() ||
        isa_and_nonnull<DimsAttr>(type.getEncoding()))
      continue;
    return op->emitOpError("(C1) found the type ")
           << type << ", expected #hgraph.dims<...> for its ?";
  }
  return success();
}

LogicalResult verifyResult(Operation *op,
                           llvm::function_ref<InferredType()> infer) {
  if (failed(verifyReadable(op)))
    return failure();
  InferredType expected = infer();
  if (failed(expected))
    return failure();
  auto found = cast<RankedTensorType>(op->getResult(0).getType());
  bool readable =
      found.hasStaticShape() || isa_and_nonnull<DimsAttr>(found.getEncoding());
  if (readable && shapeOf(found) == shapeOf(*expected) &&
      found.getElementType() == expected->getElementType())
    return success();
  return op->emitOpError("(C2) found the output type ")
         << found << ", expected " << *expected;
}

LogicalResult verifyEpsilon(Operation *op, double eps) {
  if (std::isfinite(eps) && eps >= 0)
    return success();
  return op->emitOpError("(C3) found eps ")
         << eps << ", expected a finite number that is not negative";
}

void buildInferred(OperationState &state, ArrayRef<Value> operands,
                   llvm::function_ref<InferredType(EmitError)> infer) {
  for (Value operand : operands)
    if (operand)
      state.addOperands(operand);
  Location loc = state.location;
  InferredType type = infer([&] { return mlir::emitError(loc); });
  if (failed(type))
    llvm::report_fatal_error("built an hgraph op on operands that do not fit");
  state.addTypes(*type);
}

InferredType inferLike(Value x, Type element) {
  if (!element)
    element = getElementTypeOrSelf(x);
  return tensorType(x.getContext(), shapeOf(x), element);
}

/// (C3) for operands that must have the first one's element type.
static LogicalResult haveOneElementType(EmitError emitError,
                                        ArrayRef<Value> operands) {
  Type first = getElementTypeOrSelf(operands.front());
  for (Value other : operands.drop_front())
    if (Type type = getElementTypeOrSelf(other); type != first)
      return emitError() << "(C3) found the element types " << first << " and "
                         << type << ", expected one";
  return success();
}

InferredType inferBroadcast(EmitError emitError, ArrayRef<Value> operands,
                            size_t alike) {
  if (failed(haveOneElementType(emitError, operands.take_front(alike))))
    return failure();
  shape::Inferred result = shapeOf(operands.front());
  for (Value operand : operands.drop_front())
    if (result)
      result = shape::broadcast(*result.shape, shapeOf(operand));
  return finish(emitError, result, operands,
                getElementTypeOrSelf(operands.front()));
}

InferredType inferComparison(EmitError emitError, Value a, Value b) {
  InferredType type = inferBroadcast(emitError, {a, b});
  if (failed(type))
    return failure();
  return tensorType(a.getContext(), shapeOf(*type),
                    IntegerType::get(a.getContext(), 1));
}

InferredType inferReduction(EmitError emitError, Value x, Value mask,
                            int64_t axis, bool keep, bool isIndex) {
  Builder builder(x.getContext());
  Type element = isIndex ? Type(builder.getI32Type()) : builder.getF32Type();
  if (!mask)
    return finish(emitError, shape::reduce(shapeOf(x), axis, keep), {x},
                  element);
  return finish(emitError,
                shape::reduceWhere(shapeOf(x), axis, shapeOf(mask), keep),
                {x, mask}, element);
}

InferredType inferAlongAxis(EmitError emitError, Value x, int64_t axis) {
  return finish(emitError, shape::alongAxis(shapeOf(x), axis), {x});
}

void addInteger(OpBuilder &builder, OperationState &state, StringAttr name,
                int64_t axis) {
  state.addAttribute(name, builder.getI64IntegerAttr(axis));
}

//===----------------------------------------------------------------------===//
// Norms and choices of the largest
//===----------------------------------------------------------------------===//

InferredType RmsNormOp::inferType(EmitError emitError, Value x, Value weight) {
  return finish(emitError,
                shape::layerNorm(shapeOf(x), shapeOf(weight), nullptr),
                {x, weight});
}

LogicalResult RmsNormOp::verify() {
  auto infer = [&] {
    return inferType([&] { return emitOpError(); }, getX(), getWeight());
  };
  if (failed(verifyResult(*this, infer)))
    return failure();
  return verifyEpsilon(*this, epsilon());
}

InferredType TopKOp::inferType(EmitError emitError, Value x, int64_t k,
                               const std::vector<shape::DimRange> *ranges) {
  return finish(emitError, shape::topK(shapeOf(x), k, ranges), {x},
                IntegerType::get(x.getContext(), 32));
}

LogicalResult TopKOp::verify() {
  std::vector<shape::DimRange> ranges = dimRangesAround(*this);
  return verifyResult(*this, [&] {
    return inferType([&] { return emitOpError(); }, getX(),
                     static_cast<int64_t>(getK()), &ranges);
  });
}

InferredType TakeOp::inferType(EmitError emitError, Value x, Value indices) {
  return finish(emitError, shape::take(shapeOf(x), shapeOf(indices)),
                {x, indices});
}

LogicalResult TakeOp::verify() {
  return verifyResult(*this, [&] {
    return inferType([&] { return emitOpError(); }, getX(), getIndices());
  });
}

} // namespace heddle::graph
