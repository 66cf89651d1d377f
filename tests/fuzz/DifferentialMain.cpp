// heddle-differential: random models, compiled, against the reference.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/pipeline/Compile.h"
#include "tests/fuzz/Differential.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace {

struct Arguments {
  heddle::fuzz::DifferentialOptions options;
  uint64_t count = 1;
  uint64_t jobs = 1;
  std::string isa = "all";
  std::string file;
  bool noFuse = false, keepGoing = false, print = false, reduce = false;
};

void addOptions(CLI::App &app, Arguments &arguments) {
  heddle::fuzz::DifferentialOptions &options = arguments.options;
  app.add_option("--seed", options.seed, "of the first model");
  app.add_option("--count", arguments.count, "models; each has the next seed");
  app.add_option("--file", arguments.file, "a printed model, not a random one");
  app.add_option("--isa", arguments.isa)
      ->check(CLI::IsMember({"avx2", "avx512", "host", "all"}));
  app.add_option("--jobs", arguments.jobs, "processes; 0: one a CPU");
  app.add_option("--target", options.target, "a device, not the cpu")
      ->check(CLI::IsMember({"opencl"}));
  app.add_flag("--no-fuse", arguments.noFuse, "one op a kernel");
  app.add_flag("--checks", options.checks, "as -O0: checks in the kernels");
  app.add_flag("--strip", options.strip, "no schedules");
  app.add_flag("--lower-only", options.lowerOnly, "stop at phase schedule");
  app.add_flag("--keep-going", arguments.keepGoing, "after a difference");
  app.add_flag("--reduce", arguments.reduce, "print a smaller model");
  app.add_flag("--print", arguments.print, "each model and its comparison");
}

std::string textOf(const Arguments &arguments) {
  if (arguments.file.empty())
    return heddle::fuzz::graphText(arguments.options.seed);
  std::stringstream text;
  text << std::ifstream(arguments.file).rdbuf();
  return text.str();
}

/// True when the model of the seed is as it should be.
bool compareOne(const Arguments &arguments) {
  using heddle::fuzz::Outcome;
  std::string text = textOf(arguments);
  heddle::fuzz::Result result =
      heddle::fuzz::compareGraph(text, arguments.options);
  bool good = result.outcome == Outcome::Same ||
              result.outcome == Outcome::IllConditioned;
  std::cout << "seed " << arguments.options.seed << ": "
            << heddle::fuzz::name(result.outcome) << std::endl;
  if (!good && arguments.reduce)
    text = heddle::fuzz::reduceGraph(text, result.outcome, arguments.options);
  if (!good || arguments.print)
    std::cout << text << result.log << std::flush;
  return good;
}

/// Compares every `step`-th model from the `first` on; how many differ.
uint64_t compareSome(Arguments arguments, uint64_t first, uint64_t step) {
  uint64_t bad = 0;
  arguments.options.seed += first;
  for (uint64_t i = first; i < arguments.count; i += step) {
    bad += compareOne(arguments) ? 0 : 1;
    if (bad && !arguments.keepGoing)
      break;
    arguments.options.seed += step;
  }
  return bad;
}

/// The same for all models, in so many processes. A process that ends badly
/// counts as a difference.
uint64_t compareAll(const Arguments &arguments) {
  uint64_t jobs = arguments.jobs;
  if (jobs == 0)
    jobs = uint64_t(sysconf(_SC_NPROCESSORS_ONLN));
  if (jobs == 1)
    return compareSome(arguments, 0, 1);
  std::vector<pid_t> children;
  for (uint64_t i = 0; i < jobs; ++i) {
    pid_t child = fork();
    if (child == 0)
      _exit(int(std::min<uint64_t>(compareSome(arguments, i, jobs), 255)));
    children.push_back(child);
  }
  uint64_t bad = 0;
  for (pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    bad += WIFEXITED(status) ? uint64_t(WEXITSTATUS(status)) : 1;
  }
  return bad;
}

} // namespace

int main(int argc, char **argv) try {
  if (std::optional<int> child = heddle::pipeline::runChildJob(argc, argv))
    return *child;
  CLI::App app("Compares random models with the reference evaluator.");
  Arguments arguments;
  addOptions(app, arguments);
  CLI11_PARSE(app, argc, argv);
  arguments.options.fuse = !arguments.noFuse;
  if (arguments.isa == "host")
    arguments.isa = __builtin_cpu_supports("avx512f") ? "avx512" : "avx2";
  if (arguments.isa != "all")
    arguments.options.variants = {arguments.isa};
  uint64_t bad = compareAll(arguments);
  std::cout << bad << " of " << arguments.count << " models differ\n";
  return bad ? 1 : 0;
} catch (const std::exception &error) { // out of memory, most likely
  std::fprintf(stderr, "heddle-differential: %s\n", error.what());
  return 3;
}
