// The ops: what each writes down, and what it says about wrong arguments.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/dsl/Support.h"

using namespace heddle::dsl;

namespace {

/// The op that an expression over x [batch, 8], y [batch, seq, 8], ids and
/// mask [batch, seq] ends in, without result and place; or the report.
std::string op(const std::string &text) {
  std::string program = programOf(
      "model M { dim batch in 1..4, seq in 1..8 input x: f32[batch, 8], "
      "y: f32[batch, seq, 8], ids: i32[batch, seq], mask: i32[batch, seq], "
      "keep: bool[batch, seq]\n"
      "weight @t.weight: f32[16, 8], @u: f32[4, 8], @b.weight: f32[3, 8], "
      "@b.bias: f32[3]\noutput z = " +
      text + "\n}");
  size_t end = program.find(" @", program.rfind("\n%"));
  size_t begin = program.rfind(" = ", end);
  return end == std::string::npos ? program
                                  : program.substr(begin + 3, end - begin - 3);
}

TEST(Ops, WriteThemselvesDown) {
  EXPECT_EQ(op("embed(ids, @t)"), "embed %2, %5 : f32[batch, seq, 8]");
  EXPECT_EQ(op("embed(ids, @u)"), "embed %2, %5 : f32[batch, seq, 8]");
  EXPECT_EQ(op("positions(seq, @t)"), "positions %5 length=seq : f32[seq, 8]");
  EXPECT_EQ(op("row(@t, 15)"), "row %5 index=15 : f32[8]");
  EXPECT_EQ(op("row(@v, 1, rows = 2, width = 3)"), "row %5 index=1 : f32[3]");
  EXPECT_EQ(op("linear(x, @b)"),
            "linear %0, %5, %6 layout=\"out_in\" : f32[batch, 3]");
  EXPECT_EQ(op("linear(x, @c, layout = \"in_out\", out = 5, bias = none)"),
            "linear %0, %5 layout=\"in_out\" : f32[batch, 5]");
  EXPECT_EQ(op("linear(x, @b, dtype = \"bf16\")"),
            "linear %0, %5, %6 layout=\"out_in\" dtype=\"bf16\" : "
            "f32[batch, 3]");
  EXPECT_EQ(op("layer_norm(y, @n)"),
            "layer_norm %1, %5, %6 eps=1e-05 : f32[batch, seq, 8]");
  EXPECT_EQ(op("gelu(x)"), "gelu %0 approximate=\"none\" : f32[batch, 8]");
  EXPECT_EQ(op("gelu(x, approximate = \"tanh\")"),
            "gelu %0 approximate=\"tanh\" : f32[batch, 8]");
  EXPECT_EQ(op("relu(x)"), "relu %0 : f32[batch, 8]");
  EXPECT_EQ(op("split_heads(y, heads = 2)"),
            "split_heads %1 heads=2 : f32[batch, 2, seq, 4]");
  EXPECT_EQ(op("merge_heads(split_heads(y, 2))"),
            "merge_heads %5 : f32[batch, seq, 8]");
  EXPECT_EQ(op("softmax(y)"), "softmax %1 axis=2 : f32[batch, seq, 8]");
  EXPECT_EQ(op("softmax(y, over = -2)"),
            "softmax %1 axis=1 : f32[batch, seq, 8]");
  EXPECT_EQ(op("mean(y, over = seq)"), "mean %1 axis=1 : f32[batch, 8]");
  EXPECT_EQ(op("mean(y, over = seq, where = mask)"),
            "mean %1, %3 axis=1 : f32[batch, 8]");
  EXPECT_EQ(op("mean(y, over = seq, where = keep)"),
            "mean %1, %4 axis=1 : f32[batch, 8]");
  EXPECT_EQ(op("l2_normalize(x)"), "l2_normalize %0 eps=1e-12 : f32[batch, 8]");
}

TEST(Ops, ComputeWithSigns) {
  EXPECT_EQ(op("x + x"), "add %0, %0 : f32[batch, 8]");
  EXPECT_EQ(op("x - x"), "sub %0, %0 : f32[batch, 8]");
  EXPECT_EQ(op("x * 2"), "mul %0, %5 : f32[batch, 8]");
  EXPECT_EQ(op("0.5 / x"), "div %5, %0 : f32[batch, 8]");
  EXPECT_EQ(op("-x"), "neg %0 : f32[batch, 8]");
  EXPECT_EQ(op("y + row(@t, 0)"), "add %1, %6 : f32[batch, seq, 8]");
}

TEST(OpErrors, NameBothShapesAndPlaces) {
  EXPECT_EQ(reportWithInputs("h = relu(y)\nz = h + x"),
            "3:7: error: add: shapes [batch, seq, 8] and [batch, 8] do not "
            "broadcast: seq against batch\n"
            "2:5: note: f32[batch, seq, 8] comes from here\n"
            "1:48: note: f32[batch, 8] comes from here\n");
  EXPECT_EQ(reportWithInputs("weight @w.weight: f32[3, 9]\n"
                             "z = linear(x, @w, bias = none)"),
            "3:5: error: linear: x [batch, 8] has 8 features, the weight [3, "
            "9], read as [out, in], takes 9\n"
            "1:48: note: f32[batch, 8] comes from here\n"
            "3:5: note: weight 'w.weight' is f32[3, 9]\n");
  EXPECT_EQ(reportWithInputs("z = x + ids"),
            "2:7: error: '+' takes tensors of one element type, found f32 and "
            "i32\n"
            "1:48: note: f32[batch, 8] comes from here\n"
            "1:89: note: i32[batch, seq] comes from here\n");
  EXPECT_EQ(reportWithInputs("z = x * seq"),
            "2:7: error: '*' takes f32 or i32 tensors and numbers, found the "
            "dim seq\n");
}

/// What an assigned expression reports, its column counted from it.
std::string faulty(const std::string &text) {
  std::string all = reportWithInputs("z = " + text);
  size_t colon = all.find(':', 2);
  return std::to_string(std::stoi(all.substr(2)) - 4) +
         all.substr(colon, all.find('\n') - colon);
}

TEST(OpErrors, NameTheArgument) {
  EXPECT_EQ(faulty("relu()"), "1: error: 'relu' lacks its argument 'x'");
  EXPECT_EQ(faulty("relu(x, x)"),
            "9: error: 'relu' takes 1 argument without a name");
  EXPECT_EQ(faulty("mean(x)"), "1: error: 'mean' lacks its argument 'over'");
  EXPECT_EQ(faulty("mean(x, seq)"),
            "9: error: 'mean' takes 1 argument without a name");
  EXPECT_EQ(faulty("layer_norm(x, @n, esp = 1)"),
            "19: error: 'layer_norm' has no argument 'esp'; did you mean "
            "'eps'?");
  EXPECT_EQ(faulty("relu(3)"), "6: error: 'x' of 'relu' must be an f32 "
                               "tensor, found the integer 3");
  EXPECT_EQ(faulty("embed(x, @t, rows = 2, width = 2)"),
            "7: error: 'ids' of 'embed' must be an i32 tensor, found a tensor "
            "f32[batch, 8]");
  EXPECT_EQ(faulty("embed(ids, x)"),
            "12: error: 'table' of 'embed' must be the path of a weight, as "
            "in @a.b, found a tensor f32[batch, 8]");
  EXPECT_EQ(faulty("linear(x, @w, bias = @b)"),
            "22: error: 'bias' of 'linear' must be none or left out, found "
            "the path of a weight");
  EXPECT_EQ(faulty("linear(x, @w, layout = \"inout\")"),
            "24: error: 'layout' of 'linear' must be \"out_in\" or "
            "\"in_out\", found \"inout\"; did you mean 'in_out'?");
  EXPECT_EQ(faulty("linear(x, @w, dtype = \"bf61\")"),
            "23: error: 'dtype' of 'linear' must be \"f32\" or \"bf16\" or "
            "\"int8\", found \"bf61\"; did you mean 'bf16'?");
  EXPECT_EQ(faulty("linear(x, @w, dtype = 16)"),
            "23: error: 'dtype' of 'linear' must be \"f32\" or \"bf16\" or "
            "\"int8\", found the integer 16");
  EXPECT_EQ(faulty("softmax(x, dtype = \"bf16\")"),
            "12: error: 'softmax' has no argument 'dtype'");
  EXPECT_EQ(faulty("gelu(x, approximate = true)"),
            "23: error: 'approximate' of 'gelu' must be \"none\" or "
            "\"tanh\", found a truth value");
  EXPECT_EQ(faulty("linear(x, @w, out = 0)"),
            "21: error: 'out' of 'linear' must be an extent of 1 to "
            "2147483647, found the integer 0");
  EXPECT_EQ(faulty("row(@t, 1.5, rows = 2, width = 2)"),
            "9: error: 'index' of 'row' must be an integer, found a number");
  EXPECT_EQ(faulty("layer_norm(x, @n, eps = \"small\")"),
            "25: error: 'eps' of 'layer_norm' must be a number, found a "
            "string");
  EXPECT_EQ(faulty("l2_normalize(x, eps = -1)"),
            "23: error: 'eps' of 'l2_normalize' must be 0 or more");
  EXPECT_EQ(faulty("mean(y, over = 1, where = x)"),
            "27: error: 'where' of 'mean' must be an i32 or bool tensor, "
            "found a tensor f32[batch, 8]");
  EXPECT_EQ(faulty("positions(1.5, @t, rows = 2, width = 2)"),
            "11: error: 'length' of 'positions' must be a dim or an integer, "
            "found a number");
  EXPECT_EQ(faulty("positions(seq - 1, @t, rows = 9, width = 2)"),
            "11: error: the length seq - 1 may be less than 1");
}

TEST(OpErrors, NameTheAxis) {
  EXPECT_EQ(faulty("softmax(x, over = 2)"),
            "19: error: axis 2 is not in x [batch, 8]");
  EXPECT_EQ(faulty("softmax(x, over = -3)"),
            "19: error: axis -3 is not in x [batch, 8]");
  EXPECT_EQ(faulty("mean(x, over = seq)"),
            "16: error: no axis of x [batch, 8] is seq");
  EXPECT_EQ(faulty("mean(x, over = none)"),
            "16: error: 'over' of 'mean' must be a dim or the number of an "
            "axis, found none");
  EXPECT_EQ(reportIn("dim d in 1..8 input x: f32[d, d]\n"
                     "z = mean(x, over = d)"),
            "2:20: error: 2 axes of x [d, d] are d; give the axis as a "
            "number\n");
}

TEST(OpErrors, NameTheShape) {
  EXPECT_EQ(faulty("split_heads(y, 3)"),
            "1: error: split_heads: the 8 features of x [batch, seq, 8] do "
            "not divide into 3 heads");
  EXPECT_EQ(faulty("split_heads(y, 9223372036854775807)"),
            "1: error: split_heads: the 8 features of x [batch, seq, 8] do "
            "not divide into 9223372036854775807 heads");
  EXPECT_EQ(faulty("merge_heads(y)"),
            "1: error: merge_heads: x must be [batch, heads, length, width], "
            "found [batch, seq, 8]");
  EXPECT_EQ(faulty("positions(seq, @t, rows = 7, width = 8)"),
            "1: error: positions: the table [7, 8] has 7 rows, too few for "
            "the length seq, which may be 8");
  EXPECT_EQ(faulty("row(@t, 2, rows = 2, width = 8)"),
            "1: error: row: row 2 is not in the table [2, 8] of 2 rows");
  EXPECT_EQ(faulty("mean(y, over = 2, where = mask)"),
            "1: error: mean: the mask must be [batch, seq, 8] for axis 2 of "
            "x [batch, seq, 8], found [batch, seq]");
  EXPECT_EQ(faulty("softmax(row(@t, 0, rows = 2, width = 2) * 2, over = 1)"),
            "53: error: axis 1 is not in x [2]");
  EXPECT_EQ(reportIn("input s: f32[]\nz = l2_normalize(s)"),
            "2:5: error: l2_normalize: x must be [..., width], found []\n"
            "1:17: note: f32[] comes from here\n");
}

TEST(TokenRanges, FollowFromTheTables) {
  const std::string inputs = "model M { input a: i32[2], b: i32[2] in 0..5\n";
  EXPECT_NE(programOf(inputs + "h = embed(a, @t, rows = 9, width = 2) + "
                               "embed(a, @u, rows = 7, width = 2)\n"
                               "output y = h + embed(b, @u) }")
                .find("%0 = input a : i32[2] in 0..6\n"
                      "%1 = input b : i32[2] in 0..5\n"),
            std::string::npos);
  EXPECT_EQ(report(inputs + "output y = embed(b, @t, rows = 5, width = 2) + "
                            "embed(a, @t) }"),
            "2:12: error: embed: ids 'b' may be 5, the table [5, 2] has rows "
            "0 to 4\n"
            "1:28: note: the range is declared here\n");
  EXPECT_EQ(report("model M { input b: i32[2] in -1..4\n"
                   "output y = embed(b, @t, rows = 5, width = 2) }"),
            "2:12: error: embed: ids 'b' may be -1, the table [5, 2] has rows "
            "0 to 4\n"
            "1:17: note: the range is declared here\n");
}

} // namespace
