// From outlined kernels to halide pipelines: algorithms only.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_GRAPHTOHALIDE_H
#define HEDDLE_COMPILER_LOWER_GRAPHTOHALIDE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"

namespace heddle::lower {

/// Replaces each hgraph.outlined of `module` by a halide.pipeline of the same
/// name, and gives the host's dispatches the views and weights that it wants
/// (weights are packed by recipe). Kernels whose slots are on a device are made
/// for one. Weights are packed for the widest vectors of `variants`; empty: all
/// of the CPU. Leaves no hgraph outside @source.
mlir::LogicalResult
lowerGraphToHalide(mlir::ModuleOp module,
                   llvm::ArrayRef<std::string> variants = {});

/// Adds a halide.schedule for every variant named in `variants` to each
/// pipeline without one of that name: of the CPU, or of devices where its
/// buffers are on one. Empty: all of the CPU, or the devices that the runtime
/// has.
mlir::LogicalResult scheduleKernels(mlir::ModuleOp module,
                                    llvm::ArrayRef<std::string> variants);

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_GRAPHTOHALIDE_H
