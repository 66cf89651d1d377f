// Register tiles of constant shape: see GemmTile.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/cpu/GemmTile.h"

#include "schedules/cpu/Rows.h"

#include <utility>

namespace heddle::schedule {

std::string checkTile(const TileShape &tile, const CpuTarget &target) {
  if (tile.panel % tile.columns != 0)
    return "the tile's columns must divide the panel";
  if (tile.columns % target.lanes != 0)
    return "the tile's columns must be whole vectors";
  if (tile.panels > 1 && tile.columns != tile.panel)
    return "a tile of several panels must take them whole";
  int64_t vectors = tile.panels * tile.columns / target.lanes;
  if (tile.rows * vectors + vectors + 1 > target.registers)
    return "the tile needs more registers than the target has";
  return {};
}

namespace {

constexpr const char *panelGroup = "panels";

} // namespace

void splitRows(Stage stage, const std::string &rows, const TileShape &tile,
               Tail rowTail) {
  stage.split(rows, "mo", "mi", tile.rows, rowTail);
  // Tiles first: a block beyond the last row has none.
  if (tile.blockRows)
    stage.split("mo", "block", "mo", tile.blockRows / tile.rows,
                Tail::GuardWithIf);
}

std::string splitTiles(Schedule &schedule, const FuncView &tiled,
                       const TileShape &tile, const CpuTarget &target,
                       Tail rowTail) {
  const std::string &n = tiled.dims[0], &m = tiled.dims.back();
  Stage stage = schedule.func(tiled.name);
  splitRows(stage, m, tile, rowTail);
  std::string column = "ni", loop = "mo";
  std::vector<std::string> order;
  if (tiled.dims.size() == 2) {
    stage.split(n, "no", "ni", tile.columns, Tail::GuardWithIf);
    order = {"ni", "mi", "mo", "no"};
  } else if (tile.columns < tile.panel) {
    stage.bound(n, 0, tile.panel).split(n, "no", "ni", tile.columns);
    order = {"ni", "mi", "no", "mo", tiled.dims[1]};
    loop = "no";
    if (tile.columnsFirst) {
      std::swap(order[2], order[3]);
      loop = "mo";
    }
  } else {
    column = n;
    stage.bound(n, 0, tile.panel);
    order = {n, "mi", "mo", tiled.dims[1]};
    if (tile.panels > 1) {
      stage.split(tiled.dims[1], panelGroup, "panel", tile.panels)
          .unroll("panel");
      order = {n, "panel", "mi", "mo", panelGroup};
    }
  }
  if (tile.blockRows)
    order.push_back("block");
  stage.reorder(order);
  stage.vectorize(column, target.lanes).unroll(column).unroll("mi");
  return loop;
}

std::string panelLoop(const FuncView &func, const TileShape &tile) {
  if (func.dims.size() == 2)
    return "no";
  return tile.panels > 1 ? panelGroup : func.dims[1];
}

void scheduleTile(Schedule &schedule, const FuncView &tiled,
                  const FuncView &accumulator, const TileShape &tile,
                  const CpuTarget &target, Tail rowTail) {
  std::string loop = splitTiles(schedule, tiled, tile, target, rowTail);
  scheduleSums(schedule, tiled, accumulator, loop, tile, target);
}

void scheduleSums(Schedule &schedule, const FuncView &tiled,
                  const FuncView &accumulator, const std::string &loop,
                  const TileShape &tile, const CpuTarget &target) {
  const std::string &n = accumulator.dims[0], &m = accumulator.dims.back();
  Stage pure = schedule.func(accumulator.name);
  Stage sum = schedule.update(accumulator.name);
  std::vector<std::string> order = {n, m, accumulator.reductionDims[0]};
  pure.computeAt(tiled.name, loop)
      .boundExtent(n, tile.columns)
      .boundExtent(m, tile.rows);
  if (tile.panels > 1) {
    const std::string &panel = accumulator.dims[1];
    pure.boundExtent(panel, tile.panels).unroll(panel);
    order.insert(order.begin() + 1, panel);
    sum.unroll(panel);
  }
  pure.vectorize(n, target.lanes).unroll(n).unroll(m);
  sum.reorder(order).vectorize(n, target.lanes).unroll(n).unroll(m);
}

void scheduleRowFinish(Schedule &schedule, const FuncView &row,
                       const FuncView &out, int64_t panel, int64_t blockRows,
                       const CpuTarget &target) {
  const std::string &n = out.dims[0], &m = out.dims.back();
  Stage stage = schedule.func(out.name);
  stage.split(m, "block", "line", blockRows, Tail::GuardWithIf);
  if (out.dims.size() == 2) {
    stage.split(n, "no", "ni", target.lanes, Tail::GuardWithIf)
        .reorder({"ni", "no", "line", "block"})
        .vectorize("ni");
  } else {
    stage.bound(n, 0, panel)
        .bound(out.dims[1], 0, *out.extents[1])
        .reorder({n, out.dims[1], "line", "block"})
        .vectorize(n, target.lanes)
        .unroll(n);
  }
  stage.parallel("block");
  if (row.dims.size() == 3)
    schedule.func(row.name).bound(row.dims[1], 0, *out.extents[1]);
}

void scheduleRowReductions(Schedule &schedule, const KernelView &view,
                           const FuncView &out, const CpuTarget &target) {
  for (const FuncView &func : view.funcs)
    if (func.role == Role::Lanes || func.role == Role::Scalar)
      scheduleRowReduction(schedule, func, out.name, "line", target);
}

void schedulePanel(Schedule &schedule, const KernelView &view,
                   const FuncView &out, const std::string &loop,
                   const TileShape &tile, const CpuTarget &target,
                   int64_t streamLines) {
  const FuncView *panel = view.find(Role::Panel);
  if (!panel)
    return;
  const FuncView &accumulator = *view.find(Role::Accumulator);
  streamPanels(schedule, accumulator, *panel, streamLines);
  scheduleTile(schedule, *panel, accumulator, tile, target, Tail::GuardEvenly);
  schedule.func(panel->name).computeAt(out.name, loop);
}

void streamPanels(Schedule &schedule, const FuncView &accumulator,
                  const FuncView &tiled, int64_t lines) {
  if (accumulator.panels && lines > 0)
    schedule.update(accumulator.name)
        .streamOver(*accumulator.panels, accumulator.reductionDims.back(),
                    tiled.name, "mo", 0, lines);
}

} // namespace heddle::schedule
