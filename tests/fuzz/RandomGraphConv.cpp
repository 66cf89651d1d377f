// Random convolutions: see RandomGraph.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/fuzz/RandomGraph.h"

#include "compiler/shape/Infer.h"

#include <algorithm>

using namespace mlir;
using namespace heddle;
using namespace heddle::graph;

namespace heddle::fuzz {

namespace {

using shape::Dim;
using shape::Shape;

/// One convolution and the element-wise ops behind it.
class Convolver {
public:
  Convolver(const ShapeContext &context)
      : random(context.random), context(context), b(context.builder),
        loc(b.getUnknownLoc()) {}

  Value make();

private:
  Dim extent(int64_t kernel);
  Value finished(Value y);

  Random &random;
  const ShapeContext &context;
  OpBuilder &b;
  Location loc;
  shape::Windows windows;
};

/// The windows of one more axis, and an extent of x with room for one.
Dim Convolver::extent(int64_t kernel) {
  int64_t dilation = random.pick<int64_t>({1, 1, 1, 2, 3});
  int64_t stride = random.pick<int64_t>({1, 1, 2, 3, kernel});
  int64_t padding = random.below(3);
  windows.dilation.push_back(dilation);
  windows.stride.push_back(stride);
  windows.padding.push_back(padding);
  int64_t least = dilation * (kernel - 1) + 1 - 2 * padding;
  if (random.chance(50))
    return std::max<int64_t>(1, least) + random.below(20);
  int64_t more = std::max<int64_t>(0, least - stride) + random.below(3);
  return Dim::symbol(random.pickFrom(context.ranges).name) * Dim(stride) +
         Dim(more);
}

/// What is fused behind it, often.
Value Convolver::finished(Value y) {
  Shape shape = shapeOf(y), each(shape.size(), Dim(1));
  each[1] = shape[1];
  if (random.chance(50))
    each.erase(each.begin());
  if (random.chance(30))
    y = MulOp::create(b, loc, y, context.tensor(each, b.getF32Type()));
  if (random.chance(40))
    y = random.chance(50) ? Value(ReluOp::create(b, loc, y))
                          : Value(GeluOp::create(b, loc, y, GeluForm::None));
  if (random.chance(30))
    y = AddOp::create(b, loc, context.tensor(shape, b.getF32Type()), y);
  return y;
}

Value Convolver::make() {
  int64_t axes = random.chance(60) ? 1 : 2;
  windows.groups = random.pick<int64_t>({1, 1, 1, 2, 3});
  int64_t channels = random.pick<int64_t>({1, 2, 3, 8, 17});
  int64_t outputs =
      windows.groups * random.pick<int64_t>({1, 2, 5, 8, 12, 13, 33});
  Shape x = {random.chance(80) ? Dim::symbol("batch") : Dim(2),
             windows.groups * channels};
  Shape weight = {outputs, channels};
  for (int64_t i = 0; i < axes; ++i) {
    int64_t kernel = random.pick<int64_t>({1, 2, 3, 3, 4, 7});
    weight.push_back(kernel);
    x.push_back(extent(kernel));
  }
  shape::Inferred out =
      shape::convolution(x, weight, nullptr, windows, &context.ranges);
  if (!out || !context.isSmall(x) || !context.isSmall(*out.shape))
    return {};
  Value source = context.tensor(x, b.getF32Type());
  Value table = random.chance(90) ? context.weight(weight, "weight")
                                  : context.tensor(weight, b.getF32Type());
  Value bias;
  if (random.chance(60))
    bias = random.chance(80) ? context.weight({outputs}, "bias")
                             : context.tensor({outputs}, b.getF32Type());
  return finished(ConvOp::create(b, loc, source, table, bias, windows));
}

} // namespace

Value randomConv(const ShapeContext &context) {
  return Convolver(context).make();
}

} // namespace heddle::fuzz
