// Medians and intervals of pairs; what counts as a gain.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tune/Trial.h"
#include <gtest/gtest.h>

using namespace heddle::tune;

namespace {

std::vector<double> ramp(size_t count, double first, double step) {
  std::vector<double> values;
  for (size_t i = 0; i < count; ++i)
    values.push_back(first + step * double(i));
  return values;
}

} // namespace

TEST(Compare, GivesMediansAndPercentiles) {
  Comparison c = compare(ramp(11, 100, 10), ramp(11, 50, 5));
  EXPECT_DOUBLE_EQ(c.base.low, 110);
  EXPECT_DOUBLE_EQ(c.base.median, 150);
  EXPECT_DOUBLE_EQ(c.base.high, 190);
  EXPECT_DOUBLE_EQ(c.candidate.median, 75);
  EXPECT_DOUBLE_EQ(c.ratio.low, 2);
  EXPECT_DOUBLE_EQ(c.ratio.high, 2);
}

TEST(Compare, ThePairsDecideNotTheTotals) {
  // A disturbance that both of a pair share changes no ratio.
  std::vector<double> base(51, 100), candidate(51, 80);
  for (size_t i = 0; i < 51; i += 2) {
    base[i] *= 10;
    candidate[i] *= 10;
  }
  Comparison c = compare(base, candidate);
  EXPECT_DOUBLE_EQ(c.ratio.median, 1.25);
  EXPECT_DOUBLE_EQ(c.atLeast, 1.25);
  EXPECT_TRUE(isGain(c));
}

TEST(Compare, NoiseAroundOneIsNoGain) {
  std::vector<double> base(51, 100), candidate = ramp(51, 75, 1);
  Comparison c = compare(base, candidate);
  EXPECT_GT(c.ratio.high, 1.1);
  EXPECT_LT(c.atLeast, 1);
  EXPECT_FALSE(isGain(c));
}

TEST(Compare, FewPairsAreNeverSure) {
  EXPECT_FALSE(isGain(compare({100, 100, 100}, {50, 50, 50})));
}

TEST(Combine, AddsTimesAndMultipliesRatios) {
  Comparison twice =
      compare(std::vector<double>(20, 100), std::vector<double>(20, 50));
  Comparison half =
      compare(std::vector<double>(20, 100), std::vector<double>(20, 200));
  Comparison both = combine({twice, half});
  EXPECT_DOUBLE_EQ(both.base.median, 200);
  EXPECT_DOUBLE_EQ(both.candidate.median, 250);
  EXPECT_DOUBLE_EQ(both.ratio.median, 1);
  EXPECT_FALSE(isGain(both));
}

TEST(Status, NamesReadBack) {
  for (Status status : {Status::Measured, Status::Wrong, Status::Refused,
                        Status::Crashed, Status::TimedOut})
    EXPECT_EQ(statusFromName(name(status)), status);
  EXPECT_EQ(statusFromName("fine"), std::nullopt);
}
