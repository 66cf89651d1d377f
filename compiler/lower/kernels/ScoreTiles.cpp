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

Uses ScoreTiles::uses() const {
  Uses all;
  for (Value condition : decided) {
    Uses one = region.usesOf(condition);
    all.batch |= one.batch;
    all.head |= one.head;
    all.query |= one.query;
    all.key |= one.key;
  }
  return all;
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
  using Predicate = arith::CmpIPredicate;
  bool isRange =
      llvm::is_contained({Predicate::slt, Predicate::sle, Predicate::sgt,
                          Predicate::sge, Predicate::eq},
                         compare.getPredicate());
  return isCrossed && isRange && !(left.query && left.key) &&
         !(right.query && right.key) && !left.score && !right.score &&
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

namespace {

using Bound = ScoreTiles::Bound;
template <typename T> using BoundOf = llvm::function_ref<T(Value, Bound)>;

/// Whether some left value and some right value compare so.
template <typename T> T rangesMeet(arith::CmpIOp compare, BoundOf<T> boundOf) {
  Value left = compare.getLhs(), right = compare.getRhs();
  auto least = [&](Value value) { return boundOf(value, Bound::Least); };
  auto greatest = [&](Value value) { return boundOf(value, Bound::Greatest); };
  switch (compare.getPredicate()) {
  case arith::CmpIPredicate::slt:
    return least(left) < greatest(right);
  case arith::CmpIPredicate::sle:
    return least(left) <= greatest(right);
  case arith::CmpIPredicate::sgt:
    return least(right) < greatest(left);
  case arith::CmpIPredicate::sge:
    return least(right) <= greatest(left);
  default: // eq; separable comparisons are no others
    return (least(left) <= greatest(right)) & (least(right) <= greatest(left));
  }
}

StringRef boundName(Bound bound) {
  return bound == Bound::Any     ? "any"
         : bound == Bound::Least ? "least"
                                 : "greatest";
}

} // namespace

template <typename T>
T ScoreTiles::mayHold(Value condition, BoundOf<T> boundOf) {
  Operation *source = condition.getDefiningOp();
  auto side = [&](unsigned i) {
    return mayHold<T>(source->getOperand(i), boundOf);
  };
  if (isa_and_nonnull<arith::AndIOp>(source)) {
    if (!isDecided(source->getOperand(0)))
      return side(1);
    return isDecided(source->getOperand(1)) ? side(0) & side(1) : side(0);
  }
  if (isa_and_nonnull<arith::OrIOp>(source))
    return side(0) | side(1);
  auto compare = dyn_cast_or_null<arith::CmpIOp>(source);
  if (compare && isSeparable(compare))
    return rangesMeet<T>(compare, boundOf);
  return boundOf(condition, Bound::Any);
}

Expr ScoreTiles::mayLive(Expr c, Expr qb, Expr h, Expr b) {
  auto boundOf = [&](Value value, Bound which) {
    Expr found = bound(value, which, {c, qb, h, b});
    return which == Bound::Any ? found != builder.index(0) : found;
  };
  Expr all;
  for (Value condition : decided)
    all = allOf(all, mayHold<Expr>(condition, boundOf));
  return all;
}

ScoreTiles::Words ScoreTiles::words() {
  Words result;
  for (Value condition : decided) {
    bool isStatic = true;
    auto boundOf = [&](Value value, Bound which) {
      ScoreText text = textOf(region.attention(), value);
      isStatic &= text.isStatic;
      return callText(boundName(which), {text.formula});
    };
    BlockText one = mayHold<BlockText>(condition, boundOf);
    if (isStatic)
      result.live = allOf(result.live, one);
    else
      result.byData.push_back(
          textOf(region.attention(), condition).formula.text);
  }
  return result;
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
