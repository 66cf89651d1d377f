// Kernels computed one row (innermost axis) at a time: norms, gathers,
// element-wise chains, reductions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_CPU_ROWS_H
#define HEDDLE_SCHEDULES_CPU_ROWS_H

#include "schedules/KernelView.h"
#include "schedules/Knobs.h"
#include "schedules/Schedule.h"

namespace heddle::schedule {

/// Partial sums that a row reduction keeps apart, one a lane, and as many as
/// there are where they divide the row; the algorithm fixes it, so that all
/// variants add in the same order.
constexpr int64_t rowLanes = 16, mostRowLanes = 64;

/// A Lanes, Scalar or Serial func at loop `loop` of `consumer`.
void scheduleRowReduction(Schedule &schedule, const FuncView &func,
                          const std::string &consumer, const std::string &loop,
                          const CpuTarget &target);

struct RowsKnobs {
  int64_t taskRows = 1; ///< rows that one task computes
  int64_t vectors = 1;  ///< vectors of the output row written a step
};

/// The knobs that may be set, the same in all families of rows.
const std::vector<Knob<RowsKnobs>> &rowsKnobSpace();

/// The default for a family and a row of `extent` elements, where it is
/// constant: tasks of some thousand elements, more where each costs less.
RowsKnobs defaultRowsKnobs(Family family, std::optional<int64_t> extent,
                           const CpuTarget &target);

/// Empty when legal for an output row of `extent` elements, else the
/// constraint that is broken, in words.
std::string checkRowsKnobs(const RowsKnobs &knobs,
                           std::optional<int64_t> extent,
                           const CpuTarget &target);

/// The innermost dim is vectorised, the others are one loop of rows, some of
/// which are a task; Row, RowSum, Lanes and Scalar funcs are computed once a
/// row.
void scheduleRowsCpu(Schedule &schedule, const KernelView &view,
                     const RowsKnobs &knobs, const CpuTarget &target);

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_CPU_ROWS_H
