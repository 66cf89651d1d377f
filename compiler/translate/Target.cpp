// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The target string of a schedule, with what every kernel of ours needs.

#include "compiler/translate/Kernel.h"

namespace heddle::translate {

Halide::Target makeTarget(llvm::StringRef text, const Options &options) {
  using Halide::Target;
  Target target(text.str());
  // The runtime is the artefact's own, reached through the user context.
  target.set_features({Target::NoRuntime, Target::UserContext});
  if (!options.checks)
    target.set_features({Target::NoAsserts, Target::NoBoundsQuery});
  // "cuda" alone is code for sm_20, which no machine in use runs.
  bool hasCapability = target.get_cuda_capability_lower_bound() > 20;
  if (target.has_feature(Target::CUDA) && !hasCapability)
    throw Halide::CompileError("target '" + text.str() +
                               "' names cuda without a cuda_capability");
  return target;
}

} // namespace heddle::translate
