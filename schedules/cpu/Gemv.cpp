// GEMV on the CPU: see Gemv.h for the knobs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/cpu/Gemv.h"

#include "schedules/cpu/Gemm.h"
#include "schedules/cpu/GemmTile.h"
#include "schedules/cpu/GemmTurn.h"

namespace heddle::schedule {

const std::vector<Knob<GemvKnobs>> &gemvKnobSpace() {
  static const std::vector<Knob<GemvKnobs>> space = {
      {"tile_rows",
       "rows of a register tile",
       &GemvKnobs::tileRows,
       {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}},
      {"tile_columns",
       "columns of a register tile",
       &GemvKnobs::tileColumns,
       {8, 16, 24, 32, 48, 64}},
      {"tile_panels",
       "panels that a tile reads at once",
       &GemvKnobs::tilePanels,
       {1, 2, 4, 8}},
      {"stream_rows",
       "rows of a panel that what is fetched lies ahead",
       &GemvKnobs::streamRows,
       {0, 8, 12, 16, 24, 32, 48}},
  };
  return space;
}

static TileShape tileOf(const GemvKnobs &knobs) {
  return {knobs.panel, knobs.tileRows, knobs.tileColumns, knobs.tilePanels};
}

GemvKnobs defaultGemvKnobs(int64_t panel, const CpuTarget &target) {
  GemvKnobs knobs;
  knobs.panel = panel;
  knobs.tileColumns = panel;
  if (target.lanes == 8)
    knobs.tileColumns = panel % 24 == 0 ? 24 : 16;
  constexpr int64_t mostRows = 14, streamBytes = 3072;
  knobs.tileRows = mostRows;
  knobs.streamRows = streamBytes / int64_t(sizeof(float)) / panel;
  // Such tiles read a part of a panel's row and have fewer rows than may come:
  // of AVX2 9 rows of 768 by 768 take 0.108 ms as a GEMM, 0.125 in this way.
  if (knobs.tileColumns < panel)
    knobs.streamRows = 0;
  while (!checkTile(tileOf(knobs), target).empty() && knobs.tileRows > 1)
    --knobs.tileRows;
  return knobs;
}

int64_t gemvRows(int64_t panel, int64_t lanes) {
  for (const CpuTarget &target : cpuTargets())
    if (target.lanes == lanes)
      return defaultGemvKnobs(panel, target).tileRows;
  return narrowGemvRows;
}

std::string checkGemvKnobs(const GemvKnobs &knobs, int64_t panels,
                           const CpuTarget &target) {
  if (panels % knobs.tilePanels != 0)
    return "the tile's panels must divide the weight's";
  return checkTile(tileOf(knobs), target);
}

/// Fetches a panel's rows just before they are read, into the first-level
/// cache.
static void streamWeights(Schedule &schedule, const KernelView &view,
                          const GemvKnobs &knobs) {
  constexpr int64_t lineColumns = 16;
  int64_t lines = (knobs.tileColumns + lineColumns - 1) / lineColumns;
  for (const FuncView &func : view.funcs)
    if (func.role == Role::Accumulator && func.panels && knobs.streamRows > 0)
      schedule.update(func.name).stream(*func.panels, func.reductionDims.back(),
                                        knobs.streamRows * knobs.panel, lines);
}

void scheduleGemvCpu(Schedule &schedule, const KernelView &view,
                     const GemvKnobs &knobs, const CpuTarget &target) {
  if (knobs.streamRows == 0 && knobs.tilePanels == 1) {
    constexpr int64_t rows = 64, lines = 1;
    int64_t block = rows / knobs.tileRows * knobs.tileRows;
    GemmKnobs gemm = {knobs.panel, knobs.tileRows, knobs.tileColumns, block,
                      lines};
    scheduleGemmCpu(schedule, view, gemm, target);
    return;
  }
  const FuncView &accumulator = *view.findLast(Role::Accumulator);
  const FuncView &out = *view.find(Role::Output);
  const FuncView *row = view.find(Role::Row);
  const FuncView &tiled = row ? *row : out;
  TileShape tile = tileOf(knobs);
  streamWeights(schedule, view, knobs);
  if (turnsHeads(view)) {
    TurnedTiles turned = scheduleTurned(schedule, view, tile, /*blockRows=*/0,
                                        /*takesBlocks=*/false, target);
    scheduleSums(schedule, *turned.tiled, accumulator, turned.loop, tile,
                 target);
    return;
  }
  if (row) {
    scheduleRowFinish(schedule, *row, out, knobs.panel, 1, target);
    schedule.func(row->name).computeRoot();
  }
  schedulePanel(schedule, view, out, panelLoop(out, tile), tile, target, 0);
  scheduleTile(schedule, tiled, accumulator, tile, target, Tail::GuardEvenly);
  schedule.func(tiled.name).parallel(panelLoop(tiled, tile));
  scheduleRowReductions(schedule, view, out, target);
}

} // namespace heddle::schedule
