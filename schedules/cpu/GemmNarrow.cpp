// Products of rounded numbers: see GemmNarrow.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/cpu/GemmNarrow.h"

#include "schedules/cpu/GemmTile.h"
#include "schedules/cpu/GemmTurn.h"
#include "schedules/cpu/GroupSums.h"

namespace heddle::schedule {

namespace {

/// Registers of a tile that widens its panel: the sums, the panel as it is and
/// as f32, and a broadcast.
int64_t widenedRows(int64_t columns, const CpuTarget &target) {
  int64_t vectors = columns / target.lanes;
  return (target.registers - 2 * vectors - 1) / vectors;
}

/// Columns of a tile that widens its panel: few, so that enough rows share
/// what was widened (panels of 64: 12 x 32 reaches 198 GFLOP/s where 5 x 64
/// reaches 181, of 246; AVX2: 4 x 16 106 where 4 x 24 spills and has 82, of
/// 123).
int64_t widenedColumns(int64_t panel, const CpuTarget &target) {
  constexpr int64_t wide = 48, narrow = 32;
  if (target.lanes == 8)
    return 16;
  return panel > wide ? narrow : panel;
}

/// The rounded rows, in the type that the sums read.
void scheduleRounded(Schedule &schedule, const KernelView &view,
                     const CpuTarget &target, bool dots,
                     const std::string &consumer, const std::string &loop) {
  const FuncView &kept = *view.find(dots ? Role::Narrow : Role::Wide);
  const std::string &k = kept.dims[0];
  Stage stage = schedule.func(kept.name);
  if (loop.empty())
    stage.computeRoot();
  else
    stage.computeAt(consumer, loop);
  int64_t width = view.narrow == "int8" ? 4 : 2; // in a number of f32
  int64_t lanes = dots ? width * target.lanes : target.lanes;
  if (*kept.extents[0] % lanes == 0)
    stage.vectorize(k, lanes);
  else if (*kept.extents[0] > lanes)
    stage.split(k, "ko", "ki", lanes, Tail::GuardWithIf).vectorize("ki");
}

/// What the rounding of a row goes by, beside the rounded rows.
void scheduleRanges(Schedule &schedule, const KernelView &view,
                    const CpuTarget &target, const std::string &consumer,
                    const std::string &loop) {
  const FuncView *lanes = view.find(Role::RangeLanes);
  if (!lanes)
    return;
  for (const FuncView &func : view.funcs) {
    if (func.role != Role::Range)
      continue;
    if (loop.empty())
      schedule.func(func.name).computeRoot();
    else
      schedule.func(func.name).computeAt(consumer, loop);
    if (!func.hasUpdate)
      continue;
    schedule.update(func.name).atomic().vectorize(func.reductionDims[0]);
    schedule.func(lanes->name)
        .computeAt(func.name, func.dims[0])
        .bound(lanes->dims[0], 0, *lanes->extents[0])
        .vectorize(lanes->dims[0], target.lanes);
  }
  schedule.update(lanes->name)
      .reorder({lanes->dims[0], lanes->reductionDims[0]})
      .vectorize(lanes->dims[0], target.lanes);
}

/// The tiles of `tiled`, the output or the rows that it finishes, each panel a
/// task; those of the output's heads where they are turned.
TurnedTiles narrowTiles(Schedule &schedule, const KernelView &view,
                        const FuncView &tiled, const TileShape &tile,
                        int64_t blockRows, const CpuTarget &target) {
  if (turnsHeads(view))
    return scheduleTurned(schedule, view, tile, blockRows,
                          /*takesBlocks=*/false, target);
  Tail tail = view.find(Role::Row) ? Tail::RoundUp : Tail::GuardWithIf;
  std::string loop = splitTiles(schedule, tiled, tile, target, tail);
  schedule.func(tiled.name).parallel(panelLoop(tiled, tile));
  return {&tiled, loop};
}

} // namespace

int64_t tileBlockRows(const KernelView &view) {
  constexpr int64_t least = 128, most = 512, bf16Bytes = 2;
  constexpr int64_t nearBytes = 1 << 20, rowsBytes = 800 << 10;
  const FuncView &sums = *view.find(Role::Accumulator);
  int64_t depth = *view.find(Role::Narrow)->extents[0] * bf16Bytes;
  bool isNear = *sums.extents[0] * *sums.extents[1] * depth <= nearBytes;
  // Finished rows share the cache with what they are made of.
  if (view.narrow == "int8" || isNear || view.find(Role::Row))
    return least;
  int64_t rows = most;
  while (rows > least && rows * depth > rowsBytes)
    rows /= 2;
  return rows;
}

GemmKnobs defaultNarrowGemmKnobs(int64_t panel, const std::string &narrow,
                                 const CpuTarget &target, int64_t blockRows) {
  GemmKnobs knobs = defaultGemmKnobs(panel, target);
  if (target.hasTiles) {
    constexpr int64_t rows = 32, twoTiles = 32;
    knobs.tileRows = rows;
    knobs.tileColumns = panel;
    if (narrow == "bf16" && panel % twoTiles == 0)
      knobs.tileColumns = twoTiles;
    knobs.blockRows = blockRows;
    return knobs;
  }
  if (target.hasDots(narrow))
    return knobs;
  constexpr int64_t mostRows = 12, evenRows = 8, block = 64;
  knobs.tileColumns = widenedColumns(panel, target);
  knobs.tileRows = std::min(widenedRows(knobs.tileColumns, target), mostRows);
  if (knobs.tileRows > evenRows && knobs.tileRows < mostRows)
    knobs.tileRows = evenRows;
  if (target.lanes == 8)
    knobs.tileRows = 4;
  knobs.blockRows = knobs.tileRows * (block / knobs.tileRows);
  return knobs;
}

GemvKnobs defaultNarrowGemvKnobs(int64_t panel, const std::string &narrow,
                                 const CpuTarget &target) {
  GemvKnobs knobs = defaultGemvKnobs(panel, target);
  if (!target.hasDots(narrow)) {
    knobs.tileColumns = widenedColumns(panel, target);
    knobs.tileRows = std::min(widenedRows(knobs.tileColumns, target), gemvRows);
  }
  return knobs;
}

std::string checkNarrowGemmKnobs(const GemmKnobs &knobs,
                                 const CpuTarget &target) {
  constexpr int64_t tile = 16;
  if (!target.hasTiles)
    return checkGemmKnobs(knobs, target, /*finishesRows=*/true);
  if (knobs.tileRows % tile || knobs.tileColumns % tile)
    return "rows and columns must be whole tiles of 16";
  if (knobs.panel % knobs.tileColumns)
    return "the tile's columns must divide the panel";
  if (knobs.blockRows % knobs.tileRows)
    return "a block must be whole tiles";
  return {};
}

void scheduleNarrowGemmCpu(Schedule &schedule, const KernelView &view,
                           const GemmKnobs &knobs, const CpuTarget &target) {
  const FuncView &accumulator = *view.find(Role::Accumulator);
  const FuncView &out = *view.find(Role::Output);
  const FuncView *row = view.find(Role::Row);
  bool dots = sumsGroups(view, target);
  TileShape tile = {knobs.panel, knobs.tileRows, knobs.tileColumns, 1};
  const FuncView &tiled = row ? *row : out;
  if (row) {
    scheduleRowFinish(schedule, *row, out, knobs.panel, knobs.blockRows,
                      target);
    schedule.func(row->name).computeAt(out.name, "block");
  }
  // Two tiles' columns stay in the first-level cache while all rows come by.
  tile.columnsFirst = target.hasTiles;
  // A block's rows stay in the cache while the panels come by.
  if (!row)
    tile.blockRows = knobs.blockRows;
  TurnedTiles tiles =
      narrowTiles(schedule, view, tiled, tile, knobs.blockRows, target);
  if (target.hasTiles)
    scheduleTileSums(schedule, *tiles.tiled, accumulator, tiles.loop, tile);
  else
    scheduleGroupSums(schedule, *tiles.tiled, accumulator, tiles.loop, tile,
                      target, dots);
  streamPanels(schedule, accumulator, *tiles.tiled, knobs.streamLines);
  scheduleRounded(schedule, view, target, dots, out.name, "block");
  scheduleRanges(schedule, view, target, out.name, "block");
  scheduleRowReductions(schedule, view, out, target);
}

void scheduleNarrowGemvCpu(Schedule &schedule, const KernelView &view,
                           const GemvKnobs &knobs, const CpuTarget &target) {
  const FuncView &accumulator = *view.find(Role::Accumulator);
  const FuncView &out = *view.find(Role::Output);
  const FuncView *row = view.find(Role::Row);
  bool dots = sumsGroups(view, target);
  TileShape tile = {knobs.panel, knobs.tileRows, knobs.tileColumns,
                    knobs.tilePanels};
  const FuncView &tiled = row ? *row : out;
  if (row) {
    scheduleRowFinish(schedule, *row, out, knobs.panel, 1, target);
    schedule.func(row->name).computeRoot();
  }
  TurnedTiles tiles =
      narrowTiles(schedule, view, tiled, tile, /*blockRows=*/0, target);
  scheduleGroupSums(schedule, *tiles.tiled, accumulator, tiles.loop, tile,
                    target, dots);
  scheduleRounded(schedule, view, target, dots, out.name, "");
  scheduleRanges(schedule, view, target, out.name, "");
  scheduleRowReductions(schedule, view, out, target);
}

} // namespace heddle::schedule
