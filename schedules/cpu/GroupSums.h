// Register tiles of products of rounded numbers, which go by groups side by
// side: what GEMM and attention share.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_CPU_GROUPSUMS_H
#define HEDDLE_SCHEDULES_CPU_GROUPSUMS_H

#include "schedules/cpu/GemmTile.h"

namespace heddle::schedule {

/// True where products are summed in groups. Integers always are: without an
/// instruction for it, groups of 4 are two multiply-adds of pairs.
bool sumsGroups(const KernelView &view, const CpuTarget &target);

/// The sums of a tile in registers at loop `loop` of `tiled`, of a constant
/// shape. The accumulator's dims are (column in panel, panel, row ...), its
/// update reduces over (number in its group, group ...); with `dots` a group is
/// one operand of an instruction.
void scheduleGroupSums(Schedule &schedule, const FuncView &tiled,
                       const FuncView &accumulator, const std::string &loop,
                       const TileShape &tile, const CpuTarget &target,
                       bool dots);

/// The same in tile registers, and in memory when they are done.
void scheduleTileSums(Schedule &schedule, const FuncView &tiled,
                      const FuncView &accumulator, const std::string &loop,
                      const TileShape &tile);

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_CPU_GROUPSUMS_H
