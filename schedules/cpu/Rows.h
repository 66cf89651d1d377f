// Kernels computed one row (innermost axis) at a time: norms, gathers,
// element-wise chains, reductions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_CPU_ROWS_H
#define HEDDLE_SCHEDULES_CPU_ROWS_H

#include "schedules/KernelView.h"
#include "schedules/Schedule.h"

namespace heddle::schedule {

/// Partial sums that a row reduction keeps apart, one a lane; the algorithm
/// fixes it, so that all variants add in the same order.
constexpr int64_t rowLanes = 16;

/// A Lanes, Scalar or Serial func at loop `loop` of `consumer`.
void scheduleRowReduction(Schedule &schedule, const FuncView &func,
                          const std::string &consumer, const std::string &loop,
                          const CpuTarget &target);

/// The innermost dim is vectorised, the others are one parallel loop of rows;
/// Row, RowSum, Lanes and Scalar funcs are computed once a row.
void scheduleRowsCpu(Schedule &schedule, const KernelView &view,
                     const CpuTarget &target);

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_CPU_ROWS_H
