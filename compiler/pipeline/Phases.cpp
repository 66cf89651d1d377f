// Names of the phases.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/pipeline/Phases.h"

namespace heddle::pipeline {

namespace {
constexpr const char *names[] = {"ast",     "graph",    "kernels", "host",
                                 "halide",  "schedule", "stmt",    "device",
                                 "objects", "artifact"};
} // namespace

const char *name(Phase phase) { return names[size_t(phase)]; }

std::optional<Phase> phaseFromName(std::string_view name) {
  for (size_t i = 0; i < std::size(names); ++i)
    if (name == names[i])
      return Phase(i);
  return std::nullopt;
}

std::string phaseNames() {
  std::string list;
  for (const char *name : names)
    list += (list.empty() ? "" : ", ") + std::string(name);
  return list;
}

} // namespace heddle::pipeline
