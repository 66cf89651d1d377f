// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// halide.stream, carried out on the lowered statement: a loop that reads a
// buffer in a row fetches what lies behind it, a few lines an iteration.

#include "compiler/translate/Kernel.h"

#include <algorithm>

using namespace Halide::Internal;
using Halide::Expr;

namespace heddle::translate {

namespace {

constexpr int lineBytes = 64;

/// The first read of a buffer in a statement.
class FindLoad : public IRVisitor {
public:
  explicit FindLoad(const std::string &buffer) : buffer(buffer) {}
  const Load *found = nullptr;

private:
  using IRVisitor::visit;
  void visit(const Load *op) override {
    if (!found && op->name == buffer)
      found = op;
    IRVisitor::visit(op);
  }
  const std::string &buffer;
};

/// Whether an expression names what a statement defines inside itself.
class FindDefined : public IRVisitor {
public:
  explicit FindDefined(const Expr &value) : value(value) {}
  bool found = false;

private:
  using IRVisitor::visit;
  void visit(const For *op) override {
    found |= expr_uses_var(value, op->name);
    IRVisitor::visit(op);
  }
  void visit(const LetStmt *op) override {
    found |= expr_uses_var(value, op->name);
    IRVisitor::visit(op);
  }
  void visit(const Let *op) override {
    found |= expr_uses_var(value, op->name);
    IRVisitor::visit(op);
  }
  const Expr &value;
};

class InsertStreams : public IRMutator {
public:
  explicit InsertStreams(std::vector<Stream> streams)
      : streams(std::move(streams)) {}

private:
  using IRMutator::visit;

  static bool isLoop(const std::string &name, const std::string &start,
                     const std::string &end) {
    return name.size() > start.size() + end.size() - 2 &&
           Halide::Internal::starts_with(name, start) &&
           Halide::Internal::ends_with(name, end);
  }

  Halide::Internal::Stmt visit(const For *op) override {
    enclosing.push_back(op->name);
    Halide::Internal::Stmt loop = IRMutator::visit(op);
    enclosing.pop_back();
    for (const Stream &stream : streams)
      if (isLoop(op->name, stream.user, stream.at))
        loop = streamed(stream, loop);
    return loop;
  }

  /// The loop with the fetching in it, and as it was where all is fetched.
  Halide::Internal::Stmt streamed(const Stream &stream,
                                  const Halide::Internal::Stmt &loop) {
    const For *op = loop.as<For>();
    if (!op)
      return loop;
    FindLoad finder(stream.buffer);
    op->body.accept(&finder);
    if (!finder.found)
      return loop;
    const Load *load = finder.found;
    const Ramp *ramp = load->index.as<Ramp>();
    Expr base = ramp ? ramp->base : load->index;
    FindDefined inner(base);
    op->body.accept(&inner);
    if (inner.found)
      return loop;
    Expr k = Variable::make(Halide::Int(32), op->name);
    // What one iteration reads, in elements, where that is a constant.
    Expr step = simplify(substitute(op->name, k + 1, base) - base);
    auto stride = as_const_int(step);
    auto extent = as_const_int(simplify(op->extent));
    int lineElements = lineBytes / load->type.bytes(); // of one lane
    if (!stride || !extent || *stride <= 0 || lineElements <= 0)
      return loop;
    int64_t fetched = *extent * stream.lines * lineElements;
    int64_t parts = (*stride * *extent + fetched - 1) / fetched;

    Expr part = 0;
    for (const std::string &name : enclosing)
      if (isLoop(name, stream.outer, stream.over))
        part = Variable::make(Halide::Int(32), name);
    Expr first =
        substitute(op->name, op->min, base) + int(*stride * *extent) +
        (part * int(*extent) + (k - op->min)) * (stream.lines * lineElements);
    Halide::Internal::Stmt body = op->body;
    for (int line = stream.lines; line-- > 0;)
      body = Block::make(fetch(*load, first + line * lineElements), body);
    Halide::Internal::Stmt fetching =
        For::make(op->name, op->min, op->extent, op->for_type,
                  op->partition_policy, op->device_api, body);
    if (is_const(part))
      return fetching;
    return IfThenElse::make(part < int(parts), fetching, loop);
  }

  static Halide::Internal::Stmt fetch(const Load &load, const Expr &index) {
    Expr base = Variable::make(Halide::type_of<void *>(), load.name);
    return Evaluate::make(Call::make(load.type.element_of(), Call::prefetch,
                                     {base, simplify(index), 1, 1},
                                     Call::Intrinsic));
  }

  std::vector<Stream> streams;
  std::vector<std::string> enclosing;
};

} // namespace

void addStreams(const std::vector<Stream> &streams,
                Halide::Pipeline &pipeline) {
  if (!streams.empty())
    pipeline.add_custom_lowering_pass(new InsertStreams(streams));
}

} // namespace heddle::translate
