// See Profiler.h.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/Profiler.h"

#include <algorithm>

namespace heddle::runtime {

/// Of two slices.
static heddle_dispatch_profile sum(const heddle_dispatch_profile &a,
                                   const heddle_dispatch_profile &b) {
  return {a.ns + b.ns, a.loop_ns + b.loop_ns, a.busy_ns + b.busy_ns,
          a.loops + b.loops};
}

/// What a timed task runs, and where its thread counts.
struct Profiler::TimedLoop {
  const ParallelLoop &loop;
  Slot *slots;
};

Profiler::Profiler(heddle_profile *profile, uint32_t threads)
    : profile(profile), threads(threads) {
  if (!profile)
    return;
  slots.resize(threads);
  if (profile->dispatches)
    std::fill_n(profile->dispatches, profile->num_dispatches,
                heddle_dispatch_profile{});
  profile->check_ns = profile->prepare_ns = profile->output_ns = 0;
  start = last = Clock::now();
}

uint64_t Profiler::nsBetween(Clock::time_point from, Clock::time_point to) {
  return uint64_t(
      std::chrono::duration_cast<std::chrono::nanoseconds>(to - from).count());
}

uint64_t Profiler::lap() {
  Clock::time_point now = Clock::now();
  uint64_t ns = nsBetween(last, now);
  last = now;
  return ns;
}

void Profiler::notePart(uint64_t heddle_profile::*part) {
  if (profile)
    profile->*part += lap();
}

void Profiler::noteDispatch(uint32_t index) {
  if (!profile)
    return;
  current.ns = lap();
  if (index < profile->num_dispatches)
    profile->dispatches[index] = sum(profile->dispatches[index], current);
  current = {};
}

void Profiler::skip() {
  if (profile)
    last = Clock::now();
}

void Profiler::finish() {
  if (profile)
    profile->total_ns = nsBetween(start, Clock::now());
}

int Profiler::runTask(void *context, int32_t index, uint32_t slot) {
  const TimedLoop &timed = *static_cast<const TimedLoop *>(context);
  Clock::time_point start = Clock::now();
  int result = timed.loop.task(timed.loop.context, index, slot);
  timed.slots[slot].busyNs += nsBetween(start, Clock::now());
  return result;
}

int Profiler::runLoop(const ParallelLoop &loop) {
  TimedLoop timed{loop, slots.data()};
  Clock::time_point start = Clock::now();
  int result = ThreadPool::instance().run(
      {runTask, &timed, loop.first, loop.count}, threads);
  current.loop_ns += nsBetween(start, Clock::now());
  ++current.loops;
  for (Slot &slot : slots) {
    current.busy_ns += slot.busyNs;
    slot.busyNs = 0;
  }
  return result;
}

} // namespace heddle::runtime
