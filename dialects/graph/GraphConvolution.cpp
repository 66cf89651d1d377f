// Result type, builder and rules of hgraph.conv.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/graph/GraphInfer.h"

using namespace mlir;
using namespace heddle;
using namespace heddle::graph;

InferredType ConvOp::inferType(EmitError emitError, Value x, Value weight,
                               Value bias, const shape::Windows &windows,
                               const std::vector<shape::DimRange> *ranges) {
  shape::Shape biasShape;
  if (bias)
    biasShape = shapeOf(bias);
  return finish(emitError,
                shape::convolution(shapeOf(x), shapeOf(weight),
                                   bias ? &biasShape : nullptr, windows,
                                   ranges),
                {x, weight, bias});
}

void ConvOp::build(OpBuilder &builder, OperationState &state, Value x,
                   Value weight, Value bias, const shape::Windows &windows) {
  state.addAttribute(getStrideAttrName(state.name),
                     builder.getDenseI64ArrayAttr(windows.stride));
  state.addAttribute(getPaddingAttrName(state.name),
                     builder.getDenseI64ArrayAttr(windows.padding));
  state.addAttribute(getDilationAttrName(state.name),
                     builder.getDenseI64ArrayAttr(windows.dilation));
  addInteger(builder, state, getGroupsAttrName(state.name), windows.groups);
  buildInferred(state, {x, weight, bias}, [&](EmitError emitError) {
    return inferType(emitError, x, weight, bias, windows, nullptr);
  });
}

shape::Windows ConvOp::windows() {
  return {getStride().vec(), getPadding().vec(), getDilation().vec(),
          static_cast<int64_t>(getGroups())};
}

int64_t ConvOp::terms() {
  shape::Shape weight = shapeOf(getWeight());
  weight.erase(weight.begin());
  return *shape::elementCount(weight).constant();
}

LogicalResult ConvOp::verify() {
  size_t rank = cast<RankedTensorType>(getX().getType()).getRank();
  std::string problem = shape::checkWindows(windows(), rank == 4 ? 2 : 1);
  bool hasAxes = rank == 3 || rank == 4; // otherwise (C1) says so
  if (hasAxes && !problem.empty())
    return emitOpError("(C3) ") << problem;
  std::vector<shape::DimRange> ranges = dimRangesAround(*this);
  return verifyResult(*this, [&] {
    return inferType([&] { return emitOpError(); }, getX(), getWeight(),
                     getBias(), windows(), &ranges);
  });
}
