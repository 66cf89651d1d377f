// A device with its memory and code, which the sessions of a module share, and
// the queue of one session.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_DEVICE_H
#define HEDDLE_RUNTIME_SRC_DEVICE_H

#include "runtime/src/OpenCl.h"

#include "heddle/artifact.h"

#include <deque>
#include <map>
#include <memory>
#include <mutex>

namespace heddle::runtime {

/// Owns a handle.
using ClOwned = std::unique_ptr<void, ClStatus (*)(ClHandle)>;

/// Memory on a device. Its address is what heddle_view.device holds.
struct DeviceMemory {
  ClOwned handle{nullptr, nullptr};
  size_t bytes = 0;
};

/// Safe to use from several threads once open.
class Device {
public:
  /// Fails, in words, where the machine has none.
  Outcome open();
  /// Makes room for `bytes` bytes; contents are lost when it grows.
  Outcome reserve(size_t bytes, DeviceMemory &memory) const;
  /// The program of a text, built the first time.
  Outcome build(const char *source, size_t bytes);
  /// A kernel of a text that was built.
  Outcome makeKernel(const char *source, const char *name, ClOwned &kernel);
  Outcome makeQueue(ClOwned &queue) const;
  const OpenCl &api() const { return *functions; }

private:
  Outcome compile(const char *source, size_t bytes, ClOwned &program) const;

  const OpenCl *functions = nullptr;
  ClHandle device = nullptr;
  ClOwned context{nullptr, nullptr};
  std::mutex mutex; ///< guards programs
  std::map<const char *, ClOwned> programs;
};

/// A kernel's launch, as heddle_services.device_run gets it.
struct Launch {
  const char *source, *kernel;
  size_t blocks[3], threads[3];
  size_t shared;
  const size_t *sizes;
  void *const *arguments;
  const int8_t *isView;
};

/// Work on a device in order; of one thread at a time.
class DeviceQueue {
public:
  explicit DeviceQueue(Device &device) : device(device) {}
  Outcome open() { return device.makeQueue(queue); }

  Outcome write(const DeviceMemory &to, const void *from, size_t bytes);
  Outcome read(const DeviceMemory &from, void *to, size_t bytes);
  Outcome run(const Launch &launch);
  Outcome finish();

  /// Memory of a kernel's own, kept for later once returned. Its next use is
  /// later in the queue, so that no wait is needed.
  Outcome take(size_t bytes, DeviceMemory *&memory);
  /// False for memory that is no such.
  bool giveBack(const DeviceMemory *memory);
  uint64_t bytesHeld() const;

  Device &device;

private:
  struct Temporary {
    DeviceMemory memory;
    bool isUsed = false;
  };
  Outcome kernelOf(const Launch &launch, ClHandle &kernel);

  ClOwned queue{nullptr, nullptr};
  /// By text and name; a launch of a known one allocates nothing.
  std::map<const char *, std::map<std::string, ClOwned, std::less<>>> kernels;
  std::deque<Temporary> temporaries; ///< addresses stay
};

} // namespace heddle::runtime

#endif // HEDDLE_RUNTIME_SRC_DEVICE_H
