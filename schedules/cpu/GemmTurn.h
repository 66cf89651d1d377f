// Products whose heads' pairs of features are turned as they are stored.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_CPU_GEMMTURN_H
#define HEDDLE_SCHEDULES_CPU_GEMMTURN_H

#include "schedules/cpu/GemmTile.h"

#include <string>

namespace heddle::schedule {

/// True for a kernel whose output's dims are (feature in its run, run, head,
/// row) or, with runs of two that turn together, (one of two, pair, head, row).
/// A Panel func holds what is turned, with dims (column in panel, panel, row).
bool turnsHeads(const KernelView &view);

/// What the sums' tiles belong to, and the loop that they are computed in.
struct TurnedTiles {
  const FuncView *tiled = nullptr;
  std::string loop;
};

/// The output by as few heads as are whole panels: its loop "group", or "task"
/// where that `takesBlocks` of rows too, runs in parallel. `blockRows` rows are
/// in loop "block" around it, none with 0. Where a register tile has heads
/// whole they are turned from registers, otherwise from the memory of a Panel
/// func.
TurnedTiles scheduleTurned(Schedule &schedule, const KernelView &view,
                           TileShape tile, int64_t blockRows, bool takesBlocks,
                           const CpuTarget &target);

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_CPU_GEMMTURN_H
