// The plain schedule of a device: see Rows.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/gpu/Rows.h"

namespace heddle::schedule {

const std::vector<Knob<RowsGpuKnobs>> &rowsGpuKnobSpace() {
  static const std::vector<Knob<RowsGpuKnobs>> space = {
      {"block_columns",
       "threads of a block along the innermost dim",
       &RowsGpuKnobs::columns,
       {8, 16, 32, 64, 128, 256}},
      {"block_rows",
       "threads of a block along the next dim",
       &RowsGpuKnobs::rows,
       {1, 2, 4, 8, 16, 32}},
  };
  return space;
}

std::string checkRowsGpuKnobs(const RowsGpuKnobs &knobs,
                              const GpuTarget &target) {
  if (knobs.columns * knobs.rows > target.threads)
    return "the block has more threads than the target runs";
  return {};
}

/// Loops over `dims`, innermost first, as a grid of at most three dims.
static void spread(Stage stage, const std::vector<std::string> &dims,
                   const std::vector<std::string> &reductions,
                   const RowsGpuKnobs &knobs) {
  if (dims.empty()) {
    stage.gpuSingleThread();
    return;
  }
  std::vector<std::string> threads = {"tx"}, blocks = {"bx"};
  stage.split(dims[0], "bx", "tx", knobs.columns, Tail::GuardWithIf);
  if (dims.size() > 1) {
    stage.split(dims[1], "by", "ty", knobs.rows, Tail::GuardWithIf);
    threads.emplace_back("ty");
    blocks.emplace_back("by");
  }
  if (dims.size() > 2)
    blocks.push_back(dims[2]);
  for (size_t i = 3; i < dims.size(); ++i) {
    std::string fused = "bz" + std::to_string(i);
    stage.fuse(blocks.back(), dims[i], fused);
    blocks.back() = fused;
  }
  std::vector<std::string> order = reductions;
  order.insert(order.end(), threads.begin(), threads.end());
  order.insert(order.end(), blocks.begin(), blocks.end());
  stage.reorder(order).gpuBlocks(blocks).gpuThreads(threads);
}

void scheduleWhole(Schedule &schedule, const FuncView &func,
                   const RowsGpuKnobs &knobs) {
  if (func.role != Role::Output)
    schedule.func(func.name).computeRoot();
  spread(schedule.func(func.name), func.dims, {}, knobs);
  if (func.hasUpdate)
    spread(schedule.update(func.name), func.updateDims, func.reductionDims,
           knobs);
}

void scheduleRowsGpu(Schedule &schedule, const KernelView &view,
                     const RowsGpuKnobs &knobs) {
  for (const FuncView &func : view.funcs)
    scheduleWhole(schedule, func, knobs);
}

} // namespace heddle::schedule
