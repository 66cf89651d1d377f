// Where the time of one run goes, when its caller asks.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_PROFILER_H
#define HEDDLE_RUNTIME_SRC_PROFILER_H

#include "heddle/runtime.h"
#include "runtime/src/ThreadPool.h"

#include <chrono>
#include <vector>

namespace heddle::runtime {

/// Fills a caller's heddle_profile; without one every call does nothing. Times
/// are those since the last reading of the clock.
class Profiler {
public:
  /// `profile` may be NULL; `threads` are those of the run.
  Profiler(heddle_profile *profile, uint32_t threads);

  bool isOn() const { return profile; }

  /// Notes the time of a part of the call.
  void notePart(uint64_t heddle_profile::*part);
  /// Notes the time of a dispatch that is done, and of its loops.
  void noteDispatch(uint32_t index);
  /// Leaves out the time since the last reading.
  void skip();
  /// Sets the total; the last call.
  void finish();

  /// Runs a loop that is shared among threads, timing its tasks.
  int runLoop(const ParallelLoop &loop);

private:
  using Clock = std::chrono::steady_clock;
  /// A thread's own, on cache lines of its own.
  struct alignas(HEDDLE_ALIGN) Slot {
    uint64_t busyNs = 0;
  };
  struct TimedLoop;

  static int runTask(void *context, int32_t index, uint32_t slot);
  static uint64_t nsBetween(Clock::time_point from, Clock::time_point to);
  /// The time since the last reading of the clock.
  uint64_t lap();

  heddle_profile *profile;
  uint32_t threads;
  Clock::time_point start, last;
  std::vector<Slot> slots;              ///< of the loop that runs
  heddle_dispatch_profile current = {}; ///< the loops of the running dispatch
};

} // namespace heddle::runtime

#endif // HEDDLE_RUNTIME_SRC_PROFILER_H
