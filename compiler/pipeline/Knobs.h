// Knobs from elsewhere than the defaults: what a compilation asks, and what it
// is told.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_PIPELINE_KNOBS_H
#define HEDDLE_COMPILER_PIPELINE_KNOBS_H

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace heddle::pipeline {

/// Values of knobs by name; those that are not named have their default.
using Knobs = std::map<std::string, int64_t>;

/// The family of kernels that are tuned.
inline constexpr const char *tunedFamily = "gemm";

/// "tile_columns=48 tile_rows=6"; "default" where there is none.
std::string knobsText(const Knobs &knobs);

/// What is known of one kernel on one variant.
struct KnobRecord {
  std::optional<Knobs> knobs; ///< empty ones: the defaults are the best
  size_t unusable = 0;        ///< records of other machines and versions
};

/// Knobs by kernel: a hash of its algorithm, whatever it is called in a model.
struct KnobSource {
  std::string name; ///< for messages: the file
  std::function<KnobRecord(const std::string &kernel,
                           const std::string &variant)>
      find; ///< none: every kernel has its defaults
};

/// "heddle 0.1.0, Halide 21.0.0": measurements of other versions do not count.
std::string compilerVersions();

} // namespace heddle::pipeline

#endif // HEDDLE_COMPILER_PIPELINE_KNOBS_H
