// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a kernel calls: parallel loops, memory, errors. Private to the runner.

#ifndef HEDDLE_TESTS_SUPPORT_KERNELGLUE_H
#define HEDDLE_TESTS_SUPPORT_KERNELGLUE_H

#include <atomic>
#include <cstdint>
#include <string>

namespace heddle::test {

/// The user context of a call.
struct KernelContext {
  int threads = 1;
  std::string error;
  /// Most memory that one thread had at a time.
  std::atomic<int64_t> peakBytes{0};
};

/// Halide's own runtime as an object, for builds with checks.
void writeCheckingRuntime(const std::string &path);

/// Points the hooks of a library with that runtime at ours.
void useGlue(void *library);

} // namespace heddle::test

#endif // HEDDLE_TESTS_SUPPORT_KERNELGLUE_H
