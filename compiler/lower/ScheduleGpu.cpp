// Chooses the knobs of a kernel on a device and records its schedule.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/ScheduleKnobs.h"

#include "schedules/gpu/Attention.h"
#include "schedules/gpu/Gemm.h"
#include "schedules/gpu/Rows.h"

using namespace mlir;

namespace heddle::lower {

namespace {

/// What a family's recorder works on.
struct GpuRecorder {
  halide::PipelineOp pipeline;
  const schedule::KernelView &view;
  const schedule::GpuTarget &target;
  schedule::Schedule &schedule;

  LogicalResult gemm();
  LogicalResult attention();
  LogicalResult rows();
};

LogicalResult GpuRecorder::gemm() {
  schedule::GemmGpuKnobs defaults;
  bool isMatmul = view.family == schedule::Family::Matmul;
  const schedule::FuncView *row = view.find(schedule::Role::Row);
  const schedule::FuncView *out = view.find(schedule::Role::Output);
  if (!isMatmul && (row ? row : out)->dims.size() == 3)
    defaults.columns = tileEntry(pipeline, "panel");
  FailureOr<schedule::GemmGpuKnobs> knobs = legalKnobs<schedule::GemmGpuKnobs>(
      pipeline, target.name, schedule::gemmGpuKnobSpace(), defaults,
      [&](const auto &set) {
        return schedule::checkGemmGpuKnobs(set, target);
      });
  if (failed(knobs))
    return failure();
  if (isMatmul)
    schedule::scheduleMatmulGpu(schedule, view, *knobs);
  else
    schedule::scheduleGemmGpu(schedule, view, *knobs);
  return success();
}

LogicalResult GpuRecorder::attention() {
  schedule::AttentionGpuShape shape;
  shape.queryBlock = tileEntry(pipeline, "query_block");
  shape.chunk = tileEntry(pipeline, "chunk");
  shape.queryDim = tileEntry(pipeline, "query_dim");
  shape.valueDim = tileEntry(pipeline, "value_dim");
  FailureOr<schedule::AttentionGpuKnobs> knobs =
      legalKnobs<schedule::AttentionGpuKnobs>(
          pipeline, target.name, schedule::attentionGpuKnobSpace(), {},
          [&](const auto &set) {
            return schedule::checkAttentionGpuKnobs(set, shape, target);
          });
  if (succeeded(knobs))
    schedule::scheduleAttentionGpu(schedule, view, shape, *knobs);
  return knobs;
}

LogicalResult GpuRecorder::rows() {
  FailureOr<schedule::RowsGpuKnobs> knobs = legalKnobs<schedule::RowsGpuKnobs>(
      pipeline, target.name, schedule::rowsGpuKnobSpace(), {},
      [&](const auto &set) {
        return schedule::checkRowsGpuKnobs(set, target);
      });
  if (succeeded(knobs))
    schedule::scheduleRowsGpu(schedule, view, *knobs);
  return knobs;
}

} // namespace

LogicalResult recordGpu(halide::PipelineOp pipeline,
                        const schedule::KernelView &view,
                        const schedule::GpuTarget &target,
                        schedule::Schedule &schedule) {
  GpuRecorder recorder{pipeline, view, target, schedule};
  switch (view.family) {
  case schedule::Family::Gemm:
  case schedule::Family::Gemv:
  case schedule::Family::Matmul:
    return recorder.gemm();
  case schedule::Family::Attention:
    return recorder.attention();
  default:
    return recorder.rows();
  }
}

} // namespace heddle::lower
