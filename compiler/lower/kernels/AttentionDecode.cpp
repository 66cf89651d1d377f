// Attention of few queries, which reads its keys and values once for all query
// heads of a group. For each query, tile of heads and chunk c of keys
//   S_l = sum over i of Q[16 i + l] K[16 i + l], S = sum over l of S_l
// with 16 partial sums a score; then softmax, values and merge are those of
// Attention.cpp. Rows of bf16 are read in words of two: places of a row are its
// elements' order in vectors, the even ones of 32 and then the odd ones. Dims
// of a tile are (r, t, q, n): head r of tile t of a group, for chunk n of all
// chunks of all heads of all batch elements, which are in one dim, so that a
// task is an index of a loop and not what remains of a division.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/AttentionKernel.h"
#include "compiler/lower/kernels/BlockMap.h"
#include "compiler/lower/kernels/ScoreTiles.h"
#include "compiler/lower/kernels/Transcendentals.h"

#include "schedules/cpu/AttentionDecode.h"

using namespace mlir;

namespace heddle::lower {

namespace {

using schedule::Role;

constexpr int64_t lanes = schedule::DecodeShape::lanes;
constexpr int64_t pair = schedule::DecodeShape::pair;

/// Where the parts of a tile's point begin.
enum TileDim { R, T, Q, N, TileDims };

class DecodeLowering : public AttentionKernel {
public:
  using AttentionKernel::AttentionKernel;

  LogicalResult build();

private:
  void buildShape(ScoreRegion &region);
  bool isByHead(ScoreRegion &region);
  void keepMap(ScoreRegion &region, ScoreTiles &tiles);
  void buildTileLive(ScoreRegion &region);
  void buildScores(ScoreRegion &region);
  void buildSoftmax();
  void buildValues();
  void buildPart();
  void buildMerge();

  /// The dims of a func of tiles, innermost first.
  std::vector<std::string> tileDims(const std::vector<std::string> &inner) {
    std::vector<std::string> dims = inner;
    dims.insert(dims.end(), {"r", "t", "q", "n"});
    return dims;
  }
  static Point tileOf(const Point &p) { return {p.end() - TileDims, p.end()}; }
  static Point with(Expr inner, const Point &tile) {
    Point p = {inner};
    p.insert(p.end(), tile.begin(), tile.end());
    return p;
  }
  /// The element of a row at a place of its vectors, and back.
  Expr elementAt(Expr place, bool isPaired) {
    if (!isPaired)
      return place;
    Expr half = modulo(floorDiv(place, lanes), pair);
    return floorDiv(place, pair * lanes) * double(pair * lanes) +
           modulo(place, lanes) * double(pair) + half;
  }
  Expr placeOf(Expr element, bool isPaired) {
    if (!isPaired)
      return element;
    Expr word = floorDiv(modulo(element, pair * lanes), pair);
    return floorDiv(element, pair * lanes) * double(pair * lanes) +
           modulo(element, pair) * double(lanes) + word;
  }
  /// The element of a key at a place from `i` on, whole vectors.
  Expr keyElement(Expr lane, int64_t i) {
    if (!shape.pairsKeys())
      return lane + double(i);
    int64_t half = i / lanes % pair;
    return lane * double(pair) + double(i - half * lanes + half);
  }
  Expr headOf(const Point &tile) {
    Expr head = tile[T] * double(shape.heads) + tile[R];
    if (group % shape.heads != 0)
      head = min(head, builder->index(group - 1));
    return keyHead(tile) * double(group) + head;
  }
  /// What chunk n is of: heads that lie inside the rows of keys are taken in
  /// turn for each chunk, so that rows are read in order; else all chunks of a
  /// head come first.
  Expr chunkOf(const Point &tile) {
    Expr n = inRows ? floorDiv(tile[N], sharedHeads) : tile[N];
    bool isOnlyDim = isOneBatch && (inRows || sharedHeads == 1);
    return isOnlyDim ? n : modulo(n, chunks);
  }
  Expr keyHead(const Point &tile) {
    if (inRows)
      return modulo(tile[N], sharedHeads);
    Expr head = floorDiv(tile[N], chunks);
    return isOneBatch ? head : modulo(head, sharedHeads);
  }
  Expr batchOf(const Point &tile) {
    return isOneBatch ? builder->index(0)
                      : floorDiv(floorDiv(tile[N], chunks), sharedHeads);
  }
  Expr chunkIndex(Expr c, Expr head, Expr b) {
    if (inRows)
      return (b * chunks + c) * double(sharedHeads) + head;
    return (b * double(sharedHeads) + head) * chunks + c;
  }
  Expr chunkStart(const Point &tile) {
    return chunkOf(tile) * double(shape.chunk);
  }
  /// Keys from keyStart to keyLimit - 1 may be seen by the tile's query.
  Expr keyLimit(const Point &tile) { return bounds->to(tile[Q]); }
  Expr keyStart(const Point &tile) { return bounds->from(tile[Q]); }
  /// Lanes of keys of a chunk: those of which one may be seen.
  std::vector<Reduction> laneKeys() {
    return {{"rt", builder->index(0), builder->index(shape.chunk / lanes)}};
  }
  Expr laneKey(Expr rt, Expr lane, const Point &tile);
  Expr isSeen(Expr rt, const Point &tile);
  /// The lanes of a tile combined, in order.
  Func reduceLanes(const std::string &name, Role role, Func lanesOf,
                   double start,
                   const std::function<Expr(Expr, Expr)> &combine);
  Expr whereLive(Expr value, double none, const Point &tile);

  schedule::DecodeShape shape;
  int64_t sharedHeads = 1;
  bool isOneBatch = false, inRows = false;
  Expr chunks;                           ///< of the keys of a head
  std::optional<KeyBounds<Expr>> bounds; ///< of blocks of one query
  Func tileLive; ///< null where the mask tells nothing of whole chunks
  Func scores, chunkMax, weights, chunkSum, valueSum, part;
};

void DecodeLowering::buildShape(ScoreRegion &region) {
  shape = schedule::defaultDecodeShape(group, depth, width);
  shape.keyBytes = k.bytes();
  shape.valueBytes = v.bytes();
  if (k.split == v.split) {
    shape.keys = k.argument();
    shape.values = v.argument();
  }
  chunks = floorDiv(keys + double(shape.chunk - 1), shape.chunk);
  sharedHeads = *k.shape[1].constant();
  isOneBatch = k.shape[0].constant() == 1;
  inRows = k.split && v.split;
  shape.sharedHeads = inRows ? sharedHeads : 1;
  bounds = {1,
            shape.chunk,
            region.firstOffset(),
            region.lastOffset(),
            builder->index(0),
            keys};
  builder->keep({{"chunk", shape.chunk},
                 {"heads", shape.heads},
                 {"key_dim", depth},
                 {"value_dim", width},
                 {"shared_heads", shape.sharedHeads},
                 {"keys", shape.keys},
                 {"values", shape.values},
                 {"key_bytes", shape.keyBytes},
                 {"value_bytes", shape.valueBytes}});
}

bool DecodeLowering::isByHead(ScoreRegion &region) {
  return llvm::any_of(region.otherConditions(), [&](Value condition) {
    return region.usesOf(condition).head;
  });
}

/// Every mask is asked, whatever the tile.
void DecodeLowering::keepMap(ScoreRegion &region, ScoreTiles &tiles) {
  ScoreTiles::Words words;
  if (!isByHead(region))
    words = tiles.words();
  bool isAsked = bounds->first || bounds->last || region.masks();
  keepBlocks(*builder, {textOf(*bounds),
                        q.shape[2],
                        k.shape[2],
                        shape.chunk,
                        words.live,
                        {isAsked ? "false" : ""},
                        words.byData});
}

/// Which chunks may hold a live key of a query. What depends on the head is
/// not asked: a tile has several.
void DecodeLowering::buildTileLive(ScoreRegion &region) {
  ScoreTiles tiles(*builder, region);
  keepMap(region, tiles);
  if (isByHead(region))
    return;
  schedule::AttentionShape blocks;
  blocks.queryBlock = 1;
  blocks.chunk = shape.chunk;
  tiles.build(blocks, queries, keys);
  if (!tiles.isUseful())
    return;
  tileLive = builder->func(
      {"tile_live",
       Role::TileLive,
       {"q", "n"},
       {-1, -1},
       {},
       keys.value.getType()},
      [&](const Point &p) {
        Point tile = {{}, {}, p[0], p[1]};
        return truthAsInt(tiles.mayLive(chunkOf(tile), p[0], builder->index(0),
                                        batchOf(tile)));
      });
}

Expr DecodeLowering::whereLive(Expr value, double none, const Point &tile) {
  if (!tileLive.value)
    return value;
  Expr live = tileLive({tile[Q], tile[N]});
  return select(live != builder->index(0), value, builder->real(none));
}

/// Scores of a chunk; keys are their lanes, as they are those of the softmax.
void DecodeLowering::buildScores(ScoreRegion &region) {
  double scale = op.scaleValue() * (region.keepsScore() ? log2e : 1.0);
  Func query = define(
      "query_pack", Role::QueryPack, tileDims({"d"}), [&](const Point &p) {
        Point tile = tileOf(p);
        Expr d = elementAt(p[0], shape.pairsKeys());
        return load(q, d, headOf(tile), tile[Q], batchOf(tile)) * scale;
      });
  Func partial =
      define("score_lanes", Role::ScoreLanes, tileDims({"l", "k"}),
             [&](const Point &p) {
               Point tile = tileOf(p);
               Expr key = chunkStart(tile) + p[1], lastKey = keys - 1.0;
               key = select(key <= lastKey, likely(key), lastKey);
               Expr sum;
               for (int64_t i = 0; i < depth; i += lanes) {
                 Expr d = keyElement(p[0], i);
                 Expr product = query(with(p[0] + double(i), tile)) *
                                load(k, d, keyHead(tile), key, batchOf(tile));
                 sum = sum.value ? sum + product : product;
               }
               return sum;
             });
  Func sum = zeroed("score_sum", Role::ScoreSum, tileDims({"k"}));
  builder->update(sum, {{"rl", builder->index(0), builder->index(lanes)}},
                  [&](const Point &p, const Point &r) {
                    return Store{p, sum(p) + partial(with(r[0], p))};
                  });
  scores = define("scores", Role::Scores, tileDims({"k"}), [&](const Point &p) {
    Point tile = tileOf(p);
    Expr key = chunkStart(tile) + p[0], head = headOf(tile);
    Expr score = region.score(sum(p), batchOf(tile), head, tile[Q], key);
    if (!region.keepsScore())
      score = score * log2e;
    // Added, not selected: a select would narrow the tile by its condition.
    Expr seen = key < keyLimit(tile);
    if (bounds->first)
      seen = seen & (keyStart(tile) <= key);
    if (region.masks())
      seen = seen & region.live(sum(p), batchOf(tile), head, tile[Q], key);
    return score + select(seen, builder->real(0.0), builder->real(masked));
  });
}

Expr DecodeLowering::laneKey(Expr rt, Expr lane, const Point &tile) {
  Expr least = builder->index(0);
  if (bounds->first)
    least = floorDiv(max(keyStart(tile) - chunkStart(tile), least), lanes);
  Expr most = floorDiv(keyLimit(tile) - chunkStart(tile) - 1.0, lanes);
  return promise(rt, least, most) * double(lanes) + lane;
}

Expr DecodeLowering::isSeen(Expr rt, const Point &tile) {
  Expr key = chunkStart(tile) + rt * double(lanes);
  Expr seen = key < keyLimit(tile);
  return bounds->first ? seen & (keyStart(tile) < key + double(lanes)) : seen;
}

Func DecodeLowering::reduceLanes(
    const std::string &name, Role role, Func lanesOf, double start,
    const std::function<Expr(Expr, Expr)> &combine) {
  Func result = zeroed(name, role, tileDims({}), start);
  builder->update(result, {{"rl", builder->index(0), builder->index(lanes)}},
                  [&](const Point &p, const Point &r) {
                    return Store{p, combine(result(p), lanesOf(with(r[0], p)))};
                  });
  return result;
}

void DecodeLowering::buildSoftmax() {
  Func most = zeroed("max_lanes", Role::MaxLanes, tileDims({"l"}), masked);
  builder->update(most, laneKeys(), [&](const Point &p, const Point &r) {
    Point tile = tileOf(p);
    Expr score = scores(with(laneKey(r[0], p[0], tile), tile));
    return Store{p, maxOfNumbers(most(p), score), isSeen(r[0], tile)};
  });
  chunkMax = reduceLanes("chunk_max", Role::ChunkMax, most, masked,
                         [](Expr a, Expr b) { return maxOfNumbers(a, b); });
  weights =
      define("weights", Role::Weights, tileDims({"k"}), [&](const Point &p) {
        return exp2OfNonPositive(scores(p) - chunkMax(tileOf(p)));
      });
  Func total = zeroed("sum_lanes", Role::SumLanes, tileDims({"l"}));
  builder->update(total, laneKeys(), [&](const Point &p, const Point &r) {
    Point tile = tileOf(p);
    Expr weight = weights(with(laneKey(r[0], p[0], tile), tile));
    return Store{p, total(p) + weight, isSeen(r[0], tile)};
  });
  chunkSum = reduceLanes("chunk_sum", Role::ChunkSum, total, 0.0,
                         [](Expr a, Expr b) { return a + b; });
}

void DecodeLowering::buildValues() {
  valueSum = zeroed("value_sum", Role::ValueSum, tileDims({"d"}));
  int64_t runs = shape.valueRuns(), run = shape.chunk / runs;
  builder->update(
      valueSum,
      {{"rr", builder->index(0), builder->index(runs)},
       {"rk", builder->index(0), builder->index(run)}},
      [&](const Point &p, const Point &r) {
        Point tile = tileOf(p);
        Expr lane = r[0] * double(run) + r[1];
        Expr key = chunkStart(tile) + lane;
        Expr least = keyStart(tile), most = keyLimit(tile) - 1.0;
        lane = promise(lane, max(least - chunkStart(tile), builder->index(0)),
                       most - chunkStart(tile));
        Expr weight = weights(with(lane, tile));
        Expr value =
            load(v, elementAt(p[0], shape.pairsValues()), keyHead(tile),
                 promise(key, least, most), batchOf(tile));
        Expr within = key < keyLimit(tile);
        if (bounds->first)
          within = within & (least <= key);
        return Store{p, valueSum(p) + weight * value, within};
      });
}

/// [values | maximum | sum] of each chunk. What may be left out stands in funcs
/// of its own: here the choice of a column would hide the condition.
void DecodeLowering::buildPart() {
  Func most = chunkMax, total = chunkSum, values = valueSum;
  if (tileLive.value) {
    most =
        define("live_max", Role::ChunkLive, tileDims({}), [&](const Point &p) {
          return whereLive(chunkMax(p), masked, p);
        });
    total =
        define("live_sum", Role::ChunkLive, tileDims({}),
               [&](const Point &p) { return whereLive(chunkSum(p), 0.0, p); });
    values = define(
        "chunk_value", Role::ChunkValue, tileDims({"d"}),
        [&](const Point &p) { return whereLive(valueSum(p), 0.0, tileOf(p)); });
  }
  part = define("part", Role::Part, tileDims({"j"}), [&](const Point &p) {
    Point tile = tileOf(p);
    Expr column = min(p[0], builder->index(width - 1));
    return select(
        p[0] <= double(width - 1), values(with(column, tile)),
        select(p[0] == builder->index(width), most(tile), total(tile)));
  });
}

void DecodeLowering::buildMerge() {
  ChunkMerge merge;
  merge.dims = {"q", "h", "b"};
  merge.chunks = chunks;
  merge.part = [&](Expr j, const Point &row, Expr c) {
    Expr head = modulo(row[1], group), shared = floorDiv(row[1], group);
    Expr n = chunkIndex(c, shared, row[2]);
    return part(
        {j, modulo(head, shape.heads), floorDiv(head, shape.heads), row[0], n});
  };
  merge.place = [&](Expr d) { return placeOf(d, shape.pairsValues()); };
  merge.row = [](Expr query, Expr head, Expr b) {
    return Point{query, head, b};
  };
  finish(merge);
}

LogicalResult DecodeLowering::build() {
  start(decodeSize(kernel));
  ScoreRegion region(*builder, op);
  buildShape(region);
  buildTileLive(region);
  buildScores(region);
  buildSoftmax();
  buildValues();
  buildPart();
  buildMerge();
  return success();
}

} // namespace

std::optional<KernelSize> decodeSize(graph::OutlinedOp kernel) {
  auto attentions = kernel.getBody().getOps<graph::AttentionOp>();
  graph::AttentionOp attention = *attentions.begin();
  shape::Shape q = shapeOf(attention.getQ()), k = shapeOf(attention.getK());
  std::optional<int64_t> keyDim = k[3].constant();
  std::optional<int64_t> valueDim = shapeOf(attention.getV())[3].constant();
  std::optional<int64_t> heads = q[1].constant(), shared = k[1].constant();
  // As many keys as queries are few keys.
  if (!keyDim || !valueDim || !heads || !shared || q[2] == k[2] ||
      !schedule::hasDecode(*keyDim, *valueDim))
    return std::nullopt;
  return KernelSize{q[2], schedule::decodeQueries(*heads / *shared)};
}

FailureOr<KernelPlan> lowerDecode(ModuleOp module, graph::OutlinedOp kernel,
                                  const KernelForm &form) {
  graph::AttentionOp attention = attentionOf(kernel);
  if (!attention)
    return failure();
  DecodeLowering lowering(module, kernel, attention, form);
  if (failed(lowering.plan()) || failed(lowering.build()))
    return failure();
  return lowering.result();
}

} // namespace heddle::lower
