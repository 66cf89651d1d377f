// What this CPU and its operating system can run.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_CPUFEATURES_H
#define HEDDLE_RUNTIME_SRC_CPUFEATURES_H

#include <string_view>

namespace heddle::runtime {

/// True when this machine has the feature, by one of the names artifact.h
/// lists, and the operating system saves its registers. An unknown name is
/// absent. On Linux asking for one of AMX's asks the system to let this process
/// use its registers; where it does not, they are absent.
bool cpuHas(std::string_view feature);

/// True for a feature that this machine has and is slower with than without:
/// processors with AMX run avx512_bf16's dot products at half of the rate of
/// f32's multiply-adds (122 against 246 GFLOP/s on a Xeon with amx_bf16), so
/// that widening bf16 to f32 is faster.
bool cpuIsSlowAt(std::string_view feature);

} // namespace heddle::runtime

#endif // HEDDLE_RUNTIME_SRC_CPUFEATURES_H
