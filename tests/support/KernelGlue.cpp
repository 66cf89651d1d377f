// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions that kernels without a runtime call, in the test's executable
// (linked with its symbols exported).

#include "tests/support/KernelGlue.h"

#include "Halide.h"

#include <algorithm>
#include <cstdlib>
#include <dlfcn.h>
#include <thread>
#include <vector>

namespace {

using heddle::test::KernelContext;

constexpr size_t blockAlignment = 128;

/// Before each block: how large it is.
struct BlockHeader {
  size_t bytes;
};

thread_local int64_t liveBytes = 0;

using Task = int (*)(void *, int, uint8_t *);

int runTasks(void *user, Task task, int min, int size, uint8_t *closure) {
  auto *context = static_cast<KernelContext *>(user);
  std::atomic<int> next{min}, status{0};
  auto work = [&] {
    for (int i; (i = next++) < min + size;)
      if (int result = task(user, i, closure))
        status = result;
  };
  std::vector<std::thread> helpers;
  for (int i = 1; i < std::min(context->threads, size); ++i)
    helpers.emplace_back(work);
  work();
  for (std::thread &helper : helpers)
    helper.join();
  return status;
}

void *allocate(void *user, size_t bytes) {
  auto *context = static_cast<KernelContext *>(user);
  size_t rounded =
      (bytes + blockAlignment - 1) / blockAlignment * blockAlignment;
  rounded = std::max(rounded, blockAlignment);
  auto *base = static_cast<char *>(
      std::aligned_alloc(blockAlignment, rounded + blockAlignment));
  if (!base)
    return nullptr;
  reinterpret_cast<BlockHeader *>(base)->bytes = rounded;
  liveBytes += int64_t(rounded);
  int64_t peak = context->peakBytes;
  while (liveBytes > peak &&
         !context->peakBytes.compare_exchange_weak(peak, liveBytes)) {
  }
  return base + blockAlignment;
}

void release(void *, void *block) {
  if (!block)
    return;
  char *base = static_cast<char *>(block) - blockAlignment;
  liveBytes -= int64_t(reinterpret_cast<BlockHeader *>(base)->bytes);
  std::free(base);
}

void report(void *user, const char *message) {
  static_cast<KernelContext *>(user)->error += message;
}

} // namespace

#define HEDDLE_EXPORT extern "C" __attribute__((visibility("default")))

HEDDLE_EXPORT int halide_do_par_for(void *user, Task task, int min, int size,
                                    uint8_t *closure) {
  return runTasks(user, task, min, size, closure);
}
HEDDLE_EXPORT void *halide_malloc(void *user, size_t bytes) {
  return allocate(user, bytes);
}
HEDDLE_EXPORT void halide_free(void *user, void *block) {
  release(user, block);
}
HEDDLE_EXPORT void halide_error(void *user, const char *message) {
  report(user, message);
}
HEDDLE_EXPORT int halide_error_out_of_memory(void *user) {
  report(user, "out of memory");
  return halide_error_code_out_of_memory;
}

namespace heddle::test {

void writeCheckingRuntime(const std::string &path) {
  Halide::Target target("x86-64-linux-user_context");
  Halide::compile_standalone_runtime(
      std::map<Halide::OutputFileType, std::string>{
          {Halide::OutputFileType::object, path}},
      target);
}

void useGlue(void *library) {
  auto set = [&](const char *name, auto function) {
    using Setter = void *(*)(decltype(function));
    if (auto setter = reinterpret_cast<Setter>(::dlsym(library, name)))
      setter(function);
  };
  set("halide_set_custom_malloc", &allocate);
  set("halide_set_custom_free", &release);
  set("halide_set_error_handler", &report);
  set("halide_set_custom_do_par_for", &runTasks);
}

} // namespace heddle::test
