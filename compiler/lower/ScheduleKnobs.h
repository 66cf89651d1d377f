// The settings of a kernel's knobs and the recorders of its schedules; private
// to Schedule*.cpp.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_SCHEDULEKNOBS_H
#define HEDDLE_COMPILER_LOWER_SCHEDULEKNOBS_H

#include "compiler/lower/kernels/Expr.h"
#include "dialects/halide/Halide.h"
#include "schedules/KernelView.h"
#include "schedules/Knobs.h"
#include "schedules/Schedule.h"

namespace heddle::lower {

/// A size that the algorithm fixed; 0 where it did not.
inline int64_t tileEntry(halide::PipelineOp pipeline, llvm::StringRef name) {
  auto tile = pipeline->getAttrOfType<mlir::DictionaryAttr>(tileAttr);
  auto value = tile ? tile.getAs<mlir::IntegerAttr>(name) : mlir::IntegerAttr();
  return value ? value.getInt() : 0;
}

/// What `heddle.knobs` says for a variant; null where it says nothing.
inline mlir::DictionaryAttr knobsFor(halide::PipelineOp pipeline,
                                     llvm::StringRef variant) {
  auto all = pipeline->getAttrOfType<mlir::DictionaryAttr>(knobsAttr);
  return all ? all.getAs<mlir::DictionaryAttr>(variant)
             : mlir::DictionaryAttr();
}

/// The knobs, those that the pipeline's `heddle.knobs` names for the target in
/// place of the defaults: `{avx512 = {tile_rows = 6}}`. Reports what is no
/// knob, no value of it, or breaks a constraint, which `check` says.
template <typename Knobs>
mlir::FailureOr<Knobs>
legalKnobs(halide::PipelineOp pipeline, const std::string &target,
           const std::vector<schedule::Knob<Knobs>> &space, Knobs knobs,
           llvm::function_ref<std::string(const Knobs &)> check) {
  using namespace mlir;
  DictionaryAttr given = knobsFor(pipeline, target);
  for (NamedAttribute knob :
       given ? given.getValue() : ArrayRef<NamedAttribute>()) {
    auto value = dyn_cast<IntegerAttr>(knob.getValue());
    if (!value)
      return pipeline.emitOpError("knob '")
             << knob.getName().getValue() << "' is " << knob.getValue()
             << ", expected an integer";
    std::string problem =
        schedule::setKnob(knobs, space, knob.getName().str(), value.getInt());
    if (!problem.empty())
      return pipeline.emitOpError() << problem;
  }
  std::string problem = check(knobs);
  if (!problem.empty())
    return pipeline.emitOpError("has no legal schedule for ")
           << target << ": " << problem;
  return knobs;
}

/// Records the schedule of a kernel for a device.
mlir::LogicalResult recordGpu(halide::PipelineOp pipeline,
                              const schedule::KernelView &view,
                              const schedule::GpuTarget &target,
                              schedule::Schedule &schedule);

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_SCHEDULEKNOBS_H
