// Attention on the CPU: query blocks against key chunks, both products in
// register tiles of constant shape.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_CPU_ATTENTION_H
#define HEDDLE_SCHEDULES_CPU_ATTENTION_H

#include "schedules/KernelView.h"
#include "schedules/Schedule.h"

#include <cstdint>
#include <string>

namespace heddle::schedule {

/// What the algorithm itself fixes; all variants of a kernel share it.
struct AttentionShape {
  int64_t queryBlock = 48; ///< queries that meet a chunk together; of 16
  int64_t chunk = 384;     ///< keys whose scores stay in L1/L2; of 16
  int64_t valueDim = 64;   ///< width of a value head
};

/// The default for a head of `valueDim`, at most `maxQueries` queries and at
/// most `maxKeys` keys. A partial output is kept for every chunk, so that the
/// chunk grows with the length; short queries have a short block.
AttentionShape defaultAttentionShape(int64_t valueDim, int64_t maxQueries,
                                     int64_t maxKeys);

struct AttentionKnobs {
  int64_t scoreKeys = 8;     ///< keys of a score tile
  int64_t scoreQueries = 48; ///< queries of a score tile, whole vectors
  int64_t valueQueries = 12; ///< queries of a value tile
  int64_t valueColumns = 32; ///< columns of a value tile, whole vectors
};

AttentionKnobs defaultAttentionKnobs(const AttentionShape &shape,
                                     const CpuTarget &target);

/// Empty when legal, else the constraint that is broken, in words.
std::string checkAttentionKnobs(const AttentionKnobs &knobs,
                                const AttentionShape &shape,
                                const CpuTarget &target);

/// The view has one func of each attention role, dims in the order that
/// compiler/lower documents: queries innermost in everything about scores,
/// value columns innermost in everything about values.
void scheduleAttentionCpu(Schedule &schedule, const KernelView &view,
                          const AttentionShape &shape,
                          const AttentionKnobs &knobs, const CpuTarget &target);

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_CPU_ATTENTION_H
