// Weights from a seed: the same everywhere, and of a useful size.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/weights/RandomWeights.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace heddle::weights;

TEST(RandomWeights, AreTheSameOnEveryMachine) {
  // Worked out independently with Python's integers and IEEE doubles.
  std::vector<float> values = randomWeight(7, "a.weight", {2, 3});
  ASSERT_EQ(values.size(), 6u);
  const float expected[] = {-0x1.61dc140000000p-1f, -0x1.805fa00000000p-2f,
                            0x1.0610a80000000p-2f,  0x1.10a0640000000p-1f,
                            -0x1.bd6d980000000p-1f, -0x1.dd00600000000p-4f};
  for (size_t i = 0; i < 6; ++i)
    EXPECT_EQ(values[i], expected[i]) << i;
}

TEST(RandomWeights, PiecesAreThoseOfTheWhole) {
  std::vector<float> whole = randomWeight(1, "w", {4, 5});
  std::vector<float> piece(7);
  fillRandomWeight(1, "w", {4, 5}, 6, piece.size(), piece.data());
  for (size_t i = 0; i < piece.size(); ++i)
    EXPECT_EQ(piece[i], whole[6 + i]);
}

TEST(RandomWeights, DifferBySeedAndName) {
  EXPECT_NE(randomWeight(1, "w", {8}), randomWeight(2, "w", {8}));
  EXPECT_NE(randomWeight(1, "w", {8}), randomWeight(1, "v", {8}));
}

TEST(RandomWeights, KeepTheScaleOfActivations) {
  std::vector<float> matrix = randomWeight(3, "w", {500, 300});
  double sum = 0, squares = 0;
  for (float value : matrix) {
    sum += value;
    squares += double(value) * value;
  }
  double count = double(matrix.size());
  EXPECT_NEAR(sum / count, 0, 1e-3);
  EXPECT_NEAR(squares / count * 300, 1, 0.02); // variance 1 / 300
  for (float value : randomWeight(3, "norm.weight", {100}))
    EXPECT_NEAR(value, 1, 0.1001);
  for (float value : randomWeight(3, "norm.bias", {100}))
    EXPECT_NEAR(value, 0, 0.1001);
}
