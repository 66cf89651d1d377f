// Products of two computed tensors on the CPU: the right operand is packed a
// panel at a time, then as in Gemm.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_CPU_MATMUL_H
#define HEDDLE_SCHEDULES_CPU_MATMUL_H

#include "schedules/KernelView.h"
#include "schedules/Knobs.h"
#include "schedules/Schedule.h"

#include <cstdint>
#include <optional>
#include <string>

namespace heddle::schedule {

struct MatmulKnobs {
  int64_t tileRows = 8;     ///< rows of a register tile
  int64_t tileColumns = 48; ///< its columns, and those of a packed panel
};

const std::vector<Knob<MatmulKnobs>> &matmulKnobSpace();

/// The default for a target; `columns` of the product where that is constant.
MatmulKnobs defaultMatmulKnobs(std::optional<int64_t> columns,
                               const CpuTarget &target);

/// Empty when legal, else the constraint that is broken, in words.
std::string checkMatmulKnobs(const MatmulKnobs &knobs, const CpuTarget &target);

/// The view has a Pack and an Accumulator with dims (column, inner index,
/// batches...) and (column, row, batches...), and an Output with the latter's.
/// A task is one panel of one batch.
void scheduleMatmulCpu(Schedule &schedule, const KernelView &view,
                       const MatmulKnobs &knobs, const CpuTarget &target);

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_CPU_MATMUL_H
