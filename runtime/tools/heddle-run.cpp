// heddle-run: runs, times and inspects compiled models with the runtime alone.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "heddle/runtime.h"
#include "runtime/tools/Verbs.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

int main(int argc, char **argv) try {
  CLI::App app("Runs, times and inspects models that `heddle compile` wrote. "
               "Running a model runs the code inside its file.",
               "heddle-run");
  app.set_version_flag("--version", heddle_version());
  app.require_subcommand(1);
  int code = heddle::tools::ExitDone;
  heddle::tools::addRunVerb(app, code);
  heddle::tools::addBenchVerb(app, code);
  heddle::tools::addInspectVerb(app, code);
  return heddle::tools::runApp(app, argc, argv, code);
} catch (const std::exception &error) { // the set-up ran out of memory
  std::fprintf(stderr, "error: %s\n", error.what());
  return heddle::tools::ExitBug;
}
