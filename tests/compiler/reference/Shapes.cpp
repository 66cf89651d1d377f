// Moves, rotations and products on cases worked out by hand.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/Shapes.h"

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "tests/compiler/reference/Support.h"
#include "tests/support/GraphCases.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace heddle;
using namespace heddle::reference;
using namespace heddle::test;

namespace {

/// Evaluates `body`, whose inputs are x [2, 3] of f32 (1 to 6), y [3] of i32
/// (7, 8, 9) and z [2] of i1 (1, 0), and gives what it returns.
Doubles evaluated(const std::string &body, const std::string &type) {
  auto context = makeContext();
  auto module =
      parseEntry(*context,
                 "(%x: tensor<2x3xf32> {hgraph.name = \"x\"}, %y: "
                 "tensor<3xi32> {hgraph.name = \"y\"}, %z: tensor<2xi1> "
                 "{hgraph.name = \"z\"}) -> (" +
                     type + " {hgraph.name = \"o\"})",
                 body + "\nhgraph.return %o : " + type);
  if (!module)
    return {};
  Doubles z = Doubles::ofInts({2}, {1, 0});
  z.element = Element::Bool;
  auto outputs = evaluate<double>(
      entryOf(*module),
      {floats({2, 3}, {1, 2, 3, 4, 5, 6}), Doubles::ofInts({3}, {7, 8, 9}), z},
      {{"batch", 2}, {"seq", 3}}, {});
  return failed(outputs) ? Doubles() : outputs->front();
}

} // namespace

TEST(AngleTable, HoldsTheFormulas) {
  double f = std::pow(100.0, -0.5); // pair 1 of 2
  expectNear(angleTable<double>(2, 4, {100}, true), {2, 4},
             {1, 1, 0, 0, std::cos(1), std::cos(f), std::sin(1), std::sin(f)});
  expectNear(angleTable<double>(2, 4, {100}, false), {2, 4},
             {0, 1, 0, 1, std::sin(1), std::cos(1), std::sin(f), std::cos(f)});
  expectNear(angleTable<double>(2, 2, {100, 4}, true), {2, 2},
             {1, 0, std::cos(0.25), std::sin(0.25)});
}

TEST(AngleTable, StretchesLongWavesOnly) {
  // Frequencies 1, 0.1, 0.01: waves of 6.3, 63 and 630 positions.
  Frequencies llama3{1000, 1, {{8, 1, 4, 120}}};
  auto table = angleTable<double>(2, 6, llama3, true);
  double smooth = (120 * 0.1 / (2 * M_PI) - 1) / 3;
  double middle = (1 - smooth) * 0.1 / 8 + smooth * 0.1;
  expectNear(table, {2, 6},
             {1, 1, 1, 0, 0, 0, std::cos(1), std::cos(middle),
              std::cos(0.01 / 8), std::sin(1), std::sin(middle),
              std::sin(0.01 / 8)});
}

TEST(Rope, TurnsPairsByTheirPosition) {
  Doubles table = angleTable<double>(3, 2, {10}, true);
  Doubles x = floats({1, 1, 2, 3}, {1, 2, 3, 4, 5, 6});
  double c = std::cos(1), s = std::sin(1);
  expectNear(rope<double>(x, table, nullptr, 0, false), {1, 1, 2, 3},
             {1, 2, 3, 4 * c - 5 * s, 5 * c + 4 * s, 6});
  // Positions past the table are its last row.
  Doubles places = Doubles::ofInts({1, 2}, {1, 7});
  double c2 = std::cos(2), s2 = std::sin(2);
  expectNear(rope<double>(x, table, &places, 0, true), {1, 1, 2, 3},
             {c - 2 * s, 2 * c + s, 3, 4 * c2 - 5 * s2, 5 * c2 + 4 * s2, 6});
  EXPECT_EQ(rope<double>(x, table, nullptr, 1, false).floats[0], c - 2 * s);
}

TEST(Moves, PutEveryElementInItsPlace) {
  expectNear(evaluated("%o = hgraph.transpose %x order [1, 0] : "
                       "(tensor<2x3xf32>) -> tensor<3x2xf32>",
                       "tensor<3x2xf32>"),
             {3, 2}, {1, 4, 2, 5, 3, 6});
  expectNear(evaluated("%o = hgraph.reshape %x : (tensor<2x3xf32>) -> "
                       "tensor<3x2xf32>",
                       "tensor<3x2xf32>"),
             {3, 2}, {1, 2, 3, 4, 5, 6});
  expectNear(evaluated("%o = hgraph.concat %x, %x axis(1) : "
                       "(tensor<2x3xf32>, tensor<2x3xf32>) -> "
                       "tensor<2x6xf32>",
                       "tensor<2x6xf32>"),
             {2, 6}, {1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6});
  expectNear(evaluated("%o = hgraph.slice %x axis(1) from(\"1\") : "
                       "(tensor<2x3xf32>) -> tensor<2x2xf32>",
                       "tensor<2x2xf32>"),
             {2, 2}, {2, 3, 5, 6});
  expectNear(evaluated("%o = hgraph.pad %x axis(0) before(\"1\") after(\"0\") "
                       "value(0.5) : (tensor<2x3xf32>) -> tensor<3x3xf32>",
                       "tensor<3x3xf32>"),
             {3, 3}, {0.5, 0.5, 0.5, 1, 2, 3, 4, 5, 6});
  expectNear(evaluated("%o = hgraph.dropout %x rate(0.5) : "
                       "(tensor<2x3xf32>) -> tensor<2x3xf32>",
                       "tensor<2x3xf32>"),
             {2, 3}, {1, 2, 3, 4, 5, 6});
}

TEST(Moves, KeepTheElementType) {
  Doubles ints = evaluated("%o = hgraph.broadcast_to %y : (tensor<3xi32>) -> "
                           "tensor<2x3xi32>",
                           "tensor<2x3xi32>");
  EXPECT_EQ(ints.element, Element::Int32);
  EXPECT_EQ(ints.ints, (std::vector<int32_t>{7, 8, 9, 7, 8, 9}));
  Doubles bools = evaluated("%o = hgraph.pad %z axis(0) before(\"0\") "
                            "after(\"seq\") value(1.0) : (tensor<2xi1>) -> "
                            "tensor<?xi1, #hgraph.dims<\"seq + 2\">>",
                            "tensor<?xi1, #hgraph.dims<\"seq + 2\">>");
  EXPECT_EQ(bools.element, Element::Bool);
  EXPECT_EQ(bools.ints, (std::vector<int32_t>{1, 0, 1, 1, 1}));
}

TEST(BatchedMatmul, BroadcastsAndTransposes) {
  Doubles a = floats({2, 1, 2}, {1, 2, 3, 4});
  Doubles b = floats({2, 3}, {1, 2, 3, 4, 5, 6});
  expectNear(batchedMatmul(a, b, false, false), {2, 1, 3},
             {9, 12, 15, 19, 26, 33});
  Doubles left = floats({2, 2, 1}, {1, 2, 3, 4});
  Doubles right = floats({3, 2}, {1, 4, 2, 5, 3, 6});
  expectNear(batchedMatmul(left, right, true, true), {2, 1, 3},
             {9, 12, 15, 19, 26, 33});
}
