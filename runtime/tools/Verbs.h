// The verbs that need the runtime alone: run, bench, inspect. `heddle` and
// `heddle-run` register the same ones.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_TOOLS_VERBS_H
#define HEDDLE_RUNTIME_TOOLS_VERBS_H

#include <functional>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace heddle::tools {

/// Exit codes of every verb.
enum ExitCode {
  ExitDone = 0,
  ExitInput = 1, ///< the input was wrong; a message says how
  ExitUsage = 2,
  ExitBug = 3, ///< ours; a message says what to report
};

/// What `inspect` does with a model's text, which only the compiler can read.
struct ModelInspector {
  /// Registers what a text needs beside its path.
  std::function<void(CLI::App &verb)> addOptions;
  /// Prints what the text declares and gives an exit code; nothing where the
  /// path names no text.
  std::function<std::optional<int>(const std::string &path, bool json)> inspect;
};

/// Each registers a subcommand that, when chosen, does its work while the
/// arguments are parsed and leaves its exit code in `code`, which must
/// outlive `app`. Errors go to standard error as "error: ...".
void addRunVerb(CLI::App &app, int &code);
void addBenchVerb(CLI::App &app, int &code);
void addInspectVerb(CLI::App &app, int &code,
                    const ModelInspector &models = {});

/// Parses the command line and returns the exit code: the verb's, or
/// ExitUsage with a message for a line that does not parse.
int runApp(CLI::App &app, int argc, char **argv, const int &code);

} // namespace heddle::tools

#endif // HEDDLE_RUNTIME_TOOLS_VERBS_H
