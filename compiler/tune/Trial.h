// What trying a point came to, and the statistics of its times.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_TUNE_TRIAL_H
#define HEDDLE_COMPILER_TUNE_TRIAL_H

#include "compiler/pipeline/Knobs.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::tune {

/// The median of a sample and its tenth and ninetieth percentile.
struct Interval {
  double low = 0, median = 0, high = 0;
};

/// A candidate against the default, measured in turns.
struct Comparison {
  Interval base, candidate; ///< nanoseconds a run
  Interval ratio;           ///< of the pairs: base by candidate, above 1 a gain
  double atLeast = 0;       ///< what the ratio's median is at least, surely
};

/// A gain below this is none: what a link order may cost or give.
inline constexpr double leastGain = 1.01;

/// True when the candidate is faster beyond doubt.
inline bool isGain(const Comparison &comparison) {
  return comparison.atLeast > leastGain;
}

/// `base[i]` and `candidate[i]` were measured one after the other. `atLeast`
/// is the order statistic that the median exceeds but once in 700 times
/// (three sigmas), whatever the distribution. Not for empty samples.
Comparison compare(const std::vector<double> &base,
                   const std::vector<double> &candidate);

/// One comparison for several sizes: times add up, ratios have their geometric
/// mean.
Comparison combine(const std::vector<Comparison> &sizes);

/// How a trial ended.
enum class Status {
  Measured, ///< right, and timed
  Wrong,    ///< never timed: it differs from the reference
  Refused,  ///< by the code generator
  Crashed,  ///< in the compiler or in a run
  TimedOut  ///< in the compiler or in a run
};

/// "measured", "wrong", ...
const char *name(Status status);
std::optional<Status> statusFromName(std::string_view name);

struct Trial {
  pipeline::Knobs knobs;
  Status status = Status::Measured;
  std::string words;  ///< what was wrong
  Comparison figures; ///< where measured
};

} // namespace heddle::tune

#endif // HEDDLE_COMPILER_TUNE_TRIAL_H
