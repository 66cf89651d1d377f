// What an artefact's metadata says, read without loading its code.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_TOOLS_INSPECT_H
#define HEDDLE_RUNTIME_TOOLS_INSPECT_H

#include "heddle/artifact.h"

#include <cstdint>
#include <map>
#include <string>

namespace heddle::runtime {
class Metadata;
}

namespace heddle::tools {

struct InspectOptions {
  bool json = false;
  bool check = false;     ///< hash the whole file
  bool schedules = false; ///< print each kernel's schedule in the text
  bool blocks = false;    ///< tell which tiles of keys attentions compute
  /// Dims at which memory and work are told; those not named take the
  /// smallest and the largest value. Blocks are told at the largest.
  std::map<std::string, int64_t> dims;
};

/// Fills `report` with text or JSON, ending in a newline; or returns an
/// error's text.
std::string inspectArtifact(const std::string &path,
                            const InspectOptions &options, std::string &report);

/// The same for metadata that has been checked; tells nothing of the file
/// but what the footer says.
std::string inspectMetadata(const runtime::Metadata &metadata,
                            const heddle_footer &footer,
                            const InspectOptions &options, std::string &report);

} // namespace heddle::tools

#endif // HEDDLE_RUNTIME_TOOLS_INSPECT_H
