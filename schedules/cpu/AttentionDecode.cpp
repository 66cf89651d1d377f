// Attention of few queries on the CPU: see AttentionDecode.h for the knobs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/cpu/AttentionDecode.h"

#include "schedules/cpu/KernelContext.h"

#include <algorithm>

namespace heddle::schedule {

bool hasDecode(int64_t keyDim, int64_t valueDim) {
  return keyDim % DecodeShape::lanes == 0 && valueDim % DecodeShape::lanes == 0;
}

int64_t decodeQueries(int64_t group) { return group > 1 ? 8 : 4; }

DecodeShape defaultDecodeShape(int64_t group, int64_t keyDim,
                               int64_t valueDim) {
  DecodeShape shape;
  int64_t tiles = (group + decodeHeads - 1) / decodeHeads;
  shape.heads = (group + tiles - 1) / tiles;
  shape.keyDim = keyDim;
  shape.valueDim = valueDim;
  return shape;
}

const std::vector<Knob<DecodeKnobs>> &decodeKnobSpace() {
  static const std::vector<Knob<DecodeKnobs>> space = {
      {"score_keys",
       "keys of an unrolled step of the scores",
       &DecodeKnobs::scoreKeys,
       {1, 2, 4, 8}},
      {"value_heads",
       "heads of a value tile",
       &DecodeKnobs::valueHeads,
       {1, 2, 3, 4, 5, 6, 7, 8}},
      {"value_columns",
       "columns of a value tile",
       &DecodeKnobs::valueColumns,
       {8, 16, 32, 48, 64, 80, 96, 128, 256}},
      {"stream_keys",
       "keys and values fetched ahead",
       &DecodeKnobs::streamKeys,
       {0, 8, 16, 32, 64, 128, 256}},
  };
  return space;
}

/// Registers of a value tile's sums.
static int64_t sumsOf(int64_t heads, int64_t columns, const CpuTarget &target) {
  return heads * columns / target.lanes;
}

/// Columns that stand side by side: of pairs the even ones and the odd ones of
/// the same words.
static int64_t leastColumns(const DecodeShape &shape, const CpuTarget &target) {
  return shape.pairsValues() ? DecodeShape::pair * DecodeShape::lanes
                             : target.lanes;
}

/// The largest tile of values whose sums take at most `most` registers: wide
/// ones read whole keys in order, with many heads each is read once.
static void pickValueTile(DecodeKnobs &knobs, const DecodeShape &shape,
                          const CpuTarget &target, bool headsFirst) {
  int64_t most = headsFirst ? target.registers * 3 / 4 : target.registers / 2;
  int64_t widest = headsFirst ? 2 * DecodeShape::lanes : 8 * DecodeShape::lanes;
  int64_t least = leastColumns(shape, target);
  knobs.valueColumns = least;
  knobs.valueHeads = 1;
  for (int64_t heads = 1; headsFirst && heads <= shape.heads; ++heads)
    if (shape.heads % heads == 0 && sumsOf(heads, least, target) <= most)
      knobs.valueHeads = heads;
  for (int64_t columns : decodeKnobSpace()[2].values)
    if (shape.valueDim % columns == 0 && columns % least == 0 &&
        columns <= widest && sumsOf(knobs.valueHeads, columns, target) <= most)
      knobs.valueColumns = columns;
  for (int64_t heads = 1; heads <= shape.heads; ++heads)
    if (shape.heads % heads == 0 &&
        sumsOf(heads, knobs.valueColumns, target) <= most)
      knobs.valueHeads = std::max(knobs.valueHeads, heads);
}

DecodeKnobs defaultDecodeKnobs(const DecodeShape &shape,
                               const CpuTarget &target) {
  DecodeKnobs knobs;
  pickValueTile(knobs, shape, target, /*headsFirst=*/target.lanes == 8);
  return knobs;
}

std::string checkDecodeKnobs(const DecodeKnobs &knobs, const DecodeShape &shape,
                             const CpuTarget &target) {
  if (shape.heads % knobs.valueHeads != 0)
    return "the value tile's heads must divide the heads of a tile";
  if (shape.valueDim % knobs.valueColumns != 0)
    return "the value tile's columns must divide the value head";
  if (knobs.valueColumns % target.lanes != 0)
    return "the tiles must be whole vectors";
  if (knobs.valueColumns % leastColumns(shape, target) != 0)
    return "the tiles must hold whole words of bf16 values, 32 columns";
  if (sumsOf(knobs.valueHeads, knobs.valueColumns, target) + 2 >
      target.registers)
    return "a tile needs more registers than the target has";
  return {};
}

namespace {

constexpr int64_t lineBytes = 64;     ///< of the cache
constexpr int64_t mostHeadsOfRow = 4; ///< that fetch a row each

/// What every helper below works on.
struct Context : KernelContext {
  const DecodeShape &shape;
  const DecodeKnobs &knobs;

  /// A func of one tile, computed for it, with all its heads, which are its
  /// dim `inner`: those behind it have one index each.
  Stage perTile(const FuncView &view, size_t inner) {
    Stage stage = schedule.func(view.name);
    stage.computeAt(of(Role::Part).name, of(Role::Part).dims[2])
        .bound(view.dims[inner], 0, shape.heads);
    for (size_t i = inner + 1; i < view.dims.size(); ++i)
      stage.boundExtent(view.dims[i], 1);
    return stage;
  }
  Stage perTile(Role role, size_t inner) { return perTile(of(role), inner); }
};

/// One task merges the chunks of one head of one batch element.
void scheduleMerge(Context &c) {
  const std::string &out = c.of(Role::Output).name;
  const std::string &d = c.dim(Role::Output, 0), &h = c.dim(Role::Output, 1);
  const std::string &q = c.dim(Role::Output, 2), &b = c.dim(Role::Output, 3);
  c.func(Role::Output)
      .bound(d, 0, c.shape.valueDim)
      .reorder({d, q, h, b})
      .fuse(h, b, "task")
      .parallel("task")
      .vectorize(d, c.target.lanes)
      .unroll(d);
  for (Role role : {Role::MergeMax, Role::MergeWeight, Role::MergeSum})
    c.func(role).computeAt(out, "task");
  const std::string &column = c.dim(Role::Merged, 0);
  c.func(Role::Merged)
      .computeAt(out, "task")
      .vectorize(column, c.target.lanes)
      .unroll(column);
  c.update(Role::Merged)
      .reorder({column, c.reduction(Role::Merged), c.dim(Role::Merged, 1)})
      .vectorize(column, c.target.lanes)
      .unroll(column);
}

/// One task computes one chunk of keys of one head of keys: all queries, one
/// by one, and all tiles of the group's heads.
void schedulePart(Context &c) {
  const std::vector<std::string> &dims = c.of(Role::Part).dims;
  const std::string &j = dims[0], &r = dims[1], &t = dims[2], &q = dims[3],
                    &n = dims[4];
  c.func(Role::Part)
      .computeRoot()
      .bound(r, 0, c.shape.heads)
      .boundExtent(j, c.shape.valueDim + DecodeShape::lanes)
      .reorder({j, r, t, q, n})
      .parallel(n)
      .vectorize(j, c.target.lanes)
      .unroll(j);
  for (const FuncView &func : c.view.funcs)
    if (func.role == Role::Before)
      c.schedule.func(func.name).computeRoot();
    else if (func.role == Role::ChunkLive)
      c.perTile(func, 0);
  if (c.view.find(Role::TileLive))
    c.func(Role::TileLive)
        .computeAt(c.of(Role::Part).name, c.dim(Role::Part, 2));
  const std::string &d = c.dim(Role::QueryPack, 0);
  c.perTile(Role::QueryPack, 1)
      .bound(d, 0, c.shape.keyDim)
      .vectorize(d, c.target.lanes);
}

/// Scores of 16 keys at a time, their sums over lanes in one tree of shuffles.
/// Keys are read in the order of their lines, each for all heads of the tile.
void scheduleScores(Context &c) {
  const std::string &scores = c.of(Role::Scores).name;
  const std::string &k = c.dim(Role::Scores, 0), &r = c.dim(Role::Scores, 1);
  c.perTile(Role::Scores, 1)
      .split(k, "ko", "ki", DecodeShape::lanes, Tail::RoundUp)
      .reorder({"ki", r, "ko"})
      .vectorize("ki", c.target.lanes)
      .unroll("ki")
      .unroll(r);
  const std::string &lane = c.dim(Role::ScoreLanes, 0);
  const std::string &key = c.dim(Role::ScoreLanes, 1);
  const std::string &head = c.dim(Role::ScoreLanes, 2);
  c.func(Role::ScoreLanes)
      .computeAt(scores, "ko")
      .bound(lane, 0, DecodeShape::lanes)
      .boundExtent(key, DecodeShape::lanes)
      .bound(head, 0, c.shape.heads)
      .split(key, "keys", "step", c.knobs.scoreKeys)
      .reorder({lane, head, "step", "keys"})
      .vectorize(lane, c.target.lanes)
      .unroll(lane)
      .unroll(head)
      .unroll("step");
  const std::string &sum = c.dim(Role::ScoreSum, 0);
  const std::string &row = c.dim(Role::ScoreSum, 1);
  c.func(Role::ScoreSum)
      .computeAt(scores, "ko")
      .boundExtent(sum, DecodeShape::lanes)
      .bound(row, 0, c.shape.heads)
      .vectorize(sum, c.target.lanes)
      .unroll(sum)
      .unroll(row);
  c.update(Role::ScoreSum)
      .atomic()
      .reorder({c.reduction(Role::ScoreSum), sum, row})
      .vectorize(c.reduction(Role::ScoreSum))
      .vectorize(sum, c.target.lanes)
      .unroll(sum)
      .unroll(row);
}

/// Maximum, exponentials and their sum over one chunk: three passes in L1.
void scheduleSoftmax(Context &c) {
  for (Role role : {Role::MaxLanes, Role::SumLanes}) {
    const std::string &lane = c.dim(role, 0);
    c.perTile(role, 1)
        .bound(lane, 0, DecodeShape::lanes)
        .vectorize(lane, c.target.lanes)
        .unroll(lane);
    c.update(role)
        .reorder({lane, c.reduction(role), c.dim(role, 1)})
        .vectorize(lane, c.target.lanes)
        .unroll(lane);
  }
  for (Role role : {Role::ChunkMax, Role::ChunkSum}) {
    c.perTile(role, 0);
    c.update(role).atomic().vectorize(c.reduction(role));
  }
  const std::string &k = c.dim(Role::Weights, 0);
  c.perTile(Role::Weights, 1)
      .split(k, "ko", "ki", DecodeShape::lanes, Tail::RoundUp)
      .vectorize("ki", c.target.lanes)
      .unroll("ki");
}

/// Weights times values of one chunk: values are read in the order of memory.
void scheduleValues(Context &c) {
  const std::string &d = c.dim(Role::ValueSum, 0);
  const std::string &r = c.dim(Role::ValueSum, 1);
  c.perTile(Role::ValueSum, 1)
      .bound(d, 0, c.shape.valueDim)
      .vectorize(d, c.target.lanes)
      .unroll(d);
  c.update(Role::ValueSum)
      .split(d, "do", "di", c.knobs.valueColumns)
      .split(r, "ro", "ri", c.knobs.valueHeads)
      .reorder({"di", "ri", c.reduction(Role::ValueSum, 0),
                c.reduction(Role::ValueSum, 1), "ro", "do"})
      .vectorize("di", c.target.lanes)
      .unroll("di")
      .unroll("ri")
      .unroll(c.reduction(Role::ValueSum, 0));
  if (c.view.find(Role::ChunkValue))
    c.perTile(Role::ChunkValue, 1)
        .bound(c.dim(Role::ChunkValue, 0), 0, c.shape.valueDim)
        .vectorize(c.dim(Role::ChunkValue, 0), c.target.lanes);
}

/// What is read of a row of keys or values.
struct Run {
  int64_t width = 0, bytes = 0; ///< elements, and the bytes of one

  int64_t lines(int64_t rows) const {
    return (rows * width * bytes + lineBytes - 1) / lineBytes;
  }
  /// Elements as far ahead as so many rows of f32: memory takes as long,
  /// whatever they are.
  int64_t ahead(int64_t rows) const {
    return rows * width * int64_t(sizeof(float)) / bytes;
  }
};

/// The hardware loses the stream at every page, and with every change from keys
/// to values: both are fetched ahead, beyond the chunk, too. Rows of several
/// heads are fetched whole, by each head, which is nothing for the later ones.
void streamOperands(Context &c) {
  int64_t rows = c.knobs.streamKeys, step = c.knobs.scoreKeys;
  if (rows == 0 || c.shape.sharedHeads > mostHeadsOfRow)
    return;
  Run key = {c.shape.keyDim, c.shape.keyBytes};
  Run value = {c.shape.valueDim, c.shape.valueBytes};
  if (c.shape.keys >= 0)
    c.func(Role::ScoreLanes)
        .stream(int(c.shape.keys), "keys", key.ahead(rows), key.lines(step));
  int64_t runs = c.shape.valueRuns(), run = c.shape.chunk / runs;
  for (int64_t i = 0; c.shape.values >= 0 && i < runs; ++i)
    c.update(Role::ValueSum)
        .stream(int(c.shape.values), c.reduction(Role::ValueSum, 1),
                value.ahead(rows) / runs + i * run * value.width,
                value.lines(1));
}

} // namespace

void scheduleDecodeCpu(Schedule &schedule, const KernelView &view,
                       const DecodeShape &shape, const DecodeKnobs &knobs,
                       const CpuTarget &target) {
  Context context{{schedule, view, target}, shape, knobs};
  scheduleMerge(context);
  schedulePart(context);
  scheduleScores(context);
  scheduleSoftmax(context);
  scheduleValues(context);
  streamOperands(context);
}

} // namespace heddle::schedule
