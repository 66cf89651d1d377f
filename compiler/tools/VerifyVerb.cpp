// heddle verify.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tools/CompileArguments.h"
#include "compiler/tools/CompilerVerbs.h"
#include "compiler/tools/Verify.h"
#include "runtime/tools/Verbs.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <unistd.h>

namespace heddle::tools {

namespace {

struct VerifyArguments {
  CompileArguments compile;
  VerifyOptions verify;
  std::vector<std::string> dims; ///< name=value
};

/// Reads "batch=2"; false when it is none.
bool parseDim(const std::string &text, std::pair<std::string, int64_t> &dim) {
  size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos)
    return false;
  char *end = nullptr;
  dim.first = text.substr(0, equals);
  dim.second = std::strtoll(text.c_str() + equals + 1, &end, 10);
  return *end == '\0' && end != text.c_str() + equals + 1;
}

bool endsWith(const std::string &text, const std::string &end) {
  return text.size() >= end.size() &&
         text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// A file of this process's own, removed at the end.
struct TemporaryFile {
  TemporaryFile() {
    const char *folder = std::getenv("TMPDIR");
    path = std::string(folder ? folder : "/tmp") + "/heddle-verify-XXXXXX";
    int descriptor = mkstemp(path.data());
    if (descriptor >= 0)
      close(descriptor);
  }
  ~TemporaryFile() { unlink(path.c_str()); }
  std::string path;
};

int runVerify(VerifyArguments &arguments) {
  std::string problem = finishArguments(arguments.compile);
  for (const std::string &text : arguments.dims)
    if (!parseDim(text, arguments.verify.dims.emplace_back()))
      problem = "--dims " + text + ": expected NAME=VALUE";
  if (arguments.compile.options.variants.size() > 1)
    problem = "--isa: expected one variant to verify";
  if (!problem.empty()) {
    std::fprintf(stderr, "error: %s\n", problem.c_str());
    return ExitUsage;
  }
  pipeline::Options &options = arguments.compile.options;
  arguments.verify.weights = options.weights;
  if (options.variants.size() == 1)
    arguments.verify.variant = options.variants[0];
  arguments.verify.artifact = options.input;
  if (!endsWith(options.input, ".heddle") && !endsWith(options.input, ".mlir"))
    return verifyArtifact(arguments.verify);
  if (!loadTuning(arguments.compile))
    return ExitInput;
  TemporaryFile file;
  options.output = arguments.verify.artifact = file.path;
  if (!pipeline::compile(options, {}))
    return ExitInput;
  return verifyArtifact(arguments.verify);
}

} // namespace

void addVerifyVerb(CLI::App &app, int &code) {
  auto arguments = std::make_shared<VerifyArguments>();
  CLI::App *verb = app.add_subcommand(
      "verify", "compare a binary with the reference evaluator");
  verb->add_option("artefact", arguments->compile.options.input,
                   "OUT.so, or a model, which is compiled first")
      ->required();
  addCompileOptions(*verb, arguments->compile,
                    "the variant to verify (default the best that runs here)");
  verb->add_option("--dims", arguments->dims,
                   "values of the dims, e.g. batch=2,seq=17 (others random)")
      ->delimiter(',')
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  verb->add_option("--entry", arguments->verify.entry,
                   "the entry point (default: main)")
      ->type_name("NAME");
  verb->add_option("--seed", arguments->verify.seed, "of inputs and dims");
  verb->add_option("--threads", arguments->verify.threads)
      ->check(CLI::Range(1, 1024));
  verb->add_flag("--kernels", arguments->verify.everyKernel,
                 "report every kernel, each fed reference inputs");
  verb->callback([arguments, &code] { code = runVerify(*arguments); });
}

} // namespace heddle::tools
