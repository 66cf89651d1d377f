// Attention: the article's example, its properties, masks and score programs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/Kernels.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "tests/support/GraphCases.h"
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace heddle;
using namespace heddle::reference;
using namespace heddle::test;

namespace {

using Doubles = Tensor<double>;

Doubles randomTensor(std::vector<int64_t> shape, uint64_t seed) {
  std::mt19937_64 random(seed);
  Doubles tensor = Doubles::floatsLike(std::move(shape));
  for (double &value : tensor.floats)
    value = static_cast<double>(random() >> 40) * 0x1p-23 - 1;
  return tensor;
}

/// An entry over q, k, v of one batch, `heads` over `kvHeads` heads and a mask
/// of i32 [1, keys] whose attention has the score region `body`.
std::string attentionBody(int64_t heads, int64_t kvHeads, int64_t queries,
                          int64_t keys, int64_t width,
                          const std::string &body) {
  auto type = [&](int64_t h, int64_t t) {
    return "tensor<1x" + std::to_string(h) + "x" + std::to_string(t) + "x" +
           std::to_string(width) + "xf32>";
  };
  std::string q = type(heads, queries), kv = type(kvHeads, keys);
  std::string mask = "tensor<1x" + std::to_string(keys) + "xi32>";
  return "hgraph.model @M {dims = []} { hgraph.entry @main(%q: " + q +
         " {hgraph.name = \"q\"}, %k: " + kv +
         " {hgraph.name = \"k\"}, %v: " + kv +
         " {hgraph.name = \"v\"}, %mask: " + mask +
         " {hgraph.name = \"mask\"}) -> (" + q +
         " {hgraph.name = \"o\"}) {\n"
         "%o = hgraph.attention %q, %k, %v scale(0.5) : (" +
         q + ", " + kv + ", " + kv + ") -> " + q +
         " {\n^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):\n" +
         body + "\n}\nhgraph.return %o : " + q + "\n}\n}\n";
}

/// Attention by its definition, `score` giving a pair (score, live).
template <typename Score>
Doubles dense(const Doubles &q, const Doubles &k, const Doubles &v,
              Score score) {
  int64_t heads = q.extent(1), queries = q.extent(2), width = q.extent(3);
  int64_t keys = k.extent(2), group = heads / k.extent(1);
  Doubles out = Doubles::floatsLike(q.shape);
  for (int64_t h = 0; h < heads; ++h)
    for (int64_t i = 0; i < queries; ++i) {
      std::vector<double> weights(keys, 0);
      double sum = 0;
      for (int64_t j = 0; j < keys; ++j) {
        double dot = 0;
        for (int64_t d = 0; d < width; ++d)
          dot += q.floats[(h * queries + i) * width + d] *
                 k.floats[(h / group * keys + j) * width + d];
        auto [value, live] = score(0.5 * dot, h, i, j);
        weights[j] = live ? std::exp(value) : 0;
        sum += weights[j];
      }
      for (int64_t j = 0; j < keys && sum > 0; ++j)
        for (int64_t d = 0; d < width; ++d)
          out.floats[(h * queries + i) * width + d] +=
              weights[j] / sum * v.floats[(h / group * keys + j) * width + d];
    }
  return out;
}

/// Runs a region and its definition on one random case.
template <typename Score>
void expectDense(int64_t heads, int64_t kvHeads, const std::string &body,
                 std::vector<int32_t> mask, Score score) {
  const int64_t queries = 5, keys = static_cast<int64_t>(mask.size());
  auto context = makeContext();
  auto module =
      parse(*context, attentionBody(heads, kvHeads, queries, keys, 4, body));
  ASSERT_TRUE(module);
  Doubles q = randomTensor({1, heads, queries, 4}, 1);
  Doubles k = randomTensor({1, kvHeads, keys, 4}, 2);
  Doubles v = randomTensor({1, kvHeads, keys, 4}, 3);
  auto out = evaluate<double>(entryOf(*module),
                              {q, k, v, Doubles::ofInts({1, keys}, mask)}, {},
                              {nullptr, nullptr});
  ASSERT_TRUE(mlir::succeeded(out));
  Doubles expected = dense(q, k, v, score);
  for (size_t i = 0; i < expected.floats.size(); ++i)
    ASSERT_NEAR(out->front().floats[i], expected.floats[i], 1e-12) << i;
}

} // namespace

// X = [[1, 2], [3, 4]], d = 2, one head, Q = K = V = X. Scores X Xt / sqrt(2)
// are [[5, 11], [11, 25]] / sqrt(2), so a row's weights are 1 / (1 + e^-x) with
// x = 6 / sqrt(2) and 14 / sqrt(2). (The article's own rows do not sum to 1.)
TEST(Attention, ComputesTheArticlesExampleRight) {
  Doubles x = Doubles::ofFloats({1, 1, 2, 2}, {1, 2, 3, 4});
  Doubles out = attention(x, x, x, 1 / std::sqrt(2.0), ScoreProgram<double>());
  double first = 1 / (1 + std::exp(-6 / std::sqrt(2.0)));
  double second = 1 / (1 + std::exp(-14 / std::sqrt(2.0)));
  std::vector<double> expected = {1 + 2 * first, 2 + 2 * first, 1 + 2 * second,
                                  2 + 2 * second};
  for (int i = 0; i < 4; ++i)
    EXPECT_NEAR(out.floats[i], expected[i], 1e-12);
  EXPECT_NEAR(out.floats[0], 2.971668, 1e-6);
  EXPECT_NEAR(out.floats[2], 2.999900, 1e-6);
}

TEST(Attention, WeightsSumToOne) {
  Doubles q = randomTensor({2, 4, 70, 8}, 1), k = randomTensor({2, 2, 9, 8}, 2);
  Doubles ones = Doubles::floatsLike({2, 2, 9, 3});
  std::fill(ones.floats.begin(), ones.floats.end(), 1.0);
  Doubles out = attention(q, k, ones, 0.3, ScoreProgram<double>());
  EXPECT_EQ(out.shape, (std::vector<int64_t>{2, 4, 70, 3}));
  for (double value : out.floats)
    ASSERT_NEAR(value, 1, 1e-12);
}

TEST(Attention, DoesNotDependOnTheOrderOfKeys) {
  Doubles q = randomTensor({1, 1, 6, 4}, 1), k = randomTensor({1, 1, 5, 4}, 2);
  Doubles v = randomTensor({1, 1, 5, 4}, 3), kTurned = k, vTurned = v;
  for (int row = 0; row < 5; ++row)
    for (int d = 0; d < 4; ++d) {
      kTurned.floats[((row + 2) % 5) * 4 + d] = k.floats[row * 4 + d];
      vTurned.floats[((row + 2) % 5) * 4 + d] = v.floats[row * 4 + d];
    }
  Doubles a = attention(q, k, v, 0.5, ScoreProgram<double>());
  Doubles b = attention(q, kTurned, vTurned, 0.5, ScoreProgram<double>());
  for (size_t i = 0; i < a.floats.size(); ++i)
    ASSERT_NEAR(a.floats[i], b.floats[i], 1e-12);
}

TEST(Attention, SharesKeysBetweenGroupedHeads) {
  expectDense(
      6, 2, "hgraph.score %s", {1, 1, 1, 1, 1, 1, 1},
      [](double s, int64_t, int64_t, int64_t) { return std::pair(s, true); });
}

TEST(Attention, HidesPaddedKeys) {
  const char *padding =
      "%m = hgraph.at %mask[%b, %j] : tensor<1x7xi32> -> i32\n"
      "%zero = arith.constant 0 : i32\n"
      "%live = arith.cmpi ne, %m, %zero : i32\n"
      "hgraph.score %s where %live";
  std::vector<int32_t> mask = {1, 0, 2, 1, 0, 0, 1};
  expectDense(2, 2, padding, mask, [&](double s, int64_t, int64_t, int64_t j) {
    return std::pair(s, mask[j] != 0);
  });
  expectDense(
      2, 1, padding, std::vector<int32_t>(7, 0),
      [](double s, int64_t, int64_t, int64_t) { return std::pair(s, false); });
}

TEST(Attention, LeavesOutAKeyThatIsNotLiveWhateverItHolds) {
  auto context = makeContext();
  auto module = parse(*context, attentionBody(1, 1, 3, 4, 2, R"(
    %m = hgraph.at %mask[%b, %j] : tensor<1x4xi32> -> i32
    %zero = arith.constant 0 : i32
    %live = arith.cmpi ne, %m, %zero : i32
    hgraph.score %s where %live)"));
  ASSERT_TRUE(module);
  auto run = [&](const Doubles &k, const Doubles &v, std::vector<int> mask) {
    return evaluate<double>(
               entryOf(*module),
               {randomTensor({1, 1, 3, 2}, 1), k, v,
                Doubles::ofInts({1, 4}, {mask.begin(), mask.end()})},
               {}, {nullptr, nullptr})
        ->front()
        .floats;
  };
  Doubles k = randomTensor({1, 1, 4, 2}, 2), v = randomTensor({1, 1, 4, 2}, 3);
  std::vector<double> expected = run(k, v, {1, 1, 0, 1});
  for (double bad : {std::nan(""), double(INFINITY), -double(INFINITY)})
    for (Doubles *tensor : {&k, &v}) {
      Doubles kept = *tensor;
      tensor->floats[4] = bad;
      std::vector<double> found = run(k, v, {1, 1, 0, 1});
      for (size_t i = 0; i < found.size(); ++i)
        EXPECT_NEAR(found[i], expected[i], 1e-12) << i << ' ' << bad;
      EXPECT_EQ(run(k, v, {0, 0, 0, 0}), std::vector<double>(6, 0.0));
      *tensor = kept;
    }
}

TEST(Attention, RunsCausalMasksWindowsAndBiases) {
  // Causal within a window of 2, ALiBi with slope (h + 1) / 4, soft cap of 2.
  const char *body = R"(
    %causal = arith.cmpi sle, %j, %i : index
    %age = arith.subi %i, %j : index
    %two = arith.constant 2 : index
    %near = arith.cmpi slt, %age, %two : index
    %live = arith.andi %causal, %near : i1
    %one = arith.constant 1 : index
    %h1 = arith.addi %h, %one : index
    %h32 = arith.index_cast %h1 : index to i32
    %hf = arith.sitofp %h32 : i32 to f32
    %age32 = arith.index_cast %age : index to i32
    %agef = arith.sitofp %age32 : i32 to f32
    %quarter = arith.constant 0.25 : f32
    %slope = arith.mulf %hf, %quarter : f32
    %bias = arith.mulf %slope, %agef : f32
    %cap = arith.constant 2.0 : f32
    %scaled = arith.divf %s, %cap : f32
    %bent = math.tanh %scaled : f32
    %capped = arith.mulf %bent, %cap : f32
    %score = arith.subf %capped, %bias : f32
    hgraph.score %score where %live)";
  expectDense(
      3, 3, body, {1, 1, 1}, [](double s, int64_t h, int64_t i, int64_t j) {
        double score = 2 * std::tanh(s / 2) - 0.25 * (h + 1.0) * (i - j);
        return std::pair(score, j <= i && i - j < 2);
      });
}

TEST(Attention, ClampsIndicesOutsideATensor) {
  const char *body =
      "%three = arith.constant 3 : index\n"
      "%next = arith.addi %j, %three : index\n"
      "%m = hgraph.at %mask[%b, %next] : tensor<1x5xi32> -> i32\n"
      "%zero = arith.constant 0 : i32\n"
      "%live = arith.cmpi ne, %m, %zero : i32\n"
      "hgraph.score %s where %live";
  std::vector<int32_t> mask = {1, 1, 1, 0, 1};
  expectDense(1, 1, body, mask, [&](double s, int64_t, int64_t, int64_t j) {
    return std::pair(s, mask[std::min<int64_t>(j + 3, 4)] != 0);
  });
}

TEST(Score, WrapsAndDividesIntegersAsMlirDoes) {
  // Floor division and remainder of negative numbers, by zero, i32 overflow.
  const char *body = R"(
    %c2 = arith.constant 2 : index
    %d = arith.subi %j, %c2 : index
    %half = arith.floordivsi %d, %c2 : index
    %rest = arith.remsi %d, %c2 : index
    %twice = arith.muli %half, %c2 : index
    %c0 = arith.constant 0 : index
    %byZero = arith.floordivsi %d, %c0 : index
    %odd = arith.subi %d, %twice : index
    %isOdd = arith.cmpi eq, %odd, %c2 : index
    %most = arith.constant 2147483647 : i32
    %one = arith.constant 1 : i32
    %least = arith.addi %most, %one : i32
    %zero = arith.constant 0 : i32
    %wrapped = arith.cmpi slt, %least, %zero : i32
    %r32 = arith.index_cast %rest : index to i32
    %rf = arith.sitofp %r32 : i32 to f32
    %o32 = arith.index_cast %odd : index to i32
    %of = arith.sitofp %o32 : i32 to f32
    %sum = arith.addf %rf, %of : f32
    %score = arith.select %wrapped, %sum, %s : f32
    %z = arith.cmpi eq, %byZero, %c0 : index
    hgraph.score %score where %z)";
  expectDense(1, 1, body, {1, 1, 1, 1, 1},
              [](double, int64_t, int64_t, int64_t j) {
                int64_t d = j - 2, odd = d - 2 * ((d - (d & 1)) / 2);
                return std::pair(static_cast<double>(d % 2 + odd), true);
              });
}
