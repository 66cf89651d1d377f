// What a tuner does to candidates: build, check, time. An interface, so that
// the tuner's own tests can plant what they like.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_TUNE_WORKBENCH_H
#define HEDDLE_COMPILER_TUNE_WORKBENCH_H

#include "compiler/pipeline/Tuning.h"
#include "compiler/tune/Trial.h"

#include <string>
#include <vector>

namespace heddle::tune {

using pipeline::DimPoint;

/// How a check or a timing ended.
struct Verdict {
  Status status = Status::Measured; ///< right, or timed
  std::string words;                ///< otherwise, what was wrong
};

class Workbench {
public:
  virtual ~Workbench() = default;

  /// Compiles a kernel's points; what cannot be compiled says so in `verdicts`.
  /// False when nothing can be compiled at all; the user has been told why.
  virtual bool build(size_t kernel, const std::vector<pipeline::Knobs> &points,
                     std::vector<std::string> &files,
                     std::vector<Verdict> &verdicts) = 0;

  /// Compares a built kernel with the reference at each of `sizes`.
  virtual Verdict check(const std::string &file,
                        const std::vector<DimPoint> &sizes) = 0;

  /// Times `pairs` runs of each, in turns.
  virtual Verdict time(const std::string &base, const std::string &candidate,
                       const DimPoint &dims, unsigned pairs,
                       Comparison &result) = 0;

  /// A file is needed no more.
  virtual void drop(const std::string &file) = 0;
};

} // namespace heddle::tune

#endif // HEDDLE_COMPILER_TUNE_WORKBENCH_H
