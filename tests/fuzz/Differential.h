// Random models through the whole compiler against the reference evaluator.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_TESTS_FUZZ_DIFFERENTIAL_H
#define HEDDLE_TESTS_FUZZ_DIFFERENTIAL_H

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace mlir {
class ModuleOp;
} // namespace mlir

namespace heddle::fuzz {

struct DifferentialOptions {
  uint64_t seed = 1;
  std::string target;                ///< "opencl"; empty: the cpu
  std::vector<std::string> variants; ///< "avx2", "avx512"; empty: all
  bool fuse = true;
  bool checks = false;    ///< the code generator's own checks in the kernels
  bool strip = false;     ///< algorithms without schedules
  bool lowerOnly = false; ///< stop at the phase `schedule`
  /// Changes the module at the phase `halide`: plants a fault.
  std::function<void(mlir::ModuleOp)> plant;
};

/// What became of one model.
enum class Outcome {
  Same,           ///< every output is within tolerance
  Different,      ///< an output is not, or the model does not compile
  IllConditioned, ///< not within, but f32 alone misses by as much
  Crash           ///< a signal ended the compiler or the run
};

const char *name(Outcome outcome);

struct Result {
  Outcome outcome = Outcome::Same;
  std::string log; ///< what was printed, diagnostics included
};

/// Prints the model of a seed as hgraph.
std::string graphText(uint64_t seed);

/// Compiles the text of a model at the phase `graph` and compares its outputs
/// with the reference at several values of the dims, in a process of its own.
Result compareGraph(const std::string &text,
                    const DifferentialOptions &options);

/// A smaller model that has the same outcome: fewer outputs, then fewer ops.
std::string reduceGraph(const std::string &text, Outcome outcome,
                        const DifferentialOptions &options);

} // namespace heddle::fuzz

#endif // HEDDLE_TESTS_FUZZ_DIFFERENTIAL_H
