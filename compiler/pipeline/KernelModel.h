// One kernel of a model as a model of its own; and a kernel's identity.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_PIPELINE_KERNELMODEL_H
#define HEDDLE_COMPILER_PIPELINE_KERNELMODEL_H

#include "compiler/pipeline/Knobs.h"
#include "dialects/graph/Graph.h"
#include "dialects/halide/Halide.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <string>

namespace heddle::pipeline {

/// A module at phase `kernels` with one model @Kernel: the dims of the kernel's
/// model, its weights, and what it reads besides as inputs x0, x1, ...
mlir::OwningOpRef<mlir::ModuleOp> cutKernel(graph::KernelOp kernel);

/// A hash of what a pipeline computes: without its name, its schedules and
/// knobs, its places in the text, and how large its buffers may get.
std::string kernelIdentity(halide::PipelineOp pipeline);

/// Gives every kernel of `family` without a schedule for a variant the knobs
/// that `source` has for it, unless its text sets some, and says so in remarks.
/// Fails, with a diagnostic, on knobs that are not legal.
mlir::LogicalResult applyKnobs(mlir::ModuleOp module, llvm::StringRef family,
                               llvm::ArrayRef<std::string> variants,
                               const KnobSource &source);

} // namespace heddle::pipeline

#endif // HEDDLE_COMPILER_PIPELINE_KERNELMODEL_H
