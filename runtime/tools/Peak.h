// What this CPU can do at most: a loop of fused multiply-adds on registers.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_TOOLS_PEAK_H
#define HEDDLE_RUNTIME_TOOLS_PEAK_H

#include "heddle/runtime.h"

#include <cstdint>

namespace heddle::tools {

/// Registers the loop uses.
enum class PeakIsa { None, Avx2, Avx512 };

/// The widest that this CPU has, not wider than `limit`.
PeakIsa peakIsa(PeakIsa limit);

/// Registers that the session's variant uses.
PeakIsa peakIsaOf(const heddle_module *module, const heddle_session *session);

/// "AVX-512 FMA"; "none" for PeakIsa::None.
const char *peakName(PeakIsa isa);

/// f32 operations per second of `threads` threads together, over about
/// `milliseconds`; 0 for PeakIsa::None. Multiply and add count one each.
double measurePeak(PeakIsa isa, uint32_t threads, double milliseconds);

} // namespace heddle::tools

#endif // HEDDLE_RUNTIME_TOOLS_PEAK_H
