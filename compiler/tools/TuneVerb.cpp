// heddle tune.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tools/CompileArguments.h"
#include "compiler/tools/CompilerVerbs.h"
#include "compiler/tools/TuneReport.h"
#include "compiler/tools/Verify.h"
#include "compiler/tune/Jobs.h"
#include "compiler/tune/Processor.h"
#include "compiler/tune/Tuned.h"
#include "runtime/tools/Verbs.h"
#include "schedules/KernelView.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <memory>
#include <sstream>

namespace heddle::tools {

namespace {

/// As shells say it: 128 and the signal's number.
constexpr int exitInterrupted = 128 + SIGINT;
constexpr uint32_t mostTrials = 100000;
constexpr double mostSeconds = 7 * 24 * 3600.0;

volatile std::sig_atomic_t interrupts = 0;

void onInterrupt(int) { interrupts = 1; }

/// Ends the search, not the process: what was found is kept and reported.
void catchInterrupts() {
  struct sigaction action {};
  action.sa_handler = onInterrupt; // without SA_RESTART: waits end
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

struct TuneArguments {
  CompileArguments compile;
  tune::SessionOptions session;
  std::string budget;
  std::vector<std::string> dims;
  bool showSpace = false, asJson = false;
};

/// "90s", "5m", "1h" in seconds; nothing where it is none of them.
std::optional<double> parseBudget(const std::string &text) {
  double number = 0;
  const char *end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, number);
  double unit = 0;
  if (read.ec == std::errc() && end - read.ptr == 1)
    unit = *read.ptr == 's'   ? 1
           : *read.ptr == 'm' ? 60
           : *read.ptr == 'h' ? 3600
                              : 0;
  if (unit == 0 || !(number * unit > 0 && number * unit <= mostSeconds))
    return std::nullopt;
  return number * unit;
}

/// "batch=1,seq=16"; false when it is something else.
bool parseSize(const std::string &text, tune::DimPoint &size) {
  std::istringstream items(text + ",");
  for (std::string item; std::getline(items, item, ',');) {
    size_t equals = item.find('=');
    if (equals == 0 || equals == std::string::npos)
      return false;
    int64_t value = 0;
    const char *end = item.data() + item.size();
    auto read = std::from_chars(item.data() + equals + 1, end, value);
    if (read.ec != std::errc() || read.ptr != end ||
        !size.emplace(item.substr(0, equals), value).second)
      return false;
  }
  return !size.empty();
}

/// The first variant, best first, whose features this processor has, of those
/// that were asked for.
std::string chooseVariant(std::vector<std::string> &variants) {
  if (variants.size() > 1)
    return "--isa: expected one variant to tune";
  std::set<std::string> features = tune::thisProcessor().features;
  for (const schedule::CpuTarget &target : schedule::cpuTargets()) {
    bool runs = std::all_of(
        target.features.begin(), target.features.end(),
        [&](const std::string &feature) { return features.count(feature); });
    if (!runs || (!variants.empty() && variants.front() != target.name))
      continue;
    if (variants.empty() && !target.base.empty())
      continue; // the base has more of the kernels
    variants = {target.name};
    return {};
  }
  return variants.empty()
             ? "this processor runs no variant that could be measured"
             : "--isa " + variants.front() + ": this processor does not run it";
}

/// Checks what the parser cannot. Empty, or what is wrong with the usage.
std::string finishTune(TuneArguments &arguments) {
  pipeline::Options &model = arguments.compile.options;
  std::string problem = finishArguments(arguments.compile);
  // What is found is for artefacts of the same --isa, without one for all.
  model.packForAll = model.variants.empty();
  if (problem.empty())
    problem = chooseVariant(model.variants);
  if (!problem.empty())
    return problem;
  if (!arguments.budget.empty()) {
    std::optional<double> seconds = parseBudget(arguments.budget);
    if (!seconds)
      return "--budget " + arguments.budget +
             ": expected a time above 0 and up to 168h, as in 90s, 5m or 1h";
    arguments.session.seconds = *seconds;
  }
  for (const std::string &text : arguments.dims)
    if (!parseSize(text, arguments.session.sizes.emplace_back()))
      return "--dims " + text +
             ": expected each dim once, as in batch=1,seq=16";
  arguments.session.model = model;
  return {};
}

int search(TuneArguments &arguments, pipeline::TunableModel &model) {
  tune::SessionOptions &options = arguments.session;
  catchInterrupts();
  options.progress = progressLine();
  options.interrupted = [] { return interrupts != 0; };
  tune::SessionReport report = tune::tuneModel(model, options);
  clearProgress(options.progress);
  if (!report.problem.empty()) {
    std::fprintf(stderr, "error: %s\n", report.problem.c_str());
    return ExitInput;
  }
  std::string text = tuneText(report, options, arguments.asJson);
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (interrupts == 0)
    return ExitDone;
  std::fprintf(stderr, "interrupted; what was measured is kept\n");
  return exitInterrupted;
}

int runTune(TuneArguments &arguments) {
  std::string problem = finishTune(arguments);
  if (!problem.empty()) {
    std::fprintf(stderr, "error: %s\n", problem.c_str());
    return ExitUsage;
  }
  std::unique_ptr<pipeline::TunableModel> model = pipeline::TunableModel::read(
      arguments.session.model, pipeline::tunedFamily);
  if (!model)
    return ExitInput;
  if (!arguments.showSpace)
    return search(arguments, *model);
  std::string text = spaceText(*model, arguments.session.model.variants.front(),
                               arguments.asJson);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return ExitDone;
}

/// A candidate's check: the verb `verify` on its artefact.
int checkArtifact(const tune::CheckJob &job, const tune::DimPoint &size) {
  VerifyOptions options;
  options.artifact = job.artifact;
  options.weights = {job.weights};
  options.dims.assign(size.begin(), size.end());
  options.seed = job.seed;
  options.variant = job.variant;
  return verifyArtifact(options);
}

} // namespace

std::optional<int> runTuneJob(int argc, char **argv) {
  return tune::runChildJob(argc, argv, checkArtifact);
}

bool loadTuning(CompileArguments &arguments) {
  if (arguments.tuning.empty())
    return true;
  std::string problem =
      tune::readKnobs(arguments.tuning, arguments.options.knobs);
  if (!problem.empty())
    std::fprintf(stderr, "error: %s\n", problem.c_str());
  return problem.empty();
}

void addTuneVerb(CLI::App &app, int &code) {
  auto arguments = std::make_shared<TuneArguments>();
  tune::SessionOptions &session = arguments->session;
  session.database = "heddle-tuning.db";
  CLI::App *verb = app.add_subcommand(
      "tune", "search for the fastest legal knobs of a model's kernels");
  verb->add_option("model", arguments->compile.options.input,
                   "MODEL.heddle, or a phase up to kernels (.mlir)")
      ->required();
  addKernelOptions(*verb, arguments->compile,
                   "the variant to tune (default the best that runs here)");
  verb->add_option("--tuning", session.database,
                   "the database, made where it is missing")
      ->type_name("DB")
      ->capture_default_str();
  verb->add_option("--dims", arguments->dims,
                   "a size to measure at, e.g. batch=1,seq=16; may be repeated")
      ->type_name("NAME=VALUE,...")
      ->allow_extra_args(false);
  verb->add_option("--trials", session.trials,
                   "legal points a kernel, those in the database too")
      ->check(CLI::Range(uint32_t(1), mostTrials))
      ->capture_default_str();
  verb->add_option("--budget", arguments->budget,
                   "time for the search, e.g. 90s, 5m, 1h (default no end)")
      ->type_name("TIME");
  verb->add_option("--seed", session.seed, "of the search and of the inputs")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb->add_option("--threads", session.threads, "of the runs that are timed")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  verb->add_flag("--show-space", arguments->showSpace,
                 "print knobs, constraints and the number of legal points, and "
                 "do nothing else");
  verb->add_flag("--json", arguments->asJson, "print JSON");
  verb->callback([arguments, &code] { code = runTune(*arguments); });
}

} // namespace heddle::tools
