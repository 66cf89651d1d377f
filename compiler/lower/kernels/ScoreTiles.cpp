// Ranges of a mask's values over tiles: see ScoreTiles.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/ScoreTiles.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace heddle::lower {

using Uses = ScoreRegion::Uses;

ScoreTiles::ScoreTiles(KernelBuilder &builder, ScoreRegion &region)
    : builder(builder), region(region) {
  for (Value condition : region.otherConditions())
    if (isDecided(condition))
      decided.push_back(condition);
}

void ScoreTiles::build(const schedule::AttentionShape &tile, Expr queryCount,
                       Expr keyCount) {
  shape = tile;
  queries = queryCount;
  keys = keyCount;
  for (Value condition : decided)
    addTables(condition);
}

bool ScoreTiles::isSparse() const {
  return llvm::any_of(decided,
                      [&](Value condition) { return isSparse(condition); });
}

bool ScoreTiles::isSparse(Value condition) const {
  Operation *source = condition.getDefiningOp();
  if (isa_and_nonnull<arith::AndIOp>(source))
    return isSparse(source->getOperand(0)) || isSparse(source->getOperand(1));
  if (isa_and_nonnull<arith::OrIOp>(source))
    return isSparse(source->getOperand(0)) && isSparse(source->getOperand(1));
  auto compare = dyn_cast_or_null<arith::CmpIOp>(source);
  return compare && compare.getPredicate() == arith::CmpIPredicate::eq &&
         isSeparable(compare);
}

bool ScoreTiles::isSeparable(arith::CmpIOp compare) const {
  Uses left = region.usesOf(compare.getLhs());
  Uses right = region.usesOf(compare.getRhs());
  bool isCrossed = (left.query && right.key) || (left.key && right.query);
  return isCrossed && !(left.query && left.key) &&
         !(right.query && right.key) && !left.score && !right.score &&
         compare.getPredicate() != arith::CmpIPredicate::ne &&
         !arith::CmpIOp(compare).getLhs().getType().isInteger(1);
}

/// A disjunction is decided if both sides are: one that is not may hold.
bool ScoreTiles::isDecided(Value condition) const {
  Operation *source = condition.getDefiningOp();
  if (auto both = dyn_cast_or_null<arith::AndIOp>(source))
    return isDecided(both.getLhs()) || isDecided(both.getRhs());
  if (auto either = dyn_cast_or_null<arith::OrIOp>(source))
    return isDecided(either.getLhs()) && isDecided(either.getRhs());
  Uses uses = region.usesOf(condition);
  if (uses.score)
    return false;
  auto compare = dyn_cast_or_null<arith::CmpIOp>(source);
  return !(uses.query && uses.key) || (compare && isSeparable(compare));
}

Expr ScoreTiles::mayLive(Expr c, Expr qb, Expr h, Expr b) {
  Expr all;
  for (Value condition : decided) {
    Expr one = mayHold(condition, {c, qb, h, b});
    all = all.value ? all & one : one;
  }
  return all;
}

Expr ScoreTiles::mayHold(Value condition, const Point &tile) {
  Operation *source = condition.getDefiningOp();
  if (auto both = dyn_cast_or_null<arith::AndIOp>(source)) {
    if (!isDecided(both.getLhs()))
      return mayHold(both.getRhs(), tile);
    if (!isDecided(both.getRhs()))
      return mayHold(both.getLhs(), tile);
    return mayHold(both.getLhs(), tile) & mayHold(both.getRhs(), tile);
  }
  if (auto either = dyn_cast_or_null<arith::OrIOp>(source))
    return mayHold(either.getLhs(), tile) | mayHold(either.getRhs(), tile);
  auto compare = dyn_cast_or_null<arith::CmpIOp>(source);
  if (compare && isSeparable(compare))
    return compareRanges(compare, tile);
  return bound(condition, Bound::Any, tile) != builder.index(0);
}

/// Whether some left value and some right value compare so.
Expr ScoreTiles::compareRanges(arith::CmpIOp compare, const Point &tile) {
  Value left = compare.getLhs(), right = compare.getRhs();
  auto least = [&](Value value) { return bound(value, Bound::Least, tile); };
  auto greatest = [&](Value value) {
    return bound(value, Bound::Greatest, tile);
  };
  switch (compare.getPredicate()) {
  case arith::CmpIPredicate::slt:
    return least(left) < greatest(right);
  case arith::CmpIPredicate::sle:
    return least(left) <= greatest(right);
  case arith::CmpIPredicate::sgt:
    return least(right) < greatest(left);
  case arith::CmpIPredicate::sge:
    return least(right) <= greatest(left);
  case arith::CmpIPredicate::eq:
    return (least(left) <= greatest(right)) & (least(right) <= greatest(left));
  default:
    return builder.boolean(true); // unsigned: no text gives one
  }
}

Expr ScoreTiles::bound(Value value, Bound bound, const Point &tile) {
  Uses uses = region.usesOf(value);
  Expr none = builder.index(0);
  const Func &table = tables.at({value.getAsOpaquePointer(), bound});
  return table({uses.key ? tile[0] : tile[1], uses.head ? tile[2] : none,
                uses.batch ? tile[3] : none});
}

void ScoreTiles::addTables(Value condition) {
  Operation *source = condition.getDefiningOp();
  auto compare = dyn_cast_or_null<arith::CmpIOp>(source);
  if (isa_and_nonnull<arith::AndIOp, arith::OrIOp>(source)) {
    for (Value side : source->getOperands())
      if (isDecided(side))
        addTables(side);
  } else if (compare && isSeparable(compare)) {
    for (Value side : source->getOperands()) {
      addTable(side, Bound::Least);
      addTable(side, Bound::Greatest);
    }
  } else {
    addTable(condition, Bound::Any);
  }
}

void ScoreTiles::addTable(Value value, Bound bound) {
  Func &made = tables[{value.getAsOpaquePointer(), bound}];
  if (made.value)
    return;
  Side side = sideOf(value);
  int64_t count = side == Side::Key ? shape.chunk : shape.queryBlock;
  Expr last = (side == Side::Key ? keys : queries) - 1.0;
  auto at = [&](const Point &p, Expr r) {
    // Behind the end the last one counts again.
    Expr index = min(p[0] * double(count) + r, last);
    Expr query = side == Side::Query ? index : builder.index(0);
    Expr key = side == Side::Key ? index : builder.index(0);
    Expr result = region.valueAt(value, p[2], p[1], query, key);
    return bound == Bound::Any ? truthAsInt(result) : result;
  };
  std::string name = "tile_" + std::to_string(tables.size());
  made = builder.func({name,
                       schedule::Role::Before,
                       {"t", "h", "b"},
                       {-1, -1, -1},
                       {},
                       builder.index(0).value.getType()},
                      [&](const Point &p) { return at(p, builder.index(0)); });
  builder.update(
      made, {{"r", builder.index(1), builder.index(count - 1)}},
      [&](const Point &p, const Point &r) {
        Expr one = at(p, r[0]);
        bool isLeast = bound == Bound::Least;
        return Store{p, isLeast ? min(made(p), one) : max(made(p), one)};
      });
}

} // namespace heddle::lower
