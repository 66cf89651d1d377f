// GEMV on the CPU: see Gemv.h for the knobs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/cpu/Gemv.h"

#include "schedules/cpu/GemmTile.h"
#include "schedules/cpu/GemmTurn.h"

namespace heddle::schedule {

const std::vector<Knob<GemvKnobs>> &gemvKnobSpace() {
  static const std::vector<Knob<GemvKnobs>> space = {
      {"tile_rows",
       "rows of a register tile",
       &GemvKnobs::tileRows,
       {1, 2, 3, 4}},
      {"tile_columns",
       "columns of a register tile",
       &GemvKnobs::tileColumns,
       {8, 16, 24, 32, 48, 64}},
      {"tile_panels",
       "panels that a tile reads at once",
       &GemvKnobs::tilePanels,
       {1, 2, 4, 8}},
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
  while (!checkTile(tileOf(knobs), target).empty() && knobs.tileRows > 1)
    --knobs.tileRows;
  return knobs;
}

std::string checkGemvKnobs(const GemvKnobs &knobs, int64_t panels,
                           const CpuTarget &target) {
  if (panels % knobs.tilePanels != 0)
    return "the tile's panels must divide the weight's";
  return checkTile(tileOf(knobs), target);
}

void scheduleGemvCpu(Schedule &schedule, const KernelView &view,
                     const GemvKnobs &knobs, const CpuTarget &target) {
  const FuncView &accumulator = *view.findLast(Role::Accumulator);
  const FuncView &out = *view.find(Role::Output);
  const FuncView *row = view.find(Role::Row);
  const FuncView &tiled = row ? *row : out;
  TileShape tile = tileOf(knobs);
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
  scheduleTile(schedule, tiled, accumulator, tile, target, Tail::GuardWithIf);
  schedule.func(tiled.name).parallel(panelLoop(tiled, tile));
  scheduleRowReductions(schedule, view, out, target);
}

} // namespace heddle::schedule
