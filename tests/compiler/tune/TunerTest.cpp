// The search's order of doing things, on a bench where faults are planted.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tune/Tuner.h"
#include "tests/compiler/tune/Support.h"
#include <gtest/gtest.h>

using namespace heddle::tune;

namespace {

/// A file is the text of its knobs; gains and faults are planted by it.
class PlantedBench : public Workbench {
public:
  bool build(size_t, const std::vector<Knobs> &points,
             std::vector<std::string> &files,
             std::vector<Verdict> &verdicts) override {
    for (const Knobs &point : points) {
      files.push_back(heddle::pipeline::knobsText(point));
      verdicts.push_back(verdictOf(unbuildable, files.back()));
      built.push_back(files.back());
    }
    return works;
  }
  Verdict check(const std::string &file,
                const std::vector<DimPoint> &sizes) override {
    EXPECT_FALSE(sizes.empty());
    checked.push_back(file);
    return verdictOf(faults, file);
  }
  Verdict time(const std::string &base, const std::string &candidate,
               const DimPoint &, unsigned, Comparison &result) override {
    EXPECT_EQ(base, "default");
    timed.push_back(candidate);
    result = figuresOf(gains.count(candidate) ? gains[candidate] : 1);
    return {};
  }
  void drop(const std::string &) override {}

  std::map<std::string, Verdict> unbuildable, faults;
  std::map<std::string, double> gains;
  std::vector<std::string> built, checked, timed;
  bool works = true;

private:
  static Verdict verdictOf(const std::map<std::string, Verdict> &planted,
                           const std::string &file) {
    auto found = planted.find(file);
    return found == planted.end() ? Verdict() : found->second;
  }
};

class Tuners : public testing::Test {
protected:
  /// Searches until there is nothing left, or `steps` are done.
  bool run(int steps = 100, bool finish = true) {
    search = randomSearch(space, 1);
    tuner.emplace(Subject{0,
                          smallKey(),
                          {{{"batch", 1}}},
                          [](const Knobs &) {
                            return std::vector<DimPoint>{{{"batch", 1}}};
                          }},
                  space, *search, bench, store, bounds);
    bool good = tuner->start();
    for (; good && steps > 0 && !tuner->isDone(); --steps)
      good = tuner->step();
    return good && (!finish || tuner->finish());
  }
  void SetUp() override {
    ASSERT_EQ(store.open(folder.file("a.db"), Store::Access::Write), "");
  }
  std::optional<Choice> kept() {
    std::optional<Choice> choice;
    EXPECT_EQ(store.choice(smallKey(), choice), "");
    return choice;
  }
  static bool has(const std::vector<std::string> &list, const char *file) {
    return std::find(list.begin(), list.end(), file) != list.end();
  }

  Folder folder;
  Space space = smallSpace();
  PlantedBench bench;
  Store store;
  Bounds bounds;
  std::unique_ptr<Search> search;
  std::optional<KernelTuner> tuner;
};

TEST_F(Tuners, KeepTheBestOfAllLegalPoints) {
  bench.gains["columns=8 rows=1"] = 1.5;
  bench.gains["columns=2 rows=4"] = 1.2;
  ASSERT_TRUE(run()) << tuner->problem();
  EXPECT_EQ(tuner->counts().tried, 8u); // 9 legal, the default among them
  EXPECT_EQ(tuner->counts().illegal, 3u);
  ASSERT_TRUE(kept());
  EXPECT_EQ(kept()->knobs, (Knobs{{"rows", 1}, {"columns", 8}}));
  EXPECT_TRUE(kept()->isFinal);
  EXPECT_EQ(bench.checked.front(), "default");
}

TEST_F(Tuners, IllegalPointsAreNeverBuilt) {
  ASSERT_TRUE(run());
  EXPECT_FALSE(has(bench.built, "columns=8 rows=4"));
  EXPECT_FALSE(has(bench.built, "columns=8 rows=2"));
}

TEST_F(Tuners, AWrongCandidateIsKeptAsWrongAndNeverTimed) {
  const char *fast = "columns=8 rows=1";
  bench.gains[fast] = 100;
  bench.faults[fast] = {Status::Wrong, "the first wrong kernel is k0"};
  ASSERT_TRUE(run());
  EXPECT_TRUE(has(bench.checked, fast));
  EXPECT_FALSE(has(bench.timed, fast));
  EXPECT_EQ(tuner->counts().wrong, 1u);
  EXPECT_EQ(kept()->knobs, Knobs());
  std::vector<Trial> trials;
  ASSERT_EQ(store.trials(smallKey(), trials), "");
  size_t wrong = 0;
  for (const Trial &trial : trials)
    wrong += trial.status == Status::Wrong &&
             trial.words == "the first wrong kernel is k0";
  EXPECT_EQ(wrong, 1u);
}

TEST_F(Tuners, WhatCannotBeBuiltIsNeitherCheckedNorTimed) {
  const char *slow = "columns=1 rows=1", *bad = "columns=2 rows=1";
  bench.unbuildable[slow] = {Status::TimedOut, "in the code generator"};
  bench.unbuildable[bad] = {Status::Refused, "by the code generator"};
  ASSERT_TRUE(run());
  for (const char *file : {slow, bad}) {
    EXPECT_FALSE(has(bench.checked, file));
    EXPECT_FALSE(has(bench.timed, file));
  }
  EXPECT_EQ(tuner->counts().timedOut, 1u);
  EXPECT_EQ(tuner->counts().failed, 1u);
}

TEST_F(Tuners, NoGainKeepsTheDefault) {
  bench.gains["columns=8 rows=1"] = 1.005;
  ASSERT_TRUE(run());
  ASSERT_TRUE(kept());
  EXPECT_EQ(kept()->knobs, Knobs());
  ASSERT_TRUE(tuner->best());
  EXPECT_EQ(tuner->best()->knobs, (Knobs{{"rows", 1}, {"columns", 8}}));
}

TEST_F(Tuners, AResumedSearchMeasuresNothingAgain) {
  bounds.batch = 2;
  ASSERT_TRUE(run(2, /*finish=*/false)); // killed: no finish
  std::vector<std::string> before = bench.timed;
  EXPECT_EQ(before.size(), 4u);
  bench.timed.clear();
  ASSERT_TRUE(run(100, false));
  EXPECT_EQ(tuner->counts().tried, 8u);
  EXPECT_EQ(tuner->counts().known, 4u);
  EXPECT_EQ(bench.timed.size(), 4u);
  for (const std::string &file : before)
    EXPECT_FALSE(has(bench.timed, file.c_str())) << file;
  ASSERT_TRUE(run());
  bench.timed.clear();
  ASSERT_TRUE(run()); // everything is known, the choice too
  EXPECT_TRUE(bench.timed.empty());
  EXPECT_EQ(tuner->counts().known, 8u);
}

TEST_F(Tuners, AKilledSearchLeavesItsBest) {
  for (const char *file : {"columns=8 rows=1", "columns=2 rows=4",
                           "columns=1 rows=1", "columns=2 rows=2"})
    bench.gains[file] = 1.5;
  ASSERT_TRUE(run(6, /*finish=*/false));
  ASSERT_TRUE(kept());
  EXPECT_FALSE(kept()->knobs.empty());
  EXPECT_FALSE(kept()->isFinal);
}

TEST_F(Tuners, TrialsBoundTheSearch) {
  bounds.trials = 3;
  bounds.batch = 2;
  ASSERT_TRUE(run());
  EXPECT_EQ(tuner->counts().tried, 3u);
  EXPECT_TRUE(tuner->isDone());
}

TEST_F(Tuners, AnInterruptKeepsNoTrialThatItMayHaveSpoilt) {
  bool interrupted = false;
  bounds.interrupted = [&] { return interrupted; };
  ASSERT_TRUE(run(2, false));
  interrupted = true;
  EXPECT_TRUE(tuner->step());
  EXPECT_TRUE(tuner->finish());
  std::vector<Trial> trials;
  ASSERT_EQ(store.trials(smallKey(), trials), "");
  EXPECT_EQ(trials.size(), 2u);
}

TEST_F(Tuners, AWrongDefaultEndsTheSearch) {
  bench.faults["default"] = {Status::Wrong, "output 'y'"};
  EXPECT_FALSE(run());
  EXPECT_EQ(tuner->problem(), "the default is not usable: wrong: output 'y'");
  EXPECT_TRUE(bench.timed.empty());
}

TEST_F(Tuners, ABenchThatBuildsNothingEndsTheSearch) {
  bench.works = false;
  EXPECT_FALSE(run());
  EXPECT_EQ(tuner->problem(), "the kernel cannot be compiled by itself");
}

} // namespace
