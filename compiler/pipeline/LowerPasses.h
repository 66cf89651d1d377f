// The borders between dialects as passes, for heddle-opt.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_PIPELINE_LOWERPASSES_H
#define HEDDLE_COMPILER_PIPELINE_LOWERPASSES_H

namespace heddle::pipeline {

/// --heddle-lower-graph-to-host, --heddle-lower-graph-to-halide,
/// --heddle-schedule-kernels.
void registerLowerPasses();

} // namespace heddle::pipeline

#endif // HEDDLE_COMPILER_PIPELINE_LOWERPASSES_H
