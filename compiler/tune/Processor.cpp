// Linux's description of the processor: see Processor.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tune/Processor.h"

#include <fstream>
#include <sstream>

namespace heddle::tune {

Processor parseProcessor(const std::string &text) {
  Processor processor;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line) && !line.empty();) {
    size_t colon = line.find(':');
    if (colon == std::string::npos)
      continue;
    size_t start = line.find_first_not_of(' ', colon + 1);
    std::string value = start == std::string::npos ? "" : line.substr(start);
    if (line.starts_with("model name"))
      processor.model = value;
    if (!line.starts_with("flags"))
      continue;
    std::istringstream words(value);
    for (std::string word; words >> word;)
      processor.features.insert(word);
  }
  return processor;
}

Processor thisProcessor() {
  std::ifstream file("/proc/cpuinfo");
  std::stringstream text;
  text << file.rdbuf();
  return parseProcessor(text.str());
}

} // namespace heddle::tune
