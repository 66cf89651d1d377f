// GEMM on the CPU: see Gemm.h for the knobs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/cpu/Gemm.h"

#include "schedules/cpu/GemmTile.h"
#include "schedules/cpu/GemmTurn.h"

#include <algorithm>

namespace heddle::schedule {

int64_t gemmPanel(int64_t columns, int64_t lanes) {
  static const std::vector<int64_t> wide = {48, 64, 32, 16}, narrow = {24, 16};
  for (int64_t panel : lanes < widestLanes ? narrow : wide)
    if (columns % panel == 0)
      return panel;
  return 16;
}

const std::vector<Knob<GemmKnobs>> &gemmKnobSpace() {
  static const std::vector<Knob<GemmKnobs>> space = {
      {"tile_rows",
       "rows of a register tile",
       &GemmKnobs::tileRows,
       {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 32}},
      {"tile_columns",
       "columns of a register tile",
       &GemmKnobs::tileColumns,
       {8, 16, 24, 32, 48, 64}},
      {"block_rows",
       "rows that share a pass over the panels",
       &GemmKnobs::blockRows,
       {12, 16, 24, 32, 36, 48, 60, 64, 72, 96, 120, 128, 256, 512}},
      {"stream_lines",
       "cache lines of the next panel fetched with each row of a panel",
       &GemmKnobs::streamLines,
       {0, 1, 2, 3, 4}},
  };
  return space;
}

GemmKnobs defaultGemmKnobs(int64_t panel, const CpuTarget &target,
                           bool finishesRows) {
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
  int64_t block = finishesRows ? 64 : 128;
  knobs.blockRows = block / knobs.tileRows * knobs.tileRows;
  return knobs;
}

static TileShape tileOf(const GemmKnobs &knobs) {
  return {knobs.panel, knobs.tileRows, knobs.tileColumns, 1};
}

std::string checkGemmKnobs(const GemmKnobs &knobs, const CpuTarget &target,
                           bool finishesRows) {
  std::string problem = checkTile(tileOf(knobs), target);
  if (problem.empty() && finishesRows && knobs.blockRows % knobs.tileRows != 0)
    return "the block's rows must be whole tiles";
  return problem;
}

void scheduleGemmCpu(Schedule &schedule, const KernelView &view,
                     const GemmKnobs &knobs, const CpuTarget &target) {
  const FuncView &accumulator = *view.findLast(Role::Accumulator);
  const FuncView &out = *view.find(Role::Output);
  const FuncView *row = view.find(Role::Row);
  TileShape tile = tileOf(knobs);
  if (turnsHeads(view)) {
    TurnedTiles turned = scheduleTurned(schedule, view, tile, knobs.blockRows,
                                        /*takesBlocks=*/true, target);
    streamPanels(schedule, accumulator, *turned.tiled, knobs.streamLines);
    scheduleSums(schedule, *turned.tiled, accumulator, turned.loop, tile,
                 target);
    return;
  }
  streamPanels(schedule, accumulator, row ? *row : out, knobs.streamLines);
  if (!row) {
    schedulePanel(schedule, view, out, "task", tile, target, knobs.streamLines);
    tile.blockRows = std::max(knobs.blockRows, knobs.tileRows);
    scheduleTile(schedule, out, accumulator, tile, target, Tail::GuardEvenly);
    schedule.func(out.name)
        .fuse(panelLoop(out, tile), "block", "task")
        .parallel("task");
    return;
  }
  // A block of rows is computed panel by panel, so that a panel is read from
  // memory once a block, and then finished row by row.
  scheduleRowFinish(schedule, *row, out, knobs.panel, knobs.blockRows, target);
  schedule.func(row->name).computeAt(out.name, "block");
  scheduleTile(schedule, *row, accumulator, tile, target, Tail::GuardEvenly);
  // Of use where there is one block: in many, each is one thread's.
  schedule.func(row->name).parallel(panelLoop(*row, tile));
  scheduleRowReductions(schedule, view, out, target);
}

} // namespace heddle::schedule
