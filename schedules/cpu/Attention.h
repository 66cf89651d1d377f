// Attention on the CPU: query blocks against key chunks, both products in
// register tiles of constant shape.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_CPU_ATTENTION_H
#define HEDDLE_SCHEDULES_CPU_ATTENTION_H

#include "schedules/KernelView.h"
#include "schedules/Knobs.h"
#include "schedules/Schedule.h"

#include <cstdint>
#include <string>

namespace heddle::schedule {

/// What the algorithm itself fixes; all variants of a kernel share it.
struct AttentionShape {
  int64_t queryBlock = 48; ///< queries that meet a chunk together; of 16
  int64_t chunk = 384;     ///< keys whose scores stay in L1/L2; of 16
  int64_t valueDim = 64;   ///< width of a value head
  int64_t keyDim = 0;      ///< width of a key; 0: nothing is fetched ahead
  bool isWindow = false;   ///< a query does not see the first keys either
  /// An argument, by position, whose rows are read in the order of memory.
  struct Rows {
    int64_t argument = -1;
    int64_t bytes = 0; ///< of a row; 0: not in order
    int64_t width = 0; ///< elements of a row
  };
  Rows queries = {}, keys = {}, values = {}; ///< of narrow attention
};

/// At most so many queries have a kernel of their own, with a block of as
/// many: rows of a block past the last query are computed for nothing.
constexpr int64_t fewQueries = 16;

/// Up to so many queries another kernel has blocks of half as many. Those that
/// fill one of its blocks or two, and no block of the general one, take
/// 1 / 1.4 of the general one's time (12 heads of 64, 17 to 32 and 49 to 64
/// queries); where they fill one of its blocks it is the faster by 1.3.
constexpr int64_t shortQueries = 64;

/// The default for a head of `valueDim`, at most `maxKeys` keys and
/// `maxQueries` queries, or any number with 0. A partial output is kept for
/// every chunk, so that the chunk grows with the length. Where the mask is
/// sparse, whole chunks are left out, and are small.
AttentionShape defaultAttentionShape(int64_t valueDim, int64_t maxKeys,
                                     int64_t maxQueries, bool isSparse = false);

/// Heads of so many columns, or times that, are widened by whole vectors.
constexpr int64_t widenedLanes = 16;

/// Queries and columns of a square that is transposed in registers.
constexpr int64_t turnSide = 16;

struct AttentionKnobs {
  int64_t scoreKeys = 8;     ///< keys of a score tile
  int64_t scoreQueries = 48; ///< queries of a score tile, whole vectors
  int64_t valueQueries = 12; ///< queries of a value tile
  int64_t valueColumns = 32; ///< columns of a value tile, whole vectors
  int64_t valueKeys = 4;     ///< keys of an unrolled step of the values
};

/// The knobs that may be set.
const std::vector<Knob<AttentionKnobs>> &attentionKnobSpace();

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
