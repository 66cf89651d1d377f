// One row of a benchmark: an entry at fixed dims and threads.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_TOOLS_BENCHROW_H
#define HEDDLE_RUNTIME_TOOLS_BENCHROW_H

#include "runtime/tools/Loaded.h"
#include "runtime/tools/Peak.h"

#include <random>

namespace heddle::tools {

/// Inputs that take turns, so that no run finds the last one's answers.
constexpr size_t inputSets = 4;

/// Prepared inputs and outputs of one row, and what was measured.
class BenchRow {
public:
  BenchRow(const heddle_module *module, heddle_session *session, uint32_t entry,
           std::vector<int64_t> dims, uint32_t threads)
      : module(module), session(session), entry(entry), dims(std::move(dims)),
        threads(threads) {}

  /// Makes the inputs and checks the outputs: finite, bit-equal for equal
  /// inputs, different for different ones. Returns an exit code.
  int prepare(std::mt19937 &random);

  /// Times runs for about `milliseconds` and keeps their mean as one sample.
  int sample(double milliseconds);

  /// Checks that the outputs are what they were before timing.
  int checkAgain();

  /// One of the samples, in nanoseconds a run: 0.5 is the median.
  double quantile(double share) const;
  double cpuQuantile(double share) const;

  const heddle_module *module;
  heddle_session *session;
  uint32_t entry;
  std::vector<int64_t> dims; ///< in metadata order
  uint32_t threads;
  uint64_t flops = 0;
  uint64_t runs = 0; ///< timed ones
  double peak = 0;   ///< operations per second, the best seen

private:
  int runOnce(size_t set);
  int run(size_t set, std::vector<uint8_t> &result);
  std::string name() const;

  std::vector<std::vector<LineBytes>> inputBytes; ///< by set
  std::vector<std::vector<heddle_tensor>> inputs; ///< by set
  std::vector<LineBytes> outputBytes;
  std::vector<heddle_tensor> outputs;
  std::vector<std::vector<uint8_t>> expected; ///< by set
  std::vector<double> wall, cpu;              ///< samples, ns a run
  double lastNs = 1;
};

} // namespace heddle::tools

#endif // HEDDLE_RUNTIME_TOOLS_BENCHROW_H
