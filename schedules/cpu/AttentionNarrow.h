// Attention of bf16 numbers on the CPU: both products in tiles or of dot
// products where the target has them, else widened and multiplied in f32.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_CPU_ATTENTIONNARROW_H
#define HEDDLE_SCHEDULES_CPU_ATTENTIONNARROW_H

#include "schedules/cpu/Attention.h"

namespace heddle::schedule {

// What the algorithm fixes for all variants.
constexpr int64_t narrowPanel = 16; ///< columns of a panel of keys or values
constexpr int64_t narrowGroup = 32; ///< keys whose scores lie side by side
constexpr int64_t narrowDepth = 32; ///< query and key heads are padded to it

/// As defaultAttentionShape; chunks are whole groups, blocks whole tiles.
AttentionShape narrowAttentionShape(int64_t valueDim, int64_t maxKeys);

/// The knobs that may be set; keys are the columns of a score tile.
const std::vector<Knob<AttentionKnobs>> &narrowAttentionKnobSpace();

AttentionKnobs defaultNarrowAttentionKnobs(const AttentionShape &shape,
                                           const CpuTarget &target);

/// Empty when legal, else the constraint that is broken, in words.
std::string checkNarrowAttentionKnobs(const AttentionKnobs &knobs,
                                      const AttentionShape &shape,
                                      const CpuTarget &target);

/// The view is that of scheduleAttentionCpu with keys as the lanes of scores:
/// (lane, query, group ...) in everything about scores, and what the sums read
/// packed before the first query (KeyPack, ValuePack, KeyData).
void scheduleNarrowAttentionCpu(Schedule &schedule, const KernelView &view,
                                const AttentionShape &shape,
                                const AttentionKnobs &knobs,
                                const CpuTarget &target);

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_CPU_ATTENTIONNARROW_H
