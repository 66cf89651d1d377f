// Loads an artefact: file checks first, then the code, then the weights.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/Module.h"

#include "runtime/src/CpuFeatures.h"
#include "runtime/src/Session.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <dlfcn.h>
#include <optional>
#include <set>
#include <sys/mman.h>

namespace heddle::runtime {
namespace {

/// A path to an open file that no earlier dlopen of this process used. The
/// dynamic linker looks a library up by the text of its path first, and a
/// descriptor's number is reused, so each load spells the path differently:
/// the bits of a counter as "/." or "/".
std::string uniquePath(int descriptor) {
  static std::atomic<uint32_t> counter{0};
  std::string path = "/proc/self/fd";
  for (uint32_t bits = counter.fetch_add(1); bits != 0; bits >>= 1)
    path += bits & 1 ? "/." : "/";
  return path + "/" + std::to_string(descriptor);
}

/// True for a variant with a feature that this CPU is slower with, unless its
/// products are of tiles.
bool isSlowHere(const Metadata &metadata, const heddle_meta_variant &variant) {
  bool isSlow = false;
  for (heddle_meta_string name :
       metadata.span<heddle_meta_string>(variant.features)) {
    if (metadata.text(name) == "amx_tile")
      return false;
    isSlow |= cpuIsSlowAt(metadata.text(name));
  }
  return isSlow;
}

} // namespace

std::string missingFeatures(const Metadata &metadata,
                            const heddle_meta_variant &variant) {
  std::string missing;
  for (heddle_meta_string name :
       metadata.span<heddle_meta_string>(variant.features)) {
    std::string_view feature = metadata.text(name);
    if (!cpuHas(feature))
      missing += (missing.empty() ? "" : ", ") + std::string(feature);
  }
  if (variant.device == HEDDLE_DEVICE_NONE)
    return missing;
  const std::string &problem = findOpenClDevice().problem;
  if (!problem.empty())
    missing +=
        (missing.empty() ? "" : ", ") + ("an OpenCL device (" + problem + ")");
  return missing;
}

Module::~Module() {
  spares.clear();
  deviceWeights.clear();
  deviceInUse.reset();
  if (weightBytes)
    ::munmap(const_cast<uint8_t *>(weightBytes),
             size_t(file.footer().weights_size));
  if (library)
    ::dlclose(library);
}

Outcome Module::load(const std::string &path) {
  Outcome outcome = file.open(path);
  if (!outcome)
    return outcome;
  uint32_t variant = 0;
  outcome = chooseVariant(nullptr, variant);
  if (outcome)
    outcome = surveyEntries();
  if (!outcome)
    return failure(outcome.status, path + ": " + outcome.text);
  outcome = file.checkCode();
  if (!outcome)
    return outcome;
  outcome = openCode();
  if (outcome)
    outcome = mapWeights();
  if (outcome && metadata().variants()[variant].device != HEDDLE_DEVICE_NONE)
    outcome = openDevice();
  if (!outcome)
    return failure(outcome.status, path + ": " + outcome.text);
  described.build(metadata());
  return success();
}

Outcome Module::openCode() {
  library =
      ::dlopen(uniquePath(file.descriptor()).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char *reason = ::dlerror();
    return failure(HEDDLE_BAD_ARTIFACT, "cannot open its code: " +
                                            std::string(reason ? reason : "?"));
  }
  artifact = static_cast<const heddle_artifact *>(
      ::dlsym(library, HEDDLE_TABLE_SYMBOL));
  return checkTable();
}

Outcome Module::checkTable() const {
  auto bad = [](const std::string &text) {
    return failure(HEDDLE_BAD_ARTIFACT, text);
  };
  if (!artifact)
    return bad("its code exports no " HEDDLE_TABLE_SYMBOL);
  if (artifact->magic != HEDDLE_TABLE_MAGIC)
    return bad("its code's table is damaged");
  if (artifact->version != HEDDLE_ARTIFACT_VERSION)
    return failure(HEDDLE_UNSUPPORTED,
                   "its code is of artefact version " +
                       std::to_string(artifact->version) +
                       "; this runtime reads version " +
                       std::to_string(HEDDLE_ARTIFACT_VERSION));
  if (artifact->struct_size < sizeof(heddle_artifact))
    return bad("its code's table is damaged");
  if (artifact->build_id != metadata().header().build_id)
    return bad("its code and its metadata are of different builds");
  if (artifact->num_entries != metadata().entries().count ||
      artifact->num_variants != metadata().variants().count)
    return bad("its code and its metadata disagree on entries or variants");
  for (uint32_t i = 0; i < artifact->num_entries; ++i)
    if (!artifact->entries || !artifact->entries[i])
      return bad("its code's table is damaged");
  return success();
}

Outcome Module::mapWeights() {
  size_t size = size_t(file.footer().weights_size);
  if (size == 0)
    return success();
  void *bytes = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.descriptor(),
                       off_t(file.footer().weights_offset));
  if (bytes == MAP_FAILED)
    return failure(HEDDLE_IO_ERROR, "cannot map its weights: " +
                                        std::string(std::strerror(errno)));
  weightBytes = static_cast<const uint8_t *>(bytes);
  return success();
}

Outcome Module::openDevice() {
  auto fresh = std::make_unique<Device>();
  Outcome outcome = fresh->open();
  if (!outcome)
    return outcome;
  deviceInUse = std::move(fresh);
  DeviceQueue queue(*deviceInUse);
  outcome = queue.open();
  deviceWeights.resize(metadata().buffers().count);
  for (uint32_t i = 0; i < metadata().buffers().count && outcome; ++i)
    if (metadata().buffers()[i].kind == HEDDLE_BUFFER_WEIGHT)
      outcome = copyWeight(queue, i);
  return outcome;
}

Outcome Module::copyWeight(DeviceQueue &queue, uint32_t buffer) {
  const heddle_meta_buffer &weight = metadata().buffers()[buffer];
  int64_t bytes = 0, place = 0; // constants within the section: checked
  if (!evaluate(metadata().formula(weight.bytes), nullptr, bytes) ||
      !evaluate(metadata().formula(weight.place), nullptr, place))
    return failure(HEDDLE_BAD_ARTIFACT, "a weight has no fixed size");
  Outcome outcome = deviceInUse->reserve(size_t(bytes), deviceWeights[buffer]);
  return outcome ? queue.write(deviceWeights[buffer], weightBytes + place,
                               size_t(bytes))
                 : outcome;
}

Outcome Module::surveyEntries() {
  for (const heddle_meta_entry &entry : metadata().entries()) {
    entries.push_back({std::string(metadata().text(entry.name)), {}});
    Outcome outcome = surveyEntry(entry, entries.back());
    if (!outcome)
      return outcome;
  }
  return success();
}

Outcome Module::surveyEntry(const heddle_meta_entry &entry,
                            EntryInfo &info) const {
  std::set<uint32_t> used;
  auto use = [&](heddle_meta_span span) {
    for (uint32_t index : metadata().span<uint32_t>(span))
      used.insert(index);
  };
  use(entry.inputs);
  use(entry.outputs);
  for (const heddle_meta_dispatch &dispatch :
       metadata().span<heddle_meta_dispatch>(entry.dispatches)) {
    use(dispatch.inputs);
    use(dispatch.outputs);
  }
  info.buffers.assign(used.begin(), used.end());

  // Every dim the entry depends on must be the only one in some extent of an
  // input: that is how a run learns its value.
  std::set<int64_t> known;
  for (uint32_t index : metadata().span<uint32_t>(entry.inputs))
    for (heddle_meta_formula extent :
         metadata().extents(metadata().buffers()[index]))
      known.insert(onlyDim(metadata().formula(extent)));
  for (uint32_t index : info.buffers)
    for (heddle_meta_formula extent :
         metadata().extents(metadata().buffers()[index]))
      for (const heddle_meta_op &op : metadata().formula(extent))
        if (op.code == HEDDLE_OP_DIM && !known.count(op.value))
          return failure(HEDDLE_BAD_ARTIFACT,
                         "entry " + quoted(info.name) + " depends on dim " +
                             quoted(metadata().dimNames()[size_t(op.value)]) +
                             ", which no input's extent tells");
  return success();
}

Outcome Module::chooseVariant(const char *forced, uint32_t &variant) const {
  std::string names, reasons;
  std::optional<uint32_t> slow; // runs, where nothing better does
  Span<heddle_meta_variant> variants = metadata().variants();
  for (uint32_t i = 0; i < variants.count; ++i) {
    std::string name(metadata().text(variants[i].name));
    std::string missing = missingFeatures(metadata(), variants[i]);
    names += (i ? ", " : "") + name;
    if (forced && name != forced)
      continue;
    if (missing.empty() && !forced && isSlowHere(metadata(), variants[i])) {
      slow = slow ? slow : std::optional<uint32_t>(i);
      continue;
    }
    if (missing.empty()) {
      variant = i;
      return success();
    }
    if (forced)
      return failure(HEDDLE_UNSUPPORTED, "variant " + quoted(name) +
                                             " does not run on this CPU, "
                                             "which lacks " +
                                             missing);
    reasons += (i ? "; " : "") + name + " lacks " + missing;
  }
  if (slow) {
    variant = *slow;
    return success();
  }
  if (forced)
    return failure(HEDDLE_NOT_FOUND,
                   "no variant " + quoted(forced) + "; there is " + names);
  return failure(HEDDLE_UNSUPPORTED, "no variant runs on this CPU: " + reasons);
}

std::unique_ptr<Session> Module::takeSession() const {
  {
    std::lock_guard<std::mutex> lock(spareMutex);
    if (!spares.empty()) {
      std::unique_ptr<Session> session = std::move(spares.back());
      spares.pop_back();
      return session;
    }
  }
  uint32_t variant = 0;
  if (!chooseVariant(nullptr, variant))
    return nullptr;
  return std::make_unique<Session>(*this, HEDDLE_THREADS_ALL, variant);
}

void Module::returnSession(std::unique_ptr<Session> session) const {
  std::lock_guard<std::mutex> lock(spareMutex);
  spares.push_back(std::move(session));
}

} // namespace heddle::runtime

heddle_status heddle_module_load(const char *path, heddle_module **module,
                                 heddle_error *error) {
  using namespace heddle::runtime;
  if (module)
    *module = nullptr;
  return guarded(error, [&]() -> Outcome {
    if (!path || !module)
      return failure(HEDDLE_INVALID_ARGUMENT, "path or module is NULL");
    auto fresh = std::make_unique<heddle_module>();
    Outcome outcome = fresh->load(path);
    if (outcome)
      *module = fresh.release();
    return outcome;
  });
}

void heddle_module_free(heddle_module *module) { delete module; }
