// After its first call a session asks the system for no memory.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/runtime/Allocations.h"
#include "tests/runtime/Tiny.h"

#include <gtest/gtest.h>

using namespace heddle::test;

TEST(Allocation, NoneWhereKernelsWriteIntoTheOutputs) {
  ArtifactSpec spec = tinySpec();
  for (VariantSpec &variant : spec.variants)
    variant.flags = HEDDLE_VARIANT_UNCHECKED;
  Loaded loaded(tinyFile(spec));
  ASSERT_EQ(loaded.status, HEDDLE_OK) << loaded.error;
  heddle_session_options options = HEDDLE_SESSION_OPTIONS_INIT;
  options.threads = 1;
  heddle_session *session = nullptr;
  ASSERT_EQ(heddle_session_create(loaded.module, &options, &session, nullptr),
            HEDDLE_OK);
  TinyCall first(4, 8), second(4, 8), stopped(4, 8);
  EXPECT_EQ(first.run(session), HEDDLE_OK);
  size_t before = allocationCount();
  heddle_status status = second.run(session);
  EXPECT_EQ(allocationCount(), before);
  EXPECT_EQ(status, HEDDLE_OK);
  EXPECT_TRUE(first.outputsRight() && second.outputsRight());

  // A run that a callback may stop writes into the arena all the same.
  heddle_run_options stop = HEDDLE_RUN_OPTIONS_INIT;
  stop.after_dispatch = [](void *, const heddle_run *, uint32_t index) {
    return index == 1 ? 1 : 0;
  };
  EXPECT_EQ(stopped.run(session, &stop), HEDDLE_STOPPED);
  EXPECT_TRUE(stopped.outputsUntouched());
  EXPECT_TRUE(second.outputsRight());
  heddle_session_free(session);
}

TEST(Allocation, NoneInRunsAfterTheFirstCall) {
  TinySession tiny(1);
  TinyCall large(4, 8), small(1, 3);
  ASSERT_EQ(large.run(tiny.session), HEDDLE_OK);
  size_t before = allocationCount();
  heddle_status first = small.run(tiny.session);
  heddle_status second = large.run(tiny.session);
  EXPECT_EQ(allocationCount(), before);
  EXPECT_EQ(first, HEDDLE_OK);
  EXPECT_EQ(second, HEDDLE_OK);
}
