// The artefact reader on hostile bytes: a metadata block by itself, and a
// whole file whose hashes are made to fit.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/ArtifactFile.h"
#include "runtime/src/Describe.h"
#include "runtime/src/Hash.h"
#include "runtime/tools/Inspect.h"

#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

using namespace heddle::runtime;
using namespace heddle::tools;

namespace {

/// Reads everything a checked block offers.
void tour(const Metadata &metadata, const heddle_footer &footer) {
  Description description;
  description.build(metadata);
  std::string report;
  InspectOptions options;
  (void)inspectMetadata(metadata, footer, options, report);
  options.blocks = true;
  (void)inspectMetadata(metadata, footer, options, report);
  options.json = true;
  (void)inspectMetadata(metadata, footer, options, report);
}

void fuzzMetadata(const uint8_t *data, size_t size) {
  std::vector<uint64_t> block(size / 8 + 1);
  std::memcpy(block.data(), data, size);
  Metadata metadata;
  if (Metadata::check(reinterpret_cast<const uint8_t *>(block.data()), size,
                      4096, metadata))
    tour(metadata, heddle_footer{});
}

/// Hashes of the parts that lie in the file, so that later checks are reached.
void seal(std::vector<uint8_t> &file) {
  heddle_footer footer;
  uint8_t *place = file.data() + file.size() - sizeof(footer);
  std::memcpy(&footer, place, sizeof(footer));
  footer.magic = HEDDLE_FOOTER_MAGIC;
  footer.version = HEDDLE_ARTIFACT_VERSION;
  footer.struct_size = HEDDLE_FOOTER_BYTES;
  footer.file_size = file.size();
  auto hash = [&file](uint64_t offset, uint64_t size) {
    bool isInside = offset <= file.size() && size <= file.size() - offset;
    return isInside ? hashBytes(file.data() + offset, size) : 0;
  };
  footer.code_hash = hash(0, footer.code_size);
  footer.metadata_hash = hash(footer.metadata_offset, footer.metadata_size);
  footer.weights_hash = hash(footer.weights_offset, footer.weights_size);
  footer.footer_hash = hashBytes(&footer, offsetof(heddle_footer, footer_hash));
  std::memcpy(place, &footer, sizeof(footer));
}

void fuzzFile(const uint8_t *data, size_t size) {
  std::vector<uint8_t> file(data, data + size);
  if (size >= HEDDLE_FOOTER_BYTES)
    seal(file);
  static const int fd = ::memfd_create("artifact", 0);
  if (::ftruncate(fd, 0) != 0 ||
      ::pwrite(fd, file.data(), size, 0) != ssize_t(size))
    return;
  ArtifactFile artifact;
  if (!artifact.open("/proc/self/fd/" + std::to_string(fd)))
    return;
  (void)artifact.checkCode();
  (void)artifact.checkWeights();
  tour(artifact.metadata(), artifact.footer());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // The first byte says what the rest is.
  if (size == 0)
    return 0;
  if (data[0] == 'F')
    fuzzFile(data + 1, size - 1);
  else
    fuzzMetadata(data + 1, size - 1);
  return 0;
}
