// Attention in chunks of keys: for each query block and chunk c
//   S = Q K^T, m_c = max S, P = 2^(S - m_c), l_c = sum P, O_c = P V,
// then over the chunks w_c = 2^(m_c - m) and
//   out = sum w_c O_c / sum w_c l_c,
// which is exact (the merge of Dao et al., FlashAttention, 2022, and of
// split-KV decoding). Scores are in units of log2, so that 2^x serves as e^x.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/AttentionKernel.h"
#include "compiler/lower/kernels/BlockMap.h"
#include "compiler/lower/kernels/LiveKeys.h"
#include "compiler/lower/kernels/Transcendentals.h"

#include "mlir/IR/BuiltinOps.h"
#include "schedules/cpu/Attention.h"
#include "schedules/gpu/Attention.h"

using namespace mlir;

namespace heddle::lower {

namespace {

class AttentionLowering : public AttentionKernel {
public:
  using AttentionKernel::AttentionKernel;

  LogicalResult build();

private:
  void stageQueries(ScoreRegion &region);
  void packQueries(double scale);
  Func widened(const HeadOperand &operand, int64_t columns,
               schedule::Role role);
  void buildTiles(ScoreRegion &region);
  void buildScores();
  void buildChunk();
  Expr kvHead(Expr h) { return floorDiv(h, group); }
  /// Whether some key of the chunk of a tile (c, qb, h, b) is among them, and
  /// may be live; empty where all are.
  Expr isVisited(const Point &tile);
  schedule::AttentionShape tile;
  std::optional<KeyRange> range;
  ScoreTiles::Words words; ///< what `live` says
  /// What the region reads of a query, dense for a block of them.
  SmallVector<std::pair<Value, Func>> staged;
  std::optional<LiveKeys> live; ///< where the data tell of whole groups
  Func queryPack, scores, chunkMax, weights, chunkSum;
};

Expr AttentionLowering::isVisited(const Point &at) {
  Expr visited = range->reaches(at[0], at[1]);
  return live ? allOf(visited, live->isAny(at)) : visited;
}

/// Queries are lanes: read where they lie, with clamped indices, they would be
/// gathered for every key.
void AttentionLowering::stageQueries(ScoreRegion &region) {
  if (form.onDevice)
    return;
  for (Value read : region.readsOfQueries())
    staged.push_back(
        {read, builder->func({"query_data",
                              schedule::Role::QueryData,
                              {"qi", "qb", "h", "b"},
                              {-1, -1, -1, -1},
                              {},
                              read.getType()},
                             [&](const Point &p) {
                               Expr query =
                                   min(p[1] * double(tile.queryBlock) + p[0],
                                       queries - 1.0);
                               return region.valueAt(read, p[3], p[2], query,
                                                     builder->index(0));
                             })});
}

/// The size of the tiles, and which of them may hold a live pair.
void AttentionLowering::buildTiles(ScoreRegion &region) {
  if (form.onDevice) { // every tile is computed
    auto shape = schedule::defaultAttentionGpuShape(depth, width);
    tile = {shape.queryBlock, shape.chunk, width};
    builder->keep({{"chunk", tile.chunk},
                   {"query_block", tile.queryBlock},
                   {"query_dim", depth},
                   {"value_dim", tile.valueDim}});
    return;
  }
  ScoreTiles tiles(*builder, region);
  tile = schedule::defaultAttentionShape(
      width, shape::maximum(k.shape[2], kernel.dimRanges()).value_or(INT32_MAX),
      form.few, tiles.isSparse());
  tile.keyDim = depth;
  words = tiles.words();
  LiveKeys found(*builder, tiles, tile, queries, keys);
  if (found.isUseful())
    live.emplace(found);
  // Where keys may be left out before the first of them, too.
  bool isWindow = region.firstOffset() || live;
  builder->keep({{"chunk", tile.chunk},
                 {"query_block", tile.queryBlock},
                 {"value_dim", tile.valueDim},
                 {"key_dim", tile.keyDim},
                 {"window", isWindow ? 1 : 0}});
}

/// Queries transposed with the scale put in. Where the depth is whole squares
/// of turnSide x turnSide, these are transposed in registers, by perfect
/// shuffles of their elements: element j of the first half of a square goes to
/// 2 j, that of the second half to 2 j + 1, and four of these swap the halves
/// of an element's index.
void AttentionLowering::packQueries(double scale) {
  constexpr int64_t side = schedule::turnSide, half = side * side / 2;
  std::vector<std::string> dims = {"qi", "d", "qb", "h", "b"};
  auto query = [&](Expr qb, Expr qi) {
    return min(qb * double(tile.queryBlock) + qi, queries - 1.0);
  };
  if (form.onDevice || depth % side != 0) {
    queryPack = define("query_pack", schedule::Role::QueryPack, dims,
                       [&](const Point &p) {
                         Expr row = query(p[2], p[0]);
                         return load(q, p[1], p[3], row, p[4]) * scale;
                       });
    return;
  }
  std::vector<std::string> square = {"i", "dt", "qt", "qb", "h", "b"};
  Func turned = define(
      "query_rows", schedule::Role::QueryTurn, square, [&](const Point &p) {
        Expr d = p[1] * double(side) + modulo(p[0], side);
        Expr row = query(p[3], p[2] * double(side) + floorDiv(p[0], side));
        return load(q, d, p[4], row, p[5]);
      });
  for (int64_t step = 1; step < side; step *= 2)
    turned = define("query_turn_" + std::to_string(step),
                    schedule::Role::QueryTurn, square, [&](const Point &p) {
                      Point low = p, high = p;
                      low[0] = floorDiv(p[0], 2);
                      high[0] = low[0] + double(half);
                      return select(modulo(p[0], 2) == builder->index(0),
                                    turned(low), turned(high));
                    });
  queryPack = define(
      "query_pack", schedule::Role::QueryPack, dims, [&](const Point &p) {
        Expr i = modulo(p[1], side) * double(side) + modulo(p[0], side);
        Point at = {i, floorDiv(p[1], side), floorDiv(p[0], side)};
        at.insert(at.end(), p.begin() + 2, p.end());
        return turned(at) * scale;
      });
}

/// Rows of bf16 of a chunk as f32, which all queries of a block read; null
/// where rows are read as they lie.
Func AttentionLowering::widened(const HeadOperand &operand, int64_t columns,
                                schedule::Role role) {
  if (form.few || columns % schedule::widenedLanes != 0 ||
      !getElementTypeOrSelf(operand.source).isBF16())
    return {};
  return define("wide_rows", role, {"d", "k", "c", "h", "b"},
                [&](const Point &p) {
                  Expr row = clamp(p[2] * double(tile.chunk) + p[1],
                                   builder->index(0), keys - 1.0);
                  return load(operand, p[0], p[3], row, p[4]);
                });
}

/// Masked scores of one chunk.
void AttentionLowering::buildScores() {
  ScoreRegion region(*builder, op);
  buildTiles(region);
  range.emplace(*builder, region, tile, keys);
  keepBlocks(*builder, mapOf(*range, region, words, LiveKeys::group));
  stageQueries(region);
  double scale = op.scaleValue() * (region.keepsScore() ? log2e : 1.0);
  Expr lastKey = keys - 1.0;
  packQueries(scale);
  Func wide = widened(k, depth, schedule::Role::KeyRows);
  std::vector<std::string> dims = {"qi", "k", "c", "qb", "h", "b"};
  Func sum = zeroed("score_sum", schedule::Role::ScoreSum, dims);
  builder->update(sum, {{"rd", builder->index(0), builder->index(depth)}},
                  [&](const Point &p, const Point &r) {
                    Expr key = p[2] * double(tile.chunk) + p[1];
                    Expr row = clamp(key, builder->index(0), lastKey);
                    Expr head = kvHead(p[4]);
                    Expr element = wide.owner
                                       ? wide({r[0], p[1], p[2], head, p[5]})
                                       : load(k, r[0], head, row, p[5]);
                    Expr query = queryPack({p[0], r[0], p[3], p[4], p[5]});
                    return Store{p, sum(p) + query * element};
                  });
  scores = define("scores", schedule::Role::Scores, dims, [&](const Point &p) {
    Expr key = p[2] * double(tile.chunk) + p[1];
    Expr query = p[3] * double(tile.queryBlock) + p[0];
    ScoreRegion::Known known;
    for (const auto &[read, func] : staged) {
      Expr value = func({p[0], p[3], p[4], p[5]});
      known[read] = read.getType().isInteger(1) ? isNonZero(value) : value;
    }
    Expr score = region.score(sum(p), p[5], p[4], query, key, known);
    if (!region.keepsScore())
      score = score * log2e;
    // Added, not selected: a select would narrow the tile by its condition.
    if (range->isBounded())
      score = score + range->mask(p[2], p[3], query, key, masked);
    if (!region.masks())
      return score;
    Expr isLive = region.live(sum(p), p[5], p[4], query, key, known);
    score = score + select(isLive, builder->real(0.0), builder->real(masked));
    if (!live)
      return score;
    return select(live->containsGroup(p[1], {p.begin() + 2, p.end()}), score,
                  builder->real(masked));
  });
}

/// Softmax and values of one chunk. Keys past the end are cut off by the
/// reductions; promises, which emit no code, tell the bounds inference.
void AttentionLowering::buildChunk() {
  std::vector<std::string> dims = {"qi", "c", "qb", "h", "b"};
  auto chunkKeys = [&] {
    return std::vector<Reduction>{
        {"rk", builder->index(0), builder->index(tile.chunk)}};
  };
  auto start = [&](Expr c) { return c * double(tile.chunk); };
  auto within = [&](Expr r, const Point &at) {
    Expr key = start(at[0]) + r, isIn = key < range->limit(at[1]);
    if (range->hasFirst())
      isIn = isIn & (range->start(at[1]) <= key);
    return live ? isIn & live->contains(r, at) : isIn;
  };
  auto inChunk = [&](Expr r, Expr c, Expr qb) {
    Expr least = builder->index(0);
    if (range->hasFirst())
      least = max(range->start(qb) - start(c), least);
    return promise(r, least, range->limit(qb) - start(c) - 1.0);
  };
  chunkMax = zeroed("chunk_max", schedule::Role::ChunkMax, dims, masked);
  builder->update(chunkMax, chunkKeys(), [&](const Point &p, const Point &r) {
    Expr key = inChunk(r[0], p[1], p[2]);
    Expr score = scores({p[0], key, p[1], p[2], p[3], p[4]});
    return Store{p, maxOfNumbers(chunkMax(p), score),
                 within(r[0], {p.begin() + 1, p.end()})};
  });
  weights = define("weights", schedule::Role::Weights,
                   {"qi", "k", "c", "qb", "h", "b"}, [&](const Point &p) {
                     Expr most = chunkMax({p[0], p[2], p[3], p[4], p[5]});
                     Expr weight = exp2OfNonPositive(scores(p) - most);
                     if (!live)
                       return weight;
                     return select(
                         live->containsGroup(p[1], {p.begin() + 2, p.end()}),
                         weight, builder->real(0.0));
                   });
  chunkSum = zeroed("chunk_sum", schedule::Role::ChunkSum, dims);
  builder->update(chunkSum, chunkKeys(), [&](const Point &p, const Point &r) {
    Expr key = inChunk(r[0], p[1], p[2]);
    Expr weight = weights({p[0], key, p[1], p[2], p[3], p[4]});
    return Store{p, chunkSum(p) + weight,
                 within(r[0], {p.begin() + 1, p.end()})};
  });
  Func wide = widened(v, width, schedule::Role::Wide);
  Func sum = zeroed("value_sum", schedule::Role::ValueSum,
                    {"d", "qi", "c", "qb", "h", "b"});
  builder->update(sum, chunkKeys(), [&](const Point &p, const Point &r) {
    Expr key = inChunk(r[0], p[2], p[3]);
    Expr weight = weights({p[1], key, p[2], p[3], p[4], p[5]});
    Expr row = promise(start(p[2]) + r[0], range->start(p[3]),
                       range->limit(p[3]) - 1.0);
    Expr head = kvHead(p[4]);
    Expr value = wide.owner ? wide({p[0], key, p[2], head, p[5]})
                            : load(v, p[0], head, row, p[5]);
    return Store{p, sum(p) + weight * value,
                 within(r[0], {p.begin() + 2, p.end()})};
  });
  BlockChunks chunks{tile.queryBlock,
                     tile.chunk,
                     [&](const Point &p) { return sum(p); },
                     chunkMax,
                     chunkSum,
                     {},
                     [&](const Point &at) { return isVisited(at); }};
  if (live)
    chunks.isLive = [&](const Point &at) { return live->isAny(at); };
  finish(chunks);
}

LogicalResult AttentionLowering::build() {
  std::optional<KernelSize> limit;
  if (form.few)
    limit = KernelSize{attentionSize(kernel).size, form.few};
  start(limit);
  buildScores();
  buildChunk();
  return success();
}

} // namespace

KernelSize attentionSize(graph::OutlinedOp kernel) {
  auto attentions = kernel.getBody().getOps<graph::AttentionOp>();
  return {shapeOf((*attentions.begin()).getQ())[2], schedule::fewQueries};
}

bool hasShortBlocks(graph::OutlinedOp kernel) {
  auto attentions = kernel.getBody().getOps<graph::AttentionOp>();
  graph::AttentionOp attention = *attentions.begin();
  std::optional<int64_t> width = shapeOf(attention.getV())[3].constant();
  constexpr int64_t anyKeys = schedule::shortQueries, anyQueries = 0;
  return width && !isNarrowAttention(kernel) &&
         schedule::defaultAttentionShape(*width, anyKeys, anyQueries)
                 .queryBlock > schedule::shortQueries / 2;
}

FailureOr<KernelPlan> lowerAttention(ModuleOp module, graph::OutlinedOp kernel,
                                     const KernelForm &form) {
  graph::AttentionOp attention = attentionOf(kernel);
  if (!attention)
    return failure();
  AttentionLowering lowering(module, kernel, attention, form);
  if (failed(lowering.plan()) || failed(lowering.build()))
    return failure();
  return lowering.result();
}

} // namespace heddle::lower
