// Attention on the CPU: see Attention.h for the knobs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/cpu/Attention.h"

#include "schedules/cpu/AttentionTasks.h"

#include <algorithm>

namespace heddle::schedule {

/// Heads of at most so many columns have blocks of so many queries: what is
/// computed beyond the last query, and on a causal mask's border, costs them
/// most (1·12·128·32: 137 GFLOP/s where blocks of 48 reach 127, causal 96 where
/// they reach 80; AVX2 86 for 80 and 60 for 51).
static constexpr int64_t narrowHead = 32, narrowQueries = shortQueries / 2;

AttentionShape defaultAttentionShape(int64_t valueDim, int64_t maxKeys,
                                     int64_t maxQueries, bool isSparse) {
  AttentionShape shape;
  shape.valueDim = valueDim;
  auto isUpTo = [&](int64_t most) {
    return maxQueries > 0 && maxQueries <= most;
  };
  if (isUpTo(fewQueries))
    shape.queryBlock = fewQueries;
  else if (valueDim <= narrowHead || isUpTo(shortQueries))
    shape.queryBlock = narrowQueries;
  shape.chunk = isSparse ? 256 : valueDim > 64 ? 256 : 384;
  // Partial outputs of one query block stay within a megabyte.
  while (shape.queryBlock * (valueDim + 16) * 4 * (maxKeys / shape.chunk) >
         (1 << 20))
    shape.chunk *= 2;
  return shape;
}

const std::vector<Knob<AttentionKnobs>> &attentionKnobSpace() {
  static const std::vector<Knob<AttentionKnobs>> space = {
      {"score_keys",
       "keys of a score tile",
       &AttentionKnobs::scoreKeys,
       {2, 4, 6, 8, 12, 16}},
      {"score_queries",
       "queries of a score tile",
       &AttentionKnobs::scoreQueries,
       {8, 16, 24, 32, 48}},
      {"value_queries",
       "queries of a value tile",
       &AttentionKnobs::valueQueries,
       {2, 4, 6, 8, 12, 16}},
      {"value_columns",
       "columns of a value tile",
       &AttentionKnobs::valueColumns,
       {8, 16, 24, 32, 40, 48, 64}},
      {"value_keys",
       "keys of an unrolled step of the values",
       &AttentionKnobs::valueKeys,
       {1, 2, 4}},
  };
  return space;
}

AttentionKnobs defaultAttentionKnobs(const AttentionShape &shape,
                                     const CpuTarget &target) {
  AttentionKnobs knobs;
  bool wide = target.lanes == 16;
  knobs.scoreKeys = wide ? 8 : 4;
  knobs.scoreQueries = wide ? 48 : 24;
  knobs.valueQueries = wide ? 12 : 6;
  knobs.valueColumns = wide ? 32 : 16;
  bool widest = wide && shape.valueDim % 64 == 0 && shape.valueDim >= 128;
  if (widest) {
    knobs.valueQueries = 6;
    knobs.valueColumns = 64;
  }
  if (shape.queryBlock == narrowQueries) {
    knobs.scoreKeys = wide ? 8 : 6;
    knobs.scoreQueries = wide ? narrowQueries : 16;
    knobs.valueQueries = wide && !widest ? 8 : 4;
  }
  if (shape.queryBlock == fewQueries) {
    knobs.scoreKeys = wide ? 16 : 6;
    knobs.scoreQueries = 16;
    knobs.valueQueries = !wide || widest ? 4 : 8;
  }
  // A step would ask for both ends with each key: half as fast at a window of
  // 256 of 2048 keys.
  if (shape.isWindow)
    knobs.valueKeys = 1;
  while (shape.valueDim % knobs.valueColumns != 0 &&
         knobs.valueColumns > target.lanes)
    knobs.valueColumns -= target.lanes;
  if (!wholeValues(shape, target))
    knobs.valueColumns = shape.valueDim;
  return knobs;
}

std::string checkAttentionKnobs(const AttentionKnobs &knobs,
                                const AttentionShape &shape,
                                const CpuTarget &target) {
  if (shape.queryBlock % knobs.scoreQueries != 0 ||
      shape.queryBlock % knobs.valueQueries != 0)
    return "the tiles' queries must divide the query block";
  if (shape.valueDim % knobs.valueColumns != 0)
    return "the value tile's columns must divide the value head";
  bool whole = wholeValues(shape, target);
  if (knobs.scoreQueries % target.lanes != 0 ||
      (whole && knobs.valueColumns % target.lanes != 0))
    return "the tiles must be whole vectors";
  int64_t scores = knobs.scoreQueries / target.lanes;
  int64_t values = whole ? knobs.valueColumns / target.lanes : 0;
  if (knobs.scoreKeys * scores + scores + 1 > target.registers ||
      knobs.valueQueries * values + values + 1 > target.registers)
    return "a tile needs more registers than the target has";
  return {};
}

namespace {

/// The loop over steps of `valueKeys` keys.
const char *const valueStep = "step";

using Context = AttentionContext;

/// Queries transposed a square at a time, or else an element. Those of the next
/// block are fetched, a row of squares for each of this one's.
void schedulePack(Context &c) {
  const std::string &qi = c.dim(Role::QueryPack, 0);
  const std::string &d = c.dim(Role::QueryPack, 1);
  int64_t lanes = c.target.lanes;
  if (!c.view.find(Role::QueryTurn)) {
    c.func(Role::QueryPack).reorder({qi, d}).vectorize(qi, lanes);
    return;
  }
  c.func(Role::QueryPack)
      .split(qi, "square", "qu", turnSide)
      .split(d, "do", "di", turnSide)
      .reorder({"qu", "di", "do", "square"})
      .vectorize("qu", lanes)
      .unroll("qu")
      .unroll("di");
  const FuncView &rows = *c.view.find(Role::QueryTurn);
  if (rows.rows)
    c.func(Role::QueryPack)
        .stream(*rows.rows, "do", c.shape.queryBlock * c.shape.keyDim,
                turnSide);
  for (const FuncView &func : c.view.funcs) {
    if (func.role != Role::QueryTurn)
      continue;
    // Rows as they lie, then two of them interleaved.
    bool isTwo = lanes == turnSide && func.name != rows.name;
    c.schedule.func(func.name)
        .computeAt(c.of(Role::QueryPack).name, "do")
        .bound(func.dims[0], 0, turnSide * turnSide)
        .boundExtent(func.dims[1], 1)
        .boundExtent(func.dims[2], 1)
        .vectorize(func.dims[0], isTwo ? 2 * lanes : lanes)
        .unroll(func.dims[0]);
  }
}

/// What the f32 kernel has of a query block beside the merge.
void scheduleQueries(Context &c) {
  c.perBlock(Role::QueryPack, c.dim(Role::QueryPack, 0));
  schedulePack(c);
  const std::string &out = c.of(Role::Output).name;
  for (const FuncView &func : c.view.funcs)
    if (func.role == Role::QueryData)
      c.schedule.func(func.name)
          .computeAt(out, "task")
          .bound(func.dims[0], 0, c.shape.queryBlock)
          .boundExtent(func.dims[1], 1);
}

/// Keys are widened for a tile of scores, values of a chunk for all queries of
/// a block (1024 queries, 8·2048·64: 25.5 ms where keys of a chunk take 27, and
/// f32 ones 23.4).
void scheduleWide(Context &c, const std::string &part,
                  const std::string &chunk) {
  auto widen = [&](const FuncView &func, const std::string &at,
                   const std::string &loop) {
    return c.schedule.func(func.name)
        .computeAt(at, loop)
        .vectorize(func.dims[0], c.target.lanes)
        .unroll(func.dims[0]);
  };
  if (const FuncView *keys = c.view.find(Role::KeyRows))
    widen(*keys, c.of(Role::Scores).name, "ko");
  if (const FuncView *values = c.view.find(Role::Wide))
    widen(*values, part, chunk)
        .hoistStorage(c.of(Role::Output).name, "task")
        .boundExtent(values->dims[2], 1);
}

/// Scores of one chunk: queries are the lanes, keys are unrolled, so that keys
/// are read by scalar broadcasts as they lie and sums over keys need no
/// horizontal step.
void scheduleScores(Context &c, const std::string &part,
                    const std::string &chunk) {
  const std::string &qi = c.dim(Role::Scores, 0), &k = c.dim(Role::Scores, 1);
  int64_t lanes = c.target.lanes;
  c.func(Role::Scores)
      .computeAt(part, chunk)
      .hoistStorage(c.of(Role::Output).name, "task")
      .bound(qi, 0, c.shape.queryBlock)
      .split(k, "ko", "ki", c.knobs.scoreKeys, Tail::RoundUp)
      .split(qi, "qo", "qu", c.knobs.scoreQueries)
      .reorder({"qu", "ki", "ko", "qo"})
      .vectorize("qu", lanes)
      .unroll("qu")
      .unroll("ki");
  const std::string &aq = c.dim(Role::ScoreSum, 0);
  const std::string &ak = c.dim(Role::ScoreSum, 1);
  c.func(Role::ScoreSum)
      .computeAt(c.of(Role::Scores).name, "ko")
      .boundExtent(aq, c.knobs.scoreQueries)
      .boundExtent(ak, c.knobs.scoreKeys)
      .vectorize(aq, lanes)
      .unroll(aq)
      .unroll(ak);
  c.update(Role::ScoreSum)
      .reorder({aq, ak, c.reduction(Role::ScoreSum)})
      .vectorize(aq, lanes)
      .unroll(aq)
      .unroll(ak);
}

/// Maximum, exponentials and their sum over one chunk: three passes in L1.
void scheduleSoftmax(Context &c, const std::string &part,
                     const std::string &chunk) {
  for (Role role : {Role::ChunkMax, Role::Weights, Role::ChunkSum}) {
    const std::string &qi = c.dim(role, 0);
    c.func(role)
        .computeAt(part, chunk)
        .bound(qi, 0, c.shape.queryBlock)
        .vectorize(qi, c.target.lanes)
        .unroll(qi);
    if (role == Role::Weights)
      continue;
    c.update(role)
        .reorder({qi, c.reduction(role)})
        .vectorize(qi, c.target.lanes)
        .unroll(qi);
  }
  c.func(Role::Weights).hoistStorage(c.of(Role::Output).name, "task");
  scheduleLiveChunks(c, part, chunk);
}

/// Weights times values of one chunk, in tiles of queries by columns.
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
      .unroll("qu");
  c.vectorizeColumns(c.func(Role::ChunkValue), "di");
  const std::string &ad = c.dim(Role::ValueSum, 0);
  const std::string &aq = c.dim(Role::ValueSum, 1);
  c.func(Role::ValueSum)
      .computeAt(c.of(Role::ChunkValue).name, "qo")
      .boundExtent(ad, c.knobs.valueColumns)
      .boundExtent(aq, c.knobs.valueQueries)
      .unroll(aq);
  c.vectorizeColumns(c.func(Role::ValueSum), ad);
  c.update(Role::ValueSum)
      .split(c.reduction(Role::ValueSum), valueStep, "key", c.knobs.valueKeys)
      .reorder({ad, aq, "key", valueStep})
      .unroll("key")
      .unroll(aq);
  c.vectorizeColumns(c.update(Role::ValueSum), ad);
}

/// Keys and values of a long sequence come from beyond the second-level cache
/// for every block of queries: the next tile of keys is fetched while one is
/// used, and the next chunk of values by the tiles of queries of this one.
void streamOperands(Context &c) {
  if (c.shape.keyDim == 0)
    return;
  const FuncView &scores = c.of(Role::ScoreSum);
  if (scores.rows)
    c.update(Role::ScoreSum)
        .stream(*scores.rows, scores.reductionDims[0],
                c.knobs.scoreKeys * c.shape.keyDim, 1);
  const FuncView &values = c.of(Role::ValueSum);
  if (values.panels)
    c.update(Role::ValueSum)
        .streamOver(*values.panels, valueStep, c.of(Role::ChunkValue).name,
                    "qo", c.shape.chunk * c.shape.valueDim, c.knobs.valueKeys);
}

} // namespace

void scheduleAttentionCpu(Schedule &schedule, const KernelView &view,
                          const AttentionShape &shape,
                          const AttentionKnobs &knobs,
                          const CpuTarget &target) {
  Context context{{schedule, view, target}, shape, knobs};
  scheduleAttentionTasks(context);
  scheduleQueries(context);
  const std::string &part = context.of(Role::Part).name;
  const std::string &chunk = context.dim(Role::Part, 2);
  scheduleWide(context, part, chunk);
  scheduleScores(context, part, chunk);
  scheduleSoftmax(context, part, chunk);
  scheduleValues(context, part, chunk);
  streamOperands(context);
}

} // namespace heddle::schedule
