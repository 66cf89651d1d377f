// heddle compile, heddle targets.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tools/CompileArguments.h"
#include "compiler/tools/CompilerVerbs.h"
#include "runtime/tools/Verbs.h"
#include "schedules/KernelView.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <unistd.h>

namespace heddle::tools {

namespace {

std::string variantNames() {
  std::string names;
  for (const schedule::CpuTarget &target : schedule::cpuTargets())
    names += (names.empty() ? "" : ", ") + target.name;
  return names;
}

std::string targetNames() {
  std::string names = "cpu";
  for (const schedule::GpuTarget &target : schedule::gpuTargets())
    names += ", " + target.name;
  return names;
}

constexpr const char *dtypes[] = {"f32", "bf16", "int8"};

std::string dtypeNames() {
  std::string names;
  for (const char *dtype : dtypes)
    names += (names.empty() ? "" : ", ") + std::string(dtype);
  return names;
}

/// Empty, or why the target cannot be compiled for as asked.
std::string checkTarget(const CompileArguments &arguments) {
  const pipeline::Options &options = arguments.options;
  if (options.target.empty() || options.target == "cpu")
    return {};
  std::string asked = "--target " + options.target + ": ";
  for (const schedule::GpuTarget &target : schedule::gpuTargets()) {
    if (target.name != options.target)
      continue;
    if (!options.variants.empty())
      return asked + "--isa chooses among variants of the cpu";
    if (!arguments.tuning.empty())
      return asked + "--tuning has knobs of the cpu";
    if (options.stripSchedule)
      return asked + "--strip-schedule leaves no loops for a device";
    if (!target.runs && options.stopAfter > pipeline::Phase::Device)
      return asked + "the runtime cannot run it yet; expected --stop-after "
                     "device at the latest";
    return {};
  }
  return asked + "expected one of " + targetNames();
}

int usage(const std::string &problem) {
  std::fprintf(stderr, "error: %s\n", problem.c_str());
  return ExitUsage;
}

} // namespace

pipeline::Progress progressLine() {
  if (!isatty(STDERR_FILENO))
    return {};
  return [](const std::string &message) {
    std::fprintf(stderr, "\r\033[K%s", message.c_str());
    std::fflush(stderr);
  };
}

void clearProgress(const pipeline::Progress &progress) {
  if (progress)
    std::fprintf(stderr, "\r\033[K");
}

void addModelOptions(CLI::App &verb, CompileArguments &arguments) {
  pipeline::Options &options = arguments.options;
  verb.add_option("--weights", options.weights,
                  "a safetensors file, once for each; or random:SEED")
      ->type_name("FILE")
      ->allow_extra_args(false);
  verb.add_option("-D", arguments.defines, "set a parameter of the model")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
}

void addKernelOptions(CLI::App &verb, CompileArguments &arguments,
                      const std::string &isa) {
  pipeline::Options &options = arguments.options;
  addModelOptions(verb, arguments);
  verb.add_option("--isa", options.variants, isa + ": " + variantNames())
      ->delimiter(',')
      ->type_name("NAME,NAME")
      ->allow_extra_args(false);
  verb.add_option("--jobs", options.jobs,
                  "child processes at once (default one a CPU)")
      ->check(CLI::Range(1, 1024));
  verb.add_flag_callback(
      "--no-cache", [&options] { options.useCache = false; },
      "compile every kernel anew");
}

void addCompileOptions(CLI::App &verb, CompileArguments &arguments,
                       const std::string &isa) {
  pipeline::Options &options = arguments.options;
  addKernelOptions(verb, arguments, isa);
  verb.add_option("--target", options.target,
                  "what runs the kernels: " + targetNames() + " (default cpu)")
      ->type_name("NAME");
  verb.add_option("--dtype", options.dtype,
                  "what linears are computed of that do not say: " +
                      dtypeNames() + " (default f32)")
      ->type_name("NAME");
  verb.add_option("-O", options.optimization,
                  "0: one op a kernel, checks in kernels; 1: no checks; 2, 3: "
                  "kernels fused (default 2)")
      ->check(CLI::Range(0, 3));
  verb.add_flag("--strip-schedule", options.stripSchedule,
                "algorithms without schedules: slow, right");
  verb.add_option("--tuning", arguments.tuning,
                  "a database of heddle tune, whose knobs are taken")
      ->type_name("DB");
  verb.add_flag("--remarks", options.remarks, "say what was decided and why");
}

std::string finishArguments(CompileArguments &arguments) {
  for (const std::string &define : arguments.defines) {
    size_t equals = define.find('=');
    if (equals == 0 || equals == std::string::npos)
      return "-D " + define + ": expected NAME=VALUE";
    arguments.options.defines.emplace_back(define.substr(0, equals),
                                           define.substr(equals + 1));
  }
  if (!arguments.stopAfter.empty()) {
    std::optional<pipeline::Phase> phase =
        pipeline::phaseFromName(arguments.stopAfter);
    if (!phase)
      return "--stop-after " + arguments.stopAfter + ": expected one of " +
             pipeline::phaseNames();
    arguments.options.stopAfter = *phase;
  }
  for (const std::string &name : arguments.options.variants) {
    bool known = false;
    for (const schedule::CpuTarget &target : schedule::cpuTargets())
      known |= target.name == name;
    if (!known)
      return "--isa " + name + ": expected one of " + variantNames();
  }
  const std::string &dtype = arguments.options.dtype;
  if (!dtype.empty() && std::find(std::begin(dtypes), std::end(dtypes),
                                  dtype) == std::end(dtypes))
    return "--dtype " + dtype + ": expected one of " + dtypeNames();
  return checkTarget(arguments);
}

void addCompileVerb(CLI::App &app, int &code) {
  auto arguments = std::make_shared<CompileArguments>();
  CLI::App *verb =
      app.add_subcommand("compile", "compile a model to one binary");
  verb->add_option("model", arguments->options.input,
                   "MODEL.heddle, or a phase printed by --stop-after (.mlir)")
      ->required();
  addCompileOptions(*verb, *arguments, "variants to compile for (default all)");
  verb->add_option("--stop-after", arguments->stopAfter,
                   "print the state after a phase: " + pipeline::phaseNames())
      ->type_name("PHASE");
  verb->add_option("-o", arguments->options.output,
                   "where the result goes (default: the model's name with .so; "
                   "a phase to standard output)")
      ->type_name("OUT");
  verb->callback([arguments, &code] {
    std::string problem = finishArguments(*arguments);
    if (problem.empty() && arguments->options.output == "-" &&
        arguments->options.stopAfter >= pipeline::Phase::Objects)
      problem = "-o -: an artefact and objects go to files, not to standard "
                "output";
    if (!problem.empty()) {
      code = usage(problem);
      return;
    }
    code = ExitInput;
    if (!loadTuning(*arguments))
      return;
    pipeline::Progress progress = progressLine();
    bool done = pipeline::compile(arguments->options, progress);
    clearProgress(progress);
    code = done ? ExitDone : ExitInput;
  });
}

void addTargetsVerb(CLI::App &app, int &code) {
  CLI::App *verb = app.add_subcommand(
      "targets", "list the variants that a binary is compiled for");
  verb->callback([&code] {
    for (const schedule::CpuTarget &target : schedule::cpuTargets()) {
      std::printf("%-8s %s\n", target.name.c_str(), target.halide.c_str());
      std::printf("         needs");
      for (const std::string &feature : target.features)
        std::printf(" %s", feature.c_str());
      std::printf("\n");
    }
    for (const schedule::GpuTarget &target : schedule::gpuTargets())
      std::printf("%-8s %s\n         %s\n", target.name.c_str(),
                  target.halide.c_str(),
                  target.runs ? "needs --target and a device where it runs"
                              : "needs --target; code only, not run yet");
    code = ExitDone;
  });
}

} // namespace heddle::tools
