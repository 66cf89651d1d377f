// The process's one pool of worker threads.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_THREADPOOL_H
#define HEDDLE_RUNTIME_SRC_THREADPOOL_H

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace heddle::runtime {

/// CPUs this process may use; at least 1.
uint32_t usableCpus();

/// A parallel loop. `task(context, index, slot)` gets which of the loop's
/// threads runs it: 0 for the caller, below `threads` for the others.
struct ParallelLoop {
  int (*task)(void *context, int32_t index, uint32_t slot);
  void *context;
  int32_t first;
  int32_t count;
};

/// Starts workers when first asked for them; they spin a moment after work,
/// then sleep. Concurrent loops share the workers: besides what one loop asks
/// for, no more threads work than the process may use CPUs.
class ThreadPool {
public:
  /// The process's pool. Never destroyed: its threads end with the process.
  static ThreadPool &instance();

  /// Runs the loop on the caller and up to `threads` - 1 workers and waits.
  /// Returns the first non-zero result seen, after which no new index starts.
  /// Inside a task of another loop it runs on the caller alone.
  int run(const ParallelLoop &loop, uint32_t threads);

  /// Whether `run` would share a loop of `count` tasks with workers.
  static bool isShared(int32_t count, uint32_t threads);

  /// The slot of the loop that the calling thread is working in; 0 outside.
  static uint32_t currentSlot();

private:
  struct Job;

  ThreadPool() = default;
  void startWorkers(uint32_t wanted);
  void publish(Job &job);
  void withdraw(Job &job);
  Job *join(uint32_t &slot);
  void leave(Job &job);
  void waitForHelpers(Job &job);
  void work();
  static void runTasks(Job &job, uint32_t slot);

  std::mutex mutex; ///< guards jobs, numWorkers and sleeping
  std::condition_variable workReady;
  std::condition_variable helperLeft;
  Job *jobs = nullptr; ///< those a worker may join
  uint32_t numWorkers = 0;
  uint32_t active = 0;   ///< callers and helpers in a loop, under mutex
  uint32_t sleepers = 0; ///< workers waiting for workReady
  /// Counts what may give a waiting worker something to do.
  std::atomic<uint64_t> epoch{0};
  /// Callers asleep until their helpers are done.
  std::atomic<uint32_t> waiters{0};
};

} // namespace heddle::runtime

#endif // HEDDLE_RUNTIME_SRC_THREADPOOL_H
