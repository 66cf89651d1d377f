// See FakeOpenCl.h. Kernels are known by name: "twice" (in, out, n) and "add"
// (left, right, out, n).
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/runtime/FakeOpenCl.h"

#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

FakeCounts fakeCounts;
bool fakeHasDevice = true;
const char *fakeFailure = nullptr;
int32_t fakeCode = -5;

namespace {

/// Any object of the interface.
struct Object {
  Object() { ++fakeCounts.live; }
  ~Object() { --fakeCounts.live; }
  std::vector<float> data; // of a buffer
  std::string name;        // of a kernel
  std::vector<std::vector<uint8_t>> arguments;
};

bool fails(const char *function) {
  return fakeFailure && std::strcmp(fakeFailure, function) == 0;
}

void *make(const char *function, int32_t *status) {
  *status = fails(function) ? fakeCode : 0;
  return *status ? nullptr : new Object;
}

int32_t release(void *object) {
  delete static_cast<Object *>(object);
  return 0;
}

std::vector<float> &memoryOf(const Object &kernel, size_t argument) {
  void *memory = nullptr;
  std::memcpy(&memory, kernel.arguments[argument].data(), sizeof(memory));
  return static_cast<Object *>(memory)->data;
}

} // namespace

#define FAKE extern "C" __attribute__((visibility("default")))

FAKE int32_t clGetPlatformIDs(uint32_t, void **list, uint32_t *count) {
  list[0] = &fakeCounts;
  *count = 1;
  return 0;
}
FAKE int32_t clGetDeviceIDs(void *, uint64_t, uint32_t, void **list,
                            uint32_t *) {
  constexpr int32_t notFound = -1;
  list[0] = &fakeCounts;
  return fakeHasDevice ? 0 : notFound;
}
FAKE void *clCreateContext(const intptr_t *, uint32_t, void *const *, void *,
                           void *, int32_t *status) {
  return make("clCreateContext", status);
}
FAKE void *clCreateCommandQueue(void *, void *, uint64_t, int32_t *status) {
  return make("clCreateCommandQueue", status);
}
FAKE void *clCreateBuffer(void *, uint64_t, size_t size, void *,
                          int32_t *status) {
  void *made = make("clCreateBuffer", status);
  if (made) {
    ++fakeCounts.buffers;
    static_cast<Object *>(made)->data.resize(size / sizeof(float));
  }
  return made;
}
FAKE void *clCreateProgramWithSource(void *, uint32_t, const char **,
                                     const size_t *, int32_t *status) {
  return make("clCreateProgramWithSource", status);
}
FAKE void *clCreateKernel(void *, const char *name, int32_t *status) {
  void *made = make("clCreateKernel", status);
  if (made)
    static_cast<Object *>(made)->name = name;
  return made;
}
FAKE int32_t clReleaseContext(void *object) { return release(object); }
FAKE int32_t clReleaseCommandQueue(void *object) { return release(object); }
FAKE int32_t clReleaseMemObject(void *object) { return release(object); }
FAKE int32_t clReleaseProgram(void *object) { return release(object); }
FAKE int32_t clReleaseKernel(void *object) { return release(object); }

FAKE int32_t clEnqueueWriteBuffer(void *, void *memory, uint32_t, size_t,
                                  size_t size, const void *from, uint32_t,
                                  void *const *, void **) {
  if (fails("clEnqueueWriteBuffer"))
    return fakeCode;
  ++fakeCounts.writes;
  std::memcpy(static_cast<Object *>(memory)->data.data(), from, size);
  return 0;
}
FAKE int32_t clEnqueueReadBuffer(void *, void *memory, uint32_t, size_t,
                                 size_t size, void *to, uint32_t, void *const *,
                                 void **) {
  if (fails("clEnqueueReadBuffer"))
    return fakeCode;
  ++fakeCounts.reads;
  std::memcpy(to, static_cast<Object *>(memory)->data.data(), size);
  return 0;
}
FAKE int32_t clBuildProgram(void *, uint32_t, void *const *, const char *,
                            void *, void *) {
  ++fakeCounts.builds;
  return fails("clBuildProgram") ? fakeCode : 0;
}
FAKE int32_t clGetProgramBuildInfo(void *, void *, uint32_t, size_t room,
                                   void *value, size_t *size) {
  const char log[] = "line 1: no such thing";
  if (size)
    *size = sizeof(log);
  if (room >= sizeof(log))
    std::memcpy(value, log, sizeof(log));
  return 0;
}
FAKE int32_t clSetKernelArg(void *kernel, uint32_t index, size_t size,
                            const void *value) {
  auto &arguments = static_cast<Object *>(kernel)->arguments;
  if (arguments.size() <= index)
    arguments.resize(index + 1);
  arguments[index].assign(size, 0);
  if (value)
    std::memcpy(arguments[index].data(), value, size);
  return fails("clSetKernelArg") ? fakeCode : 0;
}
FAKE int32_t clEnqueueNDRangeKernel(void *, void *object, uint32_t,
                                    const size_t *, const size_t *,
                                    const size_t *, uint32_t, void *const *,
                                    void **) {
  if (fails("clEnqueueNDRangeKernel"))
    return fakeCode;
  ++fakeCounts.launches;
  const Object &kernel = *static_cast<Object *>(object);
  bool adds = kernel.name == "add";
  int32_t count = 0;
  std::memcpy(&count, kernel.arguments[adds ? 3 : 2].data(), sizeof(count));
  for (size_t i = 0; i < size_t(count); ++i)
    if (adds)
      memoryOf(kernel, 2)[i] = memoryOf(kernel, 0)[i] + memoryOf(kernel, 1)[i];
    else
      memoryOf(kernel, 1)[i] = 2 * memoryOf(kernel, 0)[i];
  return 0;
}
FAKE int32_t clFinish(void *) { return fails("clFinish") ? fakeCode : 0; }
