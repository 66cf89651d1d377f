// What a compilation is told.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_PIPELINE_OPTIONS_H
#define HEDDLE_COMPILER_PIPELINE_OPTIONS_H

#include "compiler/pipeline/Knobs.h"
#include "compiler/pipeline/Phases.h"

#include <string>
#include <utility>
#include <vector>

namespace heddle::pipeline {

struct Options {
  std::string input;                ///< a .heddle text or a printed phase
  std::vector<std::string> weights; ///< safetensors files or random:SEED
  std::vector<std::pair<std::string, std::string>> defines;
  Phase stopAfter = Phase::Artifact;
  /// Where the result goes; a folder for `objects`; empty: standard output,
  /// or beside the input for an artefact.
  std::string output;
  /// "cpu" or one of gpuTargets(); empty: the cpu, or what a printed phase was
  /// lowered for.
  std::string target;
  /// What linears that say nothing are computed of: "f32", "bf16", "int8";
  /// empty: f32.
  std::string dtype;
  std::vector<std::string> variants; ///< of cpuTargets(); empty: all
  bool packForAll = false; ///< weights are packed as if all were compiled
  int optimization = 2;    ///< 0: one op a kernel, checks in kernels; 1: checks
                           ///< off; 2, 3: kernels fused
  bool stripSchedule = false; ///< algorithms only: slow, right
  bool useCache = true;       ///< of compiled kernels
  bool remarks = false;       ///< print what was decided and why
  double kernelTime = 50;     ///< nanoseconds that fusing a kernel away saves
                              ///< besides the work
  unsigned jobs = 0;          ///< child processes at once; 0: one a CPU
  bool inProcess = false;     ///< no child processes: a crash is the caller's,
                              ///< and equal inputs may give unequal files
  KnobSource knobs;           ///< of schedules, where tuning found some
};

} // namespace heddle::pipeline

#endif // HEDDLE_COMPILER_PIPELINE_OPTIONS_H
