// A machine without a device: its artefacts are refused in words, those of the
// CPU run.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/runtime/FakeOpenCl.h"
#include "tests/runtime/TinyDevice.h"

#include <gtest/gtest.h>

using namespace heddle::test;

TEST(NoDevice, OnlyItsArtefactsAreRefused) {
  fakeHasDevice = false;
  Loaded loaded(tinyDeviceFile());
  EXPECT_EQ(loaded.status, HEDDLE_UNSUPPORTED);
  EXPECT_EQ(loaded.error,
            "FILE: no variant runs on this CPU: opencl lacks an OpenCL device "
            "(libOpenCL.so.1 finds none)");
  TinySession tiny;
  TinyCall call(2, 3);
  ASSERT_EQ(call.run(tiny.session), HEDDLE_OK) << call.error.message;
  EXPECT_TRUE(call.outputsRight());
}
