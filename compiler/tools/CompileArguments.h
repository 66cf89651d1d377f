// Command line options that compile, verify and tune share.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_TOOLS_COMPILEARGUMENTS_H
#define HEDDLE_COMPILER_TOOLS_COMPILEARGUMENTS_H

#include "compiler/pipeline/Compile.h"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace heddle::tools {

/// What stands on the command line, before it is checked.
struct CompileArguments {
  pipeline::Options options;
  std::vector<std::string> defines; ///< name=value
  std::string stopAfter;
  std::string tuning; ///< a database's file
};

/// Registers --weights and -D.
void addModelOptions(CLI::App &verb, CompileArguments &arguments);

/// Registers these and --isa, --jobs, --no-cache. `isa` as below.
void addKernelOptions(CLI::App &verb, CompileArguments &arguments,
                      const std::string &isa);

/// Registers these and --target, --dtype, -O, --strip-schedule, --tuning,
/// --remarks. `isa` says what --isa is: "variants to compile for (default
/// all)", say; the names follow.
void addCompileOptions(CLI::App &verb, CompileArguments &arguments,
                       const std::string &isa);

/// Checks what the parser cannot. Empty, or what is wrong with the usage.
std::string finishArguments(CompileArguments &arguments);

/// Reads the database of --tuning, where it was given. False when it cannot be
/// read, which standard error says.
bool loadTuning(CompileArguments &arguments);

/// One line on a terminal that each message replaces; silent in a pipe.
pipeline::Progress progressLine();
void clearProgress(const pipeline::Progress &progress);

} // namespace heddle::tools

#endif // HEDDLE_COMPILER_TOOLS_COMPILEARGUMENTS_H
