// Memory, programs and launches of OpenCL: see Device.h.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/Device.h"

#include <algorithm>
#include <cstring>

namespace heddle::runtime {

Outcome Device::open() {
  const FoundDevice &found = findOpenClDevice();
  if (!found.problem.empty())
    return failure(HEDDLE_UNSUPPORTED,
                   "there is no OpenCL device: " + found.problem);
  functions = found.api;
  device = found.device;
  ClStatus status = 0;
  context = {
      functions->CreateContext(nullptr, 1, &device, nullptr, nullptr, &status),
      functions->ReleaseContext};
  return context ? success() : clFailure("clCreateContext", status);
}

Outcome Device::reserve(size_t bytes, DeviceMemory &memory) const {
  constexpr uint64_t readWrite = 1;
  size_t room = std::max<size_t>(bytes, HEDDLE_ALIGN);
  if (room <= memory.bytes)
    return success();
  memory.handle.reset();
  memory.bytes = 0;
  ClStatus status = 0;
  ClOwned fresh{
      functions->CreateBuffer(context.get(), readWrite, room, nullptr, &status),
      functions->ReleaseMemObject};
  if (!fresh)
    return failure(HEDDLE_OUT_OF_MEMORY,
                   "cannot allocate " + std::to_string(room) +
                       " bytes on the device: code " + std::to_string(status));
  memory.handle = std::move(fresh);
  memory.bytes = room;
  return success();
}

Outcome Device::compile(const char *source, size_t bytes,
                        ClOwned &program) const {
  constexpr uint32_t buildLog = 0x1183;
  // As long as the text is, without the terminator that Halide gives it.
  size_t length = ::strnlen(source, bytes);
  ClStatus status = 0;
  program = {functions->CreateProgramWithSource(context.get(), 1, &source,
                                                &length, &status),
             functions->ReleaseProgram};
  if (!program)
    return clFailure("clCreateProgramWithSource", status);
  status =
      functions->BuildProgram(program.get(), 1, &device, "", nullptr, nullptr);
  if (status == 0)
    return success();
  char log[100] = {}; // a first line is what an error has room for
  size_t size = 0;
  std::string text;
  functions->GetProgramBuildInfo(program.get(), device, buildLog, 0, nullptr,
                                 &size);
  text.resize(size);
  functions->GetProgramBuildInfo(program.get(), device, buildLog, size,
                                 text.data(), nullptr);
  text.copy(log, sizeof(log) - 1);
  program.reset();
  return failure(HEDDLE_KERNEL_FAILED, "the device's compiler refuses a "
                                       "kernel with code " +
                                           std::to_string(status) + ": " + log);
}

Outcome Device::build(const char *source, size_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  if (programs.count(source))
    return success();
  ClOwned program{nullptr, nullptr};
  Outcome outcome = compile(source, bytes, program);
  if (outcome)
    programs.emplace(source, std::move(program));
  return outcome;
}

Outcome Device::makeKernel(const char *source, const char *name,
                           ClOwned &kernel) {
  std::lock_guard<std::mutex> lock(mutex);
  auto program = programs.find(source);
  if (program == programs.end())
    return failure(HEDDLE_BAD_ARTIFACT, "a kernel's text was never loaded");
  ClStatus status = 0;
  kernel = {functions->CreateKernel(program->second.get(), name, &status),
            functions->ReleaseKernel};
  return kernel ? success() : clFailure("clCreateKernel", status);
}

Outcome Device::makeQueue(ClOwned &queue) const {
  ClStatus status = 0;
  queue = {functions->CreateCommandQueue(context.get(), device, 0, &status),
           functions->ReleaseCommandQueue};
  return queue ? success() : clFailure("clCreateCommandQueue", status);
}

Outcome DeviceQueue::write(const DeviceMemory &to, const void *from,
                           size_t bytes) {
  if (bytes == 0)
    return success();
  ClStatus status = device.api().EnqueueWriteBuffer(
      queue.get(), to.handle.get(), 1, 0, bytes, from, 0, nullptr, nullptr);
  return status == 0 ? success() : clFailure("clEnqueueWriteBuffer", status);
}

Outcome DeviceQueue::read(const DeviceMemory &from, void *to, size_t bytes) {
  if (bytes == 0)
    return success();
  ClStatus status = device.api().EnqueueReadBuffer(
      queue.get(), from.handle.get(), 1, 0, bytes, to, 0, nullptr, nullptr);
  return status == 0 ? success() : clFailure("clEnqueueReadBuffer", status);
}

Outcome DeviceQueue::finish() {
  ClStatus status = device.api().Finish(queue.get());
  return status == 0 ? success() : clFailure("clFinish", status);
}

Outcome DeviceQueue::kernelOf(const Launch &launch, ClHandle &kernel) {
  auto &ofSource = kernels[launch.source];
  auto found = ofSource.find(std::string_view(launch.kernel));
  if (found == ofSource.end()) {
    ClOwned fresh{nullptr, nullptr};
    Outcome outcome = device.makeKernel(launch.source, launch.kernel, fresh);
    if (!outcome)
      return outcome;
    found = ofSource.emplace(launch.kernel, std::move(fresh)).first;
  }
  kernel = found->second.get();
  return success();
}

Outcome DeviceQueue::run(const Launch &launch) {
  size_t global[3];
  for (int i = 0; i < 3; ++i) {
    global[i] = launch.blocks[i] * launch.threads[i];
    if (global[i] == 0)
      return success();
  }
  ClHandle kernel = nullptr;
  Outcome outcome = kernelOf(launch, kernel);
  if (!outcome)
    return outcome;
  const OpenCl &api = device.api();
  uint32_t index = 0;
  ClStatus status = 0;
  for (; launch.sizes[index] != 0 && status == 0; ++index) {
    const void *value = launch.arguments[index];
    size_t size = launch.sizes[index];
    ClHandle memory = nullptr;
    if (launch.isView[index]) {
      auto *view = static_cast<const heddle_view *>(value);
      auto *on = reinterpret_cast<const DeviceMemory *>(view->device);
      if (!on)
        return failure(HEDDLE_BAD_ARTIFACT,
                       "a kernel reads a buffer that is not on the device");
      memory = on->handle.get();
      value = static_cast<const void *>(&memory);
      size = sizeof(memory);
    }
    status = api.SetKernelArg(kernel, index, size, value);
  }
  if (status == 0) // at least a byte: the kernel always has the parameter
    status = api.SetKernelArg(kernel, index, std::max<size_t>(launch.shared, 1),
                              nullptr);
  if (status != 0)
    return clFailure("clSetKernelArg", status);
  status = api.EnqueueNDRangeKernel(queue.get(), kernel, 3, nullptr, global,
                                    launch.threads, 0, nullptr, nullptr);
  return status == 0 ? success() : clFailure("clEnqueueNDRangeKernel", status);
}

Outcome DeviceQueue::take(size_t bytes, DeviceMemory *&memory) {
  Temporary *best = nullptr;
  for (Temporary &one : temporaries)
    if (!one.isUsed && one.memory.bytes >= bytes &&
        (!best || one.memory.bytes < best->memory.bytes))
      best = &one;
  if (!best) {
    Outcome outcome = device.reserve(bytes, temporaries.emplace_back().memory);
    if (!outcome) {
      temporaries.pop_back();
      return outcome;
    }
    best = &temporaries.back();
  }
  best->isUsed = true;
  memory = &best->memory;
  return success();
}

bool DeviceQueue::giveBack(const DeviceMemory *memory) {
  for (Temporary &one : temporaries)
    if (&one.memory == memory && one.isUsed) {
      one.isUsed = false;
      return true;
    }
  return false;
}

uint64_t DeviceQueue::bytesHeld() const {
  uint64_t total = 0;
  for (const Temporary &one : temporaries)
    total += one.memory.bytes;
  return total;
}

} // namespace heddle::runtime
