// Turned heads of products: see GemmTurn.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/cpu/GemmTurn.h"

#include <algorithm>
#include <numeric>

namespace heddle::schedule {

bool turnsHeads(const KernelView &view) {
  constexpr size_t dims = 4;
  return view.find(Role::Output)->dims.size() == dims;
}

namespace {

/// How the output's rows are split into tiles, blocks and tasks.
struct RowLoops {
  int64_t tileRows; ///< in registers; 0: none
  int64_t blockRows;
  Tail tail; ///< of tiles
};

/// Splits and orders the output's loops; its heads are innermost.
void splitHeads(Stage &stage, const FuncView &out, int64_t groupHeads,
                const RowLoops &rows) {
  const std::string &m = out.dims[3];
  std::vector<std::string> order = {out.dims[0], out.dims[1], "hi"};
  stage.split(out.dims[2], "group", "hi", groupHeads);
  if (rows.tileRows) {
    stage.split(m, "mo", "mi", rows.tileRows, rows.tail);
    if (rows.blockRows)
      stage.split("mo", "block", "mo", rows.blockRows / rows.tileRows,
                  Tail::GuardWithIf);
    order.insert(order.end(), {"mi", "mo"});
  } else if (rows.blockRows) {
    stage.split(m, "block", "line", rows.blockRows, Tail::GuardWithIf);
    order.push_back("line");
  } else {
    order.push_back(m);
  }
  order.push_back("group");
  if (rows.blockRows)
    order.push_back("block");
  stage.reorder(order);
}

} // namespace

TurnedTiles scheduleTurned(Schedule &schedule, const KernelView &view,
                           TileShape tile, int64_t blockRows, bool takesBlocks,
                           const CpuTarget &target) {
  const FuncView &out = *view.find(Role::Output);
  const FuncView &panel = *view.find(Role::Panel);
  constexpr int64_t pair = 2;
  bool isAdjacent = *out.extents[0] == pair;
  int64_t run = *out.extents[isAdjacent];
  int64_t width = *out.extents[0] * *out.extents[1];
  int64_t columns = std::lcm(width, tile.panel);
  // Vectors that are taken apart would keep the sums out of registers.
  bool isWhole = !isAdjacent && run % target.lanes == 0 &&
                 columns == tile.panel && tile.columns == tile.panel;
  if (blockRows)
    blockRows = std::max(blockRows / tile.rows, int64_t(1)) * tile.rows;

  Stage stage = schedule.func(out.name);
  Tail outTail = target.hasTiles ? Tail::GuardWithIf : Tail::GuardEvenly;
  splitHeads(stage, out, columns / width,
             {isWhole ? tile.rows : 0, blockRows, outTail});
  const std::string &lane = out.dims[isAdjacent], &part = out.dims[!isAdjacent];
  stage.vectorize(lane, std::gcd(run, target.lanes))
      .unroll(lane)
      .unroll(part)
      .unroll("hi");
  if (isWhole)
    stage.unroll("mi");
  std::string task = "group";
  if (takesBlocks) {
    task = "task";
    stage.fuse("group", "block", task);
  }
  stage.parallel(task);
  if (isWhole)
    return {&out, "mo"};
  tile.blockRows = 0;
  schedule.func(panel.name).computeAt(out.name, task);
  // Tiles of AMX are computed whole.
  Tail tail = target.hasTiles ? Tail::RoundUp : Tail::GuardEvenly;
  return {&panel, splitTiles(schedule, panel, tile, target, tail)};
}

} // namespace heddle::schedule
