// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The conditions of the last rows of tiles: see TileRows.h.

#include "compiler/translate/TileRows.h"

#include <set>

using namespace Halide::Internal;
using Halide::Expr;

namespace heddle::translate {

Expr beforeLets(const Lets &lets, Expr value) {
  for (size_t i = lets.size(); i-- > 0;)
    value = substitute(lets[i].first, lets[i].second, value);
  return value;
}

namespace {

/// first <= last.
struct Comparison {
  Expr first, last;
  bool isKnown() const { return first.defined(); }
};

class FindRows : public IRVisitor {
public:
  FindRows(const TiledRows &rows, const Lets &around)
      : rows(rows), tiles(size_t(rows.tiles)) {
    // Conditions that stand before loops; numbers are compared as they are.
    for (const auto &[name, value] : around)
      if (value.type().is_bool())
        lets.emplace_back(name, value);
  }

  std::vector<Expr> conditions() const {
    std::vector<Expr> result(tiles.size());
    for (size_t i = 0; i < tiles.size(); ++i)
      if (isPlain && !tiles[i].isAlways && tiles[i].least.isKnown())
        result[i] = tiles[i].least.first <= tiles[i].least.last;
    return result;
  }

private:
  using IRVisitor::visit;

  struct Tile {
    bool isAlways = false;
    Comparison least; ///< of the first row that is read
  };

  void visit(const IfThenElse *op) override {
    op->condition.accept(this);
    guards.push_back(knownBefore(op->condition));
    op->then_case.accept(this);
    guards.pop_back();
    if (op->else_case.defined())
      op->else_case.accept(this);
  }
  void visit(const LetStmt *op) override {
    op->value.accept(this);
    lets.emplace_back(op->name, op->value);
    op->body.accept(this);
    lets.pop_back();
  }
  void visit(const For *op) override {
    loops.insert(op->name);
    IRVisitor::visit(op);
  }
  void visit(const Variable *op) override { isPlain &= op->name != rows.func; }
  void visit(const Load *op) override {
    IRVisitor::visit(op);
    if (op->name != rows.func)
      return;
    const Ramp *ramp = op->index.as<Ramp>();
    auto base = as_const_int(ramp ? ramp->base : op->index);
    bool isDense = !ramp || is_const_one(ramp->stride);
    int64_t lanes = ramp ? ramp->lanes : 1;
    int64_t last = base ? (*base + lanes - 1) / rows.rowElements : 0;
    isPlain &= base && isDense && last < rows.tileRows * rows.tiles;
    if (!isPlain)
      return;
    for (int64_t row = *base / rows.rowElements; row <= last; ++row)
      read(tiles[size_t(row / rows.tileRows)]);
  }

  /// A tile is read where the last guard holds.
  void read(Tile &tile) {
    Comparison guard;
    for (const Comparison &outer : guards)
      if (outer.isKnown())
        guard = outer;
    tile.isAlways |= !guard.isKnown();
    if (tile.isAlways)
      return;
    if (!tile.least.isKnown())
      tile.least = guard;
    else if (!equal(tile.least.last, guard.last))
      tile.isAlways = true;
    else if (can_prove(guard.first <= tile.least.first))
      tile.least = guard;
    else
      tile.isAlways = !can_prove(tile.least.first <= guard.first);
  }

  /// Not known: a condition that is no comparison, or of what `uses` defines.
  Comparison knownBefore(const Expr &condition) const {
    Expr whole = beforeLets(lets, condition);
    Comparison result;
    if (const auto *atMost = whole.as<LE>())
      result = {atMost->a, atMost->b};
    else if (const auto *less = whole.as<LT>())
      result = {less->a + 1, less->b};
    class IsPlain : public IRVisitor {
    public:
      explicit IsPlain(const std::set<std::string> &loops) : loops(loops) {}
      bool result = true;

    private:
      using IRVisitor::visit;
      void visit(const Load *) override { result = false; }
      void visit(const Call *) override { result = false; }
      void visit(const Variable *op) override {
        result &= !loops.count(op->name);
      }
      const std::set<std::string> &loops;
    } plain(loops);
    whole.accept(&plain);
    return plain.result && whole.type().is_scalar() ? result : Comparison();
  }

  const TiledRows &rows;
  Lets lets; ///< of conditions around the uses, and all in them
  std::vector<Tile> tiles;
  std::vector<Comparison> guards;
  std::set<std::string> loops;
  bool isPlain = true; ///< every read is of rows that are known
};

} // namespace

std::vector<Expr> conditionsOfTiles(const TiledRows &rows, const Stmt &uses,
                                    const Lets &lets) {
  FindRows find(rows, lets);
  uses.accept(&find);
  return find.conditions();
}

} // namespace heddle::translate
