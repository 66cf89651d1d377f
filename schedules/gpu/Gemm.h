// Products on a device: a thread keeps some rows of one column in registers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_GPU_GEMM_H
#define HEDDLE_SCHEDULES_GPU_GEMM_H

#include "schedules/KernelView.h"
#include "schedules/Knobs.h"
#include "schedules/Schedule.h"

namespace heddle::schedule {

struct GemmGpuKnobs {
  int64_t tileRows = 4;  ///< rows of a thread; 1..8
  int64_t blockRows = 4; ///< threads of a block along the rows; 1..16
  int64_t columns = 32;  ///< threads along the columns: a panel, where the
                         ///< weight is packed; the algorithm's
};

/// The knobs that may be set.
const std::vector<Knob<GemmGpuKnobs>> &gemmGpuKnobSpace();

/// Empty when legal, else the constraint that is broken, in words.
std::string checkGemmGpuKnobs(const GemmGpuKnobs &knobs,
                              const GpuTarget &target);

/// A view as scheduleGemmCpu or scheduleMatmulCpu takes it. A packed operand
/// is read where it lies; a row that is finished in the kernel is computed
/// whole before that.
void scheduleGemmGpu(Schedule &schedule, const KernelView &view,
                     const GemmGpuKnobs &knobs);
void scheduleMatmulGpu(Schedule &schedule, const KernelView &view,
                       const GemmGpuKnobs &knobs);

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_GPU_GEMM_H
