// The pool by itself: every index once, no more threads than there should be.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/ThreadPool.h"

#include <climits>
#include <gtest/gtest.h>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace heddle::runtime;

namespace {

/// Counts each index of a loop.
struct Counter {
  explicit Counter(size_t size) : seen(size) {}
  std::vector<std::atomic<int>> seen;
  std::atomic<uint32_t> maxSlot{0};
  int failAt = -1;
};

int countTask(void *context, int32_t index, uint32_t slot) {
  Counter &counter = *static_cast<Counter *>(context);
  ++counter.seen[size_t(index)];
  uint32_t old = counter.maxSlot.load();
  while (slot > old && !counter.maxSlot.compare_exchange_weak(old, slot)) {
  }
  EXPECT_EQ(slot, ThreadPool::currentSlot());
  return index == counter.failAt ? 5 : 0;
}

int nestedTask(void *context, int32_t index, uint32_t slot) {
  std::thread::id self = std::this_thread::get_id();
  struct Inner {
    std::thread::id outer;
    uint32_t slot;
    std::atomic<int> *count;
  } inner = {self, slot, static_cast<std::atomic<int> *>(context)};
  auto task = [](void *data, int32_t, uint32_t innerSlot) {
    Inner &own = *static_cast<Inner *>(data);
    EXPECT_EQ(std::this_thread::get_id(), own.outer);
    EXPECT_EQ(innerSlot, own.slot);
    ++*own.count;
    return 0;
  };
  return ThreadPool::instance().run({task, &inner, 0, 10}, 8);
}

/// Waits for a condition of other threads'; false after ten seconds.
template <typename Condition> bool comesTrue(Condition &&condition) {
  auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition())
    if (std::chrono::steady_clock::now() > end)
      return false;
    else
      std::this_thread::yield();
  return true;
}

/// A loop whose tasks are held until they are let go.
struct Held {
  std::atomic<uint32_t> entered{0};
  std::atomic<bool> isLetGo{false};

  static int task(void *context, int32_t, uint32_t) {
    Held &held = *static_cast<Held *>(context);
    ++held.entered;
    return comesTrue([&held] { return held.isLetGo.load(); }) ? 0 : 1;
  }
};

} // namespace

TEST(ThreadPool, RunsEveryIndexOnce) {
  for (uint32_t threads : {1u, 2u, 4u, 16u}) {
    for (int count : {0, 1, 2, 7, 1000}) {
      Counter counter(size_t(count) + 3);
      EXPECT_EQ(
          ThreadPool::instance().run({countTask, &counter, 3, count}, threads),
          0);
      for (int i = 0; i < count; ++i)
        EXPECT_EQ(counter.seen[size_t(i) + 3], 1);
      EXPECT_LT(counter.maxSlot, threads);
    }
  }
}

TEST(ThreadPool, ReturnsTheFirstFailure) {
  for (uint32_t threads : {1u, 4u}) {
    Counter counter(1000);
    counter.failAt = 10;
    EXPECT_EQ(
        ThreadPool::instance().run({countTask, &counter, 0, 1000}, threads), 5);
    if (threads == 1) {
      EXPECT_EQ(counter.seen[11], 0);
    }
  }
}

TEST(ThreadPool, NestedLoopsStayOnTheirThread) {
  std::atomic<int> count{0};
  EXPECT_EQ(ThreadPool::instance().run({nestedTask, &count, 0, 50}, 4), 0);
  EXPECT_EQ(count, 500);
}

TEST(ThreadPool, ManyCallersAtOnce) {
  std::vector<std::thread> callers;
  for (int t = 0; t < 6; ++t)
    callers.emplace_back([] {
      for (int i = 0; i < 300; ++i) {
        Counter counter(17);
        ASSERT_EQ(ThreadPool::instance().run({countTask, &counter, 0, 17},
                                             uint32_t(1 + i % 5)),
                  0);
        for (std::atomic<int> &seen : counter.seen)
          ASSERT_EQ(seen, 1);
        if (i % 50 == 0) // let the workers fall asleep now and then
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
  for (std::thread &caller : callers)
    caller.join();
}

TEST(ThreadPool, IndicesAtTheEndOfTheirType) {
  std::atomic<int> count{0};
  auto task = [](void *context, int32_t index, uint32_t) {
    EXPECT_GE(index, INT_MAX - 4);
    ++*static_cast<std::atomic<int> *>(context);
    return 0;
  };
  EXPECT_EQ(ThreadPool::instance().run({task, &count, INT_MAX - 4, 5}, 4), 0);
  EXPECT_EQ(count, 5);
}

// A fork in a process with threads is no friend of the thread sanitizer.
#if !defined(__SANITIZE_THREAD__)
TEST(ThreadPool, WorksInAForkedChild) {
  Counter before(8);
  ThreadPool::instance().run({countTask, &before, 0, 8}, 4);
  pid_t child = ::fork();
  if (child == 0) {
    Counter counter(100);
    int result = ThreadPool::instance().run({countTask, &counter, 0, 100}, 4);
    for (std::atomic<int> &seen : counter.seen)
      result |= seen != 1;
    ::_exit(result);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}
#endif

TEST(ThreadPool, SlotsAreDistinct) {
  struct Slots {
    std::mutex mutex;
    std::set<uint32_t> seen;
  } slots;
  auto task = [](void *context, int32_t, uint32_t slot) {
    Slots &own = *static_cast<Slots *>(context);
    {
      std::lock_guard<std::mutex> lock(own.mutex);
      EXPECT_TRUE(own.seen.insert(slot).second);
    }
    // Nobody takes a second index before all have one.
    return comesTrue([&own] {
      std::lock_guard<std::mutex> lock(own.mutex);
      return own.seen.size() == 4;
    })
               ? 0
               : 1;
  };
  EXPECT_EQ(ThreadPool::instance().run({task, &slots, 0, 4}, 4), 0);
  EXPECT_EQ(slots.seen, (std::set<uint32_t>{0, 1, 2, 3}));
}

TEST(ThreadPool, TakesOnlyIdleWorkersAndCpus) {
  uint32_t most = std::max(usableCpus(), 2u);
  // Twice the workers that may be at work at once.
  Counter warmUp(1000);
  ThreadPool::instance().run({countTask, &warmUp, 0, 1000}, 2 * most);
  Held held;
  std::thread first([&] {
    EXPECT_EQ(
        ThreadPool::instance().run({Held::task, &held, 0, int32_t(most)}, most),
        0);
  });
  ASSERT_TRUE(comesTrue([&] { return held.entered == most; }));
  // All CPUs have work: another loop gets no helper.
  Counter alone(1000);
  EXPECT_EQ(ThreadPool::instance().run({countTask, &alone, 0, 1000}, most), 0);
  EXPECT_EQ(alone.maxSlot, 0u);
  // Room that comes up while a loop runs is taken.
  struct Growing {
    Held &held;
    std::atomic<uint32_t> maxSlot{0};
  } growing{held};
  auto task = [](void *context, int32_t, uint32_t slot) {
    Growing &own = *static_cast<Growing *>(context);
    own.held.isLetGo = true;
    if (slot > 0)
      own.maxSlot = slot;
    return comesTrue([&own] { return own.maxSlot > 0; }) ? 0 : 1;
  };
  EXPECT_EQ(ThreadPool::instance().run({task, &growing, 0, 2}, most), 0);
  first.join();
}

TEST(ThreadPool, MoreCallersThanBoards) {
  Held held;
  std::vector<std::thread> callers;
  constexpr uint32_t numCallers = 80;
  for (uint32_t i = 0; i < numCallers; ++i)
    callers.emplace_back([&held] {
      EXPECT_EQ(ThreadPool::instance().run({Held::task, &held, 0, 2}, 2), 0);
    });
  EXPECT_TRUE(comesTrue([&] { return held.entered >= numCallers; }));
  held.isLetGo = true;
  for (std::thread &caller : callers)
    caller.join();
  EXPECT_EQ(held.entered, 2 * numCallers);
}
