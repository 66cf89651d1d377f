// The named stops on the way from text to artefact. A phase name is API.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_PIPELINE_PHASES_H
#define HEDDLE_COMPILER_PIPELINE_PHASES_H

#include <optional>
#include <string>
#include <string_view>

namespace heddle::pipeline {

/// In order; each is the state after its step.
enum class Phase {
  Ast,      ///< the tree of the text
  Graph,    ///< hgraph, verifier-clean
  Kernels,  ///< hgraph, every op in exactly one kernel
  Host,     ///< host program, kernels outlined
  Halide,   ///< host program, algorithms
  Schedule, ///< host program, algorithms and directives
  Stmt,     ///< the code generator's lowered statements
  Device,   ///< the code for the device, as text
  Objects,  ///< one object a kernel and variant, and the host's
  Artifact  ///< the finished file
};

/// "ast", "graph", ...
const char *name(Phase phase);
std::optional<Phase> phaseFromName(std::string_view name);
/// "ast, graph, kernels, ...", for messages.
std::string phaseNames();

} // namespace heddle::pipeline

#endif // HEDDLE_COMPILER_PIPELINE_PHASES_H
