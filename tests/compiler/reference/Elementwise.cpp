// Element-wise ops on cases worked out by hand.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/Elementwise.h"
#include "tests/compiler/reference/Support.h"

using namespace heddle::reference;

TEST(Binary, Broadcasts) {
  Doubles matrix = floats({2, 3}, {1, 2, 3, 4, 5, 6});
  expectNear(binary(Binary::Add, matrix, floats({3}, {10, 20, 30})), {2, 3},
             {11, 22, 33, 14, 25, 36});
  expectNear(binary(Binary::Sub, floats({2, 1}, {10, 20}), matrix), {2, 3},
             {9, 8, 7, 16, 15, 14});
  expectNear(binary(Binary::Mul, matrix, floats({}, {2})), {2, 3},
             {2, 4, 6, 8, 10, 12});
  expectNear(binary(Binary::Div, floats({2, 1}, {1, 2}), floats({2}, {2, 4})),
             {2, 2}, {0.5, 0.25, 1, 0.5});
}

TEST(Binary, DividesByZeroAsIeeeDoes) {
  Doubles out = binary(Binary::Div, floats({3}, {1, -1, 0}), floats({1}, {0}));
  EXPECT_EQ(out.floats[0], infinity);
  EXPECT_EQ(out.floats[1], -infinity);
  EXPECT_TRUE(std::isnan(out.floats[2]));
}

TEST(Binary, KnowsPowersAndEnds) {
  Doubles a = floats({3}, {2, -3, notANumber});
  expectNear(binary(Binary::Pow, floats({2}, {2, 9}), floats({2}, {3, 0.5})),
             {2}, {8, 3});
  Doubles least = binary(Binary::Min, a, floats({}, {1}));
  EXPECT_EQ(least.floats[0], 1);
  EXPECT_EQ(least.floats[1], -3);
  EXPECT_TRUE(std::isnan(least.floats[2]));
  EXPECT_TRUE(std::isnan(binary(Binary::Max, floats({}, {1}), a).floats[2]));
}

TEST(Binary, ComputesIntegers) {
  Doubles a = Doubles::ofInts({2, 1}, {5, -7}),
          b = Doubles::ofInts({2}, {2, 3});
  auto ints = [&](Binary op) { return binary(op, a, b).ints; };
  EXPECT_EQ(ints(Binary::Add), (std::vector<int32_t>{7, 8, -5, -4}));
  EXPECT_EQ(ints(Binary::Sub), (std::vector<int32_t>{3, 2, -9, -10}));
  EXPECT_EQ(ints(Binary::Mul), (std::vector<int32_t>{10, 15, -14, -21}));
  EXPECT_EQ(ints(Binary::Min), (std::vector<int32_t>{2, 3, -7, -7}));
  EXPECT_EQ(ints(Binary::Max), (std::vector<int32_t>{5, 5, 2, 3}));
  EXPECT_EQ(unary(Unary::Abs, a).ints, (std::vector<int32_t>{5, 7}));
  EXPECT_EQ(unary(Unary::Neg, a).ints, (std::vector<int32_t>{-5, 7}));
}

TEST(Binary, DecidesTruth) {
  Doubles a = Doubles::ofInts({4}, {0, 0, 1, 1});
  Doubles b = Doubles::ofInts({4}, {0, 1, 0, 1});
  a.element = b.element = Element::Bool;
  EXPECT_EQ(binary(Binary::And, a, b).ints, (std::vector<int32_t>{0, 0, 0, 1}));
  EXPECT_EQ(binary(Binary::Or, a, b).ints, (std::vector<int32_t>{0, 1, 1, 1}));
  EXPECT_EQ(unary(Unary::Not, a).ints, (std::vector<int32_t>{1, 1, 0, 0}));
}

TEST(Compare, KnowsSixSignsAndNan) {
  Doubles a = floats({4}, {1, 2, 3, notANumber}), b = floats({}, {2});
  auto truth = [&](Sign sign) { return compare(sign, a, b).ints; };
  EXPECT_EQ(truth(Sign::Less), (std::vector<int32_t>{1, 0, 0, 0}));
  EXPECT_EQ(truth(Sign::LessEqual), (std::vector<int32_t>{1, 1, 0, 0}));
  EXPECT_EQ(truth(Sign::Greater), (std::vector<int32_t>{0, 0, 1, 0}));
  EXPECT_EQ(truth(Sign::GreaterEqual), (std::vector<int32_t>{0, 1, 1, 0}));
  EXPECT_EQ(truth(Sign::Equal), (std::vector<int32_t>{0, 1, 0, 0}));
  EXPECT_EQ(truth(Sign::NotEqual), (std::vector<int32_t>{1, 0, 1, 1}));
}

TEST(Select, BroadcastsAllThree) {
  Doubles condition = Doubles::ofInts({2, 1}, {1, 0});
  expectNear(select(condition, floats({3}, {1, 2, 3}), floats({}, {9})), {2, 3},
             {1, 2, 3, 9, 9, 9});
}

TEST(Cast, GoesTowardsZeroAndToTheEnds) {
  Doubles x = floats({6}, {1.9, -1.9, 3e9, -infinity, notANumber, 0});
  EXPECT_EQ(cast(x, Element::Int32).ints,
            (std::vector<int32_t>{1, -1, INT32_MAX, INT32_MIN, 0, 0}));
  EXPECT_EQ(cast(x, Element::Bool).ints,
            (std::vector<int32_t>{1, 1, 1, 1, 1, 0}));
  expectNear(cast(Doubles::ofInts({2}, {-3, 7}), Element::Float), {2}, {-3, 7});
}

TEST(Unary, ComputesFunctions) {
  auto at = [](Unary op, double x) {
    return unary(op, floats({1}, {x})).floats[0];
  };
  EXPECT_EQ(at(Unary::Neg, 2), -2);
  EXPECT_EQ(at(Unary::Abs, -2), 2);
  EXPECT_EQ(at(Unary::Sqrt, 9), 3);
  EXPECT_NEAR(at(Unary::Exp, 1), M_E, 1e-12);
  EXPECT_NEAR(at(Unary::Log, M_E), 1, 1e-12);
  EXPECT_NEAR(at(Unary::Sin, M_PI_2), 1, 1e-12);
  EXPECT_NEAR(at(Unary::Cos, M_PI), -1, 1e-12);
  EXPECT_NEAR(at(Unary::Tanh, std::atanh(0.5)), 0.5, 1e-12);
  EXPECT_NEAR(at(Unary::Sigmoid, std::log(3.0)), 0.75, 1e-12);
  EXPECT_NEAR(at(Unary::Silu, std::log(3.0)), 0.75 * std::log(3.0), 1e-12);
}

TEST(Relu, CutsAtZeroAndKeepsNan) {
  Doubles out = unary(Unary::Relu, floats({4}, {-1, 0, 2, notANumber}));
  EXPECT_EQ(out.floats[0], 0);
  EXPECT_EQ(out.floats[2], 2);
  EXPECT_TRUE(std::isnan(out.floats[3]));
}

TEST(Gelu, FollowsBothFormulas) {
  // Phi(1) = 0.8413447460685429; tanh form by its definition.
  expectNear(unary(Unary::GeluErf, floats({3}, {0, 1, -1})), {3},
             {0, 0.8413447460685429, -0.15865525393145707});
  double inner = std::sqrt(2 / std::acos(-1.0)) * (2 + 0.044715 * 8);
  expectNear(unary(Unary::GeluTanh, floats({2}, {0, 2})), {2},
             {0, 1 + std::tanh(inner)});
}
