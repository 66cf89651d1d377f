// A stand-in for libOpenCL that runs on the host, counts what is asked of it
// and fails where a test wants it to.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_TESTS_RUNTIME_FAKEOPENCL_H
#define HEDDLE_TESTS_RUNTIME_FAKEOPENCL_H

#include <cstdint>

/// Calls since the process began, but `live`: objects not released yet.
struct FakeCounts {
  int writes, reads, launches, builds, buffers, live;
};

extern "C" {
extern FakeCounts fakeCounts;
/// No device is found where false; asked once a process.
extern bool fakeHasDevice;
/// The function that fails, "clCreateBuffer" say, or NULL; with which code.
extern const char *fakeFailure;
extern int32_t fakeCode;
}

#endif // HEDDLE_TESTS_RUNTIME_FAKEOPENCL_H
