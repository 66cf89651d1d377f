// Random moves, rotations and products: see RandomGraph.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/fuzz/RandomGraph.h"

#include <algorithm>

using namespace mlir;
using namespace heddle;
using namespace heddle::graph;

namespace heddle::fuzz {

namespace {

using shape::Dim;
using shape::Shape;

/// Makes one op of x, which it may first give another element type.
class Mover {
public:
  Mover(const ShapeContext &context)
      : random(context.random), context(context), b(context.builder),
        loc(b.getUnknownLoc()) {}

  Value move();

private:
  Value startingValue();
  Value reshaped(Value x);
  Value transposed(Value x);
  Value joined(Value x);
  Value sliced(Value x);
  Value padded(Value x);
  Value repeated(Value x);

  int64_t anyAxis(const Shape &shape) {
    return random.below(int64_t(shape.size()));
  }

  Random &random;
  const ShapeContext &context;
  OpBuilder &b;
  Location loc;
};

Type elementOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getElementType();
}

Value Mover::startingValue() {
  if (random.chance(75))
    return context.any();
  Shape shape = {Dim::symbol("batch"), Dim::symbol("seq")};
  if (random.chance(40))
    shape.push_back(random.pick<int64_t>({1, 3, 16, 33}));
  return context.tensor(shape, random.chance(50) ? Type(b.getI32Type())
                                                 : Type(b.getI1Type()));
}

/// Axes joined, or an axis split by a divisor, or both at random.
Value Mover::reshaped(Value x) {
  Shape shape = shapeOf(x);
  for (int step = 0; step < 2 && !shape.empty(); ++step) {
    int64_t axis = anyAxis(shape);
    std::optional<int64_t> extent = shape[axis].constant();
    if (extent && *extent % 2 == 0 && shape.size() < 5 && random.chance(50)) {
      shape[axis] = *extent / 2;
      shape.insert(shape.begin() + axis + random.below(2), 2);
    } else if (axis + 1 < int64_t(shape.size())) {
      shape[axis] = shape[axis] * shape[axis + 1];
      shape.erase(shape.begin() + axis + 1);
    } else if (shape.size() < 5) {
      shape.insert(shape.begin() + axis, 1);
    }
  }
  return ReshapeOp::create(b, loc, x, shape);
}

Value Mover::transposed(Value x) {
  SmallVector<int64_t> order;
  for (size_t i = 0; i < shapeOf(x).size(); ++i)
    order.insert(order.begin() + random.below(int64_t(i) + 1), int64_t(i));
  return TransposeOp::create(b, loc, x, order);
}

Value Mover::joined(Value x) {
  int64_t axis = anyAxis(shapeOf(x));
  SmallVector<Value> parts = {x};
  Shape joined = shapeOf(x);
  for (int64_t more = random.below(3); more > 0; --more) {
    Shape other = shapeOf(x);
    if (random.chance(60))
      other[axis] = random.pick<int64_t>({1, 2, 5, 16});
    joined[axis] = joined[axis] + other[axis];
    if (!context.isSmall(joined))
      break;
    parts.insert(parts.begin() + random.below(2),
                 context.tensor(other, elementOf(x)));
  }
  return ConcatOp::create(b, loc, parts, axis);
}

Value Mover::sliced(Value x) {
  Shape shape = shapeOf(x);
  int64_t axis = anyAxis(shape);
  Dim from = 0, length = shape[axis];
  std::optional<int64_t> extent = length.constant();
  if (extent) {
    from = random.below(*extent);
    length = 1 + random.below(*extent - *from.constant());
  } else if (random.chance(50)) {
    from = shape[axis] + Dim(-1); // the last, every extent is 1 at least
    length = 1;
  } else {
    length = 1;
  }
  return SliceOp::create(b, loc, x, axis, from, length);
}

Value Mover::padded(Value x) {
  Shape shape = shapeOf(x);
  int64_t axis = anyAxis(shape);
  auto amount = [&]() -> Dim {
    return random.chance(15) ? Dim::symbol("batch")
                             : Dim(random.pick<int64_t>({0, 1, 2, 7}));
  };
  Dim before = amount(), after = amount();
  shape[axis] = before + shape[axis] + after;
  if (!context.isSmall(shape))
    before = after = 0;
  double value = elementOf(x).isF32() ? random.pick({0.0, 0.25, -1.0})
                                      : double(random.below(2));
  return PadOp::create(b, loc, x, axis, before, after, value);
}

Value Mover::repeated(Value x) {
  Shape shape = shapeOf(x);
  for (Dim &dim : shape)
    if (dim == Dim(1) && random.chance(60))
      dim = random.pick<int64_t>({2, 5, 16});
  if (shape.size() < 4 && random.chance(50))
    shape.insert(shape.begin(), random.chance(50)
                                    ? Dim::symbol("batch")
                                    : Dim(random.pick<int64_t>({1, 2, 3})));
  if (!context.isSmall(shape))
    shape = shapeOf(x);
  return BroadcastToOp::create(b, loc, x, shape);
}

Value Mover::move() {
  Value x = startingValue();
  for (int64_t more = 1 + random.below(3); more > 0; --more) {
    if (random.chance(10) && elementOf(x).isF32())
      x = DropoutOp::create(b, loc, x, 0.1);
    if (shapeOf(x).empty() || random.chance(15)) {
      x = repeated(x);
      continue;
    }
    switch (random.below(5)) {
    case 0:
      x = reshaped(x);
      break;
    case 1:
      x = transposed(x);
      break;
    case 2:
      x = joined(x);
      break;
    case 3:
      x = sliced(x);
      break;
    case 4:
      x = padded(x);
      break;
    }
  }
  return x;
}

} // namespace

Value randomMove(const ShapeContext &context, std::vector<Value> &others) {
  Value made = Mover(context).move();
  if (elementOf(made).isF32())
    return made;
  others.push_back(made);
  return {};
}

Value randomRope(const ShapeContext &context, Value heads) {
  Random &random = context.random;
  OpBuilder &b = context.builder;
  Location loc = b.getUnknownLoc();
  Shape shape = shapeOf(heads);
  int64_t width = *shape[3].constant();
  if (width > 2 && random.chance(30))
    width -= 2;
  Value positions;
  Dim offset = 0;
  if (random.chance(30))
    positions = context.tensor(random.chance(50) ? Shape{shape[0], shape[2]}
                                                 : Shape{shape[2]},
                               b.getI32Type());
  else if (random.chance(30))
    offset = random.chance(50) ? Dim(3) : Dim::symbol("batch");
  int64_t rows = *shape::maximum(offset + shape[2], context.ranges);
  auto type = tensorType(b.getContext(), {rows, width}, b.getF32Type());
  bool scaled = random.chance(30);
  Value table = AngleTableOp::create(
      b, loc, type, Angles::Rotary,
      llvm::APFloat(random.pick({100.0, 10000.0})),
      random.chance(20) ? b.getF64FloatAttr(2.5) : FloatAttr(),
      scaled ? b.getDenseF64ArrayAttr({8, 1, 4, 32}) : DenseF64ArrayAttr());
  return RopeOp::create(b, loc, heads, table, positions,
                        random.chance(60) ? Pairs::Half : Pairs::Adjacent,
                        offset);
}

Value randomMatmul(const ShapeContext &context) {
  Random &random = context.random;
  OpBuilder &b = context.builder;
  auto extent = [&]() -> Dim {
    return random.chance(50)
               ? Dim(random.pick<int64_t>({1, 2, 7, 12, 16, 33, 48, 50}))
               : Dim::symbol(random.pickFrom(context.ranges).name);
  };
  Dim m = extent(), n = extent(), k = extent();
  Shape batch, left, right;
  for (int64_t rank = random.below(3); rank > 0; --rank)
    batch.push_back(random.chance(50) ? Dim::symbol("batch") : Dim(3));
  auto operand = [&](const Dim &rows, const Dim &columns, bool transpose) {
    Shape shape = batch;
    for (Dim &dim : shape)
      if (random.chance(20))
        dim = 1;
    if (!shape.empty() && random.chance(20))
      shape.erase(shape.begin());
    shape.push_back(transpose ? columns : rows);
    shape.push_back(transpose ? rows : columns);
    return shape;
  };
  bool transposeA = random.chance(40), transposeB = random.chance(40);
  left = operand(m, k, transposeA);
  right = operand(k, n, transposeB);
  Shape result = batch;
  result.insert(result.end(), {m, n});
  if (!context.isSmall(left) || !context.isSmall(right) ||
      !context.isSmall(result))
    return {};
  Value a = context.tensor(left, b.getF32Type());
  Value c = context.tensor(right, b.getF32Type());
  return MatmulOp::create(b, b.getUnknownLoc(), a, c, transposeA, transposeB);
}

} // namespace heddle::fuzz
