// After its first call a session asks the system for no memory.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/runtime/Allocations.h"
#include "tests/runtime/Tiny.h"

#include <gtest/gtest.h>

using namespace heddle::test;

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
