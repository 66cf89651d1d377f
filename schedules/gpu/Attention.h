// Attention on a device: a block of threads a query block and key chunk; the
// chunks are merged afterwards.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_GPU_ATTENTION_H
#define HEDDLE_SCHEDULES_GPU_ATTENTION_H

#include "schedules/KernelView.h"
#include "schedules/Knobs.h"
#include "schedules/Schedule.h"

namespace heddle::schedule {

/// What the algorithm itself fixes; all devices share it.
struct AttentionGpuShape {
  int64_t queryBlock = 16; ///< queries of a block of threads
  int64_t chunk = 64;      ///< keys that they meet
  int64_t queryDim = 64;   ///< width of a query head
  int64_t valueDim = 64;   ///< width of a value head

  /// What the queries, scores, weights and values of a block take.
  int64_t sharedBytes() const;
};

/// As large as every device's shared memory lets it be.
AttentionGpuShape defaultAttentionGpuShape(int64_t queryDim, int64_t valueDim);

struct AttentionGpuKnobs {
  int64_t columns = 16; ///< threads along keys and head columns
};

/// The knobs that may be set.
const std::vector<Knob<AttentionGpuKnobs>> &attentionGpuKnobSpace();

/// Empty when legal, else the constraint that is broken, in words.
std::string checkAttentionGpuKnobs(const AttentionGpuKnobs &knobs,
                                   const AttentionGpuShape &shape,
                                   const GpuTarget &target);

/// A view as scheduleAttentionCpu takes it.
void scheduleAttentionGpu(Schedule &schedule, const KernelView &view,
                          const AttentionGpuShape &shape,
                          const AttentionGpuKnobs &knobs);

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_GPU_ATTENTION_H
