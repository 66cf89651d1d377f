// Products of two computed tensors: see Matmul.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/cpu/Matmul.h"

#include "schedules/cpu/Gemm.h"
#include "schedules/cpu/GemmTile.h"

namespace heddle::schedule {

const std::vector<Knob<MatmulKnobs>> &matmulKnobSpace() {
  static const std::vector<Knob<MatmulKnobs>> space = {
      {"tile_rows",
       "rows of a register tile",
       &MatmulKnobs::tileRows,
       {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
      {"tile_columns",
       "columns of a register tile and of a packed panel",
       &MatmulKnobs::tileColumns,
       {8, 16, 24, 32, 48, 64}},
  };
  return space;
}

MatmulKnobs defaultMatmulKnobs(std::optional<int64_t> columns,
                               const CpuTarget &target) {
  // Few columns are not worth a wide panel, most of it would be thrown away.
  constexpr int64_t wide = 48, narrow = 32, least = 16;
  int64_t panel = narrow;
  if (columns && *columns <= least)
    panel = least;
  else if (columns && *columns % narrow != 0 && *columns > narrow)
    panel = wide;
  GemmKnobs gemm = defaultGemmKnobs(panel, target);
  return {gemm.tileRows, gemm.tileColumns};
}

std::string checkMatmulKnobs(const MatmulKnobs &knobs,
                             const CpuTarget &target) {
  return checkTile({knobs.tileColumns, knobs.tileRows, knobs.tileColumns},
                   target);
}

void scheduleMatmulCpu(Schedule &schedule, const KernelView &view,
                       const MatmulKnobs &knobs, const CpuTarget &target) {
  const FuncView &out = *view.find(Role::Output);
  const FuncView &sum = *view.find(Role::Accumulator);
  const FuncView &pack = *view.find(Role::Pack);
  Stage stage = schedule.func(out.name);
  stage.split(out.dims[0], "no", "ni", knobs.tileColumns, Tail::GuardWithIf)
      .split(out.dims[1], "mo", "mi", knobs.tileRows, Tail::GuardEvenly);
  std::vector<std::string> order = {"ni", "mi", "mo", "no"};
  order.insert(order.end(), out.dims.begin() + 2, out.dims.end());
  stage.reorder(order).vectorize("ni", target.lanes).unroll("ni").unroll("mi");
  std::string task = "no";
  for (size_t i = 2; i < out.dims.size(); ++i) {
    std::string fused = "task" + std::to_string(i);
    stage.fuse(task, out.dims[i], fused);
    task = fused;
  }
  stage.parallel(task);
  schedule.func(pack.name)
      .computeAt(out.name, task)
      .boundExtent(pack.dims[0], knobs.tileColumns)
      .vectorize(pack.dims[0], target.lanes);
  const std::string &n = sum.dims[0], &m = sum.dims[1];
  schedule.func(sum.name)
      .computeAt(out.name, "mo")
      .boundExtent(n, knobs.tileColumns)
      .boundExtent(m, knobs.tileRows)
      .vectorize(n, target.lanes)
      .unroll(n)
      .unroll(m);
  schedule.update(sum.name)
      .reorder({n, m, sum.reductionDims[0]})
      .vectorize(n, target.lanes)
      .unroll(n)
      .unroll(m);
}

} // namespace heddle::schedule
