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

/// Bytes of a row of the left operand, as it is rounded.
int64_t rowBytes(const KernelView &view) {
  int64_t elementBytes = view.narrow == "int8" ? 1 : 2;
  return *view.find(Role::Narrow)->extents[0] * elementBytes;
}

/// Whole panels of tiles that rows meet before the next rows come: the rows
/// stay in the first-level cache then, the panels in the second, of which eight
/// small ones or four of any size are best (bf16, 512 rows of 512 by 2048:
/// 0.616 ms with eight, 0.670 with four; of 768 by 3072 the same). 1 where a
/// panel has several tiles or there would be too few tasks.
int64_t panelsOfRows(const KernelView &view, const FuncView &tiled,
                     const TileShape &tile) {
  constexpr int64_t leastTasks = 4, most = 8, smallBytes = 256 << 10;
  if (tiled.dims.size() != 3 || tile.columns != tile.panel)
    return 1;
  int64_t panels = *tiled.extents[1];
  bool isSmall = !view.find(Role::Panel) &&
                 most * tile.panel * rowBytes(view) <= smallBytes;
  for (int64_t count : {most, most / 2, int64_t(3), int64_t(2)})
    if ((isSmall || count < most) && panels % count == 0 &&
        panels / count >= leastTasks)
      return count;
  return 1;
}

/// As splitTiles of whole panels, rows before groups of panels; the loop that a
/// tile is computed in is "panel", a task "panels".
void splitTileGroups(Schedule &schedule, const FuncView &tiled,
                     const TileShape &tile, int64_t group,
                     const CpuTarget &target, Tail rowTail) {
  const std::string &n = tiled.dims[0], &m = tiled.dims.back();
  Stage stage = schedule.func(tiled.name);
  splitRows(stage, m, tile, rowTail);
  stage.bound(n, 0, tile.panel).split(tiled.dims[1], "panels", "panel", group);
  std::vector<std::string> order = {n, "mi", "panel", "mo", "panels"};
  if (tile.blockRows)
    order.push_back("block");
  stage.reorder(order)
      .vectorize(n, target.lanes)
      .unroll(n)
      .unroll("mi")
      .parallel("panels");
}

/// The tiles of `tiled`, the output or the rows that it finishes, each `group`
/// of panels a task; those of the output's heads where they are turned.
TurnedTiles narrowTiles(Schedule &schedule, const KernelView &view,
                        const FuncView &tiled, const TileShape &tile,
                        int64_t blockRows, const CpuTarget &target,
                        int64_t group = 1) {
  if (turnsHeads(view))
    return scheduleTurned(schedule, view, tile, blockRows,
                          /*takesBlocks=*/false, target);
  Tail tail = Tail::GuardEvenly;
  if (target.hasTiles)
    tail = view.find(Role::Row) ? Tail::RoundUp : Tail::GuardWithIf;
  if (group > 1) {
    splitTileGroups(schedule, tiled, tile, group, target, tail);
    return {&tiled, "panel"};
  }
  std::string loop = splitTiles(schedule, tiled, tile, target, tail);
  schedule.func(tiled.name).parallel(panelLoop(tiled, tile));
  return {&tiled, loop};
}

/// Whether all weights stay in the second-level cache.
bool areNear(const KernelView &view) {
  constexpr int64_t nearBytes = 1 << 20;
  const FuncView &sums = *view.find(Role::Accumulator);
  return *sums.extents[0] * *sums.extents[1] * rowBytes(view) <= nearBytes;
}

/// The same as streamPanels by steps of a tile, of 16 rows of a panel, in each
/// at most half as many lines: what is fetched keeps the loads of tiles waiting
/// (128 rows of 384 by 1536 columns from memory: 0.118 ms without lines, 0.113
/// with 8 a step, 0.121 with 16).
void streamTilePanels(Schedule &schedule, const KernelView &view,
                      const FuncView &accumulator, const FuncView &tiled,
                      const TileShape &tile, int64_t group, int64_t lines) {
  constexpr int64_t tileGroups = 16;
  if (!accumulator.panels || lines <= 0)
    return;
  int64_t panel = tile.panel * *view.find(Role::Narrow)->extents[0];
  schedule.update(accumulator.name)
      .split(accumulator.reductionDims.back(), "step", "group", tileGroups)
      .streamOver(*accumulator.panels, "step", tiled.name, "mo", group * panel,
                  lines * tileGroups / 2);
}

/// The first of two products' results, which the second's tiles read.
const FuncView *pairPanel(const KernelView &view) {
  return turnsHeads(view) ? nullptr : view.find(Role::Panel);
}

/// The first product in tiles of its own, at loop `loop` of the output.
void scheduleFirst(Schedule &schedule, const KernelView &view,
                   const FuncView &panel, const std::string &loop,
                   TileShape tile, const CpuTarget &target, int64_t lines) {
  const FuncView &accumulator = *view.find(Role::Accumulator);
  tile.blockRows = 0;
  std::string tileLoop =
      splitTiles(schedule, panel, tile, target, Tail::GuardWithIf);
  scheduleGroupSums(schedule, panel, accumulator, tileLoop, tile, target,
                    sumsGroups(view, target));
  streamPanels(schedule, accumulator, panel, lines);
  schedule.func(panel.name).computeAt(view.find(Role::Output)->name, loop);
}

} // namespace

int64_t narrowGemmPanel(int64_t columns, const std::string &narrow) {
  constexpr int64_t twoTiles = 32;
  return narrow == "bf16" && columns % twoTiles == 0 ? twoTiles
                                                     : gemmPanel(columns);
}

int64_t tileBlockRows(const KernelView &view) {
  constexpr int64_t least = 128, most = 512, rowsBytes = 800 << 10;
  // Finished rows share the cache with what they are made of.
  if (view.narrow == "int8" || areNear(view) || view.find(Role::Row))
    return least;
  int64_t rows = most;
  while (rows > least && rows * rowBytes(view) > rowsBytes)
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
  knobs.tileRows = std::min(knobs.tileRows, narrowGemvRows);
  if (!target.hasDots(narrow)) {
    knobs.tileColumns = widenedColumns(panel, target);
    knobs.tileRows =
        std::min(widenedRows(knobs.tileColumns, target), narrowGemvRows);
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
  const FuncView &accumulator = *view.findLast(Role::Accumulator);
  const FuncView &out = *view.find(Role::Output);
  const FuncView *row = view.find(Role::Row);
  const FuncView *panel = pairPanel(view);
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
  int64_t group = 1;
  CpuTarget stores = target;
  if (target.hasTiles && !turnsHeads(view)) {
    group = panelsOfRows(view, tiled, tile);
    // Two vectors of sums fill one of bf16.
    if (tile.columns % (2 * target.lanes) == 0)
      stores.lanes *= 2;
  }
  TurnedTiles tiles =
      narrowTiles(schedule, view, tiled, tile, knobs.blockRows, stores, group);
  if (target.hasTiles) {
    // The sums of a pair wait in memory side by side, not in a panel.
    for (const FuncView &sums : view.funcs) {
      if (sums.role != Role::Accumulator)
        continue;
      scheduleTileSums(schedule, *tiles.tiled, sums, tiles.loop, tile);
      streamTilePanels(schedule, view, sums, *tiles.tiled, tile, group,
                       knobs.streamLines);
    }
  } else {
    if (panel)
      scheduleFirst(schedule, view, *panel, panelLoop(out, tile), tile, target,
                    knobs.streamLines);
    scheduleGroupSums(schedule, *tiles.tiled, accumulator, tiles.loop, tile,
                      target, dots);
    streamPanels(schedule, accumulator, *tiles.tiled, knobs.streamLines);
  }
  scheduleRounded(schedule, view, target, dots, out.name, "block");
  scheduleRanges(schedule, view, target, out.name, "block");
  scheduleRowReductions(schedule, view, out, target);
}

void scheduleNarrowGemvCpu(Schedule &schedule, const KernelView &view,
                           const GemvKnobs &knobs, const CpuTarget &target) {
  const FuncView &accumulator = *view.findLast(Role::Accumulator);
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
  if (const FuncView *panel = pairPanel(view))
    scheduleFirst(schedule, view, *panel, panelLoop(out, tile), tile, target,
                  0);
  scheduleGroupSums(schedule, *tiles.tiled, accumulator, tiles.loop, tile,
                    target, dots);
  scheduleRounded(schedule, view, target, dots, out.name, "");
  scheduleRanges(schedule, view, target, out.name, "");
  scheduleRowReductions(schedule, view, out, target);
}

} // namespace heddle::schedule
