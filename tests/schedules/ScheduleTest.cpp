// What a schedule records, in order.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/cpu/Rows.h"
#include <gtest/gtest.h>

using namespace heddle::schedule;

TEST(Schedule, RecordsDirectivesInOrder) {
  Schedule schedule;
  schedule.func("out")
      .split("m", "mo", "mi", 8, Tail::GuardWithIf)
      .unroll("mi");
  schedule.update("acc").reorder({"n", "k"});
  const std::vector<Directive> &record = schedule.directives();
  ASSERT_EQ(record.size(), 3u);
  EXPECT_EQ(record[0].kind, Kind::Split);
  EXPECT_EQ(record[0].dims, (std::vector<std::string>{"m", "mo", "mi"}));
  EXPECT_EQ(record[0].factor, 8);
  EXPECT_EQ(record[0].tail, Tail::GuardWithIf);
  EXPECT_EQ(record[1].kind, Kind::Unroll);
  EXPECT_EQ(record[1].factor, 0);
  EXPECT_EQ(record[2].func, "acc");
  EXPECT_EQ(record[2].stage, 1);
}

TEST(KernelView, FindsTheFirstFuncOfARole) {
  KernelView view;
  view.funcs.push_back({"a", Role::Row, {"d0"}, {4}, {}, false});
  view.funcs.push_back({"b", Role::Output, {"d0"}, {4}, {}, false});
  EXPECT_EQ(view.find(Role::Output)->name, "b");
  EXPECT_EQ(view.find(Role::Lanes), nullptr);
}

namespace {
/// A kernel of one output with a row of `extent` elements.
KernelView rowsView(std::optional<int64_t> extent,
                    std::vector<std::string> dims) {
  KernelView view;
  std::vector<std::optional<int64_t>> extents(dims.size());
  extents[0] = extent;
  view.funcs.push_back({"out", Role::Output, dims, extents, {}, false});
  return view;
}

bool has(const Schedule &schedule, Kind kind) {
  for (const Directive &directive : schedule.directives())
    if (directive.kind == kind)
      return true;
  return false;
}
} // namespace

TEST(RowsSchedule, FusesRowsIntoOneParallelLoop) {
  Schedule schedule;
  scheduleRowsCpu(schedule, rowsView(64, {"d0", "d1", "d2"}), RowsKnobs{},
                  cpuTargets()[0]);
  EXPECT_TRUE(has(schedule, Kind::Fuse));
  EXPECT_TRUE(has(schedule, Kind::Parallel));
  EXPECT_TRUE(has(schedule, Kind::Vectorize));
  EXPECT_FALSE(has(schedule, Kind::Split));
}

TEST(RowsSchedule, TakesSomeRowsATask) {
  Schedule schedule;
  scheduleRowsCpu(schedule, rowsView(64, {"d0", "d1"}), RowsKnobs{8, 2},
                  cpuTargets()[0]);
  EXPECT_TRUE(has(schedule, Kind::Split));
  EXPECT_TRUE(has(schedule, Kind::Unroll));
}

TEST(RowsSchedule, GuardsARaggedRow) {
  Schedule schedule;
  scheduleRowsCpu(schedule, rowsView(37, {"d0", "d1"}), RowsKnobs{},
                  cpuTargets()[0]);
  EXPECT_TRUE(has(schedule, Kind::Split));
}

TEST(RowsSchedule, LeavesAShortRowScalar) {
  Schedule schedule;
  scheduleRowsCpu(schedule, rowsView(3, {"d0"}), RowsKnobs{}, cpuTargets()[0]);
  EXPECT_FALSE(has(schedule, Kind::Vectorize));
  EXPECT_FALSE(has(schedule, Kind::Parallel));
}
