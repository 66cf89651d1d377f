// Attention of rounded numbers, in chunks of keys as in Attention.cpp: queries,
// keys, values and the weights of a chunk are bf16, scores and sums f32. Keys
// and values are packed once in pairs of what products sum up, in panels of 16
// columns, for dot products or tiles; keys are the lanes of the scores.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/AttentionKernel.h"
#include "compiler/lower/kernels/BlockMap.h"
#include "compiler/lower/kernels/KeyRange.h"
#include "compiler/lower/kernels/ScoreTiles.h"
#include "compiler/lower/kernels/Transcendentals.h"

#include "schedules/cpu/AttentionNarrow.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace heddle::lower {

namespace {

constexpr int64_t pair = 2, panel = schedule::narrowPanel;
/// Keys go by groups: the lanes of partial maxima and sums, and what products
/// leave out together.
constexpr int64_t lanes = schedule::narrowGroup;

class NarrowLowering : public AttentionKernel {
public:
  using AttentionKernel::AttentionKernel;
  void build();

private:
  void buildTiles(ScoreRegion &region);
  void packQueries(double scale);
  Expr rowElement(const HeadOperand &operand, Expr column, Expr head, Expr key,
                  Expr b);
  void packKeys();
  void packValues();
  void stageKeys(ScoreRegion &region);
  void buildScores(ScoreRegion &region);
  Expr maskedScore(ScoreRegion &region, Expr sum, Expr row, Expr key,
                   const Point &point, const ScoreRegion::Known &known);
  void buildChunk();
  void buildSums();
  Func reduceKeys(const std::string &name, schedule::Role byLanes,
                  schedule::Role role, double start,
                  const std::function<Expr(Expr, Expr)> &combine,
                  const std::function<Expr(const Point &)> &term);
  Func bf16Func(const std::string &name, schedule::Role role,
                const std::vector<std::string> &dims,
                const std::vector<int64_t> &extents,
                const std::function<Expr(const Point &)> &body) {
    return builder->func(
        {name, role, dims, extents, {}, builder->builder().getBF16Type()},
        body);
  }
  std::vector<std::string> scoreDims() const {
    return {"n", "qi", "g", "c", "qb", "h", "b"};
  }
  std::vector<int64_t> scoreExtents() const {
    return {lanes, tile.queryBlock, -1, -1, -1, -1, -1};
  }
  Expr kvHead(Expr h) { return floorDiv(h, group); }
  Expr zeroUnless(Expr condition, Expr value) {
    Expr zero = builder->real(0.0);
    return select(condition, value, isBf16(value) ? toBf16(zero) : zero);
  }
  Expr isVisited(const Point &at);
  Expr isLive(const Point &at) { return tileLive(at) != builder->index(0); }
  /// Whether a group of a chunk may be seen by a block, and the group with
  /// that known to the bounds inference.
  Expr isWithin(Expr group, Expr c, Expr qb);
  Expr groupWithin(Expr group, Expr c, Expr qb);
  /// A group of a chunk among those of all keys.
  Expr groupAt(Expr c, Expr group) {
    int64_t groups = tile.chunk / lanes;
    return promise(c * double(groups) + group, builder->index(0),
                   keyGroupCount - 1.0);
  }

  schedule::AttentionShape tile;
  int64_t paddedDepth = 0;
  std::optional<KeyRange> range;
  ScoreTiles::Words words; ///< what `tileLive` says
  SmallVector<std::pair<Value, Func>> staged;
  Expr keyGroupCount; ///< of both packs
  Func tileLive, query, keyEnd, keyPack, valuePack, scores, chunkMax, weights;
  Func chunkSum;
};

/// q [d, query of a block] with the scale put in, as bf16 and as f32 again.
void NarrowLowering::packQueries(double scale) {
  Func narrow = bf16Func(
      "query_narrow", schedule::Role::Narrow, {"d", "qi", "qb", "h", "b"},
      {paddedDepth, tile.queryBlock, -1, -1, -1}, [&](const Point &p) {
        Expr row = p[2] * double(tile.queryBlock) + p[1];
        row = min(likely(row), queries - 1.0);
        if (depth == paddedDepth)
          return toBf16(load(q, p[0], p[3], row, p[4]) * scale);
        Expr last = builder->index(depth - 1);
        Expr value = load(q, min(p[0], last), p[3], row, p[4]) * scale;
        return toBf16(zeroUnless(p[0] <= last, value));
      });
  query = builder->func({"query_wide",
                         schedule::Role::Wide,
                         {"d", "qi", "qb", "h", "b"},
                         {paddedDepth, tile.queryBlock, -1, -1, -1}},
                        [&](const Point &p) { return fromBf16(narrow(p)); });
}

/// An element of a key's or value's row as bf16, 0 past the last of them: loops
/// are split where they end.
Expr NarrowLowering::rowElement(const HeadOperand &operand, Expr column,
                                Expr head, Expr key, Expr b) {
  Expr row = min(likely(key), keys - 1.0);
  Expr element =
      zeroUnless(likely(key < keys), loadStored(operand, column, head, row, b));
  return isBf16(element) ? element : toBf16(element);
}

/// k [d in its pair, key in its panel, pair, panel].
void NarrowLowering::packKeys() {
  Func rows =
      bf16Func("key_rows", schedule::Role::KeyRows, {"d", "n", "nb", "h", "b"},
               {paddedDepth, panel, -1, -1, -1}, [&](const Point &p) {
                 Expr key = p[2] * double(panel) + p[1];
                 if (depth == paddedDepth)
                   return rowElement(k, p[0], p[3], key, p[4]);
                 Expr last = builder->index(depth - 1);
                 Expr value = rowElement(k, min(p[0], last), p[3], key, p[4]);
                 return zeroUnless(p[0] <= last, value);
               });
  keyPack = bf16Func(
      "key_pack", schedule::Role::KeyPack, {"kp", "n", "g", "nb", "h", "b"},
      {pair, panel, paddedDepth / pair, -1, -1, -1}, [&](const Point &p) {
        Expr d = p[2] * double(pair) + p[0];
        return rows({d, p[1], p[3], p[4], p[5]});
      });
}

/// v [key in its pair, column in its panel, pair in its group, panel, group].
void NarrowLowering::packValues() {
  valuePack = bf16Func("value_pack", schedule::Role::ValuePack,
                       {"kp", "n", "g", "nb", "ng", "h", "b"},
                       {pair, panel, lanes / pair, width / panel, -1, -1, -1},
                       [&](const Point &p) {
                         Expr key =
                             p[4] * double(lanes) + p[2] * double(pair) + p[0];
                         Expr column = p[3] * double(panel) + p[1];
                         return rowElement(v, column, p[5], key, p[6]);
                       });
}

/// Keys are lanes: what the region reads of them lies dense and padded, as does
/// what keys past the end are masked by.
void NarrowLowering::stageKeys(ScoreRegion &region) {
  keyEnd = builder->func(
      {"key_end", schedule::Role::KeyData, {"n", "g"}, {lanes, -1}},
      [&](const Point &p) {
        Expr key = p[1] * double(lanes) + p[0];
        return select(key < keys, builder->real(0.0), builder->real(masked));
      });
  for (Value read : region.readsOfKeys())
    staged.push_back(
        {read, builder->func({"key_data",
                              schedule::Role::KeyData,
                              {"n", "g", "h", "b"},
                              {lanes, -1, -1, -1},
                              {},
                              read.getType()},
                             [&](const Point &p) {
                               Expr key = p[1] * double(lanes) + p[0];
                               return region.valueAt(read, p[3], p[2],
                                                     builder->index(0),
                                                     min(key, keys - 1.0));
                             })});
}

/// Scores [lane, query, group ...] of key chunk * c + 32 * group + lane. Their
/// products are in panels.
void NarrowLowering::buildScores(ScoreRegion &region) {
  int64_t groups = tile.chunk / lanes, panels = lanes / panel;
  Func sum = define("score_sum", schedule::Role::ScoreSum,
                    {"n", "t", "qi", "g", "c", "qb", "h", "b"},
                    [&](const Point &) { return builder->real(0.0); });
  builder->update(
      sum,
      {{"rp", builder->index(0), builder->index(pair)},
       {"rd", builder->index(0), builder->index(paddedDepth / pair)}},
      [&](const Point &p, const Point &r) {
        Expr at = groupAt(p[4], p[3]) * double(panels) + p[1];
        Expr a = query({r[1] * double(pair) + r[0], p[2], p[5], p[6], p[7]});
        Expr b = keyPack({r[0], p[0], r[1], at, kvHead(p[6]), p[7]});
        return Store{p, sum(p) + a * fromBf16(b)};
      });
  scores = builder->func(
      {"scores", schedule::Role::Scores, scoreDims(), scoreExtents()},
      [&](const Point &p) {
        Expr row = min(p[4] * double(tile.queryBlock) + p[1], queries - 1.0);
        ScoreRegion::Known known;
        for (const auto &[read, func] : staged) {
          Expr value = func({p[0], groupAt(p[3], p[2]), p[5], p[6]});
          known[read] = read.getType().isInteger(1) ? isNonZero(value) : value;
        }
        Point at(p.begin() + 1, p.end());
        at.insert(at.begin(), {modulo(p[0], panel), floorDiv(p[0], panel)});
        Expr key = (p[3] * double(groups) + p[2]) * double(lanes) + p[0];
        return maskedScore(region, sum(at), row, key, p, known);
      });
}

/// A score in units of log2, far below any where its key is not live. Added,
/// not selected: a select would narrow the tile by its condition.
Expr NarrowLowering::maskedScore(ScoreRegion &region, Expr sum, Expr row,
                                 Expr key, const Point &p,
                                 const ScoreRegion::Known &known) {
  Expr c = p[3], qb = p[4], h = p[5], b = p[6];
  Expr score = region.score(sum, b, h, row, key, known);
  if (!region.keepsScore())
    score = score * log2e;
  if (range->isBounded())
    score = score + range->mask(c, qb, row, key, masked);
  score = score + keyEnd({p[0], groupAt(c, p[2])});
  if (!region.masks())
    return score;
  Expr live = region.live(sum, b, h, row, key, known);
  return score + select(live, builder->real(0.0), builder->real(masked));
}

Expr NarrowLowering::isWithin(Expr group, Expr c, Expr qb) {
  Expr from = c * double(tile.chunk) + group * double(lanes);
  Expr within = from < range->limit(qb);
  return range->hasFirst() ? within & (range->start(qb) < from + double(lanes))
                           : within;
}

Expr NarrowLowering::groupWithin(Expr group, Expr c, Expr qb) {
  Expr from = c * double(tile.chunk), least = builder->index(0);
  if (range->hasFirst())
    least = max(floorDiv(range->start(qb) - from, lanes), least);
  return promise(group, least, floorDiv(range->limit(qb) - from - 1.0, lanes));
}

/// `combine` over a chunk's keys of term(lane, row ..., group): lane by lane
/// first.
Func NarrowLowering::reduceKeys(
    const std::string &name, schedule::Role byLanes, schedule::Role role,
    double start, const std::function<Expr(Expr, Expr)> &combine,
    const std::function<Expr(const Point &)> &term) {
  std::vector<std::string> dims = {"qi", "c", "qb", "h", "b"}, wide = dims;
  wide.insert(wide.begin(), "v");
  Func byLane = zeroed(name + "_lanes", byLanes, wide, start);
  builder->update(
      byLane, {{"rg", builder->index(0), builder->index(tile.chunk / lanes)}},
      [&](const Point &p, const Point &r) {
        Point at = p;
        at.insert(at.begin() + 2, groupWithin(r[0], p[2], p[3]));
        return Store{p, combine(byLane(p), term(at)),
                     isWithin(r[0], p[2], p[3])};
      });
  Func all = zeroed(name, role, dims, start);
  builder->update(all, {{"rv", builder->index(0), builder->index(lanes)}},
                  [&](const Point &p, const Point &r) {
                    Point at = p;
                    at.insert(at.begin(), r[0]);
                    return Store{p, combine(all(p), byLane(at))};
                  });
  return all;
}

/// Maximum, weights and their sum: the sum is of what products read.
void NarrowLowering::buildChunk() {
  using schedule::Role;
  chunkMax = reduceKeys(
      "chunk_max", Role::MaxLanes, Role::ChunkMax, masked,
      [](Expr a, Expr b) { return maxOfNumbers(a, b); },
      [&](const Point &p) { return scores(p); });
  Func narrow =
      bf16Func("weights", Role::Weights, scoreDims(), scoreExtents(),
               [&](const Point &p) {
                 Expr most = chunkMax({p[1], p[3], p[4], p[5], p[6]});
                 return toBf16(roughExp2OfNonPositive(scores(p) - most));
               });
  weights = builder->func(
      {"weights_wide", Role::WideWeights, scoreDims(), scoreExtents()},
      [&](const Point &p) { return fromBf16(narrow(p)); });
  chunkSum = reduceKeys(
      "chunk_sum", Role::SumLanes, Role::ChunkSum, 0.0,
      [](Expr a, Expr b) { return a + b; },
      [&](const Point &p) { return weights(p); });
}

/// Weights times values, and the chunks merged.
void NarrowLowering::buildSums() {
  Func sum = define("value_sum", schedule::Role::ValueSum,
                    {"n", "t", "qi", "c", "qb", "h", "b"},
                    [&](const Point &) { return builder->real(0.0); });
  builder->update(
      sum,
      {{"rp", builder->index(0), builder->index(pair)},
       {"rk", builder->index(0), builder->index(lanes / pair)},
       {"rg", builder->index(0), builder->index(tile.chunk / lanes)}},
      [&](const Point &p, const Point &r) {
        Expr group = groupWithin(r[2], p[3], p[4]);
        Expr key = r[1] * double(pair) + r[0];
        Expr a = weights({key, p[2], group, p[3], p[4], p[5], p[6]});
        Expr b = valuePack(
            {r[0], p[0], r[1], p[1], groupAt(p[3], group), kvHead(p[5]), p[6]});
        return Store{p, sum(p) + a * fromBf16(b), isWithin(r[2], p[3], p[4])};
      });
  BlockChunks chunks{
      tile.queryBlock,
      tile.chunk,
      [&](const Point &p) {
        Point at(p.begin() + 1, p.end());
        at.insert(at.begin(), {modulo(p[0], panel), floorDiv(p[0], panel)});
        return sum(at);
      },
      chunkMax,
      chunkSum,
      {},
      [&](const Point &at) { return isVisited(at); }};
  if (tileLive.value)
    chunks.isLive = [&](const Point &at) { return isLive(at); };
  finish(chunks);
}

Expr NarrowLowering::isVisited(const Point &at) {
  Expr visited = range->reaches(at[0], at[1]);
  return tileLive.value ? allOf(visited, isLive(at)) : visited;
}

/// Bytes of a head's row, where the next one's lie behind them; else 0.
static int64_t rowBytes(const HeadOperand &operand) {
  if (operand.split || operand.argument() < 0)
    return 0;
  return *operand.shape[3].constant() * operand.bytes();
}

/// The size of the tiles, and which of them may hold a live pair.
void NarrowLowering::buildTiles(ScoreRegion &region) {
  ScoreTiles tiles(*builder, region);
  tile = schedule::narrowAttentionShape(
      width,
      shape::maximum(k.shape[2], kernel.dimRanges()).value_or(INT32_MAX));
  paddedDepth = llvm::alignTo(depth, schedule::narrowDepth);
  builder->keep({{"chunk", tile.chunk},
                 {"query_block", tile.queryBlock},
                 {"value_dim", tile.valueDim},
                 {"query_dim", paddedDepth},
                 {"key_dim", depth},
                 {"queries", q.argument()},
                 {"keys", k.argument()},
                 {"values", v.argument()},
                 {"query_bytes", rowBytes(q)},
                 {"key_bytes", rowBytes(k)},
                 {"value_bytes", rowBytes(v)}});
  tiles.build(tile, queries, keys);
  words = tiles.words();
  if (tiles.isUseful())
    tileLive = builder->func({"tile_live",
                              schedule::Role::TileLive,
                              {"c", "qb", "h", "b"},
                              {-1, -1, -1, -1},
                              {},
                              keys.value.getType()},
                             [&](const Point &p) {
                               return truthAsInt(
                                   tiles.mayLive(p[0], p[1], p[2], p[3]));
                             });
}

void NarrowLowering::build() {
  start(std::nullopt);
  ScoreRegion region(*builder, op);
  buildTiles(region);
  range.emplace(*builder, region, tile, keys);
  keepBlocks(*builder, mapOf(*range, region, words));
  keyGroupCount = floorDiv(keys + double(lanes - 1), lanes);
  packQueries(op.scaleValue() * (region.keepsScore() ? log2e : 1.0));
  packKeys();
  packValues();
  stageKeys(region);
  buildScores(region);
  buildChunk();
  buildSums();
}

} // namespace

bool isNarrowAttention(graph::OutlinedOp kernel) {
  auto attentions = kernel.getBody().getOps<graph::AttentionOp>();
  graph::AttentionOp attention = *attentions.begin();
  std::optional<int64_t> width = shapeOf(attention.getV())[3].constant();
  return attention.precision() == graph::Precision::BF16 && width &&
         *width % panel == 0;
}

FailureOr<KernelPlan> lowerNarrowAttention(ModuleOp module,
                                           graph::OutlinedOp kernel,
                                           const KernelForm &form) {
  graph::AttentionOp attention = attentionOf(kernel);
  if (!attention)
    return failure();
  NarrowLowering lowering(module, kernel, attention, form);
  if (failed(lowering.plan()))
    return failure();
  lowering.build();
  return lowering.result();
}

} // namespace heddle::lower
