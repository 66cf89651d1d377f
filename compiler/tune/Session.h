// A whole run of `heddle tune`: all kernels of a model, in turns.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_TUNE_SESSION_H
#define HEDDLE_COMPILER_TUNE_SESSION_H

#include "compiler/pipeline/Compile.h"
#include "compiler/tune/Tuner.h"

namespace heddle::tune {

struct SessionOptions {
  pipeline::Options model; ///< with one variant
  std::string database;
  std::vector<DimPoint> sizes; ///< to measure at; dims not named are as usual
  uint32_t trials = 32;        ///< a kernel
  uint32_t threads = 1;        ///< of timed runs
  uint64_t seed = 1;
  double seconds = 0; ///< the search's end, checked between steps; 0: none
  pipeline::Progress progress;       ///< may be empty
  std::function<bool()> interrupted; ///< may be empty
};

/// What became of one kernel.
struct KernelReport {
  pipeline::TunableKernel kernel;
  Key key;
  Counts counts;
  Choice choice;
  std::optional<Trial> best;
};

struct SessionReport {
  std::vector<KernelReport> kernels;
  std::string problem; ///< why the run ended before its time; else empty
  bool isOutOfTime = false;
};

/// The usual sizes with those of `given` in them. Fills `wrong` where one
/// names no dim or leaves its range.
std::vector<DimPoint> completeSizes(const std::vector<pipeline::DimInfo> &dims,
                                    const std::vector<std::string> &growsWith,
                                    const std::vector<DimPoint> &given,
                                    std::string &wrong);

/// Searches for the knobs of every kernel of `model` and keeps what it finds.
SessionReport tuneModel(pipeline::TunableModel &model,
                        const SessionOptions &options);

} // namespace heddle::tune

#endif // HEDDLE_COMPILER_TUNE_SESSION_H
