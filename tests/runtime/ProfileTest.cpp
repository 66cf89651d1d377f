// Where the time of a run goes, as the C interface tells it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/runtime/Tiny.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

using namespace heddle::test;

namespace {

/// A profile with room for the tiny module's three dispatches, full of what no
/// run leaves.
struct Profiled {
  Profiled() {
    for (heddle_dispatch_profile &dispatch : dispatches)
      dispatch = {unset, unset, unset, unset};
    profile.dispatches = dispatches;
    profile.num_dispatches = 3;
    profile.total_ns = unset;
    options.profile = &profile;
  }

  uint64_t knownNs() const {
    uint64_t known = profile.check_ns + profile.prepare_ns + profile.output_ns;
    for (const heddle_dispatch_profile &dispatch : dispatches)
      known += dispatch.ns;
    return known;
  }

  static constexpr uint64_t unset = UINT64_MAX / 16;
  heddle_dispatch_profile dispatches[3];
  heddle_profile profile = HEDDLE_PROFILE_INIT;
  heddle_run_options options = HEDDLE_RUN_OPTIONS_INIT;
};

constexpr std::chrono::milliseconds nap(5);

} // namespace

TEST(Profile, PartsAddUpToTheCall) {
  for (uint32_t threads : {1u, 2u}) {
    TinySession tiny(threads);
    uint64_t leastUnknown = UINT64_MAX;
    for (int i = 0; i < 100; ++i) {
      TinyCall call(4, 8);
      Profiled profiled;
      ASSERT_EQ(call.run(tiny.session, &profiled.options), HEDDLE_OK);
      ASSERT_TRUE(call.outputsRight());
      ASSERT_GT(profiled.profile.check_ns, 0u);
      ASSERT_GT(profiled.profile.prepare_ns, 0u);
      ASSERT_GT(profiled.profile.output_ns, 0u);
      ASSERT_LE(profiled.knownNs(), profiled.profile.total_ns);
      leastUnknown = std::min(leastUnknown,
                              profiled.profile.total_ns - profiled.knownNs());
    }
    // Only the clock's last two readings are apart.
    EXPECT_LE(leastUnknown, 10000u);
  }
}

TEST(Profile, LoopsThatThreadsShare) {
  TinySession tiny(2);
  TinyCall call(4, 8);
  Profiled profiled;
  ASSERT_EQ(call.run(tiny.session, &profiled.options), HEDDLE_OK);
  // k0 has no loop, k1 one, k2 one with two inside it.
  const uint64_t loops[] = {0, 1, 1};
  for (int i = 0; i < 3; ++i) {
    const heddle_dispatch_profile &dispatch = profiled.dispatches[i];
    EXPECT_EQ(dispatch.loops, loops[i]);
    EXPECT_LE(dispatch.loop_ns, dispatch.ns);
    EXPECT_LE(dispatch.busy_ns, 2 * dispatch.loop_ns);
    EXPECT_EQ(dispatch.busy_ns > 0, loops[i] > 0);
  }
}

TEST(Profile, OneThreadSharesNothing) {
  TinySession tiny(2);
  TinyCall call(4, 8);
  Profiled profiled;
  profiled.options.threads = 1;
  ASSERT_EQ(call.run(tiny.session, &profiled.options), HEDDLE_OK);
  for (const heddle_dispatch_profile &dispatch : profiled.dispatches) {
    EXPECT_GT(dispatch.ns, 0u);
    EXPECT_EQ(dispatch.loops, 0u);
    EXPECT_EQ(dispatch.busy_ns, 0u);
  }
}

TEST(Profile, CallbacksAreLeftOut) {
  TinySession tiny(1);
  TinyCall call(1, 1);
  Profiled profiled;
  profiled.options.after_dispatch = [](void *, const heddle_run *, uint32_t) {
    std::this_thread::sleep_for(nap);
    return 0;
  };
  ASSERT_EQ(call.run(tiny.session, &profiled.options), HEDDLE_OK);
  uint64_t naps = uint64_t(std::chrono::nanoseconds(3 * nap).count());
  EXPECT_GE(profiled.profile.total_ns, naps);
  EXPECT_LE(profiled.knownNs(), profiled.profile.total_ns - naps);
}

TEST(Profile, ShortListsAreFilledNoFurther) {
  TinySession tiny(1);
  TinyCall call(1, 1);
  Profiled profiled;
  profiled.profile.num_dispatches = 2;
  ASSERT_EQ(call.run(tiny.session, &profiled.options), HEDDLE_OK);
  EXPECT_NE(profiled.dispatches[1].ns, Profiled::unset);
  EXPECT_EQ(profiled.dispatches[2].ns, Profiled::unset);
  profiled.profile.num_dispatches = 0;
  profiled.profile.dispatches = nullptr;
  EXPECT_EQ(call.run(tiny.session, &profiled.options), HEDDLE_OK);
}

TEST(Profile, WrongOnesAreRefused) {
  TinySession tiny(1);
  TinyCall call(1, 1);
  Profiled profiled;
  profiled.profile.struct_size = 8;
  EXPECT_EQ(call.run(tiny.session, &profiled.options), HEDDLE_INVALID_ARGUMENT);
  EXPECT_STREQ(call.error.message, "profile.struct_size is 8, not 48");
  profiled.profile = HEDDLE_PROFILE_INIT;
  profiled.profile.num_dispatches = 3;
  EXPECT_EQ(call.run(tiny.session, &profiled.options), HEDDLE_INVALID_ARGUMENT);
  EXPECT_STREQ(call.error.message, "profile.dispatches is NULL");
}

TEST(Profile, BytesOfADispatch) {
  heddle_module *module = tinyModule();
  const int64_t dims[] = {3, 5};
  uint64_t read = 1, written = 1;
  heddle_error error{};
  // k0 looks up, k1 reads s and x, k2 reads y.
  const uint64_t expected[][2] = {{0, 60}, {120, 60}, {60, 12}};
  for (uint32_t i = 0; i < 3; ++i) {
    ASSERT_EQ(heddle_module_dispatch_bytes(module, 0, i, dims, 2, &read,
                                           &written, &error),
              HEDDLE_OK);
    EXPECT_EQ(read, expected[i][0]);
    EXPECT_EQ(written, expected[i][1]);
  }
  EXPECT_EQ(heddle_module_dispatch_bytes(module, 0, 2, dims, 2, nullptr,
                                         nullptr, nullptr),
            HEDDLE_OK);
  EXPECT_EQ(heddle_module_dispatch_bytes(module, 0, 3, dims, 2, &read, &written,
                                         &error),
            HEDDLE_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "dispatch 3 of 3");
}
