// GEMV on the CPU: a GEMM of a few rows, which is bound by reading the
// weights.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_CPU_GEMV_H
#define HEDDLE_SCHEDULES_CPU_GEMV_H

#include "schedules/KernelView.h"
#include "schedules/Knobs.h"
#include "schedules/Schedule.h"

#include <cstdint>

namespace heddle::schedule {

/// Products of at most so many rows have a kernel of this family beside that
/// of the GEMM family.
constexpr int64_t gemvRows = 4;

struct GemvKnobs {
  int64_t panel = 48;       ///< columns of a panel, as the GEMM beside it
  int64_t tileRows = 4;     ///< rows of a register tile
  int64_t tileColumns = 48; ///< columns of a register tile; divides the panel
  int64_t tilePanels = 1;   ///< panels that a tile reads at once
};

/// The knobs that may be set; the panel is the algorithm's.
const std::vector<Knob<GemvKnobs>> &gemvKnobSpace();

GemvKnobs defaultGemvKnobs(int64_t panel, const CpuTarget &target);

/// Empty when legal for a weight of `panels` panels, else the constraint that
/// is broken, in words.
std::string checkGemvKnobs(const GemvKnobs &knobs, int64_t panels,
                           const CpuTarget &target);

/// The view is that of scheduleGemmCpu. Each panel is a task, so that a single
/// row takes all threads; where rows are finished, they are when all panels
/// are there.
void scheduleGemvCpu(Schedule &schedule, const KernelView &view,
                     const GemvKnobs &knobs, const CpuTarget &target);

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_CPU_GEMV_H
