// Tasks and merges of attention kernels: see AttentionTasks.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/cpu/AttentionTasks.h"

namespace heddle::schedule {

Stage AttentionContext::perBlock(Role role, const std::string &query) {
  const FuncView &func = of(role);
  Stage stage = schedule.func(func.name);
  stage.computeAt(of(Role::Output).name, "task")
      .bound(query, 0, shape.queryBlock)
      .boundExtent(func.dims[func.dims.size() - 3], 1);
  return stage;
}

namespace {

using Context = AttentionContext;

void scheduleOutput(Context &c) {
  const std::string &d = c.dim(Role::Output, 0), &h = c.dim(Role::Output, 1);
  const std::string &q = c.dim(Role::Output, 2), &b = c.dim(Role::Output, 3);
  c.func(Role::Output)
      .bound(d, 0, c.shape.valueDim)
      .split(q, "block", "line", c.shape.queryBlock, Tail::GuardWithIf)
      .reorder({d, "line", "block", h, b})
      .fuse("block", h, "tile")
      .fuse("tile", b, "task")
      .parallel("task");
  c.vectorizeColumns(c.func(Role::Output), d);
}

void scheduleMerge(Context &c) {
  int64_t lanes = c.target.lanes;
  for (Role role : {Role::MergeMax, Role::MergeWeight, Role::MergeSum})
    c.perBlock(role, c.dim(role, 0)).vectorize(c.dim(role, 0), lanes);
  for (Role role : {Role::MergeMax, Role::MergeSum})
    c.update(role)
        .reorder({c.dim(role, 0), c.reduction(role)})
        .vectorize(c.dim(role, 0), lanes);
  const std::string &d = c.dim(Role::Merged, 0);
  c.vectorizeColumns(c.perBlock(Role::Merged, c.dim(Role::Merged, 1)), d);
  c.update(Role::Merged)
      .reorder({d, c.reduction(Role::Merged), c.dim(Role::Merged, 1)});
  c.vectorizeColumns(c.update(Role::Merged), d);
  const std::string &j = c.dim(Role::Part, 0);
  // Columns are followed by the maximum and the sum.
  bool whole = wholeValues(c.shape, c.target);
  c.perBlock(Role::Part, c.dim(Role::Part, 1))
      .boundExtent(j, c.shape.valueDim + (whole ? 16 : 2))
      .reorder({j, c.dim(Role::Part, 1), c.dim(Role::Part, 2)});
  c.vectorizeColumns(c.func(Role::Part), j);
}

} // namespace

void scheduleAttentionTasks(AttentionContext &c) {
  scheduleOutput(c);
  scheduleMerge(c);
  for (const FuncView &func : c.view.funcs)
    if (func.role == Role::Before)
      c.schedule.func(func.name).computeRoot();
    else if (func.role == Role::TileLive)
      c.schedule.func(func.name).computeAt(c.of(Role::Output).name, "task");
}

void scheduleLiveChunks(AttentionContext &c, const std::string &part,
                        const std::string &chunk) {
  for (const FuncView &func : c.view.funcs)
    if (func.role == Role::ChunkLive)
      c.schedule.func(func.name)
          .computeAt(part, chunk)
          .bound(func.dims[0], 0, c.shape.queryBlock)
          .vectorize(func.dims[0], c.target.lanes);
}

} // namespace heddle::schedule
