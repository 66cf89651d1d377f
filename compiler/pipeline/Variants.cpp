// The variants that a scheduled module carries.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/pipeline/Variants.h"

#include "dialects/host/Host.h"
#include "schedules/KernelView.h"

using namespace mlir;

namespace heddle::pipeline {

bool isOnDevice(ModuleOp module) {
  return llvm::any_of(
      module.getOps<host::ProgramOp>(),
      [](host::ProgramOp program) { return program.isOnDevice(); });
}

static std::vector<Variant> knownVariants(bool onDevice) {
  std::vector<Variant> variants;
  if (!onDevice)
    for (const schedule::CpuTarget &target : schedule::cpuTargets())
      variants.push_back({target.name, target.halide, target.features,
                          schedule::basesOf(target)});
  else
    for (const schedule::GpuTarget &target : schedule::gpuTargets())
      variants.push_back(
          {target.name, target.halide, {}, {}, true, target.runs});
  return variants;
}

std::optional<std::string> servingVariant(halide::PipelineOp pipeline,
                                          const Variant &variant) {
  if (pipeline.findSchedule(variant.name))
    return variant.name;
  for (const std::string &base : variant.bases)
    if (pipeline.findSchedule(base))
      return base;
  return std::nullopt;
}

FailureOr<std::vector<Variant>> variantsOf(ModuleOp module) {
  SmallVector<halide::PipelineOp> pipelines(
      module.getOps<halide::PipelineOp>());
  std::vector<Variant> variants = knownVariants(isOnDevice(module));
  llvm::erase_if(variants, [&](const Variant &variant) {
    return llvm::none_of(pipelines, [&](halide::PipelineOp pipeline) {
      return bool(pipeline.findSchedule(variant.name));
    });
  });
  for (halide::PipelineOp pipeline : pipelines) {
    for (const Variant &variant : variants)
      if (!servingVariant(pipeline, variant))
        return pipeline.emitOpError("has no schedule for variant '")
               << variant.name << "', which other kernels have";
    for (halide::ScheduleOp schedule :
         pipeline.getBody().getOps<halide::ScheduleOp>())
      if (llvm::none_of(variants, [&](const Variant &variant) {
            return variant.name == schedule.getVariant();
          }))
        return schedule.emitOpError("is for an unknown variant '")
               << schedule.getVariant() << "'";
  }
  if (variants.empty())
    return module.emitError("has no kernel with a schedule");
  return variants;
}

} // namespace heddle::pipeline
