// The borders between dialects as passes: see LowerPasses.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/pipeline/LowerPasses.h"

#include "compiler/lower/GraphToHalide.h"
#include "compiler/lower/GraphToHost.h"
#include "dialects/halide/Halide.h"
#include "dialects/host/Host.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Pass/Pass.h"

using namespace mlir;

namespace heddle::pipeline {

namespace {

/// A pass on a module that is one function of compiler/lower.
template <typename Self>
struct BorderPass : PassWrapper<Self, OperationPass<ModuleOp>> {
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<arith::ArithDialect, math::MathDialect,
                    halide::HalideDialect, host::HostDialect>();
  }
  void runOnOperation() override {
    if (failed(static_cast<Self *>(this)->lower(this->getOperation())))
      this->signalPassFailure();
  }
};

struct GraphToHostPass : BorderPass<GraphToHostPass> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(GraphToHostPass)
  GraphToHostPass() = default;
  // Options are not copied by a constructor; the pass manager does.
  GraphToHostPass(const GraphToHostPass &other) : BorderPass(other) {}
  StringRef getArgument() const final { return "heddle-lower-graph-to-host"; }
  StringRef getDescription() const final {
    return "Outline kernels and put values between them into slots";
  }
  LogicalResult lower(ModuleOp module) {
    return lower::lowerGraphToHost(module, space);
  }
  Option<std::string> space{*this, "space",
                            llvm::cl::desc("memory of the slots"),
                            llvm::cl::init(host::hostSpace.str())};
};

struct GraphToHalidePass : BorderPass<GraphToHalidePass> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(GraphToHalidePass)
  StringRef getArgument() const final { return "heddle-lower-graph-to-halide"; }
  StringRef getDescription() const final {
    return "Turn outlined kernels into halide pipelines";
  }
  LogicalResult lower(ModuleOp module) {
    return lower::lowerGraphToHalide(module);
  }
};

struct ScheduleKernelsPass : BorderPass<ScheduleKernelsPass> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ScheduleKernelsPass)
  StringRef getArgument() const final { return "heddle-schedule-kernels"; }
  StringRef getDescription() const final {
    return "Add the default schedules of all variants";
  }
  LogicalResult lower(ModuleOp module) {
    return lower::scheduleKernels(module, {});
  }
};

} // namespace

void registerLowerPasses() {
  PassRegistration<GraphToHostPass>();
  PassRegistration<GraphToHalidePass>();
  PassRegistration<ScheduleKernelsPass>();
}

} // namespace heddle::pipeline
