// Attention on a device: see Attention.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/gpu/Attention.h"

#include "schedules/gpu/Rows.h"

#include <algorithm>

namespace heddle::schedule {

int64_t AttentionGpuShape::sharedBytes() const {
  constexpr int64_t floatBytes = 4, sums = 2;
  return queryBlock * (queryDim + valueDim + 2 * chunk + sums) * floatBytes;
}

AttentionGpuShape defaultAttentionGpuShape(int64_t queryDim, int64_t valueDim) {
  int64_t room = gpuTargets()[0].sharedBytes;
  for (const GpuTarget &target : gpuTargets())
    room = std::min(room, target.sharedBytes);
  AttentionGpuShape shape;
  shape.queryDim = queryDim;
  shape.valueDim = valueDim;
  while (shape.queryBlock > 1 && shape.sharedBytes() > room)
    shape.queryBlock /= 2;
  return shape;
}

const std::vector<Knob<AttentionGpuKnobs>> &attentionGpuKnobSpace() {
  static const std::vector<Knob<AttentionGpuKnobs>> space = {
      {"block_columns",
       "threads of a block along keys and head columns",
       &AttentionGpuKnobs::columns,
       {4, 8, 16, 32, 64}},
  };
  return space;
}

std::string checkAttentionGpuKnobs(const AttentionGpuKnobs &knobs,
                                   const AttentionGpuShape &shape,
                                   const GpuTarget &target) {
  if (knobs.columns * shape.queryBlock > target.threads)
    return "the block has more threads than the target runs";
  if (shape.chunk % knobs.columns != 0)
    return "the block's columns must divide the chunk";
  if (shape.sharedBytes() > target.sharedBytes)
    return "a query block takes more shared memory than the target has";
  return {};
}

namespace {

/// What every helper below works on.
struct Context {
  Schedule &schedule;
  const KernelView &view;
  const AttentionGpuShape &shape;
  const AttentionGpuKnobs &knobs;

  const FuncView &of(Role role) const { return *view.find(role); }
  Stage func(Role role) { return schedule.func(of(role).name); }
  const std::string &dim(Role role, int i) { return of(role).dims[i]; }

  /// The func inside a block, at the loop of its chunk.
  Stage inBlock(Role role) {
    return func(role).computeAt(of(Role::Part).name, dim(Role::Part, 2));
  }
  /// Threads along `column` and `query`; a thread takes every so many columns.
  void spread(Stage stage, const std::string &column,
              const std::string &query) {
    stage.split(column, "outer", "tx", knobs.columns, Tail::GuardWithIf)
        .reorder({"outer", "tx", query})
        .gpuThreads({"tx", query});
  }
};

/// The partial result of one query block and one chunk.
void schedulePart(Context &c) {
  const std::vector<std::string> &dims = c.of(Role::Part).dims;
  const std::string &j = dims[0], &query = dims[1];
  c.func(Role::Part)
      .computeRoot()
      .bound(j, 0, c.shape.valueDim + 2) // columns, maximum, sum
      .bound(query, 0, c.shape.queryBlock)
      .split(j, "outer", "tx", c.knobs.columns, Tail::GuardWithIf)
      .fuse(dims[4], dims[5], "head")
      .reorder({"outer", "tx", query, dims[2], dims[3], "head"})
      .gpuBlocks({dims[2], dims[3], "head"})
      .gpuThreads({"tx", query});
}

/// Sums over the depth and over the keys stay in a thread's registers.
void scheduleChunk(Context &c) {
  Stage pack = c.inBlock(Role::QueryPack);
  pack.bound(c.dim(Role::QueryPack, 0), 0, c.shape.queryBlock);
  c.spread(pack, c.dim(Role::QueryPack, 1), c.dim(Role::QueryPack, 0));
  for (Role role : {Role::Scores, Role::Weights}) {
    Stage stage = c.inBlock(role);
    stage.bound(c.dim(role, 0), 0, c.shape.queryBlock)
        .bound(c.dim(role, 1), 0, c.shape.chunk);
    c.spread(stage, c.dim(role, 1), c.dim(role, 0));
  }
  for (Role role : {Role::ChunkMax, Role::ChunkSum}) {
    const FuncView &func = c.of(role);
    c.inBlock(role)
        .bound(func.dims[0], 0, c.shape.queryBlock)
        .gpuThreads({func.dims[0]});
    c.schedule.update(func.name)
        .reorder({func.reductionDims[0], func.dims[0]})
        .gpuThreads({func.dims[0]});
  }
  Stage value = c.inBlock(Role::ChunkValue);
  value.bound(c.dim(Role::ChunkValue, 1), 0, c.shape.queryBlock);
  c.spread(value, c.dim(Role::ChunkValue, 0), c.dim(Role::ChunkValue, 1));
  c.func(Role::ScoreSum).computeAt(c.of(Role::Scores).name, "outer");
  c.func(Role::ValueSum).computeAt(c.of(Role::ChunkValue).name, "outer");
}

} // namespace

void scheduleAttentionGpu(Schedule &schedule, const KernelView &view,
                          const AttentionGpuShape &shape,
                          const AttentionGpuKnobs &knobs) {
  Context context{schedule, view, shape, knobs};
  schedulePart(context);
  scheduleChunk(context);
  for (Role role : {Role::MergeMax, Role::MergeWeight, Role::MergeSum,
                    Role::Merged, Role::Output})
    scheduleWhole(schedule, context.of(role), {});
}

} // namespace heddle::schedule
