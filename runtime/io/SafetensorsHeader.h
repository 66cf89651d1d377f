// The JSON header of a safetensors file as plain records. Internal.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_IO_SAFETENSORSHEADER_H
#define HEDDLE_RUNTIME_IO_SAFETENSORSHEADER_H

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::io {

/// One entry of the header, as written and unchecked.
struct SafetensorsEntry {
  std::string name;
  std::string dtype;
  std::vector<uint64_t> shape;
  std::vector<uint64_t> offsets;
  std::set<std::string> fields; ///< which fields were there
};

/// The header's records, with names known to be distinct.
struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;
  std::map<std::string, std::string> notes;
};

/// Reads the JSON text; returns an error's text, empty when all is well.
std::string parseSafetensorsHeader(std::string_view text,
                                   SafetensorsHeader &header);

/// `text` as a JSON string with its quotes; invalid UTF-8 is replaced.
std::string jsonQuote(const std::string &text);

} // namespace heddle::io

#endif // HEDDLE_RUNTIME_IO_SAFETENSORSHEADER_H
