// Heads of a product's rows whose pairs of features are turned as they are
// stored: a rope between split_heads and merge_heads.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/Gemm.h"

#include <numeric>

using namespace mlir;

namespace heddle::lower {

/// The output's dims: (feature in its run, run, head, row) where pairs are half
/// the turned width apart, so that those of a run have theirs in another one;
/// (one of the pair, pair, head, row) where they are adjacent.
LogicalResult GemmLowering::planTurn() {
  auto split = rope.getX().getDefiningOp<graph::SplitHeadsOp>();
  std::optional<int64_t> width = shapeOf(rope.getX())[3].constant();
  if (linears.size() > 1 || !panelled || !width || !split ||
      split.getX() != linear.getOutput() || !split.getOutput().hasOneUse() ||
      !rope.getOutput().hasOneUse() ||
      !isa<graph::MergeHeadsOp>(*rope->user_begin()) ||
      !shapeOf(rope.getTable())[1].isConstant())
    return rope.emitOpError("has no lowering: in the kernel of a linear it "
                            "stands between split_heads and merge_heads of "
                            "whole panels, which read nothing else");
  int64_t half = *shapeOf(rope.getTable())[1].constant() / 2;
  headWidth = *width;
  bool isHalf = rope.getPairs() == graph::Pairs::Half;
  run = isHalf ? std::gcd(half, headWidth) : 2;
  kernelPlan.output.view = {shape::Dim(run), shape::Dim(headWidth / run),
                            shape::Dim(columns / headWidth), rowCount};
  return success();
}

/// The table's row for a row of the product.
Expr GemmLowering::positionOf(Expr row) {
  shape::Dim length = shapeOf(rope.getX())[2];
  Expr place = row;
  if (length != rowCount)
    place = modulo(row, builder->dimValue(length));
  Value positions = rope.getPositions();
  if (!positions)
    return place + builder->dimValue(rope.firstPosition());
  Expr at = shapeOf(positions).size() > 1 ? row : place;
  Expr given = builder->bufferOf(positions)
                   ? builder->element(positions, {at})
                   : literalAt(*builder, positions, at);
  Expr last = builder->dimValue(shapeOf(rope.getTable())[0]) - 1.0;
  return clamp(given, builder->index(0), last);
}

/// The pair (u, v) becomes (u c - v s, v c + u s).
Expr GemmLowering::turnedAt(const Point &point) {
  int64_t features = *shapeOf(rope.getTable())[1].constant();
  int64_t half = features / 2, runs = half / run; // runs: of firsts
  bool isHalf = rope.getPairs() == graph::Pairs::Half;
  Expr start = point[2] * double(headWidth), position = positionOf(point[3]);
  auto table = [&](Expr column) {
    Value table = rope.getTable();
    return builder->bufferOf(table)
               ? builder->element(table, {column, position})
               : literalAt(*builder, table,
                           position * double(features) + column);
  };
  auto sum = [&](Expr feature) {
    Expr column = start + feature;
    return valueAt(linear.getOutput(),
                   {modulo(column, panel), floorDiv(column, panel), point[3]});
  };
  // Behind the turned features the modulus keeps the table's columns inside.
  Expr feature = point[1] * double(run) + point[0];
  Expr pair = isHalf ? modulo(point[1], runs) * double(run) + point[0]
                     : modulo(point[1], half);
  Expr u = sum(isHalf ? pair : pair * 2.0);
  Expr v = sum(isHalf ? pair + double(half) : pair * 2.0 + 1.0);
  Expr cosine = table(pair), sine = table(pair + double(half));
  Expr isFirst =
      isHalf ? point[1] < double(runs) : point[0] == builder->index(0);
  Expr result = select(isFirst, u * cosine - v * sine, v * cosine + u * sine);
  if (features < headWidth)
    result =
        select((isHalf ? point[1] * double(run) : feature) < double(features),
               result, sum(feature));
  return result;
}

void GemmLowering::finishTurned() {
  keepPanel(linear.getOutput());
  const shape::Shape &view = kernelPlan.output.view;
  std::vector<int64_t> extents = {*view[0].constant(), *view[1].constant(),
                                  *view[2].constant(), -1};
  builder->finish(kernelPlan.output, {"j", "part", "h", "m"}, extents,
                  [&](Value value, const Point &point) {
                    turned = point;
                    Expr column = point[2] * double(headWidth) +
                                  point[1] * double(run) + point[0];
                    return valueAt(value, {modulo(column, panel),
                                           floorDiv(column, panel), point[3]});
                  });
}

} // namespace heddle::lower
