// Opens libOpenCL and chooses a device.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/OpenCl.h"

#include <dlfcn.h>
#include <vector>

namespace heddle::runtime {
namespace {

constexpr const char *libraryName = "libOpenCL.so.1";
constexpr uint64_t anyDevice = 0xffffffff, gpuDevice = 1 << 2;

/// All functions, or the name of one that is missing.
std::string openFunctions(void *library, OpenCl &api) {
  std::string missing;
  auto find = [&](auto &function, const char *name) {
    void *address = ::dlsym(library, name);
    if (!address && missing.empty())
      missing = name;
    function = reinterpret_cast<std::decay_t<decltype(function)>>(address);
  };
  find(api.GetPlatformIDs, "clGetPlatformIDs");
  find(api.GetDeviceIDs, "clGetDeviceIDs");
  find(api.CreateContext, "clCreateContext");
  find(api.ReleaseContext, "clReleaseContext");
  find(api.CreateCommandQueue, "clCreateCommandQueue");
  find(api.ReleaseCommandQueue, "clReleaseCommandQueue");
  find(api.CreateBuffer, "clCreateBuffer");
  find(api.ReleaseMemObject, "clReleaseMemObject");
  find(api.EnqueueWriteBuffer, "clEnqueueWriteBuffer");
  find(api.EnqueueReadBuffer, "clEnqueueReadBuffer");
  find(api.CreateProgramWithSource, "clCreateProgramWithSource");
  find(api.BuildProgram, "clBuildProgram");
  find(api.GetProgramBuildInfo, "clGetProgramBuildInfo");
  find(api.ReleaseProgram, "clReleaseProgram");
  find(api.CreateKernel, "clCreateKernel");
  find(api.ReleaseKernel, "clReleaseKernel");
  find(api.SetKernelArg, "clSetKernelArg");
  find(api.EnqueueNDRangeKernel, "clEnqueueNDRangeKernel");
  find(api.Finish, "clFinish");
  return missing;
}

/// The first device of a type on any platform; null where there is none.
ClHandle firstDevice(const OpenCl &api, uint64_t type) {
  constexpr uint32_t mostPlatforms = 64;
  std::vector<ClHandle> platforms(mostPlatforms);
  uint32_t count = 0;
  if (api.GetPlatformIDs(mostPlatforms, platforms.data(), &count) != 0)
    return nullptr;
  for (uint32_t i = 0; i < count && i < mostPlatforms; ++i) {
    ClHandle device = nullptr;
    if (api.GetDeviceIDs(platforms[i], type, 1, &device, nullptr) == 0)
      return device;
  }
  return nullptr;
}

FoundDevice findNow() {
  static OpenCl api; // stays open: drivers do not like to be closed
  FoundDevice found;
  void *library = ::dlopen(libraryName, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char *reason = ::dlerror();
    found.problem = reason ? reason : libraryName;
    return found;
  }
  std::string missing = openFunctions(library, api);
  if (!missing.empty()) {
    found.problem = std::string(libraryName) + " has no " + missing;
    return found;
  }
  found.device = firstDevice(api, gpuDevice);
  if (!found.device)
    found.device = firstDevice(api, anyDevice);
  if (!found.device) {
    found.problem = std::string(libraryName) + " finds none";
    return found;
  }
  found.api = &api;
  return found;
}

} // namespace

const FoundDevice &findOpenClDevice() {
  static const FoundDevice found = findNow();
  return found;
}

Outcome clFailure(const char *function, ClStatus status) {
  constexpr ClStatus noDeviceMemory = -4, noResources = -5, noHostMemory = -6;
  bool isMemory = status == noDeviceMemory || status == noResources ||
                  status == noHostMemory;
  return failure(isMemory ? HEDDLE_OUT_OF_MEMORY : HEDDLE_KERNEL_FAILED,
                 "OpenCL's " + std::string(function) + " failed with code " +
                     std::to_string(status));
}

} // namespace heddle::runtime
