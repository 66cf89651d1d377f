// Index maps, rotations and matrix products: see ShapeMaps.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/ShapeMaps.h"

#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <numeric>

using namespace mlir;

namespace heddle::lower {

Point broadcastPoint(KernelBuilder &builder, const shape::Shape &operand,
                     const Point &point) {
  Point at(point.end() - operand.size(), point.end());
  for (size_t i = 0; i < operand.size(); ++i)
    if (operand[i] == shape::Dim(1))
      at[i] = builder.index(0);
  return at;
}

namespace {

Point replaced(Point point, size_t axis, Expr index) {
  point[axis] = index;
  return point;
}

/// The part that an index falls in. Each part is read inside its bounds, also
/// where another one is chosen.
Expr concatAt(KernelBuilder &builder, graph::ConcatOp op, const Point &point,
              const ReadAt &read) {
  size_t axis = op.getAxis();
  shape::Dim end;
  Expr result;
  for (Value part : op.getParts()) {
    shape::Dim extent = shapeOf(part)[axis], begin = end;
    end = end + extent;
    Expr index = point[axis];
    if (op.getParts().size() > 1) {
      index = index - builder.dimValue(begin);
      index = clamp(index, builder.index(0), builder.dimValue(extent) - 1.0);
    }
    Expr here = read(part, replaced(point, axis, index));
    result = result.value
                 ? select(point[axis] < builder.dimValue(begin), result, here)
                 : here;
  }
  return result;
}

Expr padAt(KernelBuilder &builder, graph::PadOp op, const Point &point,
           const ReadAt &read) {
  size_t axis = op.getAxis();
  Expr index = point[axis] - builder.dimValue(op.beforeDim());
  Expr last = builder.dimValue(shapeOf(op.getX())[axis]) - 1.0;
  Expr zero = builder.index(0);
  Expr inside = (zero <= index) & (index <= last);
  Expr here = read(op.getX(), replaced(point, axis, clamp(index, zero, last)));
  Type element = here.value.getType();
  return select(inside, here, builder.constant(element, op.valueNumber()));
}

} // namespace

Expr movedAt(KernelBuilder &builder, Operation *op, const Point &point,
             const ReadAt &read) {
  return llvm::TypeSwitch<Operation *, Expr>(op)
      .Case([&](graph::TransposeOp transpose) {
        Point at(point.size());
        for (auto [i, axis] : llvm::enumerate(transpose.getOrder()))
          at[axis] = point[i];
        return read(transpose.getX(), at);
      })
      .Case([&](graph::ConcatOp concat) {
        return concatAt(builder, concat, point, read);
      })
      .Case([&](graph::SliceOp slice) {
        size_t axis = slice.getAxis();
        Expr index = point[axis];
        if (slice.first() != shape::Dim(0))
          index = index + builder.dimValue(slice.first());
        return read(slice.getX(), replaced(point, axis, index));
      })
      .Case([&](graph::PadOp pad) { return padAt(builder, pad, point, read); })
      .Case([&](graph::BroadcastToOp broadcast) {
        Value x = broadcast.getX();
        return read(x, broadcastPoint(builder, shapeOf(x), point));
      })
      .Case([&](graph::SplitHeadsOp split) {
        Expr width = builder.dimValue(shapeOf(split.getOutput())[3]);
        return read(split.getX(),
                    {point[0], point[2], point[1] * width + point[3]});
      })
      .Case([&](graph::MergeHeadsOp merge) {
        Expr width = builder.dimValue(shapeOf(merge.getX())[3]);
        return read(merge.getX(), {point[0], floorDiv(point[2], width),
                                   point[1], modulo(point[2], width)});
      })
      .Default([](Operation *) { return Expr(); });
}

//===----------------------------------------------------------------------===//
// rope
//===----------------------------------------------------------------------===//

namespace {

/// The row of the table for a row of x.
Expr positionOf(KernelBuilder &builder, graph::RopeOp op, const Point &point,
                const ReadAt &read) {
  Value positions = op.getPositions();
  if (!positions) {
    shape::Dim first = op.firstPosition();
    return first == shape::Dim(0) ? point[2]
                                  : point[2] + builder.dimValue(first);
  }
  Point at = {point[0], point[2]};
  if (shapeOf(positions).size() == 1)
    at.erase(at.begin());
  Expr last = builder.dimValue(shapeOf(op.getTable())[0]) - 1.0;
  return clamp(read(positions, at), builder.index(0), last);
}

} // namespace

Expr turnedAt(KernelBuilder &builder, graph::RopeOp op, const Point &point,
              const ReadAt &read) {
  int64_t turned = *shapeOf(op.getTable())[1].constant(), half = turned / 2;
  int64_t width = *shapeOf(op.getX())[3].constant();
  Expr row = positionOf(builder, op, point, read), feature = point[3];
  auto table = [&](Expr column) { return read(op.getTable(), {row, column}); };
  auto x = [&](Expr index) {
    return read(op.getX(), replaced(point, 3, index));
  };
  // Past the turned features the indices below stay inside by the modulus.
  Expr result;
  if (op.getPairs() == graph::Pairs::Half) {
    Expr pair = modulo(feature, half);
    Expr partner = modulo(feature + double(half), turned);
    Expr cosine = table(pair), sine = table(pair + double(half));
    Expr sign =
        select(feature < double(half), builder.real(-1.0), builder.real(1.0));
    result = x(feature) * cosine + x(partner) * sine * sign;
  } else {
    Expr pair = modulo(floorDiv(feature, 2), half);
    Expr u = x(pair * 2.0), v = x(pair * 2.0 + 1.0);
    Expr cosine = table(pair), sine = table(pair + double(half));
    result = select(modulo(feature, 2) == builder.index(0),
                    u * cosine - v * sine, v * cosine + u * sine);
  }
  if (turned < width)
    result = select(feature < double(turned), result, x(feature));
  return result;
}

int64_t turnedVector(graph::RopeOp op, int64_t most) {
  int64_t turned = *shapeOf(op.getTable())[1].constant();
  int64_t run = op.getPairs() == graph::Pairs::Half ? turned / 2 : turned;
  return std::gcd(most, run);
}

//===----------------------------------------------------------------------===//
// matmul
//===----------------------------------------------------------------------===//

namespace {

std::vector<std::string> dimNames(size_t rank) {
  std::vector<std::string> names;
  for (size_t i = 0; i < rank; ++i)
    names.push_back("d" + std::to_string(i));
  return names;
}

} // namespace

Func matmulSums(KernelBuilder &builder, graph::MatmulOp op,
                const ReadAt &read) {
  shape::Shape result = shapeOf(op.getOutput());
  size_t rank = result.size();
  std::vector<int64_t> extents(rank);
  for (size_t i = 0; i < rank; ++i)
    extents[i] = result[rank - 1 - i].constant().value_or(-1);
  shape::Shape a = shapeOf(op.getA()), b = shapeOf(op.getB());
  const shape::Dim &inner = a[a.size() - (op.getTransposeA() ? 2 : 1)];
  // An operand's element for the batch of `point`, which is innermost first.
  auto element = [&](Value operand, const Point &point, Expr row, Expr column,
                     bool transpose) {
    Point at(point.rbegin(), point.rend());
    at[rank - 2] = transpose ? column : row;
    at[rank - 1] = transpose ? row : column;
    shape::Shape shape = shapeOf(operand);
    Point own =
        broadcastPoint(builder, shape::Shape(shape.begin(), shape.end() - 2),
                       Point(at.begin(), at.end() - 2));
    own.insert(own.end(), at.end() - 2, at.end());
    return read(operand, own);
  };
  std::vector<int64_t> packedExtents = extents;
  packedExtents[1] = inner.constant().value_or(-1);
  Func packed = builder.func(
      {"packed", schedule::Role::Pack, dimNames(rank), packedExtents},
      [&](const Point &point) {
        Expr last = builder.dimValue(result[rank - 1]) - 1.0;
        return element(op.getB(), point, point[1], min(likely(point[0]), last),
                       op.getTransposeB());
      });
  Func sum = builder.func(
      {"acc", schedule::Role::Accumulator, dimNames(rank), extents},
      [&](const Point &) { return builder.real(0.0); });
  builder.update(sum, {{"k", builder.index(0), builder.dimValue(inner)}},
                 [&](const Point &pure, const Point &reduced) {
                   Expr row =
                       min(pure[1], builder.dimValue(result[rank - 2]) - 1.0);
                   Expr left = element(op.getA(), pure, row, reduced[0],
                                       op.getTransposeA());
                   Point right = pure;
                   right[1] = reduced[0];
                   return Store{pure, sum(pure) + left * packed(right)};
                 });
  return sum;
}

} // namespace heddle::lower
