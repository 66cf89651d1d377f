// The verbs that need the compiler: compile, verify, tune, targets.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_TOOLS_COMPILERVERBS_H
#define HEDDLE_COMPILER_TOOLS_COMPILERVERBS_H

#include <optional>

namespace CLI {
class App;
}

namespace heddle::tools {

struct ModelInspector;

/// As the runtime's verbs: each registers a subcommand that leaves its exit
/// code in `code`, which must outlive `app`.
void addCompileVerb(CLI::App &app, int &code);
void addVerifyVerb(CLI::App &app, int &code);
void addTuneVerb(CLI::App &app, int &code);
void addTargetsVerb(CLI::App &app, int &code);

/// A child process of a search: main returns what it gives, if anything.
std::optional<int> runTuneJob(int argc, char **argv);

/// For addInspectVerb: reads texts that end in .heddle; -D and --weights.
ModelInspector modelInspector();

} // namespace heddle::tools

#endif // HEDDLE_COMPILER_TOOLS_COMPILERVERBS_H
