// Convolutions on cases worked out by hand.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/Convolution.h"

#include <gtest/gtest.h>

using namespace heddle;
using namespace heddle::reference;

namespace {

using Doubles = Tensor<double>;

Doubles floats(std::vector<int64_t> shape, std::vector<double> values) {
  return Doubles::ofFloats(std::move(shape), std::move(values));
}

TEST(Convolution, SumsTheWindows) {
  Doubles x = floats({1, 1, 4}, {1, 2, 3, 4});
  Doubles weight = floats({1, 1, 3}, {1, 10, 100}), bias = floats({1}, {0.5});
  EXPECT_EQ(convolution(x, weight, &bias, {{1}, {0}, {1}, 1}, {1, 1, 2}).floats,
            (std::vector<double>{321.5, 432.5}));
  // Outside of x is 0; every other window.
  EXPECT_EQ(
      convolution<double>(x, weight, nullptr, {{2}, {1}, {1}, 1}, {1, 1, 2})
          .floats,
      (std::vector<double>{210, 432}));
  EXPECT_EQ(convolution<double>(x, floats({1, 1, 2}, {1, 10}), nullptr,
                                {{1}, {1}, {3}, 1}, {1, 1, 3})
                .floats,
            (std::vector<double>{30, 41, 2}));
}

TEST(Convolution, KeepsGroupsApart) {
  Doubles x = floats({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  Doubles weight = floats({4, 1, 1}, {1, 10, 100, 1000});
  EXPECT_EQ(
      convolution<double>(x, weight, nullptr, {{1}, {0}, {1}, 2}, {2, 4, 2})
          .floats,
      (std::vector<double>{1, 2, 10, 20, 300, 400, 3000, 4000, 5, 6, 50, 60,
                           700, 800, 7000, 8000}));
}

TEST(Convolution, KnowsTwoAxes) {
  // Two channels of 2 by 3, a kernel of 2 by 1, stride 1 and 2, padding 0 and
  // 1: columns -1, 1 and 3 of one row.
  Doubles x = floats({1, 2, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  Doubles weight = floats({1, 2, 2, 1}, {1, 10, 100, 1000});
  EXPECT_EQ(convolution<double>(x, weight, nullptr, {{1, 2}, {0, 1}, {1, 1}, 1},
                                {1, 1, 1, 3})
                .floats,
            (std::vector<double>{0, 2 + 50 + 800 + 11000, 0}));
}

} // namespace
