// heddle: compiles a model's text to an artefact, runs, verifies, tunes, times
// and inspects it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/pipeline/Compile.h"
#include "compiler/tools/CompilerVerbs.h"
#include "heddle/runtime.h"
#include "runtime/tools/Verbs.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

int main(int argc, char **argv) try {
  if (std::optional<int> child = heddle::pipeline::runChildJob(argc, argv))
    return *child;
  if (std::optional<int> child = heddle::tools::runTuneJob(argc, argv))
    return *child;
  CLI::App app("Compiles Transformer models to single-file binaries.",
               "heddle");
  app.set_version_flag("--version", heddle_version());
  app.require_subcommand(1);
  int code = heddle::tools::ExitDone;
  heddle::tools::addCompileVerb(app, code);
  heddle::tools::addRunVerb(app, code);
  heddle::tools::addVerifyVerb(app, code);
  heddle::tools::addTuneVerb(app, code);
  heddle::tools::addBenchVerb(app, code);
  heddle::tools::addInspectVerb(app, code, heddle::tools::modelInspector());
  heddle::tools::addTargetsVerb(app, code);
  return heddle::tools::runApp(app, argc, argv, code);
} catch (const std::exception &error) { // the set-up ran out of memory
  std::fprintf(stderr, "error: %s\n", error.what());
  return heddle::tools::ExitBug;
}
