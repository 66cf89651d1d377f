// Schedules for devices: what they record, and which knobs are legal.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/gpu/Attention.h"
#include "schedules/gpu/Gemm.h"
#include "schedules/gpu/Rows.h"
#include <gtest/gtest.h>

using namespace heddle::schedule;

namespace {

const GpuTarget &opencl() { return gpuTargets()[0]; }

/// The directives of one stage of a func.
std::vector<Directive> of(const Schedule &schedule, const std::string &func,
                          int stage = 0) {
  std::vector<Directive> result;
  for (const Directive &directive : schedule.directives())
    if (directive.func == func && directive.stage == stage)
      result.push_back(directive);
  return result;
}

std::vector<std::string> dimsOf(const std::vector<Directive> &list, Kind kind) {
  for (const Directive &directive : list)
    if (directive.kind == kind)
      return directive.dims;
  return {};
}

using Names = std::vector<std::string>;

} // namespace

TEST(GpuTargets, TheFirstRunsAndEachNamesItsCapability) {
  EXPECT_EQ(opencl().name, "opencl");
  EXPECT_TRUE(opencl().runs);
  EXPECT_EQ(gpuTargets()[1].name, "cuda");
  EXPECT_NE(gpuTargets()[1].halide.find("cuda_capability_80"),
            std::string::npos);
}

TEST(RowsGpu, SpreadsEveryStageOverBlocksAndThreads) {
  KernelView view;
  view.funcs = {{"sum",
                 Role::RowSum,
                 {"d0", "d1", "d2", "d3"},
                 {},
                 {"r"},
                 true,
                 {"d0", "d1", "d2", "d3"}},
                {"out", Role::Output, {"d0"}, {}, {}, false}};
  Schedule schedule;
  scheduleRowsGpu(schedule, view, {});
  EXPECT_EQ(of(schedule, "sum")[0].kind, Kind::ComputeRoot);
  for (int stage : {0, 1}) {
    std::vector<Directive> list = of(schedule, "sum", stage);
    EXPECT_EQ(dimsOf(list, Kind::GpuThreads), (Names{"tx", "ty"}));
    EXPECT_EQ(dimsOf(list, Kind::GpuBlocks), (Names{"bx", "by", "bz3"}));
  }
  // The reduction is a loop inside a thread.
  EXPECT_EQ(dimsOf(of(schedule, "sum", 1), Kind::Reorder)[0], "r");
  std::vector<Directive> out = of(schedule, "out");
  EXPECT_NE(out[0].kind, Kind::ComputeRoot);
  EXPECT_EQ(dimsOf(out, Kind::GpuThreads), (Names{"tx"}));
}

TEST(RowsGpu, AStageWithoutLoopsTakesOneThread) {
  KernelView view;
  view.funcs = {{"out", Role::Output, {}, {}, {}, false}};
  Schedule schedule;
  scheduleRowsGpu(schedule, view, {});
  ASSERT_EQ(schedule.directives().size(), 1u);
  EXPECT_EQ(schedule.directives()[0].kind, Kind::GpuSingleThread);
}

TEST(RowsGpu, RefusesMoreThreadsThanTheTargetRuns) {
  EXPECT_EQ(checkRowsGpuKnobs({}, opencl()), "");
  EXPECT_EQ(checkRowsGpuKnobs({256, 2}, opencl()),
            "the block has more threads than the target runs");
}

TEST(GemmGpu, KeepsRowsInRegistersAndFinishesThemApart) {
  KernelView view;
  view.funcs = {{"acc", Role::Accumulator, {"n", "nb", "m"}, {}, {"k"}, true},
                {"row", Role::Row, {"n", "nb", "m"}, {}, {}, false},
                {"mean", Role::Scalar, {"m"}, {}, {}, false},
                {"out", Role::Output, {"n", "nb", "m"}, {}, {}, false}};
  Schedule schedule;
  scheduleGemmGpu(schedule, view, {4, 2, 48});
  EXPECT_EQ(of(schedule, "row")[0].kind, Kind::ComputeRoot);
  EXPECT_EQ(dimsOf(of(schedule, "row"), Kind::GpuThreads), (Names{"n", "ty"}));
  EXPECT_EQ(dimsOf(of(schedule, "row"), Kind::GpuBlocks), (Names{"by", "nb"}));
  EXPECT_EQ(dimsOf(of(schedule, "acc"), Kind::ComputeAt), (Names{"n"}));
  EXPECT_EQ(dimsOf(of(schedule, "mean"), Kind::GpuThreads), (Names{"tx"}));
  EXPECT_EQ(dimsOf(of(schedule, "out"), Kind::GpuThreads), (Names{"tx", "ty"}));
  EXPECT_EQ(checkGemmGpuKnobs({4, 4, 64}, opencl()), "");
  EXPECT_EQ(checkGemmGpuKnobs({4, 8, 64}, opencl()),
            "the block has more threads than the target runs");
}

TEST(AttentionGpu, TheDefaultIsLegalForEveryHead) {
  for (const GpuTarget &target : gpuTargets())
    for (int64_t width : {1, 15, 32, 64, 80, 128, 256, 512}) {
      AttentionGpuShape shape = defaultAttentionGpuShape(width, width);
      EXPECT_LE(shape.sharedBytes(), target.sharedBytes) << width;
      EXPECT_EQ(checkAttentionGpuKnobs({}, shape, target), "") << width;
    }
}

TEST(AttentionGpu, SaysWhichConstraintIsBroken) {
  AttentionGpuShape shape;
  EXPECT_EQ(checkAttentionGpuKnobs({32}, shape, opencl()),
            "the block has more threads than the target runs");
  shape.queryBlock = 1;
  shape.chunk = 24;
  EXPECT_EQ(checkAttentionGpuKnobs({16}, shape, opencl()),
            "the block's columns must divide the chunk");
  shape.chunk = 4096;
  EXPECT_EQ(checkAttentionGpuKnobs({16}, shape, opencl()),
            "a query block takes more shared memory than the target has");
}
