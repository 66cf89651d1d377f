// One kernel's search, step by step: see Tuner.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tune/Tuner.h"

namespace heddle::tune {

bool KernelTuner::fail(const std::string &words) {
  wrong = words;
  return false;
}

/// Counts a trial, of the store or made now, and remembers the best.
void KernelTuner::take(const Trial &trial) {
  ++counted.tried;
  counted.wrong += trial.status == Status::Wrong;
  counted.timedOut += trial.status == Status::TimedOut;
  counted.failed +=
      trial.status == Status::Refused || trial.status == Status::Crashed;
  search.observe(trial);
  if (trial.status == Status::Measured &&
      (!leader || trial.figures.atLeast > leader->figures.atLeast))
    leader = trial;
}

bool KernelTuner::start() {
  std::vector<Trial> trials;
  std::string problem = store.trials(subject.key, trials);
  std::optional<Choice> earlier;
  if (problem.empty())
    problem = store.choice(subject.key, earlier);
  if (!problem.empty())
    return fail(problem);
  if (earlier)
    chosen = *earlier;
  if (earlier && earlier->isFinal)
    settled = earlier;
  for (const Trial &trial : trials)
    known[trial.knobs] = trial;

  std::vector<std::string> files;
  std::vector<Verdict> built;
  if (!bench.build(subject.kernel, {Knobs()}, files, built))
    return fail("the kernel cannot be compiled by itself");
  baseFile = files.front();
  Verdict verdict = built.front();
  if (verdict.status == Status::Measured)
    verdict = bench.check(baseFile, subject.checked(space.initial()));
  if (isInterrupted())
    return true;
  if (verdict.status != Status::Measured)
    return fail("the default is not usable: " +
                std::string(name(verdict.status)) + ": " + verdict.words);
  return true;
}

/// The next legal points that nothing is known of; known ones are taken on
/// the way.
std::vector<Knobs> KernelTuner::nextBatch() {
  std::vector<Knobs> batch;
  while (batch.size() < bounds.batch &&
         counted.tried + batch.size() < bounds.trials) {
    std::optional<Knobs> point = search.propose();
    if (!point) {
      done = true;
      break;
    }
    if (!space.problem(*point).empty()) {
      ++counted.illegal;
      continue;
    }
    if (*point == space.initial())
      continue;
    auto found = known.find(*point);
    if (found == known.end()) {
      batch.push_back(*point);
      continue;
    }
    ++counted.known;
    take(found->second);
  }
  done |= counted.tried + batch.size() >= bounds.trials;
  return batch;
}

Verdict KernelTuner::measure(const std::string &file, unsigned pairs,
                             Comparison &result) {
  std::vector<Comparison> sizes;
  for (const DimPoint &dims : subject.measured) {
    Comparison one;
    Verdict verdict = bench.time(baseFile, file, dims, pairs, one);
    if (verdict.status != Status::Measured)
      return verdict;
    sizes.push_back(one);
  }
  result = combine(sizes);
  return {};
}

/// Checks a built point, and times it only where it is right.
Trial KernelTuner::judge(const Knobs &point, const std::string &file,
                         const Verdict &built) {
  Trial trial{point, built.status, built.words, {}};
  Verdict verdict = built;
  if (verdict.status == Status::Measured)
    verdict = bench.check(file, subject.checked(point));
  if (verdict.status == Status::Measured && !isInterrupted())
    verdict = measure(file, bounds.pairs, trial.figures);
  trial.status = verdict.status;
  trial.words = verdict.words;
  return trial;
}

bool KernelTuner::chooseNow(const Trial &best, bool isFinal) {
  chosen = {isGain(best.figures) ? best.knobs : Knobs(), best.figures,
            counted.tried, isFinal};
  // What was sure once is not given up for a candidate that is not.
  if (isFinal && chosen.knobs.empty() && settled && !settled->knobs.empty())
    chosen = *settled;
  std::string problem = store.choose(subject.key, chosen);
  return problem.empty() || fail(problem);
}

/// Stores a trial that was made now, and the choice where it leads.
bool KernelTuner::keep(const Trial &trial) {
  std::string problem = store.add(subject.key, trial);
  if (!problem.empty())
    return fail(problem);
  fresh.push_back(trial);
  take(trial);
  bool leads = leader && leader->knobs == trial.knobs;
  return !leads || !isGain(trial.figures) || chooseNow(trial, false);
}

bool KernelTuner::step() {
  std::vector<Knobs> batch = nextBatch();
  if (batch.empty())
    return true;
  std::vector<std::string> files;
  std::vector<Verdict> built;
  if (!bench.build(subject.kernel, batch, files, built))
    return isInterrupted() || fail("no candidate can be compiled");
  bool good = true;
  for (size_t i = 0; i < batch.size(); ++i) {
    Trial trial;
    if (good && !isInterrupted())
      trial = judge(batch[i], files[i], built[i]);
    bench.drop(files[i]);
    if (isInterrupted())
      done = true;
    else if (good)
      good = keep(trial);
  }
  return good;
}

bool KernelTuner::finish() {
  if (isInterrupted() || !leader || (fresh.empty() && settled))
    return true;
  std::vector<std::string> files;
  std::vector<Verdict> built;
  if (!bench.build(subject.kernel, {leader->knobs}, files, built))
    return fail("the best candidate cannot be compiled again");
  Trial last = *leader;
  Verdict verdict = built.front();
  if (verdict.status == Status::Measured)
    verdict = measure(files.front(), bounds.lastPairs, last.figures);
  bench.drop(files.front());
  if (isInterrupted())
    return true;
  if (verdict.status != Status::Measured)
    return fail("the best candidate does not run again: " + verdict.words);
  return chooseNow(last, true);
}

} // namespace heddle::tune
