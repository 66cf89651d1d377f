// Checks the promise of the `kernels` phase.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/passes/Passes.h"

namespace heddle::passes {
#define GEN_PASS_DEF_VERIFYKERNELS
#include "compiler/passes/Passes.h.inc"

mlir::LogicalResult verifyEveryOpInOneKernel(mlir::ModuleOp module) {
  bool isGood = true;
  for (graph::ModelOp model : module.getOps<graph::ModelOp>())
    for (graph::EntryOp entry : model.getOps<graph::EntryOp>())
      for (mlir::Operation &op : entry.getBody().front()) // kernels do not nest
        if (graph::computesTensor(&op) && !mlir::isa<graph::ReshapeOp>(op)) {
          op.emitOpError("is not inside a kernel");
          isGood = false;
        }
  return mlir::success(isGood);
}

namespace {

struct VerifyKernels : impl::VerifyKernelsBase<VerifyKernels> {
  void runOnOperation() override {
    if (mlir::failed(verifyEveryOpInOneKernel(getOperation())))
      signalPassFailure();
  }
};

} // namespace
} // namespace heddle::passes
