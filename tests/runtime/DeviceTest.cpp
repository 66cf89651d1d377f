// Artefacts for a device: what is copied when, and what fails how.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/runtime/FakeOpenCl.h"
#include "tests/runtime/TinyDevice.h"

#include <gtest/gtest.h>

using namespace heddle::test;

namespace {

constexpr float untouched = -77;

/// A session that frees itself, of a module that outlives it.
struct DeviceSession {
  explicit DeviceSession(const heddle_module *module) {
    heddle_error error{};
    EXPECT_EQ(heddle_session_create(module, nullptr, &session, &error),
              HEDDLE_OK)
        << error.message;
  }
  ~DeviceSession() { heddle_session_free(session); }

  heddle_status run(int64_t n, const heddle_run_options *options = nullptr) {
    x.resize(size_t(n));
    y.assign(size_t(n), untouched);
    for (size_t i = 0; i < x.size(); ++i)
      x[i] = float(i) + 1;
    heddle_tensor input = {x.data(), HEDDLE_F32, 1, {n}, {}, 0};
    heddle_tensor output = {y.data(), HEDDLE_F32, 1, {n}, {}, 0};
    return heddle_session_run(session, 0, &input, 1, &output, 1, options,
                              &error);
  }
  bool isRight(float factor = 4) const {
    for (size_t i = 0; i < y.size(); ++i)
      if (y[i] != factor * x[i] + float(i))
        return false;
    return true;
  }

  heddle_session *session = nullptr;
  std::vector<float> x, y;
  heddle_error error{};
};

} // namespace

TEST(Device, ComputesAtEveryExtent) {
  Loaded loaded(tinyDeviceFile());
  ASSERT_EQ(loaded.status, HEDDLE_OK) << loaded.error;
  DeviceSession device(loaded.module);
  for (int64_t n : {8, 1, 5, 8, 3}) {
    ASSERT_EQ(device.run(n), HEDDLE_OK) << device.error.message;
    EXPECT_TRUE(device.isRight()) << n;
  }
}

TEST(Device, CopiesWeightsOnceAndNothingBetweenDispatches) {
  int writes = fakeCounts.writes;
  Loaded loaded(tinyDeviceFile());
  ASSERT_EQ(loaded.status, HEDDLE_OK) << loaded.error;
  EXPECT_EQ(fakeCounts.writes, writes + 1); // w
  int builds = fakeCounts.builds;
  DeviceSession first(loaded.module), second(loaded.module);
  for (DeviceSession *device : {&first, &second, &first}) {
    FakeCounts before = fakeCounts;
    ASSERT_EQ(device->run(4), HEDDLE_OK);
    EXPECT_EQ(fakeCounts.writes, before.writes + 1); // x
    EXPECT_EQ(fakeCounts.reads, before.reads + 1);   // y
    EXPECT_EQ(fakeCounts.launches, before.launches + 3);
  }
  EXPECT_EQ(fakeCounts.builds, builds + 1);
}

TEST(Device, AllocatesNothingAfterTheFirstRun) {
  Loaded loaded(tinyDeviceFile());
  DeviceSession device(loaded.module);
  ASSERT_EQ(device.run(8), HEDDLE_OK);
  int buffers = fakeCounts.buffers;
  uint64_t held = heddle_session_bytes(device.session);
  EXPECT_GT(held, 4u * 8u * sizeof(float));
  for (int64_t n : {8, 2, 8})
    ASSERT_EQ(device.run(n), HEDDLE_OK);
  EXPECT_EQ(fakeCounts.buffers, buffers);
  EXPECT_EQ(heddle_session_bytes(device.session), held);
}

TEST(Device, ReleasesEverything) {
  int live = fakeCounts.live;
  {
    Loaded loaded(tinyDeviceFile());
    DeviceSession device(loaded.module);
    ASSERT_EQ(device.run(8), HEDDLE_OK);
  }
  EXPECT_EQ(fakeCounts.live, live);
}

TEST(Device, ACallbackReadsAndWritesBuffers) {
  Loaded loaded(tinyDeviceFile());
  DeviceSession device(loaded.module);
  heddle_run_options options = HEDDLE_RUN_OPTIONS_INIT;
  options.after_dispatch = [](void *, const heddle_run *run, uint32_t index) {
    heddle_tensor x{}, w{}, s{};
    if (heddle_run_buffer(run, 0, &x) || heddle_run_buffer(run, 1, &w) ||
        heddle_run_buffer(run, 2, &s) || s.extents[0] != 4 ||
        s.space != HEDDLE_SPACE_HOST)
      return 1;
    auto at = [](const heddle_tensor &tensor, int i) -> float & {
      return static_cast<float *>(tensor.data)[i];
    };
    for (int i = 0; i < 4 && index == 0; ++i) {
      if (at(s, i) != 4 * at(x, i) || at(w, i) != float(i))
        return 1;
      at(s, i) = 10 * at(x, i);
    }
    return 0;
  };
  ASSERT_EQ(device.run(4, &options), HEDDLE_OK) << device.error.message;
  EXPECT_TRUE(device.isRight(10));
  ASSERT_EQ(device.run(4), HEDDLE_OK);
  EXPECT_TRUE(device.isRight());
}

TEST(Device, FailuresAreWordedAndLeaveOutputsAlone) {
  struct Case {
    const char *function;
    int32_t code;
    heddle_status status;
    std::string words;
  } const cases[] = {
      {"clCreateCommandQueue", -6, HEDDLE_OUT_OF_MEMORY,
       "OpenCL's clCreateCommandQueue failed with code -6"},
      {"clCreateBuffer", -61, HEDDLE_OUT_OF_MEMORY,
       "cannot allocate 64 bytes on the device: code -61"},
      {"clEnqueueWriteBuffer", -36, HEDDLE_KERNEL_FAILED,
       "OpenCL's clEnqueueWriteBuffer failed with code -36"},
      {"clCreateProgramWithSource", -6, HEDDLE_KERNEL_FAILED,
       "dispatch 0 (kernel k0) failed with code -1: OpenCL's "
       "clCreateProgramWithSource failed with code -6"},
      {"clBuildProgram", -11, HEDDLE_KERNEL_FAILED,
       "the device's compiler refuses a kernel with code -11: line 1: no such "
       "thing"},
      {"clCreateKernel", -46, HEDDLE_KERNEL_FAILED, "clCreateKernel"},
      {"clSetKernelArg", -51, HEDDLE_KERNEL_FAILED, "clSetKernelArg"},
      {"clEnqueueNDRangeKernel", -54, HEDDLE_KERNEL_FAILED,
       "OpenCL's clEnqueueNDRangeKernel failed with code -54"},
      {"clFinish", -5, HEDDLE_OUT_OF_MEMORY,
       "OpenCL's clFinish failed with code -5"},
      {"clEnqueueReadBuffer", -36, HEDDLE_KERNEL_FAILED,
       "OpenCL's clEnqueueReadBuffer failed with code -36"}};
  for (const Case &one : cases) {
    Loaded loaded(tinyDeviceFile());
    DeviceSession device(loaded.module);
    fakeFailure = one.function;
    fakeCode = one.code;
    EXPECT_EQ(device.run(4), one.status) << one.function;
    fakeFailure = nullptr;
    EXPECT_NE(std::string(device.error.message).find(one.words),
              std::string::npos)
        << one.function << ": " << device.error.message;
    EXPECT_EQ(device.y, std::vector<float>(4, untouched));
    EXPECT_EQ(device.run(4), HEDDLE_OK) << one.function;
    EXPECT_TRUE(device.isRight());
  }
}

TEST(Device, LoadingFailsInWords) {
  for (const char *function :
       {"clCreateContext", "clCreateCommandQueue", "clEnqueueWriteBuffer"}) {
    int live = fakeCounts.live;
    fakeFailure = function;
    fakeCode = -5;
    Loaded loaded(tinyDeviceFile());
    fakeFailure = nullptr;
    EXPECT_EQ(loaded.status, HEDDLE_OUT_OF_MEMORY);
    EXPECT_EQ(loaded.error, "FILE: OpenCL's " + std::string(function) +
                                " failed with code -5");
    EXPECT_EQ(fakeCounts.live, live);
  }
}
