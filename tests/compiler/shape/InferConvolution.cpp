// The shape rule of convolutions, and what it says where shapes do not fit.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/shape/Cases.h"

#include <gtest/gtest.h>

using namespace heddle::shape;

namespace {

Windows along(int64_t stride, int64_t padding = 0, int64_t dilation = 1,
              int64_t groups = 1) {
  return {{stride}, {padding}, {dilation}, groups};
}

Windows square(int64_t stride, int64_t padding = 0) {
  return {{stride, stride}, {padding, padding}, {1, 1}, 1};
}

std::string one(const Shape &x, const Shape &weight, const Windows &windows) {
  return text(convolution(x, weight, nullptr, windows, &ranges));
}

TEST(InferConvolution, CountsTheWindows) {
  EXPECT_EQ(one({batch, 80, 3000}, {384, 80, 3}, along(1, 1)),
            "[batch, 384, 3000]");
  EXPECT_EQ(one({batch, 384, 3000}, {384, 384, 3}, along(2, 1)),
            "[batch, 384, 1500]");
  EXPECT_EQ(one({batch, 3, 224, 224}, {768, 3, 16, 16}, square(16)),
            "[batch, 768, 14, 14]");
  // Rounded down.
  EXPECT_EQ(one({1, 2, 10}, {3, 2, 3}, along(4)), "[1, 3, 2]");
  EXPECT_EQ(one({1, 2, 11}, {3, 2, 3}, along(2, 0, 5)), "[1, 3, 1]");
  EXPECT_EQ(one({1, 6, 11}, {9, 2, 3}, along(1, 0, 1, 3)), "[1, 9, 9]");
}

TEST(InferConvolution, TakesDims) {
  EXPECT_EQ(one({batch, 8, seq}, {4, 8, 3}, along(1, 1)), "[batch, 4, seq]");
  EXPECT_EQ(one({batch, 8, seq}, {4, 8, 2}, along(1, 3)),
            "[batch, 4, seq + 5]");
  EXPECT_EQ(one({batch, 8, seq * Dim(2)}, {4, 8, 3}, along(2, 1)),
            "[batch, 4, seq]");
  EXPECT_EQ(one({batch, 8, seq * Dim(2) + Dim(1)}, {4, 8, 3}, along(2, 1)),
            "[batch, 4, seq + 1]");
  EXPECT_EQ(
      text(convolution({batch, 8, seq}, {4, 8, 5}, nullptr, along(1), nullptr)),
      "[batch, 4, seq - 4]");
  EXPECT_EQ(one({batch, 8, seq}, {4, 8, 3}, along(2, 1)),
            "the windows of stride 2 along axis 2 of x [batch, 8, seq], seq + "
            "2 with its padding, are no polynomial; expected a constant "
            "extent, a multiple of the stride such as 2 * n, or stride 1 (0, "
            "-1)");
}

TEST(InferConvolution, WantsRoomForAWindow) {
  EXPECT_EQ(one({batch, 8, seq}, {4, 8, 3}, along(1)),
            "a window of 3 may not fit axis 2 of x [batch, 8, seq], seq with "
            "its padding (0, 1)");
  EXPECT_EQ(one({1, 8, 4}, {4, 8, 3}, along(1, 1, 3)),
            "a window of 7 does not fit axis 2 of x [1, 8, 4], 6 with its "
            "padding (0, 1)");
  EXPECT_EQ(text(convolution({1, 8, 4}, {4, 8, 5}, nullptr, along(1), nullptr)),
            "a window of 5 does not fit axis 2 of x [1, 8, 4], 4 with its "
            "padding (0, 1)");
}

TEST(InferConvolution, WantsShapesThatFit) {
  EXPECT_EQ(one({batch, seq}, {4, 8, 3}, along(1)),
            "x must be [batch, channels, length] or [batch, channels, height, "
            "width], found [batch, seq] (0, -1)");
  EXPECT_EQ(one({1, 8, 4}, {4, 8, 3, 3}, along(1)),
            "the weight must be [out, in / groups, kernel] for x [1, 8, 4], "
            "found [4, 8, 3, 3] (1, 0)");
  EXPECT_EQ(one({1, 8, 4, 4}, {4, 8, 3}, square(1)),
            "the weight must be [out, in / groups, kernel height, kernel "
            "width] for x [1, 8, 4, 4], found [4, 8, 3] (1, 0)");
  EXPECT_EQ(one({1, 8, 4}, {4, 8, seq}, along(1)),
            "the extents of the weight [4, 8, seq] must be constant (1, -1)");
  EXPECT_EQ(one({1, 8, 4}, {4, 6, 3}, along(1)),
            "x [1, 8, 4] has 8 channels, the weight [4, 6, 3] in 1 group takes "
            "6 (0, 1)");
  EXPECT_EQ(one({1, 8, 4}, {4, 4, 3}, along(1, 0, 1, 3)),
            "the 4 outputs of the weight [4, 4, 3] do not divide into 3 groups "
            "(1, -1)");
  Shape bias = {3};
  EXPECT_EQ(text(convolution({1, 8, 4}, {4, 8, 3}, &bias, along(1), nullptr)),
            "the bias must be [4] for the weight [4, 8, 3], found [3] (2, 1)");
}

TEST(CheckWindows, NamesTheNumbers) {
  EXPECT_EQ(checkWindows(along(1), 1), "");
  EXPECT_EQ(checkWindows(square(65536, 65536), 2), "");
  EXPECT_EQ(checkWindows(along(0), 1),
            "found stride [0], expected a number, 1 to 65536");
  EXPECT_EQ(checkWindows(along(1), 2),
            "found stride [1], expected a number for each of two axes, 1 to "
            "65536");
  EXPECT_EQ(checkWindows(along(1, -1), 1),
            "found padding [-1], expected a number, 0 to 65536");
  EXPECT_EQ(checkWindows(along(1, 0, 65537), 1),
            "found dilation [65537], expected a number, 1 to 65536");
  EXPECT_EQ(checkWindows(along(1, 0, 1, 0), 1),
            "found 0 groups, expected 1 or more");
}

} // namespace
