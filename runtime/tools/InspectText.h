// Renders inspect's JSON for people.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_TOOLS_INSPECTTEXT_H
#define HEDDLE_RUNTIME_TOOLS_INSPECTTEXT_H

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace heddle::tools {

/// The report as text; `schedules` adds each kernel's directives.
std::string inspectText(const nlohmann::ordered_json &report, bool schedules);

/// "1.5 MB".
std::string bytesText(double bytes);

} // namespace heddle::tools

#endif // HEDDLE_RUNTIME_TOOLS_INSPECTTEXT_H
