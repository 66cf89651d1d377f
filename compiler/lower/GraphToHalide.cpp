// From outlined kernels to halide pipelines: see GraphToHalide.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/GraphToHalide.h"

#include "compiler/lower/kernels/Kernel.h"
#include "dialects/host/Host.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;

namespace heddle::lower {

namespace {

struct Lowered {
  KernelPlan plan;
  StringRef family;
};

FailureOr<Lowered> lowerKernel(ModuleOp module, graph::OutlinedOp kernel) {
  bool hasLinear = hasPackableLinear(kernel);
  bool hasAttention = !kernel.getBody().getOps<graph::AttentionOp>().empty();
  FailureOr<KernelPlan> plan = hasAttention ? lowerAttention(module, kernel)
                               : hasLinear  ? lowerGemm(module, kernel)
                                            : lowerRows(module, kernel);
  if (failed(plan))
    return failure();
  return Lowered{std::move(*plan), hasAttention ? "attention"
                                   : hasLinear  ? "gemm"
                                                : "rows"};
}

/// Gives weights their recipes; equal recipes of one weight are one.
class WeightRewriter {
public:
  explicit WeightRewriter(host::ProgramOp program) : program(program) {}

  /// The weight of `buffer` after the plan's recipe.
  Value packed(Value buffer, const OperandPlan &plan);
  /// Removes the weights that no dispatch reads any more, renumbers the rest.
  void finish();

private:
  host::ProgramOp program;
  llvm::StringMap<Value> known;
};

Value WeightRewriter::packed(Value buffer, const OperandPlan &plan) {
  auto weight = buffer.getDefiningOp<host::WeightOp>();
  std::string key = weight.getName().str();
  for (const std::string &step : plan.recipe)
    key += "|" + step;
  Value &result = known[key];
  if (result)
    return result;
  OpBuilder builder(weight);
  builder.setInsertionPointAfter(weight);
  SmallVector<StringRef> tensors,
      recipe(plan.recipe.begin(), plan.recipe.end());
  for (Attribute tensor : weight.getTensors())
    tensors.push_back(cast<StringAttr>(tensor).getValue());
  shape::Shape extents;
  for (int64_t extent : plan.stored)
    extents.push_back(shape::Dim(extent));
  result = host::WeightOp::create(builder, weight.getLoc(), key, tensors,
                                  recipe, weight.getElement(), extents);
  return result;
}

void WeightRewriter::finish() {
  SmallVector<host::WeightOp> weights(
      program.getBody().getOps<host::WeightOp>());
  int64_t count = 0;
  for (host::WeightOp weight : weights) {
    if (weight.getBuffer().use_empty())
      weight.erase();
    else
      weight.setName(("w" + Twine(count++)).str());
  }
}

/// The dispatch's views, weights and work as its kernel wants them.
void applyPlan(host::DispatchOp dispatch, const KernelPlan &plan,
               WeightRewriter &weights) {
  Builder builder(dispatch.getContext());
  SmallVector<Attribute> views;
  auto addView = [&](const OperandPlan &operand) {
    SmallVector<std::string> texts;
    for (const shape::Dim &dim : operand.view)
      texts.push_back(dim.str());
    SmallVector<StringRef> names(texts.begin(), texts.end());
    views.push_back(builder.getStrArrayAttr(names));
  };
  for (auto [i, operand] : llvm::enumerate(plan.inputs)) {
    addView(operand);
    if (operand.recipe.empty())
      continue;
    Value packed = weights.packed(dispatch.getIns()[i], operand);
    dispatch.getInsMutable()[i].set(packed);
  }
  addView(plan.output);
  dispatch.setViewsAttr(builder.getArrayAttr(views));
  dispatch.setFlops(plan.flops.str());
}

} // namespace

LogicalResult lowerGraphToHalide(ModuleOp module) {
  llvm::StringMap<KernelPlan> plans;
  SmallVector<graph::OutlinedOp> kernels(module.getOps<graph::OutlinedOp>());
  for (graph::OutlinedOp kernel : kernels) {
    std::string name = kernel.getSymName().str();
    FailureOr<Lowered> lowered = lowerKernel(module, kernel);
    if (failed(lowered))
      return failure();
    // The new pipeline is the module's last op.
    Operation &pipeline = module.getBody()->back();
    pipeline.setAttr(familyAttr,
                     StringAttr::get(module.getContext(), lowered->family));
    pipeline.moveBefore(kernel);
    kernel.erase();
    plans[name] = std::move(lowered->plan);
  }
  for (host::ProgramOp program : module.getOps<host::ProgramOp>()) {
    WeightRewriter weights(program);
    program.walk([&](host::DispatchOp dispatch) {
      auto plan = plans.find(dispatch.getCallee());
      if (plan != plans.end())
        applyPlan(dispatch, plan->second, weights);
    });
    weights.finish();
  }
  return success();
}

} // namespace heddle::lower
