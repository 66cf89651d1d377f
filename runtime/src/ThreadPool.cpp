// Loops are published on boards. A worker joins by one exchange on the board's
// state, indices are handed out by atomic counters; locks are for sleeping.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/ThreadPool.h"

#include <algorithm>
#include <chrono>
#include <pthread.h>
#include <sched.h>
#include <system_error>
#include <thread>

namespace heddle::runtime {
namespace {

/// How long an idle thread spins before it sleeps. Longer than what a short
/// request does between two loops (a product of 16 rows that no threads share
/// takes 110 us), shorter than what another process notices. With 50 us MiniLM
/// at 1 x 16 takes 1.96 ms on two threads, with 150 1.80, with 300 1.79.
constexpr std::chrono::microseconds spinTime(150);
/// After how long it lets others have its CPU meanwhile.
constexpr std::chrono::microseconds politeTime(5);

/// State of the calling thread: its slot, and whether it is inside a loop.
thread_local uint32_t threadSlot = 0;
thread_local bool isInLoop = false;

std::atomic<ThreadPool *> pool{nullptr};

// A board's state: helpers at work, the loop's threads, helpers wanted.
constexpr uint64_t wantedMask = 0xffff;
constexpr unsigned threadsShift = 16, busyShift = 32;
constexpr uint64_t oneBusy = uint64_t(1) << busyShift;

uint64_t makeState(uint32_t wanted, uint32_t threads) {
  return uint64_t(threads) << threadsShift | wanted;
}
uint32_t wantedIn(uint64_t state) { return uint32_t(state & wantedMask); }
uint32_t threadsIn(uint64_t state) {
  return uint32_t(state >> threadsShift & wantedMask);
}
uint32_t busyIn(uint64_t state) { return uint32_t(state >> busyShift); }

void pauseBriefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// Pauses between two looks at the clock: 1 us or so.
constexpr int pausesARound = 32;

/// Spins until `done` or spinTime is over; returns whether it was done. What
/// else wants this CPU, the awaited thread perhaps, gets it between rounds.
template <typename Done> bool spinUntil(Done &&done) {
  auto start = std::chrono::steady_clock::now(), now = start;
  do {
    for (int i = 0; i < pausesARound; ++i) {
      if (done())
        return true;
      pauseBriefly();
    }
    now = std::chrono::steady_clock::now();
    if (now > start + politeTime)
      ::sched_yield();
  } while (now < start + spinTime);
  return done();
}

} // namespace

uint32_t usableCpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
    return uint32_t(CPU_COUNT(&set));
  return std::max(1u, std::thread::hardware_concurrency());
}

ThreadPool &ThreadPool::instance() {
  ThreadPool *current = pool.load(std::memory_order_acquire);
  if (current)
    return *current;
  ThreadPool *fresh = new ThreadPool;
  if (pool.compare_exchange_strong(current, fresh)) {
    // A forked child has none of the workers: it starts over.
    static std::once_flag once;
    std::call_once(once, [] {
      ::pthread_atfork(nullptr, nullptr,
                       [] { pool.store(nullptr, std::memory_order_release); });
    });
    return *fresh;
  }
  delete fresh;
  return *current;
}

uint32_t ThreadPool::currentSlot() { return threadSlot; }

bool ThreadPool::isShared(int32_t count, uint32_t threads) {
  return count > 1 && threads > 1 && !isInLoop;
}

int ThreadPool::run(const ParallelLoop &loop, uint32_t threads) {
  Board *board = isShared(loop.count, threads) ? takeBoard() : nullptr;
  if (!board) {
    for (int32_t i = 0; i < loop.count; ++i)
      if (int result = loop.task(loop.context, loop.first + i, threadSlot))
        return result;
    return 0;
  }
  board->loop = loop;
  publish(*board, std::min(threads, uint32_t(loop.count)));
  uint32_t outerSlot = threadSlot;
  isInLoop = true;
  runTasks(*board, 0);
  isInLoop = false;
  threadSlot = outerSlot;
  finish(*board);
  int result = board->result.load(std::memory_order_relaxed);
  board->isTaken.store(false, std::memory_order_release);
  return result;
}

ThreadPool::Board *ThreadPool::takeBoard() {
  for (uint32_t i = 0; i < numBoards; ++i) {
    if (boards[i].isTaken.load(std::memory_order_relaxed) ||
        boards[i].isTaken.exchange(true, std::memory_order_acquire))
      continue;
    uint32_t used = boardsUsed.load();
    while (used <= i && !boardsUsed.compare_exchange_weak(used, i + 1)) {
    }
    return &boards[i];
  }
  return nullptr;
}

void ThreadPool::runTasks(Board &board, uint32_t slot) {
  threadSlot = slot;
  const ParallelLoop loop = board.loop;
  const uint32_t numShares = board.numShares;
  for (uint32_t i = 0; i < numShares; ++i) {
    uint32_t at = (slot + i) % numShares;
    Share &share = board.shares[at];
    const int64_t end = board.start(at + 1);
    while (board.result.load(std::memory_order_relaxed) == 0) {
      int64_t index = share.next.fetch_add(1, std::memory_order_relaxed);
      if (index >= end)
        break;
      if (int result =
              loop.task(loop.context, int32_t(loop.first + index), slot)) {
        int none = 0;
        board.result.compare_exchange_strong(none, result);
        return;
      }
    }
  }
}

void ThreadPool::startWorkers(uint32_t wanted) {
  std::lock_guard<std::mutex> lock(mutex);
  while (numWorkers.load() < wanted) {
    try {
      std::thread([this] { work(); }).detach();
    } catch (const std::system_error &) {
      return; // no more threads to be had: the loop runs on fewer
    }
    numWorkers.fetch_add(1);
  }
}

void ThreadPool::publish(Board &board, uint32_t threads) {
  if (numWorkers.load(std::memory_order_relaxed) < threads - 1)
    startWorkers(threads - 1);
  board.numShares = std::min(threads, maxShares);
  for (uint32_t share = 0; share < board.numShares; ++share)
    board.shares[share].next.store(board.start(share),
                                   std::memory_order_relaxed);
  board.result.store(0, std::memory_order_relaxed);
  active.fetch_add(1);
  board.state.store(makeState(threads - 1, threads));
  announce(/*toOne=*/threads == 2);
}

void ThreadPool::finish(Board &board) {
  board.state.fetch_and(~wantedMask);
  auto isDone = [&board] { return busyIn(board.state.load()) == 0; };
  if (!spinUntil(isDone)) {
    waiters.fetch_add(1);
    {
      std::unique_lock<std::mutex> lock(mutex);
      helperLeft.wait(lock, isDone);
    }
    waiters.fetch_sub(1);
  }
  leaveLoop();
}

void ThreadPool::announce(bool toOne) {
  epoch.fetch_add(1);
  // A worker counts itself before it looks at the epoch a last time: one of
  // the two sees the other.
  if (sleepers.load() == 0)
    return;
  { std::lock_guard<std::mutex> lock(mutex); } // it is asleep or will look
  if (toOne)
    workReady.notify_one();
  else
    workReady.notify_all();
}

void ThreadPool::leaveLoop() {
  active.fetch_sub(1);
  if (isRefused.load() && isRefused.exchange(false))
    announce(/*toOne=*/false);
}

bool ThreadPool::enterLoop(uint32_t most) {
  uint32_t now = active.load();
  do {
    if (now >= most) {
      // Who leaves sees this, or has made room before this looks again.
      isRefused.store(true);
      now = active.load();
      if (now >= most)
        return false;
    }
  } while (!active.compare_exchange_weak(now, now + 1));
  return true;
}

bool ThreadPool::joinBoard(Board &board, uint32_t &slot) {
  static const uint32_t cpus = usableCpus();
  uint64_t state = board.state.load();
  while (wantedIn(state) > 0) {
    uint32_t threads = threadsIn(state);
    if (!enterLoop(std::max(cpus, threads)))
      return false;
    if (board.state.compare_exchange_strong(state, state - 1 + oneBusy)) {
      slot = threads - wantedIn(state);
      return true;
    }
    leaveLoop();
  }
  return false;
}

ThreadPool::Board *ThreadPool::join(uint32_t &slot) {
  uint32_t used = boardsUsed.load();
  for (uint32_t i = 0; i < used; ++i)
    if (joinBoard(boards[i], slot))
      return &boards[i];
  return nullptr;
}

void ThreadPool::leave(Board &board) {
  // After this the loop may be over. One of this and finish sees the other.
  board.state.fetch_sub(oneBusy);
  if (waiters.load() > 0) {
    { std::lock_guard<std::mutex> lock(mutex); }
    helperLeft.notify_all();
  }
  leaveLoop();
}

void ThreadPool::work() {
  isInLoop = true; // a loop inside a task runs on its own thread
  for (;;) {
    uint64_t seen = epoch.load();
    uint32_t slot = 0;
    if (Board *board = join(slot)) {
      runTasks(*board, slot);
      leave(*board);
      continue;
    }
    auto hasNews = [this, seen] { return epoch.load() != seen; };
    if (spinUntil(hasNews))
      continue;
    std::unique_lock<std::mutex> lock(mutex);
    sleepers.fetch_add(1);
    workReady.wait(lock, hasNews);
    sleepers.fetch_sub(1);
  }
}

} // namespace heddle::runtime
