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
/// of the GEMM family. In f32 they are a tile on the best target of so many
/// lanes, which reads the weights once.
int64_t gemvRows(int64_t panel, int64_t lanes);
constexpr int64_t narrowGemvRows = 4;

struct GemvKnobs {
  int64_t panel = 48;       ///< columns of a panel, as the GEMM beside it
  int64_t tileRows = 4;     ///< rows of a register tile
  int64_t tileColumns = 48; ///< columns of a register tile; divides the panel
  int64_t tilePanels = 1;   ///< panels that a tile reads at once
  int64_t streamRows = 16;  ///< rows of a panel that what is fetched lies ahead
                            ///< of what is read; 0: as a GEMM fetches
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
