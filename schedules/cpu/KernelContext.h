// What helpers of a family's schedule work on: the funcs of a kernel by role.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_CPU_KERNELCONTEXT_H
#define HEDDLE_SCHEDULES_CPU_KERNELCONTEXT_H

#include "schedules/KernelView.h"
#include "schedules/Schedule.h"

namespace heddle::schedule {

/// A schedule in the making, of a kernel that has a func of each role asked
/// for.
struct KernelContext {
  Schedule &schedule;
  const KernelView &view;
  const CpuTarget &target;

  const FuncView &of(Role role) const { return *view.find(role); }
  Stage func(Role role) { return schedule.func(of(role).name); }
  Stage update(Role role) { return schedule.update(of(role).name); }
  const std::string &dim(Role role, int i) { return of(role).dims[i]; }
  const std::string &reduction(Role role, size_t i = 0) {
    return of(role).reductionDims[i];
  }
};

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_CPU_KERNELCONTEXT_H
