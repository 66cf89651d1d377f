// The workbench of real kernels: compiled, checked and timed in children.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_TUNE_KERNELBENCH_H
#define HEDDLE_COMPILER_TUNE_KERNELBENCH_H

#include "compiler/tune/Jobs.h"

namespace heddle::tune {

/// What the bench does the same way for all kernels.
struct BenchOptions {
  std::string variant;
  std::string weights = "random:1"; ///< of kernels that stand alone
  uint64_t seed = 1;                ///< of the inputs of checks
  uint32_t threads = 1;             ///< of timed runs
  pipeline::BuildLimits build;
  RunLimits run;
};

/// Keeps artefacts in a folder of its own, which goes with it.
class KernelBench : public Workbench {
public:
  /// `model` must outlive the bench.
  KernelBench(pipeline::TunableModel &model, BenchOptions options);
  ~KernelBench() override;

  /// Why there is no folder; empty where there is one.
  std::string problem() const;

  bool build(size_t kernel, const std::vector<pipeline::Knobs> &points,
             std::vector<std::string> &files,
             std::vector<Verdict> &verdicts) override;
  Verdict check(const std::string &file,
                const std::vector<DimPoint> &sizes) override;
  Verdict time(const std::string &base, const std::string &candidate,
               const DimPoint &dims, unsigned pairs,
               Comparison &result) override;
  void drop(const std::string &file) override;

private:
  pipeline::TunableModel &model;
  BenchOptions options;
  std::string folder;
  size_t made = 0;
};

} // namespace heddle::tune

#endif // HEDDLE_COMPILER_TUNE_KERNELBENCH_H
