// Renders inspect's JSON for people.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_TOOLS_INSPECTTEXT_H
#define HEDDLE_RUNTIME_TOOLS_INSPECTTEXT_H

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace heddle::tools {

/// The report as text; `schedules` adds each kernel's directives.
std::string inspectText(const nlohmann::ordered_json &report, bool schedules);

/// One line: "  input  tokens  i32 [batch, seq] in 0..9"; no word without a
/// role; and its documentation under it.
void printTensor(std::ostream &out, const std::string &role,
                 const nlohmann::ordered_json &tensor);

/// What documents a thing, its lines behind `indent`; nothing without a "doc".
void printDoc(std::ostream &out, const nlohmann::ordered_json &documented,
              const std::string &indent);

/// An entry's name, inputs and outputs, a line each.
void printSignature(std::ostream &out, const nlohmann::ordered_json &entry);

/// One line: "  layers     6".
void printNamed(std::ostream &out, const std::string &name,
                const nlohmann::ordered_json &value);

/// The dims with their ranges under a heading; nothing where there is none.
void printDims(std::ostream &out, const nlohmann::ordered_json &dims);

/// "1.5 MB".
std::string bytesText(double bytes);

/// Names separated by commas and quoted, for "there is ..." messages.
std::string quotedList(const std::vector<std::string> &names);

} // namespace heddle::tools

#endif // HEDDLE_RUNTIME_TOOLS_INSPECTTEXT_H
