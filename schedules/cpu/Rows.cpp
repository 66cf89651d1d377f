// Kernels computed one row at a time: see Rows.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/cpu/Rows.h"

#include <algorithm>

namespace heddle::schedule {

namespace {

/// Vectorises the innermost dim, `vectors` a step; a tail that does not fill a
/// vector is guarded. Extents below a vector stay scalar.
void vectorizeRow(Stage stage, const FuncView &func, const CpuTarget &target,
                  int64_t vectors = 1) {
  if (func.dims.empty() || target.lanes < 2)
    return;
  std::optional<int64_t> extent = func.extents[0];
  if (extent && *extent < target.lanes)
    return;
  if (extent && *extent % target.lanes == 0) {
    stage.vectorize(func.dims[0], target.lanes);
    if (vectors > 1)
      stage.unroll(func.dims[0], vectors);
    return;
  }
  std::string inner = func.dims[0] + "v";
  stage
      .split(func.dims[0], func.dims[0], inner, target.lanes, Tail::GuardWithIf)
      .vectorize(inner);
}

/// All dims but the innermost as one loop in parallel tasks; the name of the
/// loop over the rows of a task, empty where there is no such dim.
std::string fuseRows(Stage stage, const FuncView &out, int64_t taskRows) {
  if (out.dims.size() < 2)
    return {};
  std::string loop = out.dims[1];
  for (size_t i = 2; i < out.dims.size(); ++i) {
    std::string fused = "rows" + std::to_string(i);
    stage.fuse(loop, out.dims[i], fused);
    loop = fused;
  }
  if (taskRows == 1) {
    stage.parallel(loop);
    return loop;
  }
  stage.split(loop, "task", "row", taskRows, Tail::GuardWithIf)
      .parallel("task");
  return "row";
}

void place(Stage stage, const std::string &consumer, const std::string &loop) {
  if (loop.empty())
    stage.computeRoot();
  else
    stage.computeAt(consumer, loop);
}

} // namespace

void scheduleRowReduction(Schedule &schedule, const FuncView &func,
                          const std::string &consumer, const std::string &loop,
                          const CpuTarget &target) {
  place(schedule.func(func.name), consumer, loop);
  if (func.role == Role::Lanes) {
    schedule.func(func.name)
        .bound(func.dims[0], 0, *func.extents[0])
        .vectorize(func.dims[0], target.lanes)
        .unroll(func.dims[0]);
    std::vector<std::string> order = {func.dims[0]};
    order.insert(order.end(), func.reductionDims.begin(),
                 func.reductionDims.end());
    schedule.update(func.name)
        .reorder(order)
        .vectorize(func.dims[0], target.lanes)
        .unroll(func.dims[0]);
  } else if (func.role == Role::Scalar && func.hasUpdate) {
    schedule.update(func.name).atomic().vectorize(func.reductionDims[0]);
  }
}

const std::vector<Knob<RowsKnobs>> &rowsKnobSpace() {
  static const std::vector<Knob<RowsKnobs>> space = {
      {"task_rows",
       "rows of a task",
       &RowsKnobs::taskRows,
       {1, 2, 4, 8, 16, 32, 64, 128, 256}},
      {"vectors",
       "vectors of the output row written a step",
       &RowsKnobs::vectors,
       {1, 2, 4, 8}},
  };
  return space;
}

RowsKnobs defaultRowsKnobs(Family family, std::optional<int64_t> extent,
                           const CpuTarget &target) {
  RowsKnobs knobs;
  if (!extent)
    return knobs;
  // Copies and sums cost a tenth of what exponentials and moments do.
  bool isCheap = family == Family::Elementwise || family == Family::Gather;
  int64_t elements = isCheap ? 4096 : 1024;
  while (knobs.taskRows < 256 && knobs.taskRows * *extent < elements)
    knobs.taskRows *= 2;
  if (isCheap && *extent % (2 * target.lanes) == 0)
    knobs.vectors = 2;
  return knobs;
}

std::string checkRowsKnobs(const RowsKnobs &knobs,
                           std::optional<int64_t> extent,
                           const CpuTarget &target) {
  if (knobs.vectors > 1 &&
      (!extent || *extent % (knobs.vectors * target.lanes) != 0))
    return "the vectors of a step must divide a row of constant extent";
  return {};
}

void scheduleRowsCpu(Schedule &schedule, const KernelView &view,
                     const RowsKnobs &knobs, const CpuTarget &target) {
  const FuncView &out = *view.find(Role::Output);
  CpuTarget dense = target; // with vectors that read the rows densely
  if (view.vector)
    dense.lanes = std::min(view.vector, target.lanes);
  std::string loop = fuseRows(schedule.func(out.name), out, knobs.taskRows);
  vectorizeRow(schedule.func(out.name), out, dense, knobs.vectors);
  for (const FuncView &func : view.funcs) {
    if (func.role == Role::Lanes || func.role == Role::Scalar ||
        func.role == Role::Serial) {
      scheduleRowReduction(schedule, func, out.name, loop, target);
    } else if (func.role != Role::Output) {
      bool isBefore = func.role == Role::Before;
      place(schedule.func(func.name), out.name, isBefore ? "" : loop);
      vectorizeRow(schedule.func(func.name), func, dense);
      if (!func.hasUpdate || func.dims.empty())
        continue;
      std::vector<std::string> order = {func.dims[0]};
      order.insert(order.end(), func.reductionDims.begin(),
                   func.reductionDims.end());
      schedule.update(func.name).reorder(order);
      vectorizeRow(schedule.update(func.name), func, dense);
    }
  }
}

} // namespace heddle::schedule
