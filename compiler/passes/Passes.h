// The passes that stay inside a dialect, and their registration.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_PASSES_PASSES_H
#define HEDDLE_COMPILER_PASSES_PASSES_H

#include "dialects/graph/Graph.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace heddle::passes {

#define GEN_PASS_DECL
#include "compiler/passes/Passes.h.inc"

/// For heddle-opt: every pass under its command line name.
#define GEN_PASS_REGISTRATION
#include "compiler/passes/Passes.h.inc"

/// "f32, bf16, int8": what a product may be computed of.
std::string precisionNames();

/// What the `kernels` phase promises: each op of the models in `module` that
/// computes a tensor is in exactly one hgraph.kernel. Reports each that is not.
mlir::LogicalResult verifyEveryOpInOneKernel(mlir::ModuleOp module);

} // namespace heddle::passes

#endif // HEDDLE_COMPILER_PASSES_PASSES_H
