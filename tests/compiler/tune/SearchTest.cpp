// Points are enumerated, counted and proposed, each once, by the seed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tune/Search.h"
#include "tests/compiler/tune/Support.h"
#include <gtest/gtest.h>
#include <set>

using namespace heddle::tune;

namespace {

std::vector<Knobs> proposals(uint64_t seed) {
  Space space = smallSpace();
  std::unique_ptr<Search> search = randomSearch(space, seed);
  std::vector<Knobs> points;
  while (std::optional<Knobs> point = search->propose()) {
    points.push_back(*point);
    search->observe({*point, Status::Measured, "", {}});
  }
  return points;
}

} // namespace

TEST(Space, NumbersEveryPointOnce) {
  Space space = smallSpace();
  ASSERT_EQ(space.size(), 12u);
  EXPECT_EQ(space.at(0), (Knobs{{"rows", 1}, {"columns", 1}}));
  EXPECT_EQ(space.at(1), (Knobs{{"rows", 1}, {"columns", 2}}));
  EXPECT_EQ(space.at(11), (Knobs{{"rows", 4}, {"columns", 8}}));
  std::set<Knobs> seen;
  for (uint64_t i = 0; i < space.size(); ++i)
    seen.insert(space.at(i));
  EXPECT_EQ(seen.size(), 12u);
  EXPECT_EQ(space.initial(), (Knobs{{"rows", 2}, {"columns", 4}}));
}

TEST(Space, CountsLegalPointsAndBrokenConstraints) {
  Census census = countPoints(smallSpace());
  EXPECT_EQ(census.legal, 9u);
  EXPECT_EQ(census.broken,
            (std::map<std::string, uint64_t>{{"the tile is too large", 3}}));
}

TEST(Space, WithoutKnobsHasOnePoint) {
  Space space({}, [](const Knobs &) { return ""; });
  EXPECT_EQ(space.size(), 1u);
  EXPECT_EQ(space.at(0), Knobs());
}

TEST(RandomSearch, ProposesEveryPointOnce) {
  std::vector<Knobs> points = proposals(7);
  EXPECT_EQ(points.size(), 12u);
  EXPECT_EQ(std::set<Knobs>(points.begin(), points.end()).size(), 12u);
}

TEST(RandomSearch, TheSeedAloneDecidesTheOrder) {
  EXPECT_EQ(proposals(7), proposals(7));
  EXPECT_NE(proposals(7), proposals(8));
  // The same on every machine: this is what seed 7 gives.
  EXPECT_EQ(heddle::pipeline::knobsText(proposals(7)[0]), "columns=4 rows=4");
}
