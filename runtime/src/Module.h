// A loaded artefact: checked file, open code, mapped weights, descriptions.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_MODULE_H
#define HEDDLE_RUNTIME_SRC_MODULE_H

#include "runtime/src/ArtifactFile.h"
#include "runtime/src/Describe.h"
#include "runtime/src/Device.h"

#include <mutex>

namespace heddle::runtime {

class Session;

/// Tensors as a caller lists them.
struct TensorList {
  const heddle_tensor *data;
  size_t count;
};

/// What the loader works out about one entry point.
struct EntryInfo {
  std::string name;
  std::vector<uint32_t> buffers; ///< those its signature and dispatches use
};

/// Immutable after load; any number of threads may read it.
class Module {
public:
  Module() = default;
  ~Module();
  Module(const Module &) = delete;
  Module &operator=(const Module &) = delete;

  /// See heddle_module_load. Call once.
  Outcome load(const std::string &path);

  const Metadata &metadata() const { return file.metadata(); }
  const heddle_artifact &table() const { return *artifact; }
  const uint8_t *weights() const { return weightBytes; }
  const Description &description() const { return described; }
  const EntryInfo &entryInfo(uint32_t entry) const { return entries[entry]; }
  const heddle_meta_entry &entry(uint32_t index) const {
    return metadata().entries()[index];
  }

  /// Where the kernels run, if not on the CPU; of threads' safe use.
  Device *device() const { return deviceInUse.get(); }
  /// The device's copy of a weight.
  void *deviceWeight(uint32_t buffer) const { return &deviceWeights[buffer]; }

  /// The best variant that runs here, or the one called `forced`. One with a
  /// feature that this CPU is slower with is the last choice.
  Outcome chooseVariant(const char *forced, uint32_t &variant) const;

  /// A session of this module for heddle_module_run, made or reused; NULL
  /// when one cannot be made.
  std::unique_ptr<Session> takeSession() const;
  void returnSession(std::unique_ptr<Session> session) const;

private:
  Outcome openCode();
  Outcome checkTable() const;
  Outcome mapWeights();
  Outcome openDevice();
  Outcome copyWeight(DeviceQueue &queue, uint32_t buffer);
  Outcome surveyEntries();
  Outcome surveyEntry(const heddle_meta_entry &entry, EntryInfo &info) const;

  ArtifactFile file;
  void *library = nullptr;
  const heddle_artifact *artifact = nullptr;
  const uint8_t *weightBytes = nullptr;
  std::unique_ptr<Device> deviceInUse;
  mutable std::vector<DeviceMemory> deviceWeights; ///< by buffer; only read
  std::vector<EntryInfo> entries;
  Description described;
  mutable std::mutex spareMutex;
  mutable std::vector<std::unique_ptr<Session>> spares;
};

/// What `variant` needs and this machine lacks, "avx512f, avx512bw"; empty when
/// it runs.
std::string missingFeatures(const Metadata &metadata,
                            const heddle_meta_variant &variant);

} // namespace heddle::runtime

/// The C side's handle.
struct heddle_module : heddle::runtime::Module {};

#endif // HEDDLE_RUNTIME_SRC_MODULE_H
