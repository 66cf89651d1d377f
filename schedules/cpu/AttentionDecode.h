// Attention of few queries on the CPU: bound by reading the keys and values,
// which are read once for all heads of a group, in the order of memory.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_SCHEDULES_CPU_ATTENTIONDECODE_H
#define HEDDLE_SCHEDULES_CPU_ATTENTIONDECODE_H

#include "schedules/KernelView.h"
#include "schedules/Knobs.h"
#include "schedules/Schedule.h"

#include <cstdint>
#include <string>

namespace heddle::schedule {

/// What the algorithm itself fixes; all variants of a kernel share it.
struct DecodeShape {
  int64_t chunk = 256;   ///< keys of a task; of `lanes`
  int64_t heads = 1;     ///< query heads of a tile, which share a group's keys
  int64_t keyDim = 64;   ///< width of a key
  int64_t valueDim = 64; ///< width of a value
  int64_t sharedHeads = 1; ///< heads inside a row of keys, all in turn
  /// Arguments, by position, that are read in the order of memory; -1: none.
  int64_t keys = -1, values = -1;
  int64_t keyBytes = 4, valueBytes = 4; ///< of an element in memory

  /// Partial sums of a score, and keys of a tile.
  static constexpr int64_t lanes = 16;
  /// Elements of bf16 in a word.
  static constexpr int64_t pair = 2;

  /// Whether rows are read in words of two elements.
  bool pairsKeys() const { return isPaired(keyBytes, keyDim); }
  bool pairsValues() const { return isPaired(valueBytes, valueDim); }
  /// Parts of a chunk whose values are read in turn, each in order: of a page
  /// the hardware fetches ahead only once it knows it.
  int64_t valueRuns() const { return pairsValues() ? 4 : 1; }

private:
  static bool isPaired(int64_t bytes, int64_t width) {
    return bytes * pair == int64_t(sizeof(float)) &&
           width % (pair * lanes) == 0;
  }
};

/// A tile has at most so many heads: their sums stay in registers.
constexpr int64_t decodeHeads = 8;

/// True for heads that are whole vectors.
bool hasDecode(int64_t keyDim, int64_t valueDim);

/// At most so many queries are computed this way, each with its own pass over
/// the keys of a chunk.
int64_t decodeQueries(int64_t group);

/// The default for `group` query heads a key head.
DecodeShape defaultDecodeShape(int64_t group, int64_t keyDim, int64_t valueDim);

struct DecodeKnobs {
  int64_t scoreKeys = 1;     ///< keys of an unrolled step of the scores
  int64_t valueHeads = 1;    ///< heads of a value tile
  int64_t valueColumns = 64; ///< columns of a value tile, whole vectors
  int64_t streamKeys = 32;   ///< f32 keys and values that what is fetched lies
                             ///< ahead, or as many bytes; 0: none
};

/// The knobs that may be set.
const std::vector<Knob<DecodeKnobs>> &decodeKnobSpace();

DecodeKnobs defaultDecodeKnobs(const DecodeShape &shape,
                               const CpuTarget &target);

/// Empty when legal, else the constraint that is broken, in words.
std::string checkDecodeKnobs(const DecodeKnobs &knobs, const DecodeShape &shape,
                             const CpuTarget &target);

/// The view has one func of each decode role; dims are those that
/// compiler/lower documents.
void scheduleDecodeCpu(Schedule &schedule, const KernelView &view,
                       const DecodeShape &shape, const DecodeKnobs &knobs,
                       const CpuTarget &target);

} // namespace heddle::schedule

#endif // HEDDLE_SCHEDULES_CPU_ATTENTIONDECODE_H
