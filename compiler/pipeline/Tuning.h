// Kernels of a model that a search can try knobs on, each as a model of its
// own. No type of MLIR in sight.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_PIPELINE_TUNING_H
#define HEDDLE_COMPILER_PIPELINE_TUNING_H

#include "compiler/pipeline/Describe.h"
#include "compiler/pipeline/Knobs.h"
#include "compiler/pipeline/Options.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace heddle::pipeline {

/// A value for each dim of a model.
using DimPoint = std::map<std::string, int64_t, std::less<>>;

/// One knob of a kernel.
struct KnobInfo {
  std::string name, unit;
  std::vector<int64_t> values; ///< ascending
  int64_t initial = 0;         ///< the default
};

struct TunableKernel {
  std::string identity; ///< as KnobSource::find has it
  std::string origin;   ///< file:line:col of its first use
  size_t uses = 0;      ///< kernels of the model that are this one
  std::vector<KnobInfo> knobs;
  std::vector<std::string> growsWith; ///< the dims that its work depends on
};

/// How the compilation of one point ended.
enum class BuildEnd { Done, Refused, TimedOut, Crashed };

/// What a child process may use to compile a point.
struct BuildLimits {
  unsigned processes = 1; ///< at once
  unsigned seconds = 60;  ///< a point
  uint64_t bytes = uint64_t(4) << 30;
};

/// The kernels of one family in a model, for one variant.
class TunableModel {
public:
  /// Reads `options.input` as far as the `kernels` phase; `options.variants`
  /// names the one variant. Null where the input is wrong; standard error says
  /// where. Its kernels may be none.
  static std::unique_ptr<TunableModel> read(const Options &options,
                                            const std::string &family);
  ~TunableModel();

  const std::vector<TunableKernel> &kernels() const;
  const std::vector<DimInfo> &dims() const;

  /// Floating point operations of a kernel; 0 where they are too many to say.
  double work(size_t kernel, const DimPoint &dims) const;

  /// Empty when a kernel's knobs are legal together, else the constraint that
  /// they break, in words.
  std::string problem(size_t kernel, const Knobs &knobs) const;

  /// Compiles a kernel once for each point and writes `paths[i]`, an artefact
  /// of the kernel alone with the weights that `weights` (random:SEED) gives.
  /// There is no file where the end is not Done. False, having said why on
  /// standard error, when no artefact could be written at all.
  bool build(size_t kernel, const std::vector<Knobs> &points,
             const std::string &weights, const BuildLimits &limits,
             const std::vector<std::string> &paths,
             std::vector<BuildEnd> &ends);

private:
  struct State;
  explicit TunableModel(std::unique_ptr<State> state);
  std::unique_ptr<State> state;
};

} // namespace heddle::pipeline

#endif // HEDDLE_COMPILER_PIPELINE_TUNING_H
