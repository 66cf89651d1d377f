// Running an entry: results, threads, variants, memory, callbacks.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/runtime/Tiny.h"

#include <cmath>
#include <fstream>
#include <gtest/gtest.h>
#include <limits>
#include <thread>

using namespace heddle::test;

TEST(Run, ComputesAtEveryShapeAndThreadCount) {
  for (uint32_t threads : {1u, 2u, 3u}) {
    TinySession tiny(threads);
    ASSERT_EQ(tiny.status, HEDDLE_OK) << tiny.error.message;
    for (int64_t batch = 1; batch <= 4; ++batch) {
      for (int64_t seq = 1; seq <= 8; ++seq) {
        TinyCall call(batch, seq);
        ASSERT_EQ(call.run(tiny.session), HEDDLE_OK) << call.error.message;
        EXPECT_TRUE(call.outputsRight()) << batch << " x " << seq;
      }
    }
  }
}

TEST(Run, TakesTheBestVariantThatRuns) {
  for (const char *forced : {(const char *)nullptr, "native", "plain"}) {
    TinySession tiny(1, forced);
    ASSERT_EQ(tiny.status, HEDDLE_OK);
    std::string expected = forced ? forced : "native";
    EXPECT_EQ(heddle_session_variant(tiny.session), expected);
    int32_t which = -1;
    heddle_tensor output = {&which, HEDDLE_I32, 1, {1}, {}, 0};
    ASSERT_EQ(heddle_session_run(tiny.session, 1, nullptr, 0, &output, 1,
                                 nullptr, nullptr),
              HEDDLE_OK);
    EXPECT_EQ(which, expected == "native" ? 1 : 2);
  }
}

TEST(Run, NotANumberStaysInItsRow) {
  TinySession tiny;
  TinyCall call(3, 4);
  call.x[5] = std::numeric_limits<float>::quiet_NaN();
  call.x[0] = std::numeric_limits<float>::infinity();
  ASSERT_EQ(call.run(tiny.session), HEDDLE_OK);
  EXPECT_TRUE(std::isinf(call.y[0]) && std::isinf(call.total[0]));
  EXPECT_TRUE(std::isnan(call.y[5]) && std::isnan(call.total[1]));
  EXPECT_TRUE(std::isfinite(call.total[2]));
}

TEST(Run, GrowsOnceAndKeepsItsMemory) {
  TinySession tiny;
  TinyCall large(4, 8), small(1, 3);
  ASSERT_EQ(large.run(tiny.session), HEDDLE_OK);
  uint64_t bytes = heddle_session_bytes(tiny.session);
  EXPECT_GT(bytes, 0u);
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(small.run(tiny.session), HEDDLE_OK);
    ASSERT_EQ(large.run(tiny.session), HEDDLE_OK);
  }
  EXPECT_EQ(heddle_session_bytes(tiny.session), bytes);
}

TEST(Run, WeightsAreMappedAndShared) {
  TemporaryFile file(tinyFile());
  heddle_module *module = nullptr;
  ASSERT_EQ(heddle_module_load(file.path.c_str(), &module, nullptr), HEDDLE_OK);
  std::ifstream maps("/proc/self/maps");
  bool isShared = false;
  for (std::string line; std::getline(maps, line);)
    if (line.find(file.path) != std::string::npos)
      isShared |= line.find(" r--s ") != std::string::npos;
  EXPECT_TRUE(isShared);
  heddle_module_free(module);
}

TEST(Run, KernelFailureLeavesOutputsAndSession) {
  TinySession tiny;
  TinyCall call(2, 4);
  call.x[4] = 12345;
  EXPECT_EQ(call.run(tiny.session), HEDDLE_KERNEL_FAILED);
  EXPECT_STREQ(call.error.message,
               "dispatch 1 (kernel k1) failed with code 7: x holds 12345");
  EXPECT_TRUE(call.outputsUntouched());
  call.x[4] = 1;
  EXPECT_EQ(call.run(tiny.session), HEDDLE_OK);
  EXPECT_TRUE(call.outputsRight());
}

namespace {

/// Doubles the slot after dispatch 0, as verify feeds reference values.
int doubleSlot(void *user, const heddle_run *run, uint32_t dispatch) {
  ++*static_cast<int *>(user);
  heddle_dispatch_info info;
  EXPECT_EQ(heddle_module_dispatch(tinyModule(), 0, dispatch, &info),
            HEDDLE_OK);
  heddle_tensor tensor{};
  EXPECT_EQ(heddle_run_buffer(run, info.outputs[0], &tensor), HEDDLE_OK);
  EXPECT_EQ(heddle_run_buffer(run, 99, &tensor), HEDDLE_INVALID_ARGUMENT);
  if (dispatch == 0) {
    EXPECT_EQ(tensor.rank, 2u);
    EXPECT_EQ(tensor.extents[1], 4);
    EXPECT_EQ(info.values[0], 11);
    for (int i = 0; i < 8; ++i)
      static_cast<float *>(tensor.data)[i] *= 2;
  }
  return 0;
}

int stopAtOne(void *, const heddle_run *, uint32_t dispatch) {
  return dispatch == 1;
}

} // namespace

TEST(Run, CallbackSeesAndChangesEachDispatch) {
  TinySession tiny;
  TinyCall call(2, 4);
  int calls = 0;
  heddle_run_options options = HEDDLE_RUN_OPTIONS_INIT;
  options.after_dispatch = doubleSlot;
  options.user = &calls;
  ASSERT_EQ(call.run(tiny.session, &options), HEDDLE_OK);
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(call.y[1], 2 * 7 / 4.0f + call.x[1]);
}

TEST(Run, CallbackStopsTheRun) {
  TinySession tiny;
  TinyCall call(2, 4);
  heddle_run_options options = HEDDLE_RUN_OPTIONS_INIT;
  options.after_dispatch = stopAtOne;
  EXPECT_EQ(call.run(tiny.session, &options), HEDDLE_STOPPED);
  EXPECT_STREQ(call.error.message, "stopped after dispatch 1");
  EXPECT_TRUE(call.outputsUntouched());
}

TEST(Run, SessionsAndThreadsShareAModule) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([t] {
      TinySession own(2);
      for (int i = 0; i < 200; ++i) {
        TinyCall call(1 + (i + t) % 4, 1 + i % 8);
        ASSERT_EQ(call.run(own.session), HEDDLE_OK);
        ASSERT_TRUE(call.outputsRight());
        TinyCall shared(1 + i % 4, 1 + (i + t) % 8);
        ASSERT_EQ(heddle_module_run(tinyModule(), 0, shared.inputs, 2,
                                    shared.outputs, 2, &shared.error),
                  HEDDLE_OK);
        ASSERT_TRUE(shared.outputsRight());
      }
    });
  for (std::thread &thread : threads)
    thread.join();
}

TEST(Run, SessionInUseIsRefused) {
  TinySession tiny;
  heddle_run_options options = HEDDLE_RUN_OPTIONS_INIT;
  options.user = tiny.session;
  options.after_dispatch = [](void *user, const heddle_run *, uint32_t) {
    TinyCall inner(1, 1);
    EXPECT_EQ(inner.run(static_cast<heddle_session *>(user)),
              HEDDLE_INVALID_ARGUMENT);
    EXPECT_STREQ(inner.error.message, "the session is in use by another call");
    return 0;
  };
  TinyCall call(2, 2);
  EXPECT_EQ(call.run(tiny.session, &options), HEDDLE_OK);
}
