// Buffers of a session on a device, and the services that reach it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/DeviceSession.h"

#include "runtime/src/Run.h"

#include <cstring>

namespace heddle::runtime {

static DeviceMemory &memoryAt(void *const *buffers, uint32_t index) {
  return *static_cast<DeviceMemory *>(buffers[index]);
}

Outcome DeviceSession::placeInput(uint32_t index, size_t bytes,
                                  void *&address) {
  address = &inputs[index];
  return queue.device.reserve(bytes, inputs[index]);
}

Outcome DeviceSession::placeSlot(int64_t place, size_t bytes, void *&address) {
  address = &slots[place];
  return queue.device.reserve(bytes, slots[place]);
}

Outcome DeviceSession::upload(const std::vector<HostBuffer> &given,
                              void *const *buffers) {
  Outcome outcome = success();
  for (const HostBuffer &one : given)
    if (outcome)
      outcome = queue.write(memoryAt(buffers, one.index), one.data, one.bytes);
  return outcome;
}

Outcome DeviceSession::download(const std::vector<HostBuffer> &outputs,
                                void *const *buffers) {
  Outcome outcome = queue.finish();
  size_t total = 0, at = 0;
  for (const HostBuffer &one : outputs)
    total += one.bytes;
  if (staging.size() < total)
    staging.resize(total);
  for (const HostBuffer &one : outputs) {
    if (outcome)
      outcome = queue.read(memoryAt(buffers, one.index), staging.data() + at,
                           one.bytes);
    at += one.bytes;
  }
  if (!outcome)
    return outcome;
  at = 0;
  for (const HostBuffer &one : outputs) {
    if (one.bytes)
      std::memcpy(one.data, staging.data() + at, one.bytes);
    at += one.bytes;
  }
  return outcome;
}

Outcome DeviceSession::mirror(const DeviceMemory *memory, size_t bytes,
                              void *&copy) {
  auto [found, isFresh] = mirrors.try_emplace(memory);
  if (isFresh)
    found->second.resize(bytes);
  copy = found->second.data();
  return isFresh ? queue.read(*memory, copy, bytes) : success();
}

Outcome DeviceSession::returnMirrors() {
  Outcome outcome = success();
  for (const auto &[memory, bytes] : mirrors)
    if (outcome)
      outcome = queue.write(*memory, bytes.data(), bytes.size());
  mirrors.clear();
  return outcome;
}

uint64_t DeviceSession::bytesHeld() const {
  uint64_t total = queue.bytesHeld() + staging.size();
  for (const auto &[index, memory] : inputs)
    total += memory.bytes;
  for (const auto &[place, memory] : slots)
    total += memory.bytes;
  return total;
}

namespace {

/// 0, or -1 after the failure was reported.
int tell(heddle_call *call, const Outcome &outcome) {
  if (outcome)
    return 0;
  call->services->report(call, outcome.text.c_str());
  return -1;
}

/// Runs `body` on the call's queue; nothing is thrown into the artefact.
template <typename Body> int onQueue(heddle_call *call, Body &&body) {
  try {
    return tell(call, body(static_cast<Run *>(call->session)->queue()));
  } catch (const std::bad_alloc &) {
    return tell(call, failure(HEDDLE_OUT_OF_MEMORY, "out of memory"));
  }
}

} // namespace

int deviceLoad(heddle_call *call, const char *source, int32_t bytes) {
  return onQueue(call, [&](DeviceQueue &queue) {
    return queue.device.build(source, size_t(bytes));
  });
}

int deviceRun(heddle_call *call, const char *source, const char *kernel,
              int32_t blocksX, int32_t blocksY, int32_t blocksZ,
              int32_t threadsX, int32_t threadsY, int32_t threadsZ,
              int32_t shared, const size_t *sizes, void *const *arguments,
              const int8_t *isView) {
  return onQueue(call, [&](DeviceQueue &queue) {
    return queue.run({source,
                      kernel,
                      {size_t(blocksX), size_t(blocksY), size_t(blocksZ)},
                      {size_t(threadsX), size_t(threadsY), size_t(threadsZ)},
                      size_t(shared),
                      sizes,
                      arguments,
                      isView});
  });
}

int deviceAlloc(heddle_call *call, heddle_view *view) {
  if (view->device)
    return 0;
  return onQueue(call, [&](DeviceQueue &queue) {
    constexpr unsigned byteBits = 8;
    size_t bytes = (view->type_bits + byteBits - 1) / byteBits;
    for (int32_t i = 0; i < view->rank; ++i)
      bytes *= size_t(view->dims[i].extent);
    DeviceMemory *memory = nullptr;
    Outcome outcome = queue.take(bytes, memory);
    view->device = reinterpret_cast<uint64_t>(memory);
    return outcome;
  });
}

int deviceFree(heddle_call *call, heddle_view *view) {
  return onQueue(call, [&](DeviceQueue &queue) {
    if (queue.giveBack(reinterpret_cast<const DeviceMemory *>(view->device)))
      view->device = 0;
    return success();
  });
}

} // namespace heddle::runtime
