// What a compilation takes from a database.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_TUNE_TUNED_H
#define HEDDLE_COMPILER_TUNE_TUNED_H

#include "compiler/tune/Store.h"

namespace heddle::tune {

/// For each kernel the newest of the choices made on `processor` with the
/// compiler of `versions`; the others are counted. Keeps what it is given.
pipeline::KnobSource knobSource(const std::string &name,
                                std::vector<ChoiceRecord> choices,
                                const std::string &processor,
                                const std::string &versions);

/// Reads all choices of a file for this machine and compiler. Empty, or what
/// is wrong with the file.
std::string readKnobs(const std::string &path, pipeline::KnobSource &result);

} // namespace heddle::tune

#endif // HEDDLE_COMPILER_TUNE_TUNED_H
