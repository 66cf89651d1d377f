// From grouped hgraph to the host program: every kernel outlined once, every
// value between kernels in a slot of the arena.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_GRAPHTOHOST_H
#define HEDDLE_COMPILER_LOWER_GRAPHTOHOST_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"

namespace heddle::lower {

/// The name of the nested module that keeps the graph phase's IR for `verify`.
constexpr llvm::StringLiteral sourceModuleName = "source";

/// Replaces each hgraph.model at the top of `module` by a host.program and one
/// hgraph.outlined for each distinct kernel. Requires every op of the entries
/// in exactly one kernel with one result. Kernels are equal when they compute
/// the same on the same types; weights are arguments. A value's slot is taken
/// again once its last reader is done. `space` is the memory that the kernels
/// work on: host::hostSpace or host::deviceSpace.
mlir::LogicalResult lowerGraphToHost(mlir::ModuleOp module,
                                     llvm::StringRef space);

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_GRAPHTOHOST_H
