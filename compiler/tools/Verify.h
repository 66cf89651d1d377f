// Compares an artefact with the reference evaluator of the graph it was
// compiled from, and finds the first kernel that is wrong.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_TOOLS_VERIFY_H
#define HEDDLE_COMPILER_TOOLS_VERIFY_H

#include "heddle/runtime.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace heddle::tools {

struct VerifyOptions {
  std::string artifact;             ///< the file to check
  std::vector<std::string> weights; ///< the original files, or random:SEED
  std::vector<std::pair<std::string, int64_t>> dims; ///< others are random
  std::string entry; ///< empty: the only one, or "main"
  uint64_t seed = 1;
  std::string variant; ///< empty: the best
  uint32_t threads = 1;
  uint32_t slice = HEDDLE_SLICE_AUTO; ///< as in heddle_session_options
  bool everyKernel = false; ///< report each kernel, not only the first bad
};

/// Evaluates the graph of the `graph` phase in double on random inputs, with
/// weights read from the original files, and compares the outputs under the
/// tolerance table. Where one is out of tolerance, each kernel is fed reference
/// inputs and the first bad one is named. Prints a table; returns an exit code.
int verifyArtifact(const VerifyOptions &options);

} // namespace heddle::tools

#endif // HEDDLE_COMPILER_TOOLS_VERIFY_H
