// Gives each value of a model the number that later phases know it by.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/passes/Passes.h"

namespace heddle::passes {
#define GEN_PASS_DEF_NUMBERVALUES
#include "compiler/passes/Passes.h.inc"

namespace {

struct NumberValues : impl::NumberValuesBase<NumberValues> {
  void runOnOperation() override {
    int64_t next = 0;
    for (graph::ModelOp model : getOperation().getOps<graph::ModelOp>())
      model.walk<mlir::WalkOrder::PreOrder>([&](mlir::Operation *op) {
        if (!graph::computesTensor(op))
          return;
        graph::setValueId(op, next);
        next += op->getNumResults();
      });
  }
};

} // namespace
} // namespace heddle::passes
