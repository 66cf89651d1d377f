// The variants that a scheduled module carries.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/pipeline/Variants.h"

#include "dialects/halide/Halide.h"
#include "schedules/KernelView.h"

using namespace mlir;

namespace heddle::pipeline {

FailureOr<std::vector<Variant>> variantsOf(ModuleOp module) {
  std::vector<Variant> variants;
  SmallVector<halide::PipelineOp> pipelines(
      module.getOps<halide::PipelineOp>());
  for (const schedule::CpuTarget &target : schedule::cpuTargets())
    if (llvm::any_of(pipelines, [&](halide::PipelineOp pipeline) {
          return bool(pipeline.findSchedule(target.name));
        }))
      variants.push_back({target.name, target.halide, target.features});
  for (halide::PipelineOp pipeline : pipelines) {
    for (const Variant &variant : variants)
      if (!pipeline.findSchedule(variant.name))
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
