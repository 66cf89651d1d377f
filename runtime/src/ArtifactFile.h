// An artefact's file, opened once and checked, with none of its code loaded.
// What `inspect` needs and what the loader starts from.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_ARTIFACTFILE_H
#define HEDDLE_RUNTIME_SRC_ARTIFACTFILE_H

#include "runtime/src/Metadata.h"

#include <memory>

namespace heddle::runtime {

/// Owns the descriptor and a private copy of the metadata block.
class ArtifactFile {
public:
  ArtifactFile() = default;
  ~ArtifactFile();
  ArtifactFile(const ArtifactFile &) = delete;
  ArtifactFile &operator=(const ArtifactFile &) = delete;

  /// Opens `path`, checks footer, sizes, the metadata against its hash and
  /// every offset in it. Errors start with the path.
  Outcome open(const std::string &path);

  /// Checks the code against its hash and its ELF headers against its size;
  /// what dlopen needs so as not to end in SIGBUS.
  Outcome checkCode() const;

  /// Hashes the weights too: the whole file, then. Slow for large files.
  Outcome checkWeights() const;

  const Metadata &metadata() const { return meta; }
  const heddle_footer &footer() const { return foot; }
  const std::string &path() const { return name; }
  int descriptor() const { return fd; }

private:
  Outcome fail(heddle_status status, const std::string &text) const;
  Outcome systemFailure(const char *what) const;
  Outcome readAt(uint64_t offset, void *data, size_t size) const;
  Outcome checkFooter(uint64_t fileSize);

  std::string name;
  int fd = -1;
  heddle_footer foot{};
  std::vector<uint64_t> block; ///< the metadata, 8-byte aligned
  Metadata meta;
};

} // namespace heddle::runtime

#endif // HEDDLE_RUNTIME_SRC_ARTIFACTFILE_H
