// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// halide.stream, carried out on the lowered statement: a loop that reads a
// buffer in a row fetches what lies behind it, a few lines an iteration.

#include "compiler/translate/Kernel.h"

#include <algorithm>
#include <optional>

using namespace Halide::Internal;
using Halide::Expr;

namespace heddle::translate {

namespace {

constexpr int lineBytes = 64;

/// The first read of a buffer in a statement, and what is defined around it.
class FindLoad : public IRVisitor {
public:
  explicit FindLoad(const std::string &buffer) : buffer(buffer) {}
  const Load *found = nullptr;

  /// An expression of the read where all loops around it begin.
  Expr atStart(Expr value) const {
    for (size_t i = defined.size(); i-- > 0;)
      value = substitute(defined[i].first, defined[i].second, value);
    return value;
  }

private:
  using IRVisitor::visit;
  void visit(const Load *op) override {
    if (!found && op->name == buffer)
      found = op;
    IRVisitor::visit(op);
  }
  void visit(const For *op) override { within(op->name, op->min, op->body); }
  void visit(const LetStmt *op) override {
    op->value.accept(this);
    within(op->name, op->value, op->body);
  }
  void visit(const Let *op) override {
    op->value.accept(this);
    within(op->name, op->value, op->body);
  }
  template <typename Body>
  void within(const std::string &name, const Expr &value, const Body &body) {
    if (found)
      return;
    defined.emplace_back(name, value);
    body.accept(this);
    if (!found)
      defined.pop_back();
  }

  const std::string &buffer;
  std::vector<std::pair<std::string, Expr>> defined; ///< outermost first
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
    if (!base.type().is_scalar())
      return loop;
    base = finder.atStart(base);
    Expr k = Variable::make(Halide::Int(32), op->name);
    std::optional<Piece> piece = pieceOf(stream, *op, base);
    int lineElements = lineBytes / load->type.bytes(); // of one lane
    if (!piece || lineElements <= 0)
      return loop;
    int step = stream.lines * lineElements;
    int64_t fetched = piece->iterations * step;
    int64_t parts = (piece->elements + fetched - 1) / fetched;

    Expr part = 0;
    for (const std::string &name : enclosing)
      if (!stream.outer.empty() && isLoop(name, stream.outer, stream.over))
        part = Variable::make(Halide::Int(32), name);
    Expr start = substitute(op->name, op->min, base);
    Expr first = (part * int(piece->iterations) + (k - op->min)) * step +
                 int(piece->elements);
    Halide::Internal::Stmt body = op->body;
    for (int line = stream.lines; line-- > 0;) {
      Expr place = placeOf(stream, first + line * lineElements);
      body = Block::make(fetch(*load, start + place), body);
    }
    Halide::Internal::Stmt fetching =
        For::make(op->name, op->min, op->extent, op->for_type,
                  op->partition_policy, op->device_api, body);
    if (is_const(part))
      return fetching;
    return IfThenElse::make(part < int(parts), fetching, loop);
  }

  /// What is fetched, and how many iterations read as much.
  struct Piece {
    int64_t elements = 0;
    int64_t iterations = 1;
  };
  static std::optional<Piece> pieceOf(const Stream &stream, const For &loop,
                                      const Expr &base) {
    Expr next = Variable::make(Halide::Int(32), loop.name) + 1;
    auto stride =
        as_const_int(simplify(substitute(loop.name, next, base) - base));
    auto extent = as_const_int(simplify(loop.extent));
    if (!stride || *stride <= 0)
      return std::nullopt;
    if (stream.ahead > 0) {
      bool byRuns = *stride >= stream.pitch;
      int64_t step = byRuns ? *stride / stream.pitch * stream.width : *stride;
      return Piece{stream.ahead, std::max<int64_t>(stream.ahead / step, 1)};
    }
    if (!extent)
      return std::nullopt;
    return Piece{*stride * *extent, *extent};
  }

  /// Where an element lies, counted along the runs.
  static Expr placeOf(const Stream &stream, const Expr &element) {
    if (stream.width == stream.pitch)
      return element;
    int width = int(stream.width);
    return element / width * int(stream.pitch) + element % width;
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
