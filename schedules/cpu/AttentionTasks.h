// What attention kernels over chunks of keys share, whatever their numbers:
// tasks, the merge of the chunks and what is computed for a block of queries.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_CPU_ATTENTIONTASKS_H
#define HEDDLE_SCHEDULES_CPU_ATTENTIONTASKS_H

#include "schedules/cpu/Attention.h"
#include "schedules/cpu/KernelContext.h"

namespace heddle::schedule {

/// Value heads that are no whole vectors are computed without them: right, and
/// as fast as such small heads are worth.
inline bool wholeValues(const AttentionShape &shape, const CpuTarget &target) {
  return shape.valueDim % target.lanes == 0;
}

/// A schedule in the making, for a kernel of known shape.
struct AttentionContext : KernelContext {
  const AttentionShape &shape;
  const AttentionKnobs &knobs;

  /// The func is computed in a task, for the block whose queries are its dim
  /// `query`: what the bounds inference cannot find by itself.
  Stage perBlock(Role role, const std::string &query);
  /// Vectors along the columns of values, where they are whole ones.
  void vectorizeColumns(Stage stage, const std::string &dim) {
    if (wholeValues(shape, target))
      stage.vectorize(dim, target.lanes).unroll(dim);
  }
};

/// One task computes one query block of one head of one batch element, and
/// merges what its chunks gave; tables of the mask are made before.
void scheduleAttentionTasks(AttentionContext &context);

/// A chunk's maximum and sum where it may be dead, at loop `chunk` of `part`.
void scheduleLiveChunks(AttentionContext &context, const std::string &part,
                        const std::string &chunk);

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_CPU_ATTENTIONTASKS_H
