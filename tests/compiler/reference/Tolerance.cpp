// The tolerance table and the comparison under it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/Tolerance.h"
#include <gtest/gtest.h>

using namespace heddle::reference;

TEST(Tolerance, GrowsWithTheRootOfTheLength) {
  double one = tolerance(Dtype::F32, 1);
  EXPECT_DOUBLE_EQ(one, 16 * 0x1p-24);
  EXPECT_DOUBLE_EQ(tolerance(Dtype::F32, 0), one);
  EXPECT_DOUBLE_EQ(tolerance(Dtype::F32, 9), 2 * one);
  EXPECT_DOUBLE_EQ(tolerance(Dtype::BF16, 1), 16 * 0x1p-9);
}

TEST(Tolerance, CountsAProductOfRoundedNumbersOnce) {
  EXPECT_DOUBLE_EQ(tolerance(Path{9}), tolerance(Dtype::F32, 9));
  EXPECT_DOUBLE_EQ(tolerance(Path{9, 4}),
                   tolerance(Dtype::F32, 9) + tolerance(Dtype::BF16, 4));
  EXPECT_DOUBLE_EQ(tolerance(Path{9, 0, 4}),
                   tolerance(Dtype::F32, 9) + tolerance(Dtype::Int8, 4));
  Path path = longest({2, 1, 5}, {1, 3}) + Path{10, 1, 1};
  EXPECT_EQ(path.terms, 12);
  EXPECT_EQ(path.bf16, 4);
  EXPECT_EQ(path.int8, 6);
}

TEST(Cosine, IsThatOfTheTensorsAsVectors) {
  std::vector<float> found = {0, 3};
  EXPECT_DOUBLE_EQ(cosine({0, 2}, found.data()), 1);
  EXPECT_DOUBLE_EQ(cosine({2, 0}, found.data()), 0);
  EXPECT_DOUBLE_EQ(cosine({-1, -1}, found.data()), -std::sqrt(0.5));
  EXPECT_DOUBLE_EQ(cosine({0, 0}, found.data()), 1);
}

TEST(Compare, FindsTheWorstElement) {
  std::vector<double> expected = {1, 2, 3};
  std::vector<float> found = {1, 2.5f, 3.25f};
  Difference worst = compare(expected, found.data(), 1e-3);
  EXPECT_FALSE(worst.within);
  EXPECT_EQ(worst.index, 1);
  EXPECT_EQ(worst.found, 2.5);
  EXPECT_DOUBLE_EQ(worst.largest, 0.5);
  EXPECT_TRUE(compare(expected, found.data(), 0.2).within);
}

TEST(Compare, AllowsTheFloorEverywhere) {
  std::vector<double> expected = {0, 0};
  std::vector<float> found = {0, 0.5f};
  EXPECT_FALSE(compare(expected, found.data(), 1e-3).within);
  EXPECT_TRUE(compare(expected, found.data(), 1e-3, 0.5).within);
  EXPECT_FALSE(compare(expected, found.data(), 1e-3, 0.4).within);
}

TEST(Compare, TakesNonFiniteAsTheyAre) {
  const double nan = std::nan(""), infinity = INFINITY;
  std::vector<double> expected = {nan, infinity, 1};
  EXPECT_TRUE(compare(expected, expected.data(), 1e-6).within);
  std::vector<double> noNan = {0, infinity, 1}, other = {nan, -infinity, 1};
  EXPECT_FALSE(compare(expected, noNan.data(), 1e-6).within);
  EXPECT_FALSE(compare(expected, other.data(), 1e-6).within);
  std::vector<double> off = {nan, infinity, 1.1};
  EXPECT_FALSE(compare(expected, off.data(), 1e-6).within);
}
