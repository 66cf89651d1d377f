// Reductions, softmax, norms and choices on cases worked out by hand.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/Axes.h"
#include "tests/compiler/reference/Support.h"

using namespace heddle::reference;

TEST(Mean, CountsElementsWhoseMaskIsNotZero) {
  Doubles x = floats({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  expectNear(reduce<double>(Reduce::Mean, x, 1, nullptr), {2, 2}, {2, 3, 6, 7});
  expectNear(reduce<double>(Reduce::Mean, x, 0, nullptr), {2, 2}, {3, 4, 5, 6});
  Doubles mask = Doubles::ofInts({2, 2}, {0, 5, 0, 0});
  expectNear(reduce(Reduce::Mean, x, 1, &mask), {2, 2}, {3, 4, 0, 0});
  Doubles whole = Doubles::ofInts({2, 2, 2}, {1, 0, 1, 1, 0, 0, 1, 0});
  expectNear(reduce(Reduce::Mean, x, 1, &whole), {2, 2}, {2, 4, 7, 0});
}

TEST(Mean, DoesNotSeeWhatTheMaskHides) {
  Doubles mask = Doubles::ofInts({1, 2}, {1, 0});
  expectNear(reduce(Reduce::Mean, floats({1, 2, 1}, {3, notANumber}), 1, &mask),
             {1, 1}, {3});
}

TEST(LayerNorm, HasMeanZeroAndVarianceOne) {
  // Mean 2, variance 1 with eps 0 for (1, 3); eps 3 makes the divisor 2.
  Doubles weight = floats({2}, {1, 10}), bias = floats({2}, {0, 5});
  expectNear(layerNorm(floats({1, 2}, {1, 3}), weight, &bias, 0), {1, 2},
             {-1, 15});
  expectNear(layerNorm<double>(floats({1, 2}, {1, 3}), weight, nullptr, 3),
             {1, 2}, {-0.5, 5});
}

TEST(Softmax, SumsToOneAlongTheAxis) {
  Doubles x = floats({2, 2}, {0, std::log(3.0), 1000, 1000});
  expectNear(softmax(x, 1), {2, 2}, {0.25, 0.75, 0.5, 0.5});
  Doubles columns = softmax(x, 0);
  EXPECT_DOUBLE_EQ(columns.floats[0] + columns.floats[2], 1);
  EXPECT_DOUBLE_EQ(columns.floats[1] + columns.floats[3], 1);
}

TEST(Softmax, GivesZerosWhereAllIsMinusInfinity) {
  expectNear(softmax(floats({2, 2}, {-infinity, -infinity, -infinity, 0}), 1),
             {2, 2}, {0, 0, 0, 1});
}

TEST(L2Normalize, DividesByTheLengthOrEps) {
  expectNear(l2Normalize(floats({2, 2}, {3, 4, 0, 0}), 1e-12), {2, 2},
             {0.6, 0.8, 0, 0});
  expectNear(l2Normalize(floats({1, 2}, {3, 4}), 10), {1, 2}, {0.3, 0.4});
  EXPECT_TRUE(
      std::isnan(l2Normalize(floats({1, 2}, {notANumber, 4}), 10).floats[1]));
}

TEST(RmsNorm, HasMeanSquareOne) {
  // The mean square of (3, 4) with eps 0 is 12.5; eps 12.5 doubles it.
  Doubles weight = floats({2}, {1, 10});
  double root = std::sqrt(12.5);
  expectNear(rmsNorm(floats({1, 2}, {3, 4}), weight, 0), {1, 2},
             {3 / root, 40 / root});
  expectNear(rmsNorm(floats({1, 2}, {3, 4}), weight, 12.5), {1, 2}, {0.6, 8});
}

TEST(Reduce, AddsAndSpreads) {
  Doubles x = floats({2, 3}, {1, 2, 6, 4, 4, 4});
  expectNear(reduce<double>(Reduce::Sum, x, 1, nullptr), {2}, {9, 12});
  expectNear(reduce<double>(Reduce::Sum, x, 0, nullptr, true), {1, 3},
             {5, 6, 10});
  expectNear(reduce<double>(Reduce::Var, x, 1, nullptr), {2}, {14.0 / 3, 0});
  Doubles mask = Doubles::ofInts({2, 3}, {1, 0, 1, 0, 0, 0});
  expectNear(reduce(Reduce::Sum, x, 1, &mask), {2}, {7, 0});
  expectNear(reduce(Reduce::Var, x, 1, &mask), {2}, {6.25, 0});
}

TEST(Reduce, FindsTheEnds) {
  Doubles x = floats({2, 3}, {1, 7, 7, -4, -9, -4});
  expectNear(reduce<double>(Reduce::Largest, x, 1, nullptr), {2}, {7, -4});
  expectNear(reduce<double>(Reduce::Smallest, x, 1, nullptr, true), {2, 1},
             {1, -9});
  EXPECT_EQ(reduce<double>(Reduce::Argmax, x, 1, nullptr).ints,
            (std::vector<int32_t>{1, 0}));
  Doubles mask = Doubles::ofInts({2, 3}, {1, 0, 1, 0, 0, 0});
  Doubles most = reduce(Reduce::Largest, x, 1, &mask);
  EXPECT_EQ(most.floats, (std::vector<double>{7, -infinity}));
  EXPECT_EQ(reduce(Reduce::Smallest, x, 1, &mask).floats,
            (std::vector<double>{1, infinity}));
  Doubles where = reduce(Reduce::Argmax, x, 1, &mask);
  EXPECT_EQ(where.element, Element::Int32);
  EXPECT_EQ(where.ints, (std::vector<int32_t>{2, 0}));
}

TEST(Reduce, TakesNanForTheLargestAndKeepsIt) {
  Doubles x = floats({1, 3}, {1, notANumber, 2});
  for (Reduce op : {Reduce::Largest, Reduce::Smallest, Reduce::Sum})
    EXPECT_TRUE(std::isnan(reduce<double>(op, x, 1, nullptr).floats[0]));
  EXPECT_EQ(reduce<double>(Reduce::Argmax, x, 1, nullptr).ints[0], 1);
}

TEST(LogSoftmax, IsTheLogarithm) {
  Doubles x = floats({2, 2}, {0, std::log(3.0), -infinity, -infinity});
  Doubles out = logSoftmax(x, 1);
  EXPECT_NEAR(out.floats[0], std::log(0.25), 1e-12);
  EXPECT_NEAR(out.floats[1], std::log(0.75), 1e-12);
  EXPECT_EQ(out.floats[2], -infinity);
}

TEST(TopK, PutsTheFirstOfEqualsFirst) {
  Doubles x = floats({2, 4}, {5, 7, 7, 1, 2, notANumber, 3, 2});
  Doubles places = topK(x, 3);
  EXPECT_EQ(places.shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(places.ints, (std::vector<int32_t>{1, 2, 0, 1, 2, 0}));
  EXPECT_EQ(
      take(floats({1, 3}, {1, 2, 3}), Doubles::ofInts({1, 4}, {2, 0, -1, 9}))
          .floats,
      (std::vector<double>{3, 1, 1, 3}));
}
