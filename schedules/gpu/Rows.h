// The plain schedule of a device: every func is computed whole, in a kernel of
// its own, an element a thread. Right for any func of any family.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_GPU_ROWS_H
#define HEDDLE_SCHEDULES_GPU_ROWS_H

#include "schedules/KernelView.h"
#include "schedules/Knobs.h"
#include "schedules/Schedule.h"

namespace heddle::schedule {

struct RowsGpuKnobs {
  int64_t columns = 32; ///< threads of a block along the innermost dim
  int64_t rows = 4;     ///< threads of a block along the next one
};

/// The knobs that may be set, the same in all families of rows.
const std::vector<Knob<RowsGpuKnobs>> &rowsGpuKnobSpace();

/// Empty when legal, else the constraint that is broken, in words.
std::string checkRowsGpuKnobs(const RowsGpuKnobs &knobs,
                              const GpuTarget &target);

/// Both stages of `func` as loops over blocks of threads; reductions are loops
/// inside a thread. Other funcs than the output are computed before it.
void scheduleWhole(Schedule &schedule, const FuncView &func,
                   const RowsGpuKnobs &knobs);

/// Every func of the kernel whole.
void scheduleRowsGpu(Schedule &schedule, const KernelView &view,
                     const RowsGpuKnobs &knobs);

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_GPU_ROWS_H
