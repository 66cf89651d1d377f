// GEMM on the CPU: packed panels, register tiles of constant shape.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_CPU_GEMM_H
#define HEDDLE_SCHEDULES_CPU_GEMM_H

#include "schedules/KernelView.h"
#include "schedules/Knobs.h"
#include "schedules/Schedule.h"

#include <cstdint>

namespace heddle::schedule {

constexpr int64_t widestLanes = 16; ///< of f32, over all CPU variants

/// Columns of one weight panel; all variants of a kernel share it, so that the
/// weights are packed once. `lanes` are those of the widest f32 vectors among
/// them. With 16 the first of 48, 64, 32, 16 that divides `columns` (48: a tile
/// of 8 rows by 48 or 4 by 24 fills the registers and wastes least on row
/// counts that 8 divides), with 8 of 24, 16, which are as wide as tiles there
/// (512x512x512: 91 % of the peak on panels of 64, 96 on those of 16); 16 where
/// none does.
int64_t gemmPanel(int64_t columns, int64_t lanes = widestLanes);

struct GemmKnobs {
  int64_t panel = 48;       ///< columns of a panel, as gemmPanel gives them
  int64_t tileRows = 8;     ///< rows of a register tile; 1..12, 16 and 32
  int64_t tileColumns = 48; ///< columns of a register tile; divides the panel
  int64_t blockRows = 64;   ///< rows that share a pass over the panels
  int64_t streamLines = 1;  ///< cache lines of the next panel that are fetched
                            ///< with each row of this one, at most: as few as
                            ///< will do; 0: none
};

/// The knobs that may be set; the panel is the algorithm's.
const std::vector<Knob<GemmKnobs>> &gemmKnobSpace();

/// The default for a target: accumulators, one row of panels and a broadcast
/// fit the registers. A kernel that finishes rows has smaller blocks of them:
/// their results wait in memory.
GemmKnobs defaultGemmKnobs(int64_t panel, const CpuTarget &target,
                           bool finishesRows = true);

/// Empty when legal, else the constraint that is broken, in words. Where rows
/// are not finished in the kernel, a block is rounded down to whole tiles.
std::string checkGemmKnobs(const GemmKnobs &knobs, const CpuTarget &target,
                           bool finishesRows = true);

/// The view has an Accumulator and an Output with dims (column in panel, panel,
/// row), or (column, row) where panels do not divide the columns; with a Row
/// func the output is finished a row at a time (Lanes and Scalar funcs reduce
/// it), otherwise tile by tile.
void scheduleGemmCpu(Schedule &schedule, const KernelView &view,
                     const GemmKnobs &knobs, const CpuTarget &target);

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_CPU_GEMM_H
