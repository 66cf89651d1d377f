// Gives every product that says nothing of its precision that of the
// compilation. SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/passes/Passes.h"

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
    for (graph::ModelOp model : getOperation().getOps<graph::ModelOp>())
      model.walk([&](graph::LinearOp linear) {
        if (!linear.getCompute())
          linear.setCompute(*chosen);
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
