// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A choice by one value read from memory stands in each of a tile's unrolled
// stores, as a blend for every vector. Neighbours that choose by the same value
// become one branch on the lowered statement.

#include "compiler/translate/Kernel.h"

#include <algorithm>
#include <set>

using namespace Halide::Internal;
using Halide::Expr;

namespace heddle::translate {

namespace {

/// Operations that one of two branches leaves out; fewer cost less than a
/// branch may.
constexpr int leastOperations = 48;

/// What a condition reads, and how much a value computes.
class Survey : public IRGraphVisitor {
public:
  std::set<std::string> buffers;
  bool isPure = true;
  int operations = 0;

private:
  using IRGraphVisitor::visit;
  void include(const Expr &e) override {
    ++operations;
    IRGraphVisitor::include(e);
  }
  void visit(const Load *op) override {
    buffers.insert(op->name);
    IRGraphVisitor::visit(op);
  }
  void visit(const Call *op) override {
    isPure &= op->is_pure();
    IRGraphVisitor::visit(op);
  }
};

/// A store that chooses by one scalar, and the names that its values use.
struct Choice {
  std::vector<const LetStmt *> lets;
  const Store *store = nullptr;
  Expr condition, taken, other; ///< undefined where it is none

  explicit Choice(const Stmt &statement) {
    const Stmt *inner = &statement;
    for (const auto *let = inner->as<LetStmt>(); let;
         let = inner->as<LetStmt>()) {
      lets.push_back(let);
      inner = &let->body;
    }
    store = inner->as<Store>();
    const auto *select = store ? store->value.as<Select>() : nullptr;
    if (!select)
      return;
    const auto *whole = select->condition.as<Broadcast>();
    Expr one = whole ? whole->value : select->condition;
    bool isOutside =
        std::none_of(lets.begin(), lets.end(), [&](const LetStmt *let) {
          return expr_uses_var(one, let->name);
        });
    if (!isOutside || !one.type().is_scalar())
      return;
    condition = one;
    taken = select->true_value;
    other = select->false_value;
  }

  Stmt with(const Expr &value) const {
    Stmt result = Store::make(store->name, value, store->index, store->param,
                              store->predicate, store->alignment);
    for (size_t i = lets.size(); i-- > 0;)
      result = LetStmt::make(lets[i]->name, lets[i]->value, result);
    return result;
  }

  int operations() const {
    Survey survey;
    with(taken).accept(&survey);
    with(other).accept(&survey);
    return survey.operations;
  }
};

class BranchOnLoads : public IRMutator {
  using IRMutator::visit;

  Stmt visit(const Block *op) override {
    std::vector<Stmt> parts;
    Stmt rest = op;
    for (const Block *more = op; more; more = rest.as<Block>()) {
      parts.push_back(mutate(more->first));
      rest = more->rest;
    }
    parts.push_back(mutate(rest));
    std::vector<Stmt> result;
    for (size_t at = 0; at < parts.size();) {
      std::vector<Choice> run = choicesAt(parts, at);
      int operations = 0;
      for (const Choice &choice : run)
        operations += choice.operations();
      size_t end = at + std::max<size_t>(run.size(), 1);
      if (run.size() > 1 && operations >= leastOperations)
        result.push_back(branch(run));
      else
        result.insert(result.end(), parts.begin() + at, parts.begin() + end);
      at = end;
    }
    return Block::make(result);
  }

  /// The stores from the first on that choose as it does, and keep what the
  /// condition reads.
  static std::vector<Choice> choicesAt(const std::vector<Stmt> &parts,
                                       size_t at) {
    std::vector<Choice> run;
    Survey asked;
    for (; at < parts.size(); ++at) {
      Choice choice(parts[at]);
      if (!choice.condition.defined())
        break;
      if (run.empty())
        choice.condition.accept(&asked);
      else if (!equal(choice.condition, run[0].condition))
        break;
      if (asked.buffers.empty() || !asked.isPure ||
          asked.buffers.count(choice.store->name))
        break;
      run.push_back(std::move(choice));
    }
    return run;
  }

  static Stmt branch(const std::vector<Choice> &run) {
    std::vector<Stmt> taken, other;
    for (const Choice &choice : run) {
      taken.push_back(choice.with(choice.taken));
      other.push_back(choice.with(choice.other));
    }
    return IfThenElse::make(run[0].condition, Block::make(taken),
                            Block::make(other));
  }
};

} // namespace

void addBranches(Halide::Pipeline &pipeline) {
  pipeline.add_custom_lowering_pass(new BranchOnLoads());
}

} // namespace heddle::translate
