// Kernels by themselves: see KernelModel.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/pipeline/KernelModel.h"

#include "compiler/link/KernelCache.h"
#include "compiler/lower/KernelKnobs.h"
#include "mlir/IR/IRMapping.h"
#include "schedules/KernelView.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace heddle::pipeline {

namespace {

/// What the kernel reads from outside, in the order of use.
SmallVector<Value> operandsOf(graph::KernelOp kernel) {
  llvm::SetVector<Value> operands;
  kernel.walk([&](Operation *op) {
    for (Value operand : op->getOperands())
      if (!kernel.getBody().isAncestor(operand.getParentRegion()))
        operands.insert(operand);
  });
  return operands.takeVector();
}

/// True for what a model has of itself and no caller gives.
bool isOwned(Value value) {
  return isa_and_nonnull<graph::WeightOp, graph::AngleTableOp,
                         graph::ConstantOp>(value.getDefiningOp());
}

/// Enough of a hash to tell kernels apart for good.
constexpr size_t identityDigits = 32;

} // namespace

std::string knobsText(const Knobs &knobs) {
  std::string text;
  for (const auto &[name, value] : knobs)
    text += (text.empty() ? "" : " ") + name + "=" + std::to_string(value);
  return text.empty() ? "default" : text;
}

OwningOpRef<ModuleOp> cutKernel(graph::KernelOp kernel) {
  auto model = kernel->getParentOfType<graph::ModelOp>();
  Location loc = kernel.getLoc();
  OpBuilder builder(kernel.getContext());
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  builder.setInsertionPointToEnd(module->getBody());
  SmallVector<graph::DimAttr> dims(
      model.getDims().getAsRange<graph::DimAttr>());
  auto alone = graph::ModelOp::create(builder, loc, "Kernel", dims);
  builder.setInsertionPointToEnd(&alone.getBody().front());

  SmallVector<Value> operands = operandsOf(kernel);
  SmallVector<Type> types;
  SmallVector<std::string> names;
  for (Value operand : operands)
    if (!isOwned(operand)) {
      types.push_back(operand.getType());
      names.push_back("x" + std::to_string(names.size()));
    }
  SmallVector<std::string> results = {"y"};
  while (results.size() < kernel.getNumResults())
    results.push_back("y" + std::to_string(results.size()));
  SmallVector<StringRef> inputs(names.begin(), names.end());
  SmallVector<StringRef> outputs(results.begin(), results.end());
  auto entry = graph::EntryOp::create(
      builder, loc, "main",
      builder.getFunctionType(types, kernel.getResultTypes()), inputs, outputs);
  builder.setInsertionPointToEnd(&entry.getBody().front());

  IRMapping mapping;
  unsigned next = 0;
  for (Value operand : operands) {
    if (isOwned(operand))
      builder.clone(*operand.getDefiningOp(), mapping);
    else
      mapping.map(operand, entry.getBody().getArgument(next++));
  }
  Operation *copy = builder.clone(*kernel, mapping);
  graph::ReturnOp::create(builder, loc, copy->getResults());
  return module;
}

std::string kernelIdentity(halide::PipelineOp pipeline) {
  OwningOpRef<halide::PipelineOp> copy(pipeline.clone());
  for (halide::ScheduleOp schedule :
       llvm::make_early_inc_range(copy->getBody().getOps<halide::ScheduleOp>()))
    schedule.erase();
  copy->setSymName("kernel");
  lower::dropKnobs(*copy);
  StringAttr largest =
      StringAttr::get(pipeline.getContext(), "halide.max_extents");
  for (unsigned i = 0; i < copy->getNumArguments(); ++i)
    copy->removeArgAttr(i, largest);
  std::string text;
  llvm::raw_string_ostream stream(text);
  copy->print(stream, OpPrintingFlags().useLocalScope());
  return link::KernelCache::key({text}).substr(0, identityDigits);
}

LogicalResult applyKnobs(ModuleOp module, StringRef family,
                         ArrayRef<std::string> variants,
                         const KnobSource &source) {
  size_t unusable = 0;
  for (halide::PipelineOp pipeline : module.getOps<halide::PipelineOp>()) {
    if (lower::familyOf(pipeline) != family)
      continue;
    std::string identity = kernelIdentity(pipeline);
    for (const schedule::CpuTarget &target : schedule::cpuTargets()) {
      const std::string &variant = target.name;
      if (!variants.empty() && !llvm::is_contained(variants, variant))
        continue;
      if (pipeline.findSchedule(variant) || lower::hasKnobs(pipeline, variant))
        continue;
      KnobRecord record = source.find(identity, variant);
      unusable += record.unusable;
      if (!record.knobs)
        continue;
      emitRemark(pipeline.getLoc())
          << "kernel '" << pipeline.getSymName() << "' for " << variant
          << " takes the knobs of '" << source.name
          << "': " << knobsText(*record.knobs);
      if (record.knobs->empty())
        continue;
      std::string problem =
          lower::knobProblem(pipeline, variant, *record.knobs);
      if (!problem.empty())
        return emitError(pipeline.getLoc())
               << "tuning database '" << source.name
               << "' has no legal knobs for kernel '" << pipeline.getSymName()
               << "' on " << variant << ": " << problem;
      lower::setKnobs(pipeline, variant, *record.knobs);
    }
  }
  if (unusable)
    emitRemark(module.getLoc())
        << unusable << " records of '" << source.name
        << "' are of another processor or version and are not used";
  return success();
}

} // namespace heddle::pipeline
