// Child processes of a tuner: candidates run in them alone, so that a crash,
// endless loop or hunger for memory is a candidate's end and not the tuner's.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_TUNE_JOBS_H
#define HEDDLE_COMPILER_TUNE_JOBS_H

#include "compiler/tune/Workbench.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace heddle::tune {

/// What a child may use.
struct RunLimits {
  unsigned seconds = 60;
  uint64_t bytes = uint64_t(8) << 30;
};

/// A comparison of an artefact with the reference.
struct CheckJob {
  std::string artifact, weights, variant;
  std::vector<DimPoint> sizes;
  uint64_t seed = 1;
};

/// Runs of two artefacts in turns.
struct TimeJob {
  std::string base, candidate, variant;
  DimPoint dims;
  unsigned pairs = 1;
  uint32_t threads = 1; ///< pinned to as many CPUs, where there are enough
};

/// Runs a job in a child process of this program.
Verdict runCheck(const CheckJob &job, const RunLimits &limits);
Verdict runTime(const TimeJob &job, const RunLimits &limits,
                Comparison &result);

/// Compares an artefact with the reference at one size: 0, or an exit code
/// with the reason on standard error.
using Checker = std::function<int(const CheckJob &job, const DimPoint &size)>;

/// A child process of a tuner: every program that tunes calls this first in
/// main, and returns what it gives, if anything.
std::optional<int> runChildJob(int argc, char **argv, const Checker &checker);

/// Times both artefacts in this process. Empty, or what went wrong.
std::string timePairs(const TimeJob &job, std::vector<double> &base,
                      std::vector<double> &candidate);

} // namespace heddle::tune

#endif // HEDDLE_COMPILER_TUNE_JOBS_H
