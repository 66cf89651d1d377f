// The process's one pool of worker threads.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_THREADPOOL_H
#define HEDDLE_RUNTIME_SRC_THREADPOOL_H

#include <array>
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

  /// Runs the loop on the caller and up to `threads` - 1 idle workers and
  /// waits. Returns the first non-zero result seen, after which no new index
  /// starts. Inside a task of another loop it runs on the caller alone.
  int run(const ParallelLoop &loop, uint32_t threads);

  /// Whether `run` would share a loop of `count` tasks with workers.
  static bool isShared(int32_t count, uint32_t threads);

  /// The slot of the loop that the calling thread is working in; 0 outside.
  static uint32_t currentSlot();

private:
  /// Written by one thread at a time, so on a line of the cache of its own.
  static constexpr size_t cacheLine = 64;

  /// The next index of a part of a loop.
  struct alignas(cacheLine) Share {
    std::atomic<int64_t> next{0};
  };
  /// More threads than that share shares.
  static constexpr uint32_t maxShares = 16;

  /// A published loop. `state` counts the helpers still wanted, the loop's
  /// threads and the helpers at work: who takes one of the wanted may read the
  /// rest until it has left.
  struct alignas(cacheLine) Board {
    std::atomic<uint64_t> state{0};
    std::atomic<bool> isTaken{false}; ///< by a caller
    ParallelLoop loop{};
    uint32_t numShares = 1;
    std::atomic<int> result{0}; ///< the first that is not 0
    /// Each thread takes the indices of its own share in order, and then what
    /// is left of the others': neighbours are mostly one thread's, which has
    /// fetched the memory of the next one while it worked on this one.
    std::array<Share, maxShares> shares;

    /// The first index of a share.
    int64_t start(uint32_t share) const {
      return int64_t(loop.count) * share / numShares;
    }
  };
  /// Callers at once that may have helpers.
  static constexpr size_t numBoards = 64;

  ThreadPool() = default;
  void startWorkers(uint32_t wanted);
  Board *takeBoard();
  void publish(Board &board, uint32_t threads);
  void finish(Board &board);
  /// Counts a thread in unless `most` are active; false where they are.
  bool enterLoop(uint32_t most);
  /// Notes that a thread has left its loop.
  void leaveLoop();
  /// Tells waiting workers of news.
  void announce(bool toOne);
  /// Finds a loop that wants a helper and joins it; null where there is none.
  Board *join(uint32_t &slot);
  bool joinBoard(Board &board, uint32_t &slot);
  void leave(Board &board);
  void work();
  static void runTasks(Board &board, uint32_t slot);

  std::array<Board, numBoards> boards;
  /// Counts what may give a waiting worker something to do.
  alignas(cacheLine) std::atomic<uint64_t> epoch{0};
  std::atomic<uint32_t> active{0}; ///< callers and helpers in a loop
  /// Seldom written.
  alignas(cacheLine) std::atomic<uint32_t> boardsUsed{0}; ///< ever
  std::atomic<uint32_t> numWorkers{0};
  std::atomic<uint32_t> sleepers{0};  ///< workers waiting for workReady
  std::atomic<uint32_t> waiters{0};   ///< callers waiting for helperLeft
  std::atomic<bool> isRefused{false}; ///< a worker found too many active
  std::mutex mutex;                   ///< guards starting and sleeping
  std::condition_variable workReady;
  std::condition_variable helperLeft;
};

} // namespace heddle::runtime

#endif // HEDDLE_RUNTIME_SRC_THREADPOOL_H
