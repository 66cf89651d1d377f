// GEMM on the CPU: see Gemm.h for the knobs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/cpu/Gemm.h"

#include "schedules/cpu/Rows.h"

#include <algorithm>

namespace heddle::schedule {

int64_t gemmPanel(int64_t columns) {
  for (int64_t panel : {48, 64, 32, 16})
    if (columns % panel == 0)
      return panel;
  return 16;
}

GemmKnobs defaultGemmKnobs(int64_t panel, const CpuTarget &target) {
  GemmKnobs knobs;
  knobs.panel = panel;
  knobs.tileColumns = panel;
  if (target.lanes == 8)
    knobs.tileColumns = panel % 24 == 0 ? 24 : 16;
  int64_t vectors = knobs.tileColumns / target.lanes;
  // Accumulators, one row of the panel and one broadcast value.
  int64_t most = (target.registers - vectors - 1) / vectors;
  knobs.tileRows = std::min<int64_t>(most, 12);
  if (knobs.tileRows > 8 && knobs.tileRows < 12)
    knobs.tileRows = 8;
  knobs.blockRows = knobs.tileRows * std::max<int64_t>(1, 64 / knobs.tileRows);
  return knobs;
}

std::string checkGemmKnobs(const GemmKnobs &knobs, const CpuTarget &target) {
  if (knobs.panel % knobs.tileColumns != 0)
    return "the tile's columns must divide the panel";
  if (knobs.tileColumns % target.lanes != 0)
    return "the tile's columns must be whole vectors";
  int64_t vectors = knobs.tileColumns / target.lanes;
  if (knobs.tileRows * vectors + vectors + 1 > target.registers)
    return "the tile needs more registers than the target has";
  if (knobs.blockRows % knobs.tileRows != 0)
    return "the block's rows must be whole tiles";
  return {};
}

namespace {

/// The tile loop over `tiled`: columns vectorised, rows unrolled. Returns the
/// loop that a tile is computed in. With two dims the columns are one axis,
/// whose last tile is guarded; with three they are panels.
std::string splitTiles(Schedule &schedule, const FuncView &tiled,
                       const GemmKnobs &knobs, const CpuTarget &target,
                       Tail rowTail) {
  const std::string &n = tiled.dims[0], &m = tiled.dims.back();
  Stage stage = schedule.func(tiled.name);
  stage.split(m, "mo", "mi", knobs.tileRows, rowTail);
  std::string column = "ni", loop = "mo";
  if (tiled.dims.size() == 2) {
    stage.split(n, "no", "ni", knobs.tileColumns, Tail::GuardWithIf)
        .reorder({"ni", "mi", "mo", "no"});
  } else if (knobs.tileColumns < knobs.panel) {
    stage.bound(n, 0, knobs.panel)
        .split(n, "no", "ni", knobs.tileColumns)
        .reorder({"ni", "mi", "no", "mo", tiled.dims[1]});
    loop = "no";
  } else {
    stage.bound(n, 0, knobs.panel).reorder({n, "mi", "mo", tiled.dims[1]});
    column = n;
  }
  stage.vectorize(column, target.lanes).unroll(column).unroll("mi");
  return loop;
}

/// The tiles of `tiled` and in each the accumulator, of a constant shape.
void scheduleTile(Schedule &schedule, const FuncView &tiled,
                  const FuncView &accumulator, const GemmKnobs &knobs,
                  const CpuTarget &target, Tail rowTail) {
  std::string loop = splitTiles(schedule, tiled, knobs, target, rowTail);
  const std::string &n = accumulator.dims[0], &m = accumulator.dims.back();
  schedule.func(accumulator.name)
      .computeAt(tiled.name, loop)
      .boundExtent(n, knobs.tileColumns)
      .boundExtent(m, knobs.tileRows)
      .vectorize(n, target.lanes)
      .unroll(n)
      .unroll(m);
  schedule.update(accumulator.name)
      .reorder({n, m, accumulator.reductionDims[0]})
      .vectorize(n, target.lanes)
      .unroll(n)
      .unroll(m);
}

/// The output of a kernel that finishes rows: blocks of rows, each written a
/// row at a time.
void scheduleFinish(Schedule &schedule, const FuncView &out,
                    const GemmKnobs &knobs, const CpuTarget &target) {
  const std::string &n = out.dims[0], &m = out.dims.back();
  Stage stage = schedule.func(out.name);
  stage.split(m, "block", "line", knobs.blockRows, Tail::GuardWithIf);
  if (out.dims.size() == 2) {
    stage.split(n, "no", "ni", target.lanes, Tail::GuardWithIf)
        .reorder({"ni", "no", "line", "block"})
        .vectorize("ni");
  } else {
    stage.bound(n, 0, knobs.panel)
        .bound(out.dims[1], 0, *out.extents[1])
        .reorder({n, out.dims[1], "line", "block"})
        .vectorize(n, target.lanes)
        .unroll(n);
  }
  stage.parallel("block");
}

} // namespace

void scheduleGemmCpu(Schedule &schedule, const KernelView &view,
                     const GemmKnobs &knobs, const CpuTarget &target) {
  const FuncView &accumulator = *view.find(Role::Accumulator);
  const FuncView &out = *view.find(Role::Output);
  const FuncView *row = view.find(Role::Row);
  if (!row) {
    scheduleTile(schedule, out, accumulator, knobs, target, Tail::GuardWithIf);
    schedule.func(out.name).parallel(out.dims.size() == 2 ? "no" : out.dims[1]);
    return;
  }
  // A block of rows is computed panel by panel, so that a panel is read from
  // memory once a block, and then finished row by row.
  scheduleFinish(schedule, out, knobs, target);
  schedule.func(row->name).computeAt(out.name, "block");
  if (row->dims.size() == 3)
    schedule.func(row->name).bound(row->dims[1], 0, *out.extents[1]);
  scheduleTile(schedule, *row, accumulator, knobs, target, Tail::RoundUp);
  for (const FuncView &func : view.funcs)
    if (func.role == Role::Lanes || func.role == Role::Scalar)
      scheduleRowReduction(schedule, func, out.name, "line", target);
}

} // namespace heddle::schedule
