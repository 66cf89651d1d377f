// The few functions of OpenCL 1.1 that the runtime calls, opened when a device
// is first asked for. No header of OpenCL is needed to build.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_OPENCL_H
#define HEDDLE_RUNTIME_SRC_OPENCL_H

#include "runtime/src/Error.h"

#include <cstdint>

namespace heddle::runtime {

/// A platform, device, context, queue, memory, program or kernel.
using ClHandle = void *;
using ClStatus = int32_t; ///< 0 is success

/// The functions, each named as in OpenCL without its cl.
struct OpenCl {
  ClStatus (*GetPlatformIDs)(uint32_t room, ClHandle *list, uint32_t *count);
  ClStatus (*GetDeviceIDs)(ClHandle platform, uint64_t type, uint32_t room,
                           ClHandle *list, uint32_t *count);
  ClHandle (*CreateContext)(const intptr_t *properties, uint32_t count,
                            const ClHandle *devices, void *notify, void *user,
                            ClStatus *status);
  ClStatus (*ReleaseContext)(ClHandle context);
  ClHandle (*CreateCommandQueue)(ClHandle context, ClHandle device,
                                 uint64_t properties, ClStatus *status);
  ClStatus (*ReleaseCommandQueue)(ClHandle queue);
  ClHandle (*CreateBuffer)(ClHandle context, uint64_t flags, size_t size,
                           void *host, ClStatus *status);
  ClStatus (*ReleaseMemObject)(ClHandle memory);
  ClStatus (*EnqueueWriteBuffer)(ClHandle queue, ClHandle memory,
                                 uint32_t isBlocking, size_t offset,
                                 size_t size, const void *from, uint32_t waits,
                                 const ClHandle *waitFor, ClHandle *event);
  ClStatus (*EnqueueReadBuffer)(ClHandle queue, ClHandle memory,
                                uint32_t isBlocking, size_t offset, size_t size,
                                void *to, uint32_t waits,
                                const ClHandle *waitFor, ClHandle *event);
  ClHandle (*CreateProgramWithSource)(ClHandle context, uint32_t count,
                                      const char **texts, const size_t *sizes,
                                      ClStatus *status);
  ClStatus (*BuildProgram)(ClHandle program, uint32_t count,
                           const ClHandle *devices, const char *options,
                           void *notify, void *user);
  ClStatus (*GetProgramBuildInfo)(ClHandle program, ClHandle device,
                                  uint32_t name, size_t room, void *value,
                                  size_t *size);
  ClStatus (*ReleaseProgram)(ClHandle program);
  ClHandle (*CreateKernel)(ClHandle program, const char *name,
                           ClStatus *status);
  ClStatus (*ReleaseKernel)(ClHandle kernel);
  ClStatus (*SetKernelArg)(ClHandle kernel, uint32_t index, size_t size,
                           const void *value);
  ClStatus (*EnqueueNDRangeKernel)(ClHandle queue, ClHandle kernel,
                                   uint32_t rank, const size_t *offset,
                                   const size_t *global, const size_t *local,
                                   uint32_t waits, const ClHandle *waitFor,
                                   ClHandle *event);
  ClStatus (*Finish)(ClHandle queue);
};

/// A device, and the functions to reach it. Found once a process.
struct FoundDevice {
  const OpenCl *api = nullptr;
  ClHandle device = nullptr;
  std::string problem; ///< why there is none, in words; else empty
};
const FoundDevice &findOpenClDevice();

/// "OpenCL's clFinish failed with code -5".
Outcome clFailure(const char *function, ClStatus status);

} // namespace heddle::runtime

#endif // HEDDLE_RUNTIME_SRC_OPENCL_H
