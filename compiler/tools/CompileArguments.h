// Command line options that compile and verify share.
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
};

/// Registers --weights, -D, -O, --isa, --jobs, --no-cache, --strip-schedule,
/// --remarks.
void addCompileOptions(CLI::App &verb, CompileArguments &arguments);

/// Checks what the parser cannot. Empty, or what is wrong with the usage.
std::string finishArguments(CompileArguments &arguments);

} // namespace heddle::tools

#endif // HEDDLE_COMPILER_TOOLS_COMPILEARGUMENTS_H
