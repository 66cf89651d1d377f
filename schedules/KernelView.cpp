// Lookup by role, and the CPU targets.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/KernelView.h"

namespace heddle::schedule {

const FuncView *KernelView::find(Role role) const {
  for (const FuncView &func : funcs)
    if (func.role == role)
      return &func;
  return nullptr;
}

const std::vector<CpuTarget> &cpuTargets() {
  static const std::vector<CpuTarget> targets = {
      {"avx512",
       "x86-64-linux-avx-avx2-avx512-avx512_skylake-f16c-fma-sse41",
       16,
       32,
       {"avx2", "fma", "f16c", "avx512f", "avx512cd", "avx512vl", "avx512bw",
        "avx512dq"}},
      {"avx2",
       "x86-64-linux-avx-avx2-f16c-fma-sse41",
       8,
       16,
       {"avx2", "fma", "f16c"}}};
  return targets;
}

} // namespace heddle::schedule
