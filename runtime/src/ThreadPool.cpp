// Loops are published in a list under one lock; indices are handed out by an
// atomic counter. A worker takes the lock once a loop, not once an index.
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

/// How long an idle thread spins before it sleeps. Longer than the gap
/// between two kernels of a run, shorter than what another process notices.
constexpr std::chrono::microseconds spinTime(50);

/// State of the calling thread: its slot, and whether it is inside a loop.
thread_local uint32_t threadSlot = 0;
thread_local bool isInLoop = false;

std::atomic<ThreadPool *> pool{nullptr};

void pauseBriefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// Spins until `done` or spinTime is over; returns whether it was done.
template <typename Done> bool spinUntil(Done &&done) {
  auto end = std::chrono::steady_clock::now() + spinTime;
  do {
    for (int i = 0; i < 32; ++i) {
      if (done())
        return true;
      pauseBriefly();
    }
  } while (std::chrono::steady_clock::now() < end);
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

/// A published loop. Lives on its caller's stack.
struct ThreadPool::Job {
  const ParallelLoop *loop;
  uint32_t threads;              ///< the caller included
  uint32_t joined = 0;           ///< helpers so far, under the pool's mutex
  bool isListed = false;         ///< under the pool's mutex
  Job *next = nullptr;           ///< under the pool's mutex
  std::atomic<int64_t> taken{0}; ///< indices handed out
  std::atomic<uint32_t> busy{0}; ///< helpers at work
  std::atomic<int> result{0};    ///< the first non-zero
};

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
  if (!isShared(loop.count, threads)) {
    for (int32_t i = 0; i < loop.count; ++i)
      if (int result = loop.task(loop.context, loop.first + i, threadSlot))
        return result;
    return 0;
  }
  Job job;
  job.loop = &loop;
  job.threads = std::min(threads, uint32_t(loop.count));
  publish(job);
  uint32_t outerSlot = threadSlot;
  isInLoop = true;
  runTasks(job, 0);
  isInLoop = false;
  threadSlot = outerSlot;
  withdraw(job);
  waitForHelpers(job);
  return job.result.load(std::memory_order_relaxed);
}

void ThreadPool::runTasks(Job &job, uint32_t slot) {
  threadSlot = slot;
  const ParallelLoop &loop = *job.loop;
  while (job.result.load(std::memory_order_relaxed) == 0) {
    int64_t index = job.taken.fetch_add(1, std::memory_order_relaxed);
    if (index >= loop.count)
      return;
    if (int result =
            loop.task(loop.context, int32_t(loop.first + index), slot)) {
      int none = 0;
      job.result.compare_exchange_strong(none, result);
      return;
    }
  }
}

void ThreadPool::startWorkers(uint32_t wanted) {
  while (numWorkers < wanted) {
    try {
      std::thread([this] { work(); }).detach();
    } catch (const std::system_error &) {
      return; // no more threads to be had: the loop runs on fewer
    }
    ++numWorkers;
  }
}

void ThreadPool::publish(Job &job) {
  std::lock_guard<std::mutex> lock(mutex);
  startWorkers(job.threads - 1);
  job.next = jobs;
  jobs = &job;
  job.isListed = true;
  ++active;
  epoch.fetch_add(1, std::memory_order_release);
  if (sleepers > 0) {
    if (job.threads == 2)
      workReady.notify_one();
    else
      workReady.notify_all();
  }
}

void ThreadPool::withdraw(Job &job) {
  std::lock_guard<std::mutex> lock(mutex);
  if (job.isListed) {
    Job **link = &jobs;
    while (*link != &job)
      link = &(*link)->next;
    *link = job.next;
    job.isListed = false;
  }
  --active;
  if (jobs) {
    epoch.fetch_add(1, std::memory_order_release);
    workReady.notify_all();
  }
}

ThreadPool::Job *ThreadPool::join(uint32_t &slot) {
  std::lock_guard<std::mutex> lock(mutex);
  static const uint32_t cpus = usableCpus();
  for (Job **link = &jobs; *link; link = &(*link)->next) {
    Job *job = *link;
    if (active >= std::max(cpus, job->threads))
      continue;
    slot = ++job->joined;
    job->busy.fetch_add(1, std::memory_order_relaxed);
    ++active;
    if (job->joined + 1 == job->threads) {
      *link = job->next;
      job->isListed = false;
    }
    return job;
  }
  return nullptr;
}

void ThreadPool::leave(Job &job) {
  {
    std::lock_guard<std::mutex> lock(mutex);
    --active;
    if (jobs) {
      epoch.fetch_add(1, std::memory_order_release);
      workReady.notify_all();
    }
  }
  // After this the job may be gone. Sequentially consistent with
  // waitForHelpers: one of the two sees the other.
  job.busy.fetch_sub(1);
  if (waiters.load() > 0) {
    std::lock_guard<std::mutex> lock(mutex);
    helperLeft.notify_all();
  }
}

void ThreadPool::waitForHelpers(Job &job) {
  auto isDone = [&job] { return job.busy.load() == 0; };
  if (spinUntil(isDone))
    return;
  waiters.fetch_add(1);
  {
    std::unique_lock<std::mutex> lock(mutex);
    helperLeft.wait(lock, isDone);
  }
  waiters.fetch_sub(1);
}

void ThreadPool::work() {
  isInLoop = true; // a loop inside a task runs on its own thread
  for (;;) {
    uint64_t seen = epoch.load(std::memory_order_acquire);
    uint32_t slot = 0;
    if (Job *job = join(slot)) {
      runTasks(*job, slot);
      leave(*job);
      continue;
    }
    auto hasNews = [this, seen] {
      return epoch.load(std::memory_order_acquire) != seen;
    };
    if (spinUntil(hasNews))
      continue;
    std::unique_lock<std::mutex> lock(mutex);
    ++sleepers;
    workReady.wait(lock, hasNews);
    --sleepers;
  }
}

} // namespace heddle::runtime
