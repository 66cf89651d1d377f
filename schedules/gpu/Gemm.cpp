// Products on a device: see Gemm.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/gpu/Gemm.h"

#include "schedules/gpu/Rows.h"

namespace heddle::schedule {

const std::vector<Knob<GemmGpuKnobs>> &gemmGpuKnobSpace() {
  static const std::vector<Knob<GemmGpuKnobs>> space = {
      {"tile_rows", "rows of a thread", &GemmGpuKnobs::tileRows, {1, 2, 4, 8}},
      {"block_rows",
       "threads of a block along the rows",
       &GemmGpuKnobs::blockRows,
       {1, 2, 4, 8, 16}},
  };
  return space;
}

std::string checkGemmGpuKnobs(const GemmGpuKnobs &knobs,
                              const GpuTarget &target) {
  if (knobs.columns * knobs.blockRows > target.threads)
    return "the block has more threads than the target runs";
  return {};
}

namespace {

/// Tiles of `tiled` by columns dims[0] and rows dims[row]; in each thread the
/// accumulator of its rows. The other dims are blocks.
void scheduleTile(Schedule &schedule, const FuncView &tiled,
                  const FuncView &accumulator, size_t row, bool isPanelled,
                  const GemmGpuKnobs &knobs) {
  Stage stage = schedule.func(tiled.name);
  std::string column = tiled.dims[0];
  std::vector<std::string> blocks = {"by"};
  if (isPanelled) {
    stage.bound(column, 0, knobs.columns);
  } else {
    stage.split(column, "bx", "tx", knobs.columns, Tail::GuardWithIf);
    column = "tx";
    blocks.insert(blocks.begin(), "bx");
  }
  stage
      .split(tiled.dims[row], "by", "line", knobs.tileRows * knobs.blockRows,
             Tail::GuardWithIf)
      .split("line", "ty", "mi", knobs.tileRows);
  std::string rest;
  for (size_t i = 1; i < tiled.dims.size(); ++i) {
    if (i == row)
      continue;
    std::string fused = "bz" + std::to_string(i);
    if (!rest.empty())
      stage.fuse(rest, tiled.dims[i], fused);
    rest = rest.empty() ? tiled.dims[i] : fused;
  }
  if (!rest.empty())
    blocks.push_back(rest);
  std::vector<std::string> order = {"mi", column, "ty"};
  order.insert(order.end(), blocks.begin(), blocks.end());
  stage.reorder(order)
      .gpuBlocks(blocks)
      .gpuThreads({column, "ty"})
      .unroll("mi");

  Stage pure = schedule.func(accumulator.name);
  pure.computeAt(tiled.name, column);
  for (size_t i = 0; i < accumulator.dims.size(); ++i)
    pure.boundExtent(accumulator.dims[i], i == row ? knobs.tileRows : 1);
  const std::string &m = accumulator.dims[row];
  pure.unroll(m);
  schedule.update(accumulator.name)
      .reorder({m, accumulator.reductionDims[0]})
      .unroll(m);
}

} // namespace

void scheduleGemmGpu(Schedule &schedule, const KernelView &view,
                     const GemmGpuKnobs &knobs) {
  const FuncView &out = *view.find(Role::Output);
  const FuncView *row = view.find(Role::Row);
  const FuncView &tiled = row ? *row : out;
  if (row)
    schedule.func(row->name).computeRoot();
  scheduleTile(schedule, tiled, *view.find(Role::Accumulator),
               tiled.dims.size() - 1, tiled.dims.size() == 3, knobs);
  if (!row)
    return;
  for (const FuncView &func : view.funcs)
    if (func.role != Role::Row && func.role != Role::Accumulator)
      scheduleWhole(schedule, func, {});
}

void scheduleMatmulGpu(Schedule &schedule, const KernelView &view,
                       const GemmGpuKnobs &knobs) {
  scheduleTile(schedule, *view.find(Role::Output),
               *view.find(Role::Accumulator), 1, false, knobs);
}

} // namespace heddle::schedule
