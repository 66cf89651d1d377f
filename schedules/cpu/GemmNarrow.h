// GEMM and GEMV of rounded numbers on the CPU: dot-product instructions where
// there are some, else widened and multiplied in f32.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_CPU_GEMMNARROW_H
#define HEDDLE_SCHEDULES_CPU_GEMMNARROW_H

#include "schedules/cpu/Gemm.h"
#include "schedules/cpu/Gemv.h"

namespace heddle::schedule {

/// gemmPanel for products of `narrow`: in bf16 two tiles' columns where they
/// divide them, as two by two tiles use all tile registers.
int64_t narrowGemmPanel(int64_t columns, const std::string &narrow);

/// Rows that share a pass over the panels in tiles: 128 in int8 and where the
/// weights stay in the second-level cache, else as many as stay there. In bf16
/// 512 rows of 768 by 3072 columns take 1.52 ms in one block and 1.65 in four,
/// of 512 by 512 columns 0.163 and 0.160 (a Xeon with AMX, 2 MB).
int64_t tileBlockRows(const KernelView &view);

/// The defaults for products of `view.narrow`: as those of f32 with a dot
/// product; without one, registers for the widened panels besides; with tiles,
/// two by two of them, which use all tile registers, in blocks of `blockRows`.
GemmKnobs defaultNarrowGemmKnobs(int64_t panel, const std::string &narrow,
                                 const CpuTarget &target,
                                 int64_t blockRows = 128);
GemvKnobs defaultNarrowGemvKnobs(int64_t panel, const std::string &narrow,
                                 const CpuTarget &target);

/// As checkGemmKnobs; blocks of rows are whole tiles always.
std::string checkNarrowGemmKnobs(const GemmKnobs &knobs,
                                 const CpuTarget &target);

/// The view is that of scheduleGemmCpu with a Narrow and a Wide func of dims
/// (k, row) behind the accumulator, whose dims are (column in panel, panel,
/// row) and whose update reduces over (number in its group, group). A block of
/// rows is rounded once and read by all panels.
void scheduleNarrowGemmCpu(Schedule &schedule, const KernelView &view,
                           const GemmKnobs &knobs, const CpuTarget &target);

/// The same of a few rows, which are rounded before all panels.
void scheduleNarrowGemvCpu(Schedule &schedule, const KernelView &view,
                           const GemvKnobs &knobs, const CpuTarget &target);

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_CPU_GEMMNARROW_H
