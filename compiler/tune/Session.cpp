// Kernels take turns, so that a budget that ends early has served all: see
// Session.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tune/Session.h"

#include "compiler/tune/KernelBench.h"
#include "compiler/tune/Processor.h"
#include "compiler/tune/Sizes.h"

#include <algorithm>
#include <chrono>
#include <thread>

namespace heddle::tune {

namespace {

using Clock = std::chrono::steady_clock;

/// All that one kernel's search needs, in the order of its making.
struct Candidate {
  Candidate(const pipeline::TunableKernel &kernel, Space::Check check)
      : kernel(kernel), space(kernel.knobs, std::move(check)) {}

  const pipeline::TunableKernel &kernel;
  Space space;
  std::unique_ptr<Search> search;
  std::unique_ptr<KernelTuner> tuner;
  Key key;
};

class Session {
public:
  Session(pipeline::TunableModel &model, const SessionOptions &options)
      : model(model), options(options),
        end(Clock::now() + std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double>(options.seconds))),
        bench(model, benchOptions()) {}

  SessionReport run();

private:
  BenchOptions benchOptions() const;
  unsigned jobs() const {
    return options.model.jobs
               ? options.model.jobs
               : std::max(1u, std::thread::hardware_concurrency());
  }
  std::string prepare();
  std::string add(size_t index);
  std::string search();
  void say(const Candidate &candidate, const char *doing) const;
  bool isOver() const { return options.seconds > 0 && Clock::now() >= end; }
  bool isInterrupted() const {
    return options.interrupted && options.interrupted();
  }

  pipeline::TunableModel &model;
  const SessionOptions &options;
  Clock::time_point end;
  KernelBench bench;
  Bounds bounds;
  Store store;
  std::vector<std::unique_ptr<Candidate>> candidates;
  bool isOutOfTime = false;
};

BenchOptions Session::benchOptions() const {
  BenchOptions result;
  result.variant = options.model.variants.front();
  result.seed = options.seed;
  result.threads = options.threads;
  result.build.processes = jobs();
  return result;
}

std::string Session::add(size_t index) {
  const pipeline::TunableKernel &kernel = model.kernels()[index];
  std::string wrong;
  Subject subject;
  subject.kernel = index;
  subject.measured =
      completeSizes(model.dims(), kernel.growsWith, options.sizes, wrong);
  if (!wrong.empty())
    return wrong;
  auto work = [this, index](const DimPoint &dims) {
    return model.work(index, dims);
  };
  subject.checked = [this, &kernel, work](const Knobs &knobs) {
    return raggedSizes(model.dims(), kernel.growsWith, knobs, work);
  };
  Key &key = subject.key;
  key.kernel = kernel.identity;
  key.family = pipeline::tunedFamily;
  for (const DimPoint &size : subject.measured)
    key.bucket += (key.bucket.empty() ? "" : ";") + sizeText(size);
  key.target = options.model.variants.front();
  key.processor = thisProcessor().model;
  key.versions = pipeline::compilerVersions();
  key.threads = options.threads;
  auto candidate =
      std::make_unique<Candidate>(kernel, [this, index](const Knobs &knobs) {
        return model.problem(index, knobs);
      });
  candidate->search = randomSearch(candidate->space, options.seed);
  candidate->key = key;
  candidate->tuner =
      std::make_unique<KernelTuner>(std::move(subject), candidate->space,
                                    *candidate->search, bench, store, bounds);
  candidates.push_back(std::move(candidate));
  return {};
}

std::string Session::prepare() {
  bounds.trials = options.trials;
  bounds.batch = jobs();
  bounds.interrupted = options.interrupted;
  for (size_t index = 0; index < model.kernels().size(); ++index)
    if (std::string wrong = add(index); !wrong.empty())
      return wrong;
  std::string wrong = bench.problem();
  return wrong.empty() ? store.open(options.database, Store::Access::Write)
                       : wrong;
}

void Session::say(const Candidate &candidate, const char *doing) const {
  if (!options.progress)
    return;
  const Counts &counts = candidate.tuner->counts();
  options.progress(candidate.kernel.origin + ": " + doing + ", " +
                   std::to_string(counts.tried) + " of at most " +
                   std::to_string(options.trials) + " tried, " +
                   std::to_string(counts.illegal) + " illegal");
}

std::string Session::search() {
  for (auto &candidate : candidates) {
    say(*candidate, "the default");
    if (!isInterrupted() && !candidate->tuner->start())
      return candidate->kernel.origin + ": " + candidate->tuner->problem();
  }
  bool isBusy = true;
  while (isBusy && !isInterrupted() && !isOutOfTime) {
    isBusy = false;
    for (auto &candidate : candidates) {
      isOutOfTime = isOver();
      if (candidate->tuner->isDone() || isInterrupted() || isOutOfTime)
        continue;
      say(*candidate, "searching");
      if (!candidate->tuner->step())
        return candidate->kernel.origin + ": " + candidate->tuner->problem();
      isBusy = true;
    }
  }
  for (auto &candidate : candidates) {
    say(*candidate, "the best once more");
    if (!candidate->tuner->finish())
      return candidate->kernel.origin + ": " + candidate->tuner->problem();
  }
  return {};
}

SessionReport Session::run() {
  SessionReport report;
  report.problem = prepare();
  if (report.problem.empty())
    report.problem = search();
  report.isOutOfTime = isOutOfTime;
  for (const auto &candidate : candidates) {
    const Trial *best = candidate->tuner->best();
    report.kernels.push_back({candidate->kernel, candidate->key,
                              candidate->tuner->counts(),
                              candidate->tuner->choice(),
                              best ? std::optional(*best) : std::nullopt});
  }
  return report;
}

} // namespace

static std::string namesOf(const std::vector<pipeline::DimInfo> &dims) {
  std::string text;
  for (const pipeline::DimInfo &dim : dims)
    text += (text.empty() ? "\"" : ", \"") + dim.name + "\"";
  return text.empty() ? "none" : text;
}

std::vector<DimPoint> completeSizes(const std::vector<pipeline::DimInfo> &dims,
                                    const std::vector<std::string> &growsWith,
                                    const std::vector<DimPoint> &given,
                                    std::string &wrong) {
  std::vector<DimPoint> sizes;
  for (const DimPoint &size : given) {
    DimPoint &whole = sizes.emplace_back(usualSize(dims, growsWith));
    for (const auto &[name, value] : size) {
      auto isNamed = [&name = name](const auto &dim) {
        return dim.name == name;
      };
      auto dim = std::find_if(dims.begin(), dims.end(), isNamed);
      if (dim == dims.end())
        wrong = "no dim \"" + name + "\"; there is " + namesOf(dims);
      else if (value < dim->min || value > dim->max)
        wrong = "dim '" + name + "' is " + std::to_string(value) +
                "; expected " + std::to_string(dim->min) + ".." +
                std::to_string(dim->max);
      else
        whole[name] = value;
    }
  }
  if (sizes.empty())
    sizes.push_back(usualSize(dims, growsWith));
  return sizes;
}

SessionReport tuneModel(pipeline::TunableModel &model,
                        const SessionOptions &options) {
  return Session(model, options).run();
}

} // namespace heddle::tune
