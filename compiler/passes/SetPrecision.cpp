// Gives every product that says nothing of its precision that of the
// compilation. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/passes/Passes.h"

using namespace mlir;

namespace heddle::passes {
#define GEN_PASS_DEF_SETPRECISION
#include "compiler/passes/Passes.h.inc"

namespace {

struct SetPrecision : impl::SetPrecisionBase<SetPrecision> {
  using SetPrecisionBase::SetPrecisionBase;

  void runOnOperation() override {
    std::optional<graph::Precision> chosen =
        graph::symbolizePrecision(dtype.getValue());
    if (!chosen) {
      getOperation().emitError() << "found the dtype '" << dtype.getValue()
                                 << "', expected one of " << precisionNames();
      return signalPassFailure();
    }
    // Weights of keys have no range to be whole numbers of.
    graph::Precision ofAttention =
        *chosen == graph::Precision::Int8 ? graph::Precision::BF16 : *chosen;
    for (graph::ModelOp model : getOperation().getOps<graph::ModelOp>())
      model.walk([&](Operation *op) {
        auto linear = dyn_cast<graph::LinearOp>(op);
        if (linear && !linear.getCompute())
          linear.setCompute(*chosen);
        auto attention = dyn_cast<graph::AttentionOp>(op);
        if (attention && !attention.getCompute())
          attention.setCompute(ofAttention);
      });
  }
};

} // namespace

std::string precisionNames() {
  std::string names;
  for (uint32_t i = 0; i <= graph::getMaxEnumValForPrecision(); ++i)
    names +=
        (i ? ", " : "") + graph::stringifyPrecision(graph::Precision(i)).str();
  return names;
}

} // namespace heddle::passes
