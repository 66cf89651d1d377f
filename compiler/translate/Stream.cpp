// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// halide.stream, carried out on the lowered statement: a loop that reads a
// buffer in a row fetches what lies behind it, a few lines an iteration.

#include "compiler/translate/Kernel.h"

#include <algorithm>
#include <map>
#include <optional>

using namespace Halide::Internal;
using Halide::Expr;

namespace heddle::translate {

namespace {

constexpr int lineBytes = 64;
constexpr int slowSteps = 4; ///< that a loop which fetches slowly takes at once

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

  /// What is fetched, and how many iterations read as much.
  struct Piece {
    int64_t elements = 0;
    int64_t iterations = 1;
  };

  static bool isLoop(const std::string &name, const std::string &start,
                     const std::string &end) {
    return name.size() > start.size() + end.size() - 2 &&
           Halide::Internal::starts_with(name, start) &&
           Halide::Internal::ends_with(name, end);
  }

  Halide::Internal::Stmt visit(const LetStmt *op) override {
    lets.emplace_back(op->name, op->value);
    Halide::Internal::Stmt let = IRMutator::visit(op);
    lets.pop_back();
    return let;
  }

  Halide::Internal::Stmt visit(const For *op) override {
    enclosing.push_back(op);
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
    const For *over = overOf(stream);
    if (over && stream.isSpread)
      return spread(stream, *op, *over, *load, base);
    Expr start = substitute(op->name, op->min, base);
    if (over && stream.ahead == 0 && piece->iterations % slowSteps == 0)
      return paced(stream, *op, *over, *load, start, piece->elements);
    Halide::Internal::Stmt few =
        over ? Halide::Internal::Stmt() : shortSteps(stream, *op, *load, start);
    if (few.defined())
      return few;
    int step = stream.lines * lineElements;
    if (stream.isSoon) // as the loop goes
      step = int(piece->elements / piece->iterations);
    int64_t fetched = piece->iterations * step;
    int64_t parts = (piece->elements + fetched - 1) / fetched;

    Expr part = over ? Variable::make(Halide::Int(32), over->name) : Expr(0);
    Expr first = (part * int(piece->iterations) + (k - op->min)) * step +
                 int(piece->elements);
    int stride = stream.isSoon ? soonStride : 1;
    Halide::Internal::Stmt body = op->body;
    for (int line = stream.lines; line-- > 0;) {
      Expr place = placeOf(stream, first + line * lineElements);
      body = Block::make(fetch(*load, start + place, stride), body);
    }
    Halide::Internal::Stmt fetching =
        For::make(op->name, op->min, op->extent, op->for_type,
                  op->partition_policy, op->device_api, body);
    if (is_const(part))
      return fetching;
    return IfThenElse::make(part < int(parts), fetching, loop);
  }

  /// The loop as slow at fetching as lets it be done when `over` ends: lines
  /// come at 128 rows of 384 by 1536 columns in 0.66 ms one in four steps, in
  /// 0.69 one a step, which the first iterations of `over` wait for. A copy for
  /// fewer rows is taken where they are few, and so are the iterations.
  Halide::Internal::Stmt paced(const Stream &stream, const For &op,
                               const For &over, const Load &load,
                               const Expr &start, int64_t elements) {
    auto steps = as_const_int(simplify(op.extent / slowSteps));
    int64_t line = lineBytes / load.type.bytes();
    int64_t lines = (elements + line - 1) / line;
    Expr first = start + int(elements);
    Halide::Internal::Stmt paced =
        slowly(op, over, load, first, lines, stream.lines * slowSteps);
    if (isForFewerRows(op))
      return paced;
    for (int most : {2, 1}) {
      int64_t each = *steps * most;
      paced =
          IfThenElse::make(over.extent >= int((lines + each - 1) / each),
                           slowly(op, over, load, first, lines, most), paced);
    }
    return paced;
  }

  /// Whether a loop is a tile's of fewer rows: the whole tile stands before it.
  bool isForFewerRows(const For &op) {
    int64_t sums = sumsOf(op);
    int64_t &most = mostSums[op.name];
    most = std::max(most, sums);
    return sums < most;
  }

  /// The sums that a loop stores in a row, but the last one; 0 where something
  /// else stands between them.
  static int64_t sumsOf(const For &op) {
    int64_t stores = 0;
    const auto *block = op.body.as<Block>();
    for (; block && block->first.as<Store>(); block = block->rest.as<Block>())
      ++stores;
    return block ? 0 : stores;
  }

  /// The loop by `slowSteps`, with `most` lines behind `start` fetched in each,
  /// by one iteration of `over` after the other. When none of the `lines` is
  /// left, the last ones are fetched again, which costs nothing to speak of.
  static Halide::Internal::Stmt slowly(const For &op, const For &over,
                                       const Load &load, const Expr &start,
                                       int64_t lines, int most) {
    int lineElements = lineBytes / load.type.bytes();
    std::string pitch = op.name + ".pitch";
    Expr round = Variable::make(Halide::Int(32), over.name) - over.min;
    Expr first = simplify(round * (op.extent / slowSteps * most));
    Expr place = start + min(first, int(lines) - 1) * lineElements;
    return LetStmt::make(
        pitch, select(first < int(lines), most * lineElements, 0),
        bySteps(op, load, place, Variable::make(Halide::Int(32), pitch), most));
  }

  /// The loop by `slowSteps`, the first of which fetch `most` lines from
  /// `place` on, the next ones `pitch` elements behind.
  static Halide::Internal::Stmt bySteps(const For &op, const Load &load,
                                        const Expr &place, const Expr &pitch,
                                        int most) {
    int lineElements = lineBytes / load.type.bytes();
    std::string name = op.name + ".step";
    Expr step = Variable::make(Halide::Int(32), name);
    std::vector<Halide::Internal::Stmt> body;
    for (int i = 0, line = 0; i < slowSteps; ++i) {
      for (; line < (i + 1) * most / slowSteps; ++line)
        body.push_back(fetch(load, place + step * pitch + line * lineElements));
      body.push_back(substitute(
          op.name, simplify(op.min + step * slowSteps + i), op.body));
    }
    return For::make(name, 0, simplify(op.extent / slowSteps), ForType::Serial,
                     op.partition_policy, op.device_api, Block::make(body));
  }

  /// Four steps at once of a loop of few sums, of which counting its steps
  /// takes a part: what it would have fetched `ahead` in twice the time and
  /// more (AVX2, 12·512·64: 7.6 ms, 7.8 a step at a time; loops of 128 steps
  /// take 2 % longer by four). Undefined where
  /// it is no such loop.
  static Halide::Internal::Stmt shortSteps(const Stream &stream, const For &op,
                                           const Load &load,
                                           const Expr &start) {
    constexpr int64_t fewSums = 16, fewSteps = 64;
    auto count = as_const_int(simplify(op.extent));
    int64_t lineElements = lineBytes / load.type.bytes();
    if (stream.isSoon || stream.lines != 1 || stream.ahead == 0 ||
        stream.width != stream.pitch || !count || *count > fewSteps ||
        *count % slowSteps != 0 || *count * lineElements < stream.ahead)
      return {};
    int64_t sums = sumsOf(op);
    if (sums == 0 || sums >= fewSums)
      return {};
    int64_t steps = *count / slowSteps, lines = stream.ahead / lineElements;
    int most = int((lines + steps - 1) / steps);
    return bySteps(op, load, start + int(*count * lineElements),
                   int(most * lineElements), most);
  }

  /// The loop whose iterations share what is fetched, if there is one.
  const For *overOf(const Stream &stream) const {
    const For *found = nullptr;
    for (const For *loop : enclosing)
      if (!stream.outer.empty() &&
          isLoop(loop->name, stream.outer, stream.over))
        found = loop;
    return found;
  }

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

  /// Whether the loops around `over` that read the same again have only begun.
  Expr isFirstPass(const For &over, Expr base) const {
    for (size_t i = lets.size(); i-- > 0;)
      base = substitute(lets[i].first, lets[i].second, base);
    Expr first = const_true();
    for (const For *loop : enclosing) {
      if (loop == &over)
        break;
      if (!expr_uses_var(base, loop->name))
        first =
            first && Variable::make(Halide::Int(32), loop->name) == loop->min;
    }
    return first;
  }

  /// What the loop reads `ahead` of it, evenly over all iterations of `over`;
  /// one alone is sooner done than what it fetches is there: of MiniLM in bf16
  /// 1·16 takes 0.91 ms without and 0.95 with 8 lines, 1·128 3.50 and 3.20.
  Halide::Internal::Stmt spread(const Stream &stream, const For &loop,
                                const For &over, const Load &load,
                                const Expr &base) const {
    auto variable = [](const std::string &name) {
      return Variable::make(Halide::Int(32), name);
    };
    Stream next = stream;
    next.ahead = 0;
    std::optional<Piece> piece = pieceOf(next, loop, base);
    if (!piece)
      return &loop;
    int64_t ahead = stream.ahead > 0 ? stream.ahead : piece->elements;
    int lineElements = lineBytes / load.type.bytes();
    int steps = int(piece->iterations);
    int lines = int((piece->elements + lineElements - 1) / lineElements);
    Expr rounds = over.extent * steps;
    std::string count = loop.name + ".lines", line = loop.name + ".line";
    Expr first = ((variable(over.name) - over.min) * steps +
                  variable(loop.name) - loop.min) *
                 variable(count);
    Expr place =
        placeOf(stream, (first + variable(line)) * lineElements + int(ahead));
    Expr start = substitute(loop.name, loop.min, base);
    Halide::Internal::Stmt fetches =
        For::make(line, 0, select(first < lines, variable(count), 0),
                  ForType::Serial, Halide::Partition::Never,
                  Halide::DeviceAPI::None, fetch(load, start + place));
    Halide::Internal::Stmt fetching = For::make(
        loop.name, loop.min, loop.extent, loop.for_type, loop.partition_policy,
        loop.device_api, Block::make(fetches, loop.body));
    Expr isDue = over.extent > 1;
    if (stream.isNear)
      isDue = isDue && isFirstPass(over, start);
    Expr most = min(stream.lines, (rounds + (lines - 1)) / rounds);
    return LetStmt::make(count, select(isDue, most, 0), fetching);
  }

  /// Where an element lies, counted along the runs.
  static Expr placeOf(const Stream &stream, const Expr &element) {
    if (stream.width == stream.pitch)
      return element;
    int width = int(stream.width);
    return element / width * int(stream.pitch) + element % width;
  }

  static Halide::Internal::Stmt fetch(const Load &load, const Expr &index,
                                      int stride = 1) {
    Expr base = Variable::make(Halide::type_of<void *>(), load.name);
    return Evaluate::make(Call::make(load.type.element_of(), Call::prefetch,
                                     {base, simplify(index), 1, stride},
                                     Call::Intrinsic));
  }

  std::vector<Stream> streams;
  std::vector<const For *> enclosing;
  std::vector<std::pair<std::string, Expr>> lets;
  std::map<std::string, int64_t> mostSums; ///< of a loop's tiles so far
};

} // namespace

void addStreams(const std::vector<Stream> &streams,
                const std::vector<std::string> &tiled,
                Halide::Pipeline &pipeline) {
  if (streams.empty())
    return;
  std::vector<Stream> known = streams;
  for (Stream &stream : known)
    stream.isSpread =
        std::any_of(tiled.begin(), tiled.end(), [&](const std::string &func) {
          return Halide::Internal::starts_with(stream.user, func + ".");
        });
  pipeline.add_custom_lowering_pass(new InsertStreams(std::move(known)));
}

} // namespace heddle::translate
