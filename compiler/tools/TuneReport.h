// What heddle tune prints.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_TOOLS_TUNEREPORT_H
#define HEDDLE_COMPILER_TOOLS_TUNEREPORT_H

#include "compiler/tune/Session.h"

#include <string>

namespace heddle::tools {

/// The knobs of every kernel: values, constraints, legal points.
std::string spaceText(const pipeline::TunableModel &model,
                      const std::string &variant, bool asJson);

/// What a search came to, a kernel a row.
std::string tuneText(const tune::SessionReport &report,
                     const tune::SessionOptions &options, bool asJson);

} // namespace heddle::tools

#endif // HEDDLE_COMPILER_TOOLS_TUNEREPORT_H
