// Attention of rounded numbers: see AttentionNarrow.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/cpu/AttentionNarrow.h"

#include "schedules/cpu/AttentionTasks.h"
#include "schedules/cpu/GroupSums.h"

namespace heddle::schedule {

/// Wider heads have blocks of twice as many queries, which share the keys and
/// values that come from beyond the first-level cache (4·4096·128 on tiles: 49
/// ms where 32 by 256 takes 58; 8·2048·64: 16.5 for 16.0).
static constexpr int64_t wideHead = 64;

AttentionShape narrowAttentionShape(int64_t valueDim, int64_t maxKeys) {
  AttentionShape shape;
  shape.valueDim = valueDim;
  bool isWide = valueDim > wideHead;
  shape.queryBlock = isWide ? 64 : 32;
  shape.chunk = isWide ? 512 : 256;
  // Partial outputs of one query block stay within a megabyte.
  while (shape.queryBlock * (valueDim + 16) * 4 * (maxKeys / shape.chunk) >
         (1 << 20))
    shape.chunk *= 2;
  return shape;
}

const std::vector<Knob<AttentionKnobs>> &narrowAttentionKnobSpace() {
  static const std::vector<Knob<AttentionKnobs>> space = {
      {"score_keys",
       "keys of a score tile",
       &AttentionKnobs::scoreKeys,
       {16, 32}},
      {"score_queries",
       "queries of a score tile",
       &AttentionKnobs::scoreQueries,
       {4, 8, 16, 32, 64}},
      {"value_queries",
       "queries of a value tile",
       &AttentionKnobs::valueQueries,
       {4, 8, 16, 32, 64}},
      {"value_columns",
       "columns of a value tile",
       &AttentionKnobs::valueColumns,
       {16, 32, 48, 64, 80, 96, 128, 256}},
  };
  return space;
}

AttentionKnobs defaultNarrowAttentionKnobs(const AttentionShape &shape,
                                           const CpuTarget &target) {
  AttentionKnobs knobs;
  if (target.hasTiles) {
    knobs.scoreKeys = narrowGroup;
    knobs.scoreQueries = knobs.valueQueries = shape.queryBlock;
    knobs.valueColumns = shape.valueDim;
    return knobs;
  }
  bool wide = target.lanes == 16;
  knobs.scoreKeys = wide ? 32 : 16;
  knobs.scoreQueries = knobs.valueQueries = wide ? 8 : 4;
  knobs.valueColumns = wide && shape.valueDim % 32 == 0 ? 32 : 16;
  return knobs;
}

std::string checkNarrowAttentionKnobs(const AttentionKnobs &knobs,
                                      const AttentionShape &shape,
                                      const CpuTarget &target) {
  if (shape.queryBlock % knobs.scoreQueries != 0 ||
      shape.queryBlock % knobs.valueQueries != 0)
    return "the tiles' queries must divide the query block";
  if (shape.valueDim % knobs.valueColumns != 0)
    return "the value tile's columns must divide the value head";
  if (knobs.valueColumns % narrowPanel != 0)
    return "the value tile must be whole panels";
  if (target.hasTiles) {
    if (knobs.scoreQueries % 16 != 0 || knobs.valueQueries % 16 != 0)
      return "queries must be whole tiles of 16";
    return {};
  }
  // Beside the sums: the columns as they are and widened, and a broadcast.
  auto needed = [&](int64_t rows, int64_t columns) {
    int64_t vectors = columns / target.lanes;
    return rows * vectors + 2 * vectors + 1;
  };
  if (needed(knobs.scoreQueries, knobs.scoreKeys) > target.registers ||
      needed(knobs.valueQueries, knobs.valueColumns) > target.registers)
    return "a tile needs more registers than the target has";
  return {};
}

namespace {

using Context = AttentionContext;

constexpr int64_t packedAhead = 32; ///< rows, of keys and values

/// How rounded numbers are multiplied, and in which type they are kept.
bool isGrouped(const Context &c) { return sumsGroups(c.view, c.target); }
int64_t roundedLanes(const Context &c) {
  return isGrouped(c) ? 2 * c.target.lanes : c.target.lanes;
}

/// Some rows are read an iteration of `loop`, and as many are fetched that lie
/// so many behind.
void streamRows(Stage stage, const AttentionShape::Rows &rows,
                const std::string &loop, int64_t ahead, int64_t read = 1) {
  constexpr int64_t lineBytes = 64; // of the cache
  if (rows.bytes % lineBytes == 0 && rows.bytes > 0)
    stage.stream(int(rows.argument), loop, ahead * rows.width,
                 read * rows.bytes / lineBytes);
}

/// Keys and values, and what the mask reads of keys, once for all queries.
void schedulePacks(Context &c) {
  for (Role role : {Role::KeyPack, Role::ValuePack}) {
    const FuncView &pack = c.of(role);
    size_t last = pack.dims.size() - 1;
    c.func(role)
        .computeRoot()
        .vectorize(pack.dims[1], narrowPanel)
        .unroll(pack.dims[0])
        .fuse(pack.dims[last - 1], pack.dims[last], "head")
        .parallel("head");
  }
  // All panels of a few values, whose rows are read once and in order.
  const std::vector<std::string> &dims = c.of(Role::ValuePack).dims;
  c.func(Role::ValuePack)
      .reorder({dims[0], dims[1], dims[3], dims[2], dims[4]});
  streamRows(c.func(Role::ValuePack), c.shape.values, dims[2], packedAhead, 2);
  const FuncView &rows = c.of(Role::KeyRows), &pack = c.of(Role::KeyPack);
  c.func(Role::KeyRows)
      .computeAt(pack.name, pack.dims[3])
      .bound(rows.dims[0], 0, *rows.extents[0])
      .bound(rows.dims[1], 0, narrowPanel)
      .vectorize(rows.dims[0], roundedLanes(c));
  streamRows(c.func(Role::KeyRows), c.shape.keys, rows.dims[1], packedAhead);
  for (const FuncView &func : c.view.funcs)
    if (func.role == Role::KeyData)
      c.schedule.func(func.name)
          .computeRoot()
          .bound(func.dims[0], 0, narrowGroup)
          .vectorize(func.dims[0], c.target.lanes);
}

/// The products of a tile, at `loop` of what reads them.
void scheduleSums(Context &c, Role role, Role tiled, const std::string &loop,
                  int64_t rows, int64_t columns) {
  TileShape tile = {narrowPanel, rows, narrowPanel, columns / narrowPanel};
  if (c.target.hasTiles)
    scheduleTileSums(c.schedule, c.of(tiled), c.of(role), loop, tile);
  else
    scheduleGroupSums(c.schedule, c.of(tiled), c.of(role), loop, tile, c.target,
                      isGrouped(c));
}

/// Sums in registers are stored from there: a loop over rows would have them
/// in memory. Those of tiles are there already.
void unrollRows(Context &c, Stage stage) {
  if (!c.target.hasTiles)
    stage.unroll("qu");
}

/// Scores of one chunk: keys are the lanes.
void scheduleScores(Context &c, const std::string &part,
                    const std::string &chunk) {
  const std::string &n = c.dim(Role::Scores, 0), &qi = c.dim(Role::Scores, 1);
  const std::string &group = c.dim(Role::Scores, 2);
  c.func(Role::Scores)
      .computeAt(part, chunk)
      .hoistStorage(c.of(Role::Output).name, "task")
      .bound(n, 0, narrowGroup)
      .bound(qi, 0, c.shape.queryBlock)
      .boundExtent(c.dim(Role::Scores, 3), 1)
      .split(n, "no", "ni", c.knobs.scoreKeys)
      .split(qi, "qo", "qu", c.knobs.scoreQueries)
      .reorder({"ni", "qu", "no", "qo", group})
      .vectorize("ni", c.target.lanes)
      .unroll("ni");
  unrollRows(c, c.func(Role::Scores));
  scheduleSums(c, Role::ScoreSum, Role::Scores, "no", c.knobs.scoreQueries,
               c.knobs.scoreKeys);
}

/// Maximum, rounded exponentials and their sum over one chunk: three passes in
/// L1.
void scheduleSoftmax(Context &c, const std::string &part,
                     const std::string &chunk) {
  int64_t lanes = c.target.lanes;
  for (Role role : {Role::MaxLanes, Role::SumLanes}) {
    const std::string &lane = c.dim(role, 0), &qi = c.dim(role, 1);
    c.func(role)
        .computeAt(part, chunk)
        .bound(lane, 0, narrowGroup)
        .bound(qi, 0, c.shape.queryBlock)
        .vectorize(lane, lanes)
        .unroll(lane);
    c.update(role)
        .reorder({lane, c.reduction(role), qi})
        .vectorize(lane, lanes)
        .unroll(lane);
  }
  for (Role role : {Role::ChunkMax, Role::ChunkSum}) {
    const std::string &qi = c.dim(role, 0);
    c.func(role)
        .computeAt(part, chunk)
        .bound(qi, 0, c.shape.queryBlock)
        .vectorize(qi, lanes);
    c.update(role).atomic().vectorize(c.reduction(role));
  }
  Role kept = isGrouped(c) ? Role::Weights : Role::WideWeights;
  c.func(kept)
      .computeAt(part, chunk)
      .hoistStorage(c.of(Role::Output).name, "task")
      .bound(c.dim(kept, 0), 0, narrowGroup)
      .bound(c.dim(kept, 1), 0, c.shape.queryBlock)
      .vectorize(c.dim(kept, 0), roundedLanes(c));
  scheduleLiveChunks(c, part, chunk);
}

/// Weights times values of one chunk.
void scheduleValues(Context &c, const std::string &part,
                    const std::string &chunk) {
  const std::string &d = c.dim(Role::ChunkValue, 0);
  const std::string &qi = c.dim(Role::ChunkValue, 1);
  c.func(Role::ChunkValue)
      .computeAt(part, chunk)
      .bound(qi, 0, c.shape.queryBlock)
      .split(d, "do", "di", c.knobs.valueColumns)
      .split(qi, "qo", "qu", c.knobs.valueQueries)
      .reorder({"di", "qu", "qo", "do"})
      .vectorize("di", c.target.lanes)
      .unroll("di");
  unrollRows(c, c.func(Role::ChunkValue));
  scheduleSums(c, Role::ValueSum, Role::ChunkValue, "qo", c.knobs.valueQueries,
               c.knobs.valueColumns);
}

} // namespace

void scheduleNarrowAttentionCpu(Schedule &schedule, const KernelView &view,
                                const AttentionShape &shape,
                                const AttentionKnobs &knobs,
                                const CpuTarget &target) {
  Context context{{schedule, view, target}, shape, knobs};
  scheduleAttentionTasks(context);
  schedulePacks(context);
  Role query = isGrouped(context) ? Role::Narrow : Role::Wide;
  context.perBlock(query, context.dim(query, 1))
      .vectorize(context.dim(query, 0), roundedLanes(context));
  streamRows(context.func(query), shape.queries, context.dim(query, 1),
             shape.queryBlock);
  const std::string &part = context.of(Role::Part).name;
  const std::string &chunk = context.dim(Role::Part, 2);
  scheduleScores(context, part, chunk);
  scheduleSoftmax(context, part, chunk);
  scheduleValues(context, part, chunk);
}

} // namespace heddle::schedule
