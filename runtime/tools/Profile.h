// Where the time of an entry's runs goes: `run --profile`.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_TOOLS_PROFILE_H
#define HEDDLE_RUNTIME_TOOLS_PROFILE_H

#include "runtime/tools/Loaded.h"

#include <nlohmann/json_fwd.hpp>

namespace heddle::tools {

/// What is run, again and again with the same tensors.
struct ProfiledCall {
  const heddle_module *module;
  heddle_session *session;
  uint32_t entry;
  const std::vector<heddle_tensor> &inputs;
  std::vector<heddle_tensor> &outputs;
};

/// Runs warm-ups, then `repeat` timed runs, and fills `report` with medians:
/// the run, its kernels, its dispatches and what is outside them. Returns an
/// exit code.
int profile(const ProfiledCall &call, uint32_t repeat,
            nlohmann::ordered_json &report);

/// The report as a table; with `each`, a row for each dispatch.
std::string profileText(const nlohmann::ordered_json &report, bool each);

} // namespace heddle::tools

#endif // HEDDLE_RUNTIME_TOOLS_PROFILE_H
