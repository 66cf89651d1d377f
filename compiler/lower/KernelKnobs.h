// The knobs of a kernel's schedules: which there are, and setting them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_KERNELKNOBS_H
#define HEDDLE_COMPILER_LOWER_KERNELKNOBS_H

#include "mlir/Support/LLVM.h"
#include "schedules/KnobSpace.h"

#include <cstdint>
#include <map>
#include <string>

namespace heddle::halide {
class PipelineOp;
} // namespace heddle::halide

namespace heddle::lower {

/// "gemm", "elementwise", ...; empty for a pipeline without a family.
llvm::StringRef familyOf(halide::PipelineOp pipeline);

/// The knobs that change this kernel's schedule for a variant. Fails, with a
/// diagnostic, on a pipeline that has no default schedule and on an unknown
/// variant.
mlir::FailureOr<schedule::KnobSpace> knobSpaceOf(halide::PipelineOp pipeline,
                                                 llvm::StringRef variant);

/// Empty when scheduling will take these knobs, else what is wrong, in words.
std::string knobProblem(halide::PipelineOp pipeline, llvm::StringRef variant,
                        const std::map<std::string, int64_t> &knobs);

/// True where the pipeline's text sets knobs for the variant.
bool hasKnobs(halide::PipelineOp pipeline, llvm::StringRef variant);

/// Sets the knobs for a variant, in place of those that the text had for it;
/// scheduling checks them.
void setKnobs(halide::PipelineOp pipeline, llvm::StringRef variant,
              const std::map<std::string, int64_t> &knobs);

/// Removes the knobs of all variants.
void dropKnobs(halide::PipelineOp pipeline);

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_KERNELKNOBS_H
