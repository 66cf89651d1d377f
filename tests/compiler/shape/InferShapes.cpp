// Shapes of moves, rotations and products, and what does not fit.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/shape/Cases.h"

#include <gtest/gtest.h>

using namespace heddle::shape;

namespace {

TEST(InferMatmul, BroadcastsTheLeadingAxes) {
  EXPECT_EQ(text(matmul({batch, seq, 64}, {64, 32})), "[batch, seq, 32]");
  EXPECT_EQ(text(matmul({seq, 64}, {32, 64})),
            "inner extents differ: 64 against 32 in [seq, 64] and [32, 64] "
            "(0, 1)");
  EXPECT_EQ(text(matmul({seq}, {32, 64})),
            "the left operand must be [..., m, k], found [seq] (0, -1)");
  EXPECT_EQ(text(matmul({seq, 64}, {64})),
            "the right operand must be [..., k, n], found [64] (1, -1)");
  EXPECT_EQ(text(matmul({3, seq, 64}, {2, 64, 8})),
            "shapes [3] and [2] do not broadcast: 3 against 2 (0, 1)");
}

TEST(InferMatmul, Transposes) {
  EXPECT_EQ(text(matmul({batch, 64, seq}, {32, 64}, true, true)),
            "[batch, seq, 32]");
  EXPECT_EQ(text(matmul({seq, 64}, {32, 64}, true)),
            "inner extents differ: seq against 32 in [seq, 64] transposed and "
            "[32, 64] (0, 1)");
}

TEST(InferRope, TurnsAnEvenWidth) {
  Shape x = {batch, 4, seq, 8}, each = {batch, seq}, all = {seq}, bad = {4};
  EXPECT_EQ(text(rope(x, {512, 8}, nullptr)), "[batch, 4, seq, 8]");
  EXPECT_EQ(text(rope(x, {512, 4}, &each)), "[batch, 4, seq, 8]");
  EXPECT_EQ(text(rope(x, {512, 4}, &all)), "[batch, 4, seq, 8]");
  EXPECT_EQ(text(rope(x, {512, 4}, &bad)),
            "the positions must be [batch, seq] or [seq] for x [batch, 4, "
            "seq, 8], found [4] (2, 0)");
  EXPECT_EQ(text(rope(x, {512, 3}, nullptr)),
            "the width 3 to be turned must be even and at most the width 8 of "
            "x [batch, 4, seq, 8] (0, 1)");
  EXPECT_EQ(text(rope({batch, seq, 8}, {512, 8}, nullptr)),
            "x must be [batch, heads, length, width], found [batch, seq, 8] "
            "(0, -1)");
  EXPECT_EQ(text(rope({batch, 4, 8, seq}, {512, 8}, nullptr)),
            "the width seq of x [batch, 4, 8, seq] must be constant (0, -1)");
  EXPECT_EQ(text(rope(x, {8}, nullptr)),
            "the table must be [rows, width], found [8] (1, -1)");
}

TEST(ReachesPast, AsksForEveryValueOfTheDims) {
  EXPECT_FALSE(reachesPast(0, seq, 512, ranges));
  EXPECT_FALSE(reachesPast(seq, seq, 1024, ranges));
  EXPECT_EQ(reachesPast(1, seq, 512, ranges)->message,
            "the positions end at seq + 1, which may be 513, the table has 512 "
            "rows");
  EXPECT_EQ(reachesPast(seq + Dim(-2), 1, 512, ranges)->message,
            "the offset seq - 2 may be less than 0");
}

TEST(InferReshape, ComparesPolynomials) {
  EXPECT_EQ(text(reshape({batch, seq, 6}, {seq, 2, batch * Dim(3)})),
            "[seq, 2, 3 * batch]");
  EXPECT_EQ(text(reshape({batch, seq}, {batch, batch})),
            "x [batch, seq] has batch * seq elements, [batch, batch] has batch "
            "* batch (0, -1)");
}

TEST(InferTranspose, TakesAPermutation) {
  EXPECT_EQ(text(transpose({batch, seq, 8}, {2, 0, 1})), "[8, batch, seq]");
  EXPECT_EQ(text(transpose({}, {})), "[]");
  for (const std::vector<int64_t> &order :
       {std::vector<int64_t>{0, 1}, {0, 1, 1}, {0, 1, 3}, {-1, 0, 1}})
    EXPECT_EQ(text(transpose({batch, seq, 8}, order)),
              "the order " + str(Shape(order.begin(), order.end())) +
                  " does not name each axis of x [batch, seq, 8] once (0, -1)");
}

TEST(InferConcat, AddsAlongTheAxis) {
  EXPECT_EQ(text(concat({{batch, seq}, {batch, 3}, {batch, seq}}, 1)),
            "[batch, 2 * seq + 3]");
  EXPECT_EQ(text(concat({{batch, seq}, {batch, 3}}, 0)),
            "[batch, seq] and [batch, 3] do not join along axis 0 (0, 1)");
  EXPECT_EQ(text(concat({{batch, seq}, {batch}}, 0)),
            "[batch, seq] and [batch] do not join along axis 0 (0, 1)");
  EXPECT_EQ(text(concat({{batch}}, 1)), "axis 1 is not in x [batch] (0, -1)");
  EXPECT_EQ(text(concat({}, 0)), "there is nothing to join (-1, -1)");
}

TEST(InferSlice, StaysInside) {
  EXPECT_EQ(text(slice({batch, seq * Dim(2)}, 1, seq, seq, &ranges)),
            "[batch, seq]");
  EXPECT_EQ(text(slice({batch, seq}, 1, 1, seq, nullptr)), "[batch, seq]");
  EXPECT_EQ(text(slice({batch, seq}, 1, 1, seq, &ranges)),
            "the slice ends at seq + 1, which may be 513, axis 1 of x [batch, "
            "seq] at seq (0, -1)");
  EXPECT_EQ(text(slice({batch, 8}, 1, -1, 2, &ranges)),
            "the start -1 may be less than 0 (0, -1)");
  EXPECT_EQ(text(slice({batch, seq}, 1, 0, seq + Dim(-1), &ranges)),
            "the slice from 0 to seq - 1 of axis 1 may have no element (0, "
            "-1)");
  EXPECT_EQ(text(slice({batch, seq}, 2, 0, 1, &ranges)),
            "axis 2 is not in x [batch, seq] (0, -1)");
}

TEST(InferPad, GrowsTheAxis) {
  EXPECT_EQ(text(pad({batch, seq}, 1, 2, seq, &ranges)),
            "[batch, 2 * seq + 2]");
  EXPECT_EQ(text(pad({batch, seq}, 1, -1, 0, &ranges)),
            "the padding before -1 may be less than 0 (0, -1)");
  EXPECT_EQ(text(pad({batch, seq}, 1, 0, seq + Dim(-2), &ranges)),
            "the padding after seq - 2 may be less than 0 (0, -1)");
  EXPECT_EQ(text(pad({batch, seq}, -1, 0, 0, &ranges)),
            "axis -1 is not in x [batch, seq] (0, -1)");
}

TEST(InferBroadcastTo, NeverShrinks) {
  EXPECT_EQ(text(broadcastTo({1, 8}, {batch, seq, 8})), "[batch, seq, 8]");
  EXPECT_EQ(text(broadcastTo({batch, 8}, {8})),
            "x [batch, 8] does not broadcast to [8] (0, -1)");
}

} // namespace
