// The operands and the result of an attention: see AttentionKernel.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/AttentionKernel.h"

#include "compiler/lower/kernels/ScoreRegion.h"
#include "compiler/lower/kernels/Transcendentals.h"

#include <climits>

using namespace mlir;

namespace heddle::lower {

HeadOperand headOperand(Value value) {
  HeadOperand operand{value, false, shapeOf(value)};
  if (auto split = value.getDefiningOp<graph::SplitHeadsOp>()) {
    operand.source = split.getX();
    operand.split = true;
  }
  if (auto cast = operand.source.getDefiningOp<graph::CastOp>())
    operand.source = cast.getX();
  return operand;
}

int64_t HeadOperand::bytes() const {
  Type element = getElementTypeOrSelf(source);
  return element.getIntOrFloatBitWidth() / CHAR_BIT;
}

int64_t HeadOperand::argument() const {
  auto argument = dyn_cast<BlockArgument>(source);
  return argument ? int64_t(argument.getArgNumber()) : -1;
}

/// True for what widens an argument, or rounds a result.
static bool isOfBf16(graph::CastOp cast) {
  if (cast.widens())
    return isa<BlockArgument>(cast.getX());
  return cast.getType().getElementType().isBF16();
}

graph::AttentionOp attentionOf(graph::OutlinedOp kernel) {
  graph::AttentionOp attention;
  for (Operation &op : kernel.getBody().front()) {
    if (auto found = dyn_cast<graph::AttentionOp>(op)) {
      if (attention) {
        found.emitOpError("has no lowering: two in one kernel");
        return {};
      }
      attention = found;
    } else if (auto cast = dyn_cast<graph::CastOp>(op);
               !(cast && isOfBf16(cast)) &&
               !isa<graph::SplitHeadsOp, graph::MergeHeadsOp, graph::ReturnOp,
                    graph::ConstantOp>(op)) {
      op.emitOpError("has no lowering beside an attention");
      return {};
    }
  }
  return attention;
}

LogicalResult AttentionKernel::plan() {
  std::optional<int64_t> d = q.shape[3].constant(), dv = v.shape[3].constant();
  std::optional<int64_t> hq = q.shape[1].constant();
  std::optional<int64_t> hkv = k.shape[1].constant();
  if (!d || !dv || !hq || !hkv)
    return op.emitOpError("has no lowering: expected a constant number of "
                          "heads and constant head sizes");
  if (failed(ScoreRegion::check(op)))
    return failure();
  depth = *d;
  width = *dv;
  group = *hq / *hkv;
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    OperandPlan plan = plainPlan(argument);
    for (const HeadOperand &operand : {q, k, v})
      if (operand.source == argument)
        plan.view = operand.view();
    kernelPlan.inputs.push_back(plan);
  }
  Value returned = kernel.returned()[0];
  if (auto cast = returned.getDefiningOp<graph::CastOp>())
    returned = cast.getX();
  merged = returned != op.getOutput();
  HeadOperand out{returned, merged, shapeOf(op.getOutput())};
  kernelPlan.output.view = out.view();
  kernelPlan.flops = q.shape[0] * q.shape[1] * q.shape[2] * k.shape[2] *
                     shape::Dim(2 * (depth + width));
  return success();
}

void AttentionKernel::start(const std::optional<KernelSize> &limit) {
  builder.emplace(module, kernel, form.name, kernelPlan.inputs, limit);
  builder->setLocation(op.getLoc());
  queries = tokens(q);
  keys = tokens(k);
}

Expr AttentionKernel::tokens(const HeadOperand &operand) {
  if (std::optional<int64_t> constant = operand.shape[2].constant())
    return builder->index(*constant);
  return builder->extent(builder->bufferOf(operand.source), operand.tokenDim());
}

Expr AttentionKernel::load(const HeadOperand &operand, Expr d, Expr h, Expr t,
                           Expr b) {
  Expr element = loadStored(operand, d, h, t, b);
  return isBf16(element) ? fromBf16(element) : element;
}

Expr AttentionKernel::loadStored(const HeadOperand &operand, Expr d, Expr h,
                                 Expr t, Expr b) {
  Point at = operand.at(d, h, t, b);
  if (operand.source.getDefiningOp<graph::ConstantOp>()) {
    shape::Shape view = operand.view();
    Expr index = builder->index(0);
    for (size_t i = at.size(); i-- > 0;)
      index = index * double(*view[i].constant()) + at[i];
    return literalAt(*builder, operand.source, index);
  }
  return builder->load(builder->bufferOf(operand.source), at);
}

AttentionKernel::MergedRow
AttentionKernel::mergeChunks(const ChunkMerge &merge) {
  std::vector<std::string> dims = merge.dims, perChunk = dims, wide = dims;
  perChunk.insert(perChunk.begin() + 1, "c");
  wide.insert(wide.begin(), "d");
  auto overChunks = [&] {
    return std::vector<Reduction>{{"rc", builder->index(0), merge.chunks}};
  };
  auto where = [&](const Point &row, Expr c) {
    return merge.where ? merge.where(row, c) : Expr();
  };
  MergedRow result;
  result.most = zeroed("merge_max", schedule::Role::MergeMax, dims, masked);
  builder->update(
      result.most, overChunks(), [&](const Point &p, const Point &r) {
        Expr most = merge.part(builder->index(width), p, r[0]);
        return Store{p, maxOfNumbers(result.most(p), most), where(p, r[0])};
      });
  Func weight = define("merge_weight", schedule::Role::MergeWeight, perChunk,
                       [&](const Point &p) {
                         Point row = p;
                         row.erase(row.begin() + 1);
                         Expr most =
                             merge.part(builder->index(width), row, p[1]);
                         return exp2OfNonPositive(most - result.most(row));
                       });
  auto weightAt = [&](Point row, Expr c) {
    row.insert(row.begin() + 1, c);
    return weight(row);
  };
  result.sum = zeroed("merge_sum", schedule::Role::MergeSum, dims);
  builder->update(result.sum, overChunks(),
                  [&](const Point &p, const Point &r) {
                    Expr sum = merge.part(builder->index(width + 1), p, r[0]);
                    return Store{p, result.sum(p) + weightAt(p, r[0]) * sum,
                                 where(p, r[0])};
                  });
  result.values = zeroed("merged", schedule::Role::Merged, wide);
  builder->update(
      result.values, overChunks(), [&](const Point &p, const Point &r) {
        Point row(p.begin() + 1, p.end());
        Expr value = merge.part(p[0], row, r[0]) * weightAt(row, r[0]);
        return Store{p, result.values(p) + value, where(row, r[0])};
      });
  return result;
}

/// A query whose keys are all masked gives zeros. The maximum alone may have
/// dropped a NaN, which the sum of the weights has kept.
void AttentionKernel::finish(const ChunkMerge &merge) {
  MergedRow rows = mergeChunks(merge);
  std::vector<std::string> dims = {"d", "q", "h", "b"};
  if (merged)
    dims = {"d", "h", "q", "b"};
  schedule::Role role = schedule::Role::Output;
  Type element = getElementTypeOrSelf(kernel.returned()[0]);
  Func out = builder->func(
      {"out", role, dims, {width, -1, -1, -1}, {"d", "h", "q", "b"}, element},
      [&](const Point &p) {
        Expr query = merged ? p[2] : p[1], head = merged ? p[1] : p[2];
        Point row = merge.row(query, head, p[3]), value = row;
        value.insert(value.begin(), merge.place ? merge.place(p[0]) : p[0]);
        Expr inverse = builder->real(1.0) / rows.sum(row);
        Expr mean = select(rows.most(row) <= masked / 2, builder->real(0.0),
                           rows.values(value) * inverse);
        Expr result = mean + zeroOrNaN(rows.sum(row));
        return element.isBF16() ? toBf16(result) : result;
      });
  builder->finish(out, kernelPlan.output);
}

/// What may be left out stands in stages of its own: in `part` the choice of a
/// column would hide the condition, and all would be computed.
void AttentionKernel::finish(const BlockChunks &chunks) {
  auto whereLive = [&](Expr value, double none, const Point &tile) {
    return chunks.isLive
               ? select(chunks.isLive(tile), value, builder->real(none))
               : value;
  };
  std::vector<std::string> dims = {"qi", "c", "qb", "h", "b"}, wide = dims;
  wide.insert(wide.begin(), "d");
  Func values = define(
      "chunk_value", schedule::Role::ChunkValue, wide, [&](const Point &p) {
        return whereLive(chunks.values(p), 0.0, {p.begin() + 2, p.end()});
      });
  auto orNone = [&](const std::string &name, Func func, double none) {
    if (!chunks.isLive)
      return func;
    return define(name, schedule::Role::ChunkLive, dims, [&](const Point &p) {
      return whereLive(func(p), none, {p.begin() + 1, p.end()});
    });
  };
  Func most = orNone("live_max", chunks.most, masked);
  Func sum = orNone("live_sum", chunks.sum, 0.0);
  // One func carries all three results, so that everything above can be
  // computed inside its chunk loop.
  wide[0] = "j";
  Func part = define("part", schedule::Role::Part, wide, [&](const Point &p) {
    Point row(p.begin() + 1, p.end()), value = p;
    value[0] = min(p[0], builder->index(width - 1));
    return select(p[0] <= double(width - 1), values(value),
                  select(p[0] == builder->index(width), most(row), sum(row)));
  });
  int64_t block = chunks.queryBlock;
  finish({{"qi", "qb", "h", "b"},
          floorDiv(keys + double(chunks.chunk - 1), chunks.chunk),
          [&](Expr j, const Point &row, Expr c) {
            return part({j, row[0], c, row[1], row[2], row[3]});
          },
          [&](const Point &row, Expr c) {
            return chunks.isVisited({c, row[1], row[2], row[3]});
          },
          [&](Expr query, Expr head, Expr b) {
            return Point{modulo(query, block), floorDiv(query, block), head, b};
          }});
}

} // namespace heddle::lower
