// From outlined kernels to halide pipelines: algorithms only.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_GRAPHTOHALIDE_H
#define HEDDLE_COMPILER_LOWER_GRAPHTOHALIDE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"

namespace heddle::lower {

/// Replaces each hgraph.outlined of `module` by a halide.pipeline of the same
/// name, and gives the host's dispatches the views and weights that it wants
/// (weights are packed by recipe). Leaves no hgraph outside @source.
mlir::LogicalResult lowerGraphToHalide(mlir::ModuleOp module);

/// Adds a halide.schedule for every CPU variant named in `variants` (empty:
/// all) to each pipeline without one of that name.
mlir::LogicalResult scheduleKernels(mlir::ModuleOp module,
                                    llvm::ArrayRef<std::string> variants);

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_GRAPHTOHALIDE_H
