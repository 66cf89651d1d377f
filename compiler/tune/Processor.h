// What the processor is: measurements of another model do not count.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_TUNE_PROCESSOR_H
#define HEDDLE_COMPILER_TUNE_PROCESSOR_H

#include <set>
#include <string>

namespace heddle::tune {

struct Processor {
  std::string model;              ///< "Intel(R) Xeon(R) Processor"
  std::set<std::string> features; ///< "avx2", ...
};

/// Reads the first processor of a text like Linux's cpuinfo.
Processor parseProcessor(const std::string &text);
/// This machine's.
Processor thisProcessor();

} // namespace heddle::tune

#endif // HEDDLE_COMPILER_TUNE_PROCESSOR_H
