// Texts that ask for too much end in words, soon and without a deep stack.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/dsl/Support.h"

using namespace heddle::dsl;

namespace {

TEST(Limits, BoundSteps) {
  Options options;
  options.limits.steps = 10000;
  EXPECT_EQ(reportIn("repeat i < 4096 { repeat j < 4096 { repeat k < 4096 { a "
                     "= 1 } } }",
                     options),
            "1:69: error: the model takes more than 10000 steps to unfold\n");
  std::string doubling = "fn f0() { return 1 }\n";
  for (int i = 1; i < 60; ++i) {
    std::string inner = "f" + std::to_string(i - 1) + "()";
    doubling += "fn f" + std::to_string(i) + "() { return " + inner + " + " +
                inner + " }\n";
  }
  std::string found = report(doubling + "model M { z = f59() }", options);
  EXPECT_NE(found.find("error: the model takes more than 10000 steps"),
            std::string::npos);
}

TEST(Limits, BoundOps) {
  Options options;
  options.limits.ops = 10;
  EXPECT_EQ(reportWithInputs("h = x\nrepeat i < 4 { h = relu(gelu(relu(h))) }",
                             options),
            "3:25: error: the model unfolds to more than 10 ops\n");
}

TEST(Limits, BoundTensors) {
  EXPECT_EQ(reportIn("dim a in 1..65536, b in 1..65536\n"
                     "input x: f32[a, b]"),
            "2:7: error: a tensor f32[a, b] may have 4294967296 elements, "
            "more than 2147483647\n");
  EXPECT_EQ(reportIn("dim a in 1..2147483647\ninput x: f32[a, a, a]"),
            "2:7: error: a tensor f32[a, a, a] may have more elements than 64 "
            "bits count, more than 2147483647\n");
  EXPECT_EQ(reportIn("weight @w: f32[4294967296, 4294967296]"),
            "1:18: error: a tensor f32[4294967296, 4294967296] may have more "
            "elements than 64 bits count, more than 2147483647\n");
  EXPECT_EQ(reportIn("dim b in 1..65536\ninput x: f32[b, 8], y: f32[8, 1]\n"
                     "h = linear(x, @w, out = 65536, bias = none)"),
            "3:5: error: a tensor f32[b, 65536] may have 4294967296 elements, "
            "more than 2147483647\n");
}

TEST(Limits, BoundCalls) {
  std::string chain = "fn f0() { return 1 }\n";
  for (int i = 1; i < 400; ++i)
    chain += "fn f" + std::to_string(i) + "() { if true { return f" +
             std::to_string(i - 1) + "() } }\n";
  std::string found = report(chain + "model M { z = f399() }");
  EXPECT_NE(found.find("error: calls, blocks and expressions nest deeper than "
                       "512 levels here\n"),
            std::string::npos);
}

TEST(Limits, RefuseAbsurdConstants) {
  const std::string frame = "model M(heads = 4) { dim s in 1..8\n"
                            "input q: f32[1, 4, s, 8], x: f32[2, s, 8]\n";
  auto said = [&](const std::string &text) {
    return report(frame + text + " }");
  };
  EXPECT_EQ(said("h = split_heads(x, 9223372036854775808)"),
            "3:20: error: this integer does not fit in 64 bits\n");
  EXPECT_EQ(said("h = split_heads(x, 9223372036854775807)"),
            "3:5: error: split_heads: the 8 features of x [2, s, 8] do not "
            "divide into "
            "9223372036854775807 heads\n"
            "2:27: note: f32[2, s, 8] comes from here\n");
  EXPECT_EQ(said("h = split_heads(x, heads * 4611686018427387904)"),
            "3:26: error: 4 * 4611686018427387904 leaves 64 bits\n");
  EXPECT_EQ(said("h = attention(q, q, q, mask = window(9223372036854775807))"),
            "3:38: error: 'n' of 'window' is 1 to 1073741823, found "
            "9223372036854775807\n");
  EXPECT_EQ(said("h = attention(q, q, q, scale = 1e39)"),
            "3:32: error: the scale is out of the range of f32\n");
  EXPECT_EQ(said("h = attention(q, q, q, scale = 1.0 / 0.0)"),
            "3:36: error: this divides by zero\n");
  EXPECT_EQ(said("h = attention(q, q, q, softcap = 1e-300)"),
            "3:34: error: 'softcap' of 'attention' is a positive f32\n");
  EXPECT_EQ(said("repeat i < 9223372036854775807 { }"),
            "3:12: error: repeat takes 0 to 4096 rounds, found "
            "9223372036854775807\n");
  EXPECT_EQ(said("h = x * 1e300"),
            "3:7: error: the number is out of the range of f32\n");
  EXPECT_EQ(
      said("h = pad(x, over = s, after = 9223372036854775807)"),
      "3:5: error: a tensor f32[2, s + 9223372036854775807, 8] may have more "
      "elements than 64 bits count, more than 2147483647\n");
  EXPECT_EQ(
      said("h = linear(x, @w, out = 9223372036854775807)"),
      "3:25: error: 'out' of 'linear' must be an extent of 1 to 2147483647, "
      "found the integer 9223372036854775807\n");
}

TEST(Limits, RefuseRecursion) {
  EXPECT_EQ(report("fn f(x) { return g(x) }\nfn g(x) { return f(x) }\n"
                   "model M { a = f(1) }"),
            "2:18: error: fn 'f' calls itself\n"
            "1:18: note: in 'g', called here\n"
            "3:15: note: in 'f', called here\n");
}

TEST(Limits, BoundMasksAndPaths) {
  EXPECT_EQ(reportIn("m = causal\nrepeat i < 40 { m = m & m }"),
            "2:23: error: the mask has more than 1024 conditions\n");
  EXPECT_EQ(reportIn("p = @a\nrepeat i < 600 { p = p.b }"),
            "2:22: error: the path is longer than 1024 bytes\n");
}

} // namespace
