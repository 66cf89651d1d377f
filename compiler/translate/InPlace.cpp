// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows that are copied for tile products, on the lowered statement: products
// read them where they lie, as tiles take any distance between rows. Copied is
// only what must not be read beyond its last row or is not aligned.

#include "compiler/translate/Kernel.h"

#include <algorithm>

using namespace Halide::Internal;
using Halide::Expr;

namespace heddle::translate {

namespace {

using Statement = Halide::Internal::Stmt;

constexpr int lineBytes = 64;

/// The loops, lets and the one store that a copy is made of.
class ReadCopy : public IRVisitor {
public:
  explicit ReadCopy(const Statement &copy) { copy.accept(this); }

  bool isCopy = true;
  std::vector<const For *> loops; ///< outermost first
  std::vector<std::pair<std::string, Expr>> lets;
  const Store *store = nullptr;
  const Load *load = nullptr; ///< what is stored

  Expr withoutLets(Expr value) const {
    for (size_t i = lets.size(); i-- > 0;)
      value = substitute(lets[i].first, lets[i].second, value);
    return value;
  }
  Expr atStart(Expr value) const {
    for (const For *loop : loops)
      value = substitute(loop->name, withoutLets(loop->min), value);
    return simplify(value);
  }

private:
  using IRVisitor::visit;
  void visit(const For *op) override {
    loops.push_back(op);
    op->body.accept(this);
  }
  void visit(const LetStmt *op) override {
    lets.emplace_back(op->name, op->value);
    op->body.accept(this);
  }
  void visit(const Store *op) override {
    isCopy &= !store && is_const_one(op->predicate);
    store = op;
    load = op->value.as<Load>();
    isCopy &= load && is_const_one(load->predicate);
  }
  void visit(const IfThenElse *) override { isCopy = false; }
  void visit(const Allocate *) override { isCopy = false; }
  void visit(const Evaluate *) override { isCopy = false; }
};

/// Takes a row for what it is where it is not the last one at the latest.
class WithoutClamp : public IRMutator {
public:
  explicit WithoutClamp(const std::string &loop) : loop(loop) {}
  int count = 0;
  Expr row, last;

private:
  using IRMutator::visit;
  Expr visit(const Min *op) override {
    bool isFirst = expr_uses_var(op->a, loop);
    if (isFirst == expr_uses_var(op->b, loop))
      return IRMutator::visit(op);
    ++count;
    row = isFirst ? op->a : op->b;
    last = isFirst ? op->b : op->a;
    return row;
  }
  const std::string &loop;
};

/// Whether all loads of a buffer are in what computes one of the funcs.
class ReadInFuncs : public IRVisitor {
public:
  ReadInFuncs(const std::string &buffer, const std::vector<std::string> &funcs)
      : buffer(buffer), funcs(funcs) {}
  bool result = true;

private:
  using IRVisitor::visit;
  void visit(const ProducerConsumer *op) override {
    bool isOne = op->is_producer &&
                 std::find(funcs.begin(), funcs.end(), op->name) != funcs.end();
    if (!isOne)
      IRVisitor::visit(op);
  }
  void visit(const Load *op) override {
    result &= op->name != buffer;
    IRVisitor::visit(op);
  }
  const std::string &buffer;
  const std::vector<std::string> &funcs;
};

class RenameLoads : public IRMutator {
public:
  RenameLoads(const std::string &from, const std::string &to)
      : from(from), to(to) {}

private:
  using IRMutator::visit;
  Expr visit(const Load *op) override {
    if (op->name != from)
      return IRMutator::visit(op);
    return Load::make(op->type, to, mutate(op->index), {}, {}, op->predicate,
                      op->alignment);
  }
  const std::string &from, &to;
};

class ReadInPlace : public IRMutator {
public:
  explicit ReadInPlace(std::vector<std::string> funcs)
      : funcs(std::move(funcs)) {}

private:
  using IRMutator::visit;

  Statement visit(const Allocate *op) override {
    Statement body = mutate(op->body);
    const Block *both = body.as<Block>();
    const auto *produce = both ? both->first.as<ProducerConsumer>() : nullptr;
    ReadInFuncs uses(op->name, funcs);
    if (produce)
      both->rest.accept(&uses);
    if (produce && produce->is_producer && produce->name == op->name &&
        uses.result)
      body = inPlace(*op, *produce, both->rest, body);
    return Allocate::make(op->name, op->type, op->memory_type, op->extents,
                          op->condition, body, op->new_expr, op->free_function,
                          op->padding);
  }

  /// The copy and its uses, the former only where it must be.
  static Statement inPlace(const Allocate &rows, const ProducerConsumer &copy,
                           const Statement &uses, const Statement &asItIs) {
    ReadCopy read(copy.body);
    Expr start, isThere;
    if (!findStart(rows, read, start, isThere))
      return asItIs;
    std::string whole = rows.name + ".whole", from = rows.name + ".from";
    Halide::Type pointer = Halide::type_of<void *>(), number = Halide::UInt(64);
    Expr address =
        Halide::reinterpret(number, Variable::make(pointer, read.load->name)) +
        Halide::cast(number, start) * read.load->type.bytes();
    Expr isAligned = address % lineBytes == 0;
    Expr isWhole = Variable::make(Halide::Bool(), whole);
    Expr place = Select::make(isWhole, Halide::reinterpret(pointer, address),
                              Variable::make(pointer, rows.name));
    Statement produce = ProducerConsumer::make_produce(
        copy.name, IfThenElse::make(!isWhole, copy.body));
    Statement reading =
        LetStmt::make(from, place, RenameLoads(rows.name, from).mutate(uses));
    return LetStmt::make(whole, isThere && isAligned,
                         Block::make(produce, reading));
  }

  /// Where in its source the first copied element is, and whether all rows
  /// that tiles may read are there; false where this is no plain copy of rows
  /// as far apart as in their source.
  static bool findStart(const Allocate &rows, const ReadCopy &read, Expr &start,
                        Expr &isThere) {
    if (!read.isCopy || !read.store || read.loops.empty() ||
        read.store->name != rows.name || rows.extents.size() != 2 ||
        read.load->type.element_of() != rows.type)
      return false;
    auto firstOf = [&](const Expr &index) {
      const Ramp *ramp = index.as<Ramp>();
      bool isDense = !ramp || is_const_one(ramp->stride);
      Expr first = ramp ? ramp->base : index;
      return isDense && first.type().is_scalar() ? read.withoutLets(first)
                                                 : Expr();
    };
    Expr to = firstOf(read.store->index), at = firstOf(read.load->index);
    const std::string &row = read.loops.front()->name;
    WithoutClamp clamp(row);
    if (!to.defined() || !at.defined())
      return false;
    at = clamp.mutate(at);
    auto strideOf = [](const Expr &index, const std::string &loop) {
      Expr next = Variable::make(Halide::Int(32), loop) + 1;
      return simplify(substitute(loop, next, index) - index);
    };
    for (const For *loop : read.loops)
      if (!is_const(strideOf(to, loop->name)) ||
          !equal(strideOf(to, loop->name), strideOf(at, loop->name)))
        return false;
    if (clamp.count != 1 || !is_const_one(strideOf(clamp.row, row)) ||
        !equal(strideOf(to, row), simplify(rows.extents.front())) ||
        !is_const_zero(read.atStart(to)))
      return false;
    start = read.atStart(at);
    isThere = simplify(read.atStart(clamp.row) + rows.extents.back() <=
                       clamp.last + 1);
    return true;
  }

  std::vector<std::string> funcs;
};

} // namespace

void addInPlaceRows(const std::vector<std::string> &funcs,
                    Halide::Pipeline &pipeline) {
  if (!funcs.empty())
    pipeline.add_custom_lowering_pass(new ReadInPlace(funcs));
}

} // namespace heddle::translate
