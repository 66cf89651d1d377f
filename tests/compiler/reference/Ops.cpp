// Each op on a case worked out by hand.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/Kernels.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "tests/compiler/reference/Support.h"
#include "tests/support/GraphCases.h"

using namespace heddle;
using namespace heddle::reference;
using namespace heddle::test;

TEST(Matmul, AgreesWithTheDefinitionOnRaggedSizes) {
  for (int64_t m : {1, 3, 4, 5, 12, 13, 25})
    for (int64_t n : {1, 7, 128, 129})
      for (int64_t k : {1, 2, 17}) {
        std::vector<double> a(m * k), b(k * n), out(m * n);
        for (size_t i = 0; i < a.size(); ++i)
          a[i] = static_cast<double>(i % 5) - 2;
        for (size_t i = 0; i < b.size(); ++i)
          b[i] = static_cast<double>(i % 7) - 3;
        matmul(m, n, k, a.data(), b.data(), out.data());
        for (int64_t row = 0; row < m; ++row)
          for (int64_t column = 0; column < n; ++column) {
            double sum = 0;
            for (int64_t i = 0; i < k; ++i)
              sum += a[row * k + i] * b[i * n + column];
            ASSERT_EQ(out[row * n + column], sum)
                << m << 'x' << n << 'x' << k << " at " << row << ',' << column;
          }
      }
}

TEST(Embed, TakesRowsByToken) {
  int32_t bad = 0;
  auto out = embed(Doubles::ofInts({1, 3}, {2, 0, 2}),
                   floats({3, 2}, {1, 2, 3, 4, 5, 6}), bad);
  ASSERT_TRUE(out.has_value());
  expectNear(*out, {1, 3, 2}, {5, 6, 1, 2, 5, 6});
}

TEST(Rows, TakesRowsInOrder) {
  expectNear(rows(floats({3, 2}, {1, 2, 3, 4, 5, 6}), 1, 2), {2, 2},
             {3, 4, 5, 6});
}

TEST(Linear, AppliesWeightAndBiasInBothLayouts) {
  Doubles x = floats({1, 2, 2}, {1, 2, 3, 4});
  Doubles bias = floats({3}, {100, 200, 300});
  // weight[out, in] = [[1, 2], [3, 4], [5, 6]]
  expectNear(linear(x, floats({3, 2}, {1, 2, 3, 4, 5, 6}), &bias, true),
             {1, 2, 3}, {105, 211, 317, 111, 225, 339});
  expectNear(linear(x, floats({2, 3}, {1, 3, 5, 2, 4, 6}), &bias, false),
             {1, 2, 3}, {105, 211, 317, 111, 225, 339});
  expectNear(linear<double>(x, floats({1, 2}, {1, -1}), nullptr, true),
             {1, 2, 1}, {-1, -1});
}

TEST(Heads, SplitAndMergeAreInverse) {
  Doubles x = floats({1, 2, 4}, {0, 1, 2, 3, 4, 5, 6, 7});
  Doubles split = splitHeads(x, 2);
  expectNear(split, {1, 2, 2, 2}, {0, 1, 4, 5, 2, 3, 6, 7});
  expectNear(mergeHeads(split), {1, 2, 4}, x.floats);
}

TEST(Entry, KnowsEveryOpOfTheDialect) {
  auto context = makeContext();
  auto module = parseEntry(
      *context,
      "(%t: tensor<1x2xi32> {hgraph.name = \"t\"}) -> (tensor<1x2xf32> "
      "{hgraph.name = \"y\"})",
      R"(
    %w = hgraph.weight "w" : tensor<4x2xf32>
    %v = hgraph.weight "v.weight" : tensor<2xf32>
    %half = hgraph.constant dense<0.5> : tensor<f32>
    %0 = hgraph.embed %t, %w : (tensor<1x2xi32>, tensor<4x2xf32>) -> tensor<1x2x2xf32>
    %1 = hgraph.positions %w : (tensor<4x2xf32>) -> tensor<2x2xf32>
    %2 = hgraph.row %w[3] : (tensor<4x2xf32>) -> tensor<2xf32>
    %3 = hgraph.add %0, %1 : (tensor<1x2x2xf32>, tensor<2x2xf32>) -> tensor<1x2x2xf32>
    %4 = hgraph.sub %3, %2 : (tensor<1x2x2xf32>, tensor<2xf32>) -> tensor<1x2x2xf32>
    %5 = hgraph.mul %4, %half : (tensor<1x2x2xf32>, tensor<f32>) -> tensor<1x2x2xf32>
    %6 = hgraph.div %5, %half : (tensor<1x2x2xf32>, tensor<f32>) -> tensor<1x2x2xf32>
    %7 = hgraph.linear %6, %w layout(out_in) : (tensor<1x2x2xf32>, tensor<4x2xf32>) -> tensor<1x2x4xf32>
    %8 = hgraph.linear %7, %w, %v layout(in_out) : (tensor<1x2x4xf32>, tensor<4x2xf32>, tensor<2xf32>) -> tensor<1x2x2xf32>
    %9 = hgraph.layer_norm %8, %v, %v eps(1.0e-5) : (tensor<1x2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x2xf32>
    %10 = hgraph.gelu %9 approximate(tanh) : (tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
    %11 = hgraph.relu %10 : (tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
    %12 = hgraph.softmax %11 axis(2) : (tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
    %13 = hgraph.split_heads %12 heads(2) : (tensor<1x2x2xf32>) -> tensor<1x2x2x1xf32>
    %14 = hgraph.attention %13, %13, %13 scale(1.0) : (tensor<1x2x2x1xf32>, tensor<1x2x2x1xf32>, tensor<1x2x2x1xf32>) -> tensor<1x2x2x1xf32> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      hgraph.score %s
    }
    %15 = hgraph.merge_heads %14 : (tensor<1x2x2x1xf32>) -> tensor<1x2x2xf32>
    %16 = hgraph.mean %15 over(1) : (tensor<1x2x2xf32>) -> tensor<1x2xf32>
    %17 = hgraph.l2_normalize %16 eps(1.0e-12) : (tensor<1x2xf32>) -> tensor<1x2xf32>
    hgraph.return %17 : tensor<1x2xf32>)");
  ASSERT_TRUE(module);
  auto out =
      evaluate<double>(entryOf(*module), {Doubles::ofInts({1, 2}, {1, 2})}, {},
                       {randomWeights(1), nullptr});
  ASSERT_TRUE(mlir::succeeded(out));
  const std::vector<double> &y = out->front().floats;
  EXPECT_NEAR(y[0] * y[0] + y[1] * y[1], 1, 1e-12);
}
