// Writes an artefact: code, metadata, weights and footer in one file that is
// whole or absent. The layout is that of runtime/include/heddle/artifact.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LINK_ARTIFACTWRITER_H
#define HEDDLE_COMPILER_LINK_ARTIFACTWRITER_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <memory>
#include <string>

namespace heddle::link {

/// Takes the bytes of the weights section in order. Errors are kept until the
/// end, so a caller may ignore the result of `append`.
class WeightsSink {
public:
  virtual ~WeightsSink() = default;
  /// False once a write has failed or the section would overflow.
  virtual bool append(const void *bytes, size_t size) = 0;
  /// Zeros up to `offset` from the section's start; false as above, or when
  /// more has been written already.
  virtual bool padTo(uint64_t offset) = 0;
};

/// What goes into an artefact.
struct ArtifactParts {
  std::string code;         ///< of linkObjects
  std::string metadata;     ///< of lower::lowerHostToMetadata
  uint64_t weightsSize = 0; ///< of lower::HostTables
  /// Writes the weights; what it leaves unwritten is zero. May be empty when
  /// the size is 0. Its error ends the writing; a write that failed before is
  /// reported instead of it.
  llvm::function_ref<llvm::Error(WeightsSink &)> writeWeights;
};

/// What was written.
struct ArtifactInfo {
  uint64_t fileSize = 0;
  uint64_t buildId = 0; ///< hash of code, metadata and weights
};

/// Writes `path` through a nameless file in the same folder, which takes the
/// name when it is complete and on disk. On failure, in words with the path,
/// nothing is left behind and an older file is as it was; a process killed
/// here leaves the older file or the new one. `parts` gets the build id.
llvm::Expected<ArtifactInfo> writeArtifact(llvm::StringRef path,
                                           ArtifactParts &parts);

} // namespace heddle::link

#endif // HEDDLE_COMPILER_LINK_ARTIFACTWRITER_H
