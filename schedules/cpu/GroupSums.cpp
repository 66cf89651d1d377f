// Tiles of grouped products: see GroupSums.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/cpu/GroupSums.h"

namespace heddle::schedule {

bool sumsGroups(const KernelView &view, const CpuTarget &target) {
  return view.narrow == "int8" || target.hasDots(view.narrow);
}

/// `first`, and behind them the reductions from the second group on.
static std::vector<std::string> withRest(std::vector<std::string> first,
                                         const FuncView &accumulator) {
  const std::vector<std::string> &all = accumulator.reductionDims;
  first.insert(first.end(), all.begin() + 1, all.end());
  return first;
}

static Stage tileOf(Schedule &schedule, const FuncView &tiled,
                    const FuncView &accumulator, const std::string &loop,
                    const TileShape &tile) {
  Stage stage = schedule.func(accumulator.name);
  stage.computeAt(tiled.name, loop)
      .boundExtent(accumulator.dims[0], tile.columns)
      .boundExtent(accumulator.dims[1], tile.panels)
      .boundExtent(accumulator.dims[2], tile.rows);
  return stage;
}

void scheduleGroupSums(Schedule &schedule, const FuncView &tiled,
                       const FuncView &accumulator, const std::string &loop,
                       const TileShape &tile, const CpuTarget &target,
                       bool dots) {
  const std::string &n = accumulator.dims[0], &panel = accumulator.dims[1];
  const std::string &m = accumulator.dims[2];
  const std::string &member = accumulator.reductionDims[0];
  tileOf(schedule, tiled, accumulator, loop, tile)
      .vectorize(n, target.lanes)
      .unroll(n)
      .unroll(panel)
      .unroll(m);
  Stage sum = schedule.update(accumulator.name);
  if (dots) // a vector of groups is one operand of the instruction
    sum.atomic()
        .split(n, "nw", "nv", target.lanes)
        .reorder(withRest({member, "nv", "nw", panel, m}, accumulator))
        .vectorize("nv")
        .vectorize(member);
  else
    sum.split(n, "nw", "nv", target.lanes)
        .reorder(withRest({"nv", "nw", panel, m, member}, accumulator))
        .vectorize("nv")
        .unroll(member);
  sum.unroll("nw").unroll(panel).unroll(m);
}

void scheduleTileSums(Schedule &schedule, const FuncView &tiled,
                      const FuncView &accumulator, const std::string &loop,
                      const TileShape &tile) {
  tileOf(schedule, tiled, accumulator, loop, tile).storeTiles();
  schedule.update(accumulator.name)
      .reorder(withRest({accumulator.reductionDims[0], accumulator.dims[0],
                         accumulator.dims[1], accumulator.dims[2]},
                        accumulator));
}

} // namespace heddle::schedule
