// Reductions along any axis, softmax, norms, and choices of the largest, as
// funcs of a kernel of rows.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/Rows.h"
#include "compiler/lower/kernels/Transcendentals.h"

#include "llvm/ADT/TypeSwitch.h"

#include <limits>

using namespace mlir;

namespace heddle::lower {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr int64_t mostInt = std::numeric_limits<int32_t>::max();

/// NaN is above everything but itself.
Expr isAbove(Expr a, Expr b) {
  return (!isNan(b)) & (isNan(a) | strict(b < a));
}
Expr isSame(Expr a, Expr b) { return (isNan(a) & isNan(b)) | strict(a == b); }

/// The extents of x without its axis, innermost first.
std::vector<int64_t> otherExtents(Value x, unsigned axis) {
  std::vector<int64_t> extents = extentsOf(x);
  extents.erase(extents.end() - 1 - axis);
  return extents;
}

/// A point of x, outermost first, from the other indices, innermost first.
Point withAxis(const Point &others, unsigned axis, Expr index) {
  Point point = reversed(others);
  point.insert(point.begin() + axis, index);
  return point;
}

} // namespace

Func RowsLowering::fold(const graph::ReductionView &view,
                        const std::string &name, schedule::Role role,
                        Type element, const std::function<Expr()> &start,
                        const Join &join) {
  std::vector<int64_t> extents = otherExtents(view.x, view.axis);
  Expr length = extentOf(view.x, view.axis);
  Func func =
      builder.func({name, role, dimNames(extents.size()), extents, {}, element},
                   [&](const Point &) { return start(); });
  builder.update(
      func, {{"r", builder.index(0), length}},
      [&](const Point &pure, const Point &reduced) {
        Point point = withAxis(pure, view.axis, reduced[0]);
        Expr before = func(pure);
        Expr after = join(before, {valueAt(view.x, point), reduced[0], pure});
        if (view.mask) {
          point.resize(shapeOf(view.mask).size());
          after = select(isNonZero(valueAt(view.mask, point)), after, before);
        }
        return Store{pure, after};
      });
  return func;
}

std::function<Expr(const Point &)>
RowsLowering::countOf(const graph::ReductionView &view) {
  if (!view.mask) {
    Expr length = toFloat(extentOf(view.x, view.axis));
    return [length](const Point &) { return length; };
  }
  // Fewer indices decide than the result has: those of the mask's own axes.
  std::vector<int64_t> extents = otherExtents(view.mask, view.axis);
  size_t rank = extents.size();
  graph::ReductionView chosen = view;
  chosen.x = view.mask;
  Func count = fold(
      chosen, "count", schedule::Role::Serial, {},
      [&] { return builder.real(0.0); },
      [](Expr before, const Met &) { return before + 1.0; });
  return [count, rank](const Point &point) {
    return count(Point(point.end() - rank, point.end()));
  };
}

/// A sum over a count, 0 where nothing is counted.
static Expr quotient(Expr sum, Expr count) {
  Expr zero = sum.owner->real(0.0);
  return select(count <= 0.0, zero, sum / max(count, sum.owner->real(1.0)));
}

Func RowsLowering::prepareMean(
    const graph::ReductionView &view,
    const std::function<Expr(const Point &)> &count) {
  Func sum = fold(
      view, "sum", schedule::Role::RowSum, {},
      [&] { return builder.real(0.0); },
      [](Expr before, const Met &met) { return before + met.value; });
  std::vector<int64_t> extents = otherExtents(view.x, view.axis);
  return builder.func(
      {"mean", schedule::Role::Row, dimNames(extents.size()), extents},
      [&](const Point &point) { return quotient(sum(point), count(point)); });
}

/// Of the differences from the mean: a second pass.
Func RowsLowering::prepareVariance(
    const graph::ReductionView &view,
    const std::function<Expr(const Point &)> &count) {
  Func mean = prepareMean(view, count);
  Func squares = fold(
      view, "squares", schedule::Role::RowSum, {},
      [&] { return builder.real(0.0); },
      [&](Expr before, const Met &met) {
        Expr difference = met.value - mean(met.others);
        return before + difference * difference;
      });
  std::vector<int64_t> extents = otherExtents(view.x, view.axis);
  return builder.func(
      {"variance", schedule::Role::Row, dimNames(extents.size()), extents},
      [&](const Point &point) {
        return quotient(squares(point), count(point));
      });
}

Func RowsLowering::prepareExtreme(const graph::ReductionView &view,
                                  bool isLargest) {
  return fold(
      view, isLargest ? "largest" : "smallest", schedule::Role::RowSum, {},
      [&] { return builder.real(isLargest ? -infinity : infinity); },
      [&](Expr before, const Met &met) {
        return isLargest ? max(before, met.value) : min(before, met.value);
      });
}

/// The first index of what the largest element is; x is read twice and must be
/// the same both times.
Func RowsLowering::prepareArgmax(const graph::ReductionView &view) {
  settle(view.x);
  Func largest = prepareExtreme(view, true);
  Func first = fold(
      view, "first", schedule::Role::RowSum, builder.builder().getI32Type(),
      [&] { return builder.index(mostInt); },
      [&](Expr before, const Met &met) {
        Expr isLargest = isSame(met.value, largest(met.others));
        return select(isLargest, min(before, met.index), before);
      });
  std::vector<int64_t> extents = otherExtents(view.x, view.axis);
  return builder.func({"argmax",
                       schedule::Role::Row,
                       dimNames(extents.size()),
                       extents,
                       {},
                       builder.builder().getI32Type()},
                      [&](const Point &point) {
                        Expr index = first(point);
                        return select(index == builder.index(mostInt),
                                      builder.index(0), index);
                      });
}

void RowsLowering::prepareReduction(Operation *op) {
  graph::ReductionView view = *graph::reductionOf(op);
  rows[op->getResult(0)] =
      llvm::TypeSwitch<Operation *, Func>(op)
          .Case([&](graph::SumOp) {
            return fold(
                view, "sum", schedule::Role::RowSum, {},
                [&] { return builder.real(0.0); },
                [](Expr before, const Met &met) { return before + met.value; });
          })
          .Case([&](graph::MeanOp) { return prepareMean(view, countOf(view)); })
          .Case([&](graph::VarOp) {
            return prepareVariance(view, countOf(view));
          })
          .Case([&](graph::LargestOp) { return prepareExtreme(view, true); })
          .Case([&](graph::SmallestOp) { return prepareExtreme(view, false); })
          .Case([&](graph::ArgmaxOp) { return prepareArgmax(view); });
}

void RowsLowering::prepareNorm(Operation *norm) {
  Value x = norm->getOperand(0);
  RowReader row = rowOf(x);
  Expr count = toFloat(extentOf(x, shapeOf(x).size() - 1));
  moments[norm] = normMoments(builder, norm, row, count);
}

Expr RowsLowering::normAt(Operation *norm, const Point &point) {
  Point outer = reversed(Point(point.begin(), point.end() - 1));
  return applyNorm(
      norm, valueAt(norm->getOperand(0), point), moments[norm], outer,
      [&](Value parameter) { return valueAt(parameter, {point.back()}); });
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

/// The largest element and the sum of exponentials: of each row, or, along an
/// axis that is not the last, of every choice of the other indices before
/// anything else is computed.
void RowsLowering::prepareSoftmax(Operation *op) {
  std::pair<Value, unsigned> along = *graph::axisOf(op);
  Value x = along.first;
  if (along.second + 1 == shapeOf(x).size()) {
    RowReader row = rowOf(x);
    Func largest =
        reduceRow(builder, "row_max", row, Combine::Max,
                  [](Expr element, const Point &) { return element; });
    Func sum = reduceRow(builder, "row_sum", row, Combine::Sum,
                         [&](Expr element, const Point &outer) {
                           return exponential(element - largest(outer));
                         });
    moments[op] = {largest, sum};
    return;
  }
  graph::ReductionView view;
  view.x = x;
  view.axis = along.second;
  // Not -inf: an element that is would make NaN of their difference.
  Func largest = fold(
      view, "column_max", schedule::Role::Before, {},
      [&] { return builder.real(-std::numeric_limits<float>::max()); },
      [](Expr before, const Met &met) {
        return maxOfNumbers(before, met.value);
      });
  Func sum = fold(
      view, "column_sum", schedule::Role::Before, {},
      [&] { return builder.real(0.0); },
      [&](Expr before, const Met &met) {
        return before + exponential(met.value - largest(met.others));
      });
  moments[op] = {largest, sum};
}

/// Where all are -inf the sum is 0: softmax gives 0, its logarithm -inf.
Expr RowsLowering::softmaxAt(Operation *op, const Point &point) {
  std::pair<Value, unsigned> along = *graph::axisOf(op);
  Point outer = point;
  outer.erase(outer.begin() + along.second);
  outer = reversed(outer);
  Expr difference = valueAt(along.first, point) - moments[op].mean(outer);
  Expr sum = moments[op].scale(outer), isEmpty = sum <= 0.0;
  Expr value =
      isa<graph::LogSoftmaxOp>(op)
          ? select(isEmpty, builder.real(-infinity),
                   difference - logarithm(sum))
          : select(isEmpty, builder.real(0.0), exponential(difference) / sum);
  return value + zeroOrNaN(sum);
}

//===----------------------------------------------------------------------===//
// The largest elements
//===----------------------------------------------------------------------===//

/// One pass over the row for each of the k: the largest of those that come
/// after the one before, in the order of size and then index.
void RowsLowering::prepareTopK(graph::TopKOp op) {
  Value x = op.getX(), result = op.getOutput();
  settle(x);
  unsigned rank = shapeOf(x).size();
  Expr length = extentOf(x, rank - 1), last = length - 1.0;
  Expr zero = builder.index(0);
  Func pick = builder.func({"pick",
                            schedule::Role::Serial,
                            dimNames(rank),
                            extentsOf(result),
                            {},
                            builder.builder().getI32Type()},
                           [&](const Point &) { return builder.index(-1); });
  auto update = [&](const Point &pure, const Point &reduced) {
    Expr index = reduced[0], place = reduced[1];
    Point at = pure, before = pure;
    at[0] = place;
    before[0] = max(place - 1.0, zero);
    auto elementAt = [&](Expr i) {
      Point point = reversed(pure);
      point.back() = clamp(i, zero, last);
      return valueAt(x, point);
    };
    Expr value = elementAt(index), best = pick(at), previous = pick(before);
    Expr bound = elementAt(previous);
    Expr comesLater = (place == zero) | isAbove(bound, value) |
                      (isSame(bound, value) & (previous < index));
    Expr isBetter = (best < zero) | isAbove(value, elementAt(best));
    return Store{at, select(comesLater & isBetter, index, best)};
  };
  builder.update(
      pick, {{"r", zero, length}, {"place", zero, builder.index(op.getK())}},
      update);
  rows[result] = pick;
}

Expr RowsLowering::takeAt(graph::TakeOp op, const Point &point) {
  Expr last = extentOf(op.getX(), point.size() - 1) - 1.0;
  Point at = point;
  at.back() = clamp(valueAt(op.getIndices(), point), builder.index(0), last);
  return valueAt(op.getX(), at);
}

} // namespace heddle::lower
