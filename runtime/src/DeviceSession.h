// What a session keeps on a device, and the services that kernels for a device
// call.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_DEVICESESSION_H
#define HEDDLE_RUNTIME_SRC_DEVICESESSION_H

#include "runtime/src/Device.h"

#include <vector>

namespace heddle::runtime {

/// One buffer as the caller sees it: an input or an output.
struct HostBuffer {
  uint32_t index;
  void *data;
  size_t bytes;
};

class DeviceSession {
public:
  explicit DeviceSession(Device &device) : queue(device) {}

  /// The memory of an input, or of all buffers that share a place.
  Outcome placeInput(uint32_t index, size_t bytes, void *&address);
  Outcome placeSlot(int64_t place, size_t bytes, void *&address);

  /// Copies the inputs in; what the addresses are is in `buffers`.
  Outcome upload(const std::vector<HostBuffer> &inputs, void *const *buffers);
  /// Waits for all work, then copies the outputs out: all or none.
  Outcome download(const std::vector<HostBuffer> &outputs,
                   void *const *buffers);

  /// A copy of a slot for the caller's callback to read and write.
  Outcome mirror(const DeviceMemory *memory, size_t bytes, void *&copy);
  /// Takes what the callback wrote back to the device.
  Outcome returnMirrors();
  void abandonMirrors() { mirrors.clear(); }

  uint64_t bytesHeld() const;

  DeviceQueue queue;

private:
  std::map<uint32_t, DeviceMemory> inputs;
  std::map<int64_t, DeviceMemory> slots;
  std::map<const DeviceMemory *, std::vector<uint8_t>> mirrors;
  std::vector<uint8_t> staging;
};

/// heddle_services' functions of the same names.
int deviceLoad(heddle_call *call, const char *source, int32_t bytes);
int deviceRun(heddle_call *call, const char *source, const char *kernel,
              int32_t blocksX, int32_t blocksY, int32_t blocksZ,
              int32_t threadsX, int32_t threadsY, int32_t threadsZ,
              int32_t shared, const size_t *sizes, void *const *arguments,
              const int8_t *isView);
int deviceAlloc(heddle_call *call, heddle_view *view);
int deviceFree(heddle_call *call, heddle_view *view);

} // namespace heddle::runtime

#endif // HEDDLE_RUNTIME_SRC_DEVICESESSION_H
