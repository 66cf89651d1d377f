// The search for one kernel's knobs: propose, reject, build, check, time, keep.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_TUNE_TUNER_H
#define HEDDLE_COMPILER_TUNE_TUNER_H

#include "compiler/tune/Search.h"
#include "compiler/tune/Store.h"
#include "compiler/tune/Workbench.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace heddle::tune {

/// How long to search, and when to stop.
struct Bounds {
  uint32_t trials = 32;              ///< legal points, those in the store too
  uint32_t batch = 1;                ///< points compiled together
  unsigned pairs = 51;               ///< timed in a trial
  unsigned lastPairs = 151;          ///< timed when the search ends
  std::function<bool()> interrupted; ///< may be empty. An interrupt ends
                                     ///< children too, so that what they came
                                     ///< to says nothing
};

/// What a search has seen.
struct Counts {
  uint32_t tried = 0;    ///< legal points
  uint32_t known = 0;    ///< of them, from the store
  uint32_t illegal = 0;  ///< rejected before compiling
  uint32_t wrong = 0;    ///< of the tried: differ from the reference
  uint32_t failed = 0;   ///< refused by the code generator, or crashed
  uint32_t timedOut = 0; ///< took too long to compile or run
};

/// A kernel and how it is measured.
struct Subject {
  size_t kernel = 0; ///< for the workbench
  Key key;
  std::vector<DimPoint> measured; ///< sizes that are timed
  /// Sizes that a point is checked at.
  std::function<std::vector<DimPoint>(const Knobs &)> checked;
};

class KernelTuner {
public:
  /// All must outlive the tuner.
  KernelTuner(Subject subject, const Space &space, Search &search,
              Workbench &bench, Store &store, const Bounds &bounds)
      : subject(std::move(subject)), space(space), search(search), bench(bench),
        store(store), bounds(bounds) {}

  /// Reads what the store knows, builds and checks the default. False, with
  /// `problem` set, when the search cannot go on; so of the others.
  bool start();
  /// Tries the next few points; `isDone` when there are none.
  bool step();
  /// Measures the best once more and keeps the choice.
  bool finish();

  bool isDone() const { return done; }
  const Counts &counts() const { return counted; }
  const Choice &choice() const { return chosen; }
  /// The best candidate so far; null where none was timed.
  const Trial *best() const { return leader ? &*leader : nullptr; }
  /// Trials that were measured now.
  const std::vector<Trial> &news() const { return fresh; }
  const std::string &problem() const { return wrong; }

private:
  bool isInterrupted() const {
    return bounds.interrupted && bounds.interrupted();
  }
  bool fail(const std::string &words);
  std::vector<Knobs> nextBatch();
  Trial judge(const Knobs &point, const std::string &file,
              const Verdict &built);
  Verdict measure(const std::string &file, unsigned pairs, Comparison &result);
  void take(const Trial &trial);
  bool keep(const Trial &trial);
  bool chooseNow(const Trial &best, bool isFinal);

  Subject subject;
  const Space &space;
  Search &search;
  Workbench &bench;
  Store &store;
  const Bounds &bounds;
  std::string baseFile, wrong;
  std::map<Knobs, Trial> known;
  std::vector<Trial> fresh;
  std::optional<Trial> leader;
  Counts counted;
  Choice chosen;
  std::optional<Choice> settled; ///< a final one of an earlier search
  bool done = false;
};

} // namespace heddle::tune

#endif // HEDDLE_COMPILER_TUNE_TUNER_H
