// The compiler as one call, with no type of MLIR in sight.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_PIPELINE_COMPILE_H
#define HEDDLE_COMPILER_PIPELINE_COMPILE_H

#include "compiler/pipeline/Options.h"

#include <functional>
#include <optional>
#include <string>

namespace heddle::pipeline {

/// Work that was done, for a progress line: "kernel 3 of 14".
using Progress = std::function<void(const std::string &)>;

/// From text to the phase asked for. True when it was reached; otherwise the
/// input was wrong, standard error says where, and no file has changed.
bool compile(const Options &options, const Progress &progress);

/// A child process of a compilation: every program that compiles calls this
/// first in main, and returns what it gives, if anything.
std::optional<int> runChildJob(int argc, char **argv);

} // namespace heddle::pipeline

#endif // HEDDLE_COMPILER_PIPELINE_COMPILE_H
