// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A register tile has a constant shape, and what lies beyond the last row is
// computed and not stored. On the lowered statement: copies of the tile for
// fewer rows, chosen by the conditions of the stores before the tile begins.

#include "compiler/translate/Kernel.h"

#include <algorithm>
#include <optional>
#include <set>

using namespace Halide::Internal;
using Halide::Expr;

namespace heddle::translate {

namespace {

using Statement = Halide::Internal::Stmt;

/// More conditions than a tile has rows: something else.
constexpr size_t mostGuards = 32;

using Lets = std::vector<std::pair<std::string, Expr>>; ///< outermost first
using Branches = std::set<const IfThenElse *>;

/// Branches that stand under one condition, which is known before the tile.
struct TileGuard {
  Expr own;
  Expr condition;    ///< its own and those around it
  Branches branches; ///< not taken where it does not hold
  Branches implied;  ///< taken where it does
};

/// a <= b: what is at most what; both undefined for other conditions.
std::pair<Expr, Expr> comparison(const Expr &condition) {
  if (const auto *op = condition.as<LE>())
    return {op->a, op->b};
  if (const auto *op = condition.as<LT>())
    return {op->a + 1, op->b};
  return {};
}

/// Of comparisons with one value, as rows are guarded.
bool implies(const Expr &one, const Expr &other) {
  if (const auto *both = one.as<And>())
    return implies(both->a, other) || implies(both->b, other);
  if (const auto *both = other.as<And>())
    return implies(one, both->a) && implies(one, both->b);
  auto [low, most] = comparison(one);
  auto [lower, otherMost] = comparison(other);
  if (low.defined() && lower.defined() && equal(most, otherMost))
    return can_prove(lower <= low);
  return equal(one, other);
}

/// The guards of a statement in the order of the text.
class FindGuards : public IRVisitor {
public:
  /// `lets`: what is defined around the statement.
  explicit FindGuards(Lets lets) : lets(std::move(lets)) {}

  std::vector<TileGuard> guards;
  bool isPlain = true; ///< no branch stands in two places

private:
  using IRVisitor::visit;

  void visit(const IfThenElse *op) override {
    isPlain &= seen.insert(op).second;
    Expr own = op->condition;
    for (size_t i = lets.size(); i-- > 0;)
      own = substitute(lets[i].first, lets[i].second, own);
    if (op->else_case.defined() || !isKnownBefore(own)) {
      IRVisitor::visit(op);
      return;
    }
    TileGuard guard{own, own, {op}, {op}};
    for (const auto &[outer, condition] : around) {
      guard.implied.insert(outer);
      if (!implies(own, condition))
        guard.condition = guard.condition && condition;
    }
    auto same =
        std::find_if(guards.begin(), guards.end(), [&](const TileGuard &known) {
          return equal(known.own, guard.own) &&
                 equal(known.condition, guard.condition);
        });
    if (same == guards.end())
      guards.push_back(guard);
    else
      same->branches.insert(op);
    around.emplace_back(op, own);
    IRVisitor::visit(op);
    around.pop_back();
  }
  void visit(const LetStmt *op) override {
    lets.emplace_back(op->name, op->value);
    op->body.accept(this);
    lets.pop_back();
  }
  void visit(const For *op) override {
    loops.insert(op->name);
    op->body.accept(this);
  }

  bool isKnownBefore(const Expr &condition) const {
    class Reads : public IRVisitor {
    public:
      explicit Reads(const std::set<std::string> &loops) : loops(loops) {}
      bool isKnown = true;

    private:
      using IRVisitor::visit;
      void visit(const Load *) override { isKnown = false; }
      void visit(const Call *) override { isKnown = false; }
      void visit(const Variable *op) override {
        isKnown &= !loops.count(op->name);
      }
      const std::set<std::string> &loops;
    } reads(loops);
    condition.accept(&reads);
    return reads.isKnown && condition.type().is_scalar();
  }

  Lets lets;
  std::vector<std::pair<const IfThenElse *, Expr>> around; ///< outermost first
  std::set<std::string> loops;
  Branches seen;
};

/// Elements of a block of memory that a load or store touches.
struct Span {
  int64_t begin = 0, end = 0;
  bool operator==(const Span &other) const {
    return begin == other.begin && end == other.end;
  }
};

/// Undefined where the elements are no constant run.
std::optional<Span> spanOf(const Expr &index) {
  const auto *ramp = index.as<Ramp>();
  auto base = as_const_int(ramp ? ramp->base : index);
  if (!base || (ramp && !is_const_one(ramp->stride)))
    return std::nullopt;
  return Span{*base, *base + (ramp ? ramp->lanes : 1)};
}

/// What is read of a block of memory but to be added to itself.
class FindReads : public IRVisitor {
public:
  explicit FindReads(const std::string &name) : name(name) {}

  bool isPlain = true; ///< every access is a constant run
  std::vector<Span> reads;

  bool isRead(const Span &span) const {
    return std::any_of(reads.begin(), reads.end(), [&](const Span &read) {
      return read.begin < span.end && span.begin < read.end;
    });
  }

private:
  using IRVisitor::visit;

  void visit(const Store *op) override {
    std::optional<Span> outer = stored;
    stored = op->name == name ? spanOf(op->index) : std::nullopt;
    isPlain &= op->name != name || stored.has_value();
    IRVisitor::visit(op);
    stored = outer;
  }
  void visit(const Load *op) override {
    if (op->name == name) {
      std::optional<Span> span = spanOf(op->index);
      isPlain &= span.has_value();
      if (span && !(stored && *stored == *span))
        reads.push_back(*span);
    }
    IRVisitor::visit(op);
  }
  void visit(const Variable *op) override { isPlain &= op->name != name; }

  const std::string &name;
  std::optional<Span> stored;
};

/// Leaves statements out, and what holds nothing but them.
class Prune : public IRMutator {
protected:
  using IRMutator::visit;

  static Statement nothing() { return Evaluate::make(0); }

  Statement visit(const Block *op) override {
    Statement first = mutate(op->first), rest = mutate(op->rest);
    if (is_no_op(first))
      return rest;
    return is_no_op(rest) ? first : Block::make(first, rest);
  }
  Statement visit(const LetStmt *op) override {
    Statement body = mutate(op->body);
    return is_no_op(body) ? body : LetStmt::make(op->name, op->value, body);
  }
  Statement visit(const ProducerConsumer *op) override {
    Statement result = IRMutator::visit(op);
    const auto *whole = result.as<ProducerConsumer>();
    return is_no_op(whole->body) ? whole->body : result;
  }
  Statement visit(const For *op) override {
    Statement result = IRMutator::visit(op);
    const auto *loop = result.as<For>();
    return is_no_op(loop->body) ? loop->body : result;
  }
};

/// Decides branches.
class TakeBranches : public Prune {
public:
  TakeBranches(const Branches &taken, const Branches &dropped)
      : taken(taken), dropped(dropped) {}

private:
  using Prune::visit;
  Statement visit(const IfThenElse *op) override {
    if (dropped.count(op))
      return nothing();
    return taken.count(op) ? mutate(op->then_case) : Prune::visit(op);
  }
  const Branches &taken, &dropped;
};

/// Leaves out the sums that nobody reads.
class DropSums : public Prune {
public:
  DropSums(const std::string &name, const FindReads &reads)
      : name(name), reads(reads) {}

  int repeated = 0; ///< stores left out of loops

private:
  using Prune::visit;
  Statement visit(const Store *op) override {
    if (op->name != name || reads.isRead(*spanOf(op->index)))
      return op;
    repeated += depth > 0;
    return nothing();
  }
  Statement visit(const For *op) override {
    ++depth;
    Statement result = Prune::visit(op);
    --depth;
    return result;
  }

  const std::string &name;
  const FindReads &reads;
  int depth = 0;
};

/// The tile under one condition, which decides branches.
struct Copy {
  Expr condition; ///< undefined: whatever the ones before leave
  Branches taken, dropped;

  /// `repeated`: the stores that it leaves out of loops.
  Statement bodyOf(const Allocate &tile, int &repeated) const {
    Statement body = TakeBranches(taken, dropped).mutate(tile.body);
    FindReads reads(tile.name);
    body.accept(&reads);
    DropSums sums(tile.name, reads);
    body = sums.mutate(body);
    repeated = sums.repeated;
    return body;
  }
};

class CopyTiles : public IRMutator {
  using IRMutator::visit;

  /// Conditions that stand before loops.
  Statement visit(const LetStmt *op) override {
    if (!op->value.type().is_bool())
      return IRMutator::visit(op);
    conditions.emplace_back(op->name, op->value);
    Statement result = IRMutator::visit(op);
    conditions.pop_back();
    return result;
  }

  Statement visit(const Allocate *op) override {
    FindGuards finder(conditions);
    op->body.accept(&finder);
    FindReads whole(op->name);
    op->body.accept(&whole);
    if (finder.guards.empty() || finder.guards.size() > mostGuards ||
        !finder.isPlain || !whole.isPlain || op->new_expr.defined())
      return IRMutator::visit(op);
    return copies(*op, finder.guards);
  }

  /// The tile where the last guard holds, else without what it guards and so
  /// on to the first.
  static Statement copies(const Allocate &tile,
                          const std::vector<TileGuard> &guards) {
    std::vector<Copy> result = {{Expr(), {}, {}}};
    int saved = 0;
    for (size_t i = guards.size(); i-- > 0;) {
      Copy fewer{Expr(), {}, result.back().dropped};
      fewer.dropped.insert(guards[i].branches.begin(),
                           guards[i].branches.end());
      int repeated = 0;
      fewer.bodyOf(tile, repeated);
      if (repeated == saved) // the guard is not one of rows
        continue;
      saved = repeated;
      result.back().condition = guards[i].condition;
      result.back().taken = guards[i].implied;
      for (size_t before = 0; before < i; ++before)
        if (implies(guards[i].own, guards[before].own))
          result.back().taken.insert(guards[before].branches.begin(),
                                     guards[before].branches.end());
      result.push_back(fewer);
    }
    int unused = 0;
    Statement chosen = withBody(tile, result.back().bodyOf(tile, unused));
    for (size_t i = result.size() - 1; i-- > 0;)
      chosen = IfThenElse::make(result[i].condition,
                                withBody(tile, result[i].bodyOf(tile, unused)),
                                chosen);
    return chosen;
  }

  static Statement withBody(const Allocate &tile, const Statement &body) {
    return Allocate::make(tile.name, tile.type, tile.memory_type, tile.extents,
                          tile.condition, body, tile.new_expr,
                          tile.free_function, tile.padding);
  }

  Lets conditions;
};

} // namespace

void addTails(Halide::Pipeline &pipeline) {
  pipeline.add_custom_lowering_pass(new CopyTiles);
}

} // namespace heddle::translate
