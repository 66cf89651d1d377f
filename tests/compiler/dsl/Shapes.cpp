// Ops that move elements, know positions or multiply two tensors: what each
// writes down, and what it says about wrong arguments.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/dsl/Support.h"

using namespace heddle::dsl;

namespace {

constexpr const char *inputs =
    "dim batch in 1..4, seq in 2..8 input x: f32[batch, seq, 8], "
    "h: f32[batch, 2, seq, 8], ids: i32[batch, seq], keep: bool[batch, seq], "
    "all: i32[seq]\n";

/// What the model's program says from its first op on, without places; or the
/// report.
std::string ops(const std::string &text) {
  std::string program = programOf("model M { " + std::string(inputs) +
                                  "output z = " + text + "\n}");
  size_t first = program.find("\n%5 = ");
  if (first == std::string::npos)
    return program;
  std::string list = program.substr(first + 1);
  list.erase(list.find("\noutput"));
  for (size_t at; (at = list.find(" @")) != std::string::npos;)
    list.erase(at, list.find('\n', at) - at);
  return list;
}

std::string faulty(const std::string &text) { return faultyIn(inputs, text); }

TEST(Shapes, MovesWriteThemselvesDown) {
  EXPECT_EQ(ops("reshape(x, [batch * seq, 2, 4])"),
            "%5 = reshape %0 : f32[batch * seq, 2, 4]");
  EXPECT_EQ(ops("transpose(ids, [1, 0])"),
            "%5 = transpose %2 order=\"10\" : i32[seq, batch]");
  EXPECT_EQ(ops("concat([keep, keep, keep], over = seq)"),
            "%5 = concat %3, %3, %3 axis=1 : bool[batch, 3 * seq]");
  EXPECT_EQ(ops("slice(x, over = seq, from = 1)"),
            "%5 = slice %0 axis=1 from=1 : f32[batch, seq - 1, 8]");
  EXPECT_EQ(ops("slice(x, over = -1, to = 3)"),
            "%5 = slice %0 axis=2 from=0 : f32[batch, seq, 3]");
  EXPECT_EQ(ops("pad(x, over = seq, before = seq + 1, value = -1.5)"),
            "%5 = pad %0 axis=1 before=seq + 1 after=0 value=-1.5 : "
            "f32[batch, 2 * seq + 1, 8]");
  EXPECT_EQ(ops("pad(keep, over = 0, after = 1, value = true)"),
            "%5 = pad %3 axis=0 before=0 after=1 value=1 : "
            "bool[batch + 1, seq]");
  EXPECT_EQ(ops("broadcast_to(all, [batch, seq])"),
            "%5 = broadcast_to %4 : i32[batch, seq]");
  EXPECT_EQ(ops("matmul(x, x, transpose_b = true)"),
            "%5 = matmul %0, %0 transpose_a=false transpose_b=true : "
            "f32[batch, seq, seq]");
  EXPECT_EQ(ops("dropout(x, 0.1)"),
            "%5 = dropout %0 rate=0.1 : f32[batch, seq, 8]");
}

TEST(Shapes, PositionsBringATable) {
  EXPECT_EQ(ops("rope(h)"),
            "%5 = angle_table form=\"rotary\" base=10000 linear=1 factor=0 "
            "low=1 high=4 length=8192 : f32[8, 8]\n"
            "%6 = rope %1, %5 pairs=\"half\" offset=0 : "
            "f32[batch, 2, seq, 8]");
  EXPECT_EQ(ops("rope(h, offset = seq, width = 4, theta = 500000, "
                "pairs = \"adjacent\", scaling = \"linear\", factor = 2)"),
            "%5 = angle_table form=\"rotary\" base=500000 linear=2 factor=0 "
            "low=1 high=4 length=8192 : f32[16, 4]\n"
            "%6 = rope %1, %5 pairs=\"adjacent\" offset=seq : "
            "f32[batch, 2, seq, 8]");
  EXPECT_EQ(ops("rope(h, positions = ids, rows = 99, scaling = \"llama3\", "
                "factor = 8, low = 2, high = 3, original = 4096)"),
            "%5 = angle_table form=\"rotary\" base=10000 linear=1 factor=8 "
            "low=2 high=3 length=4096 : f32[99, 8]\n"
            "%6 = rope %1, %5, %2 pairs=\"half\" offset=0 : "
            "f32[batch, 2, seq, 8]");
  EXPECT_EQ(ops("positions_sinusoidal(seq + 2, 6)"),
            "%5 = angle_table form=\"sinusoid\" base=10000 linear=1 factor=0 "
            "low=1 high=4 length=8192 : f32[10, 6]\n"
            "%6 = positions %5 length=seq + 2 : f32[seq + 2, 6]");
  // Equal tables are one.
  EXPECT_EQ(ops("rope(rope(h), positions = none, offset = 0) + rope(h)")
                .find("angle_table"),
            5u);
  std::string twice = ops("rope(h) + rope(h, theta = 1e4)");
  EXPECT_EQ(twice.find("angle_table", 6), std::string::npos) << twice;
}

TEST(Shapes, ATableIsTied) {
  std::string program = programOf(
      "model M { dim t in 1..4 input ids: i32[t] weight @w: f32[9, 8]\n"
      "output y = linear(embed(ids, @w), @w, bias = none) }");
  EXPECT_NE(program.find("embed %0, %1 "), std::string::npos) << program;
  EXPECT_NE(program.find("linear %2, %1 layout=\"out_in\" : f32[t, 9]"),
            std::string::npos)
      << program;
}

TEST(ShapeErrors, NameTheArgument) {
  EXPECT_EQ(faulty("reshape(3, [1])"),
            "9: error: 'x' of 'reshape' must be a tensor, found the integer "
            "3");
  EXPECT_EQ(faulty("reshape(x, seq)"),
            "12: error: 'shape' of 'reshape' must be a list of extents, as in "
            "[seq, 8], found the dim seq");
  EXPECT_EQ(faulty("reshape(x, [batch, 0.5])"),
            "12: error: reshape: an extent must be an integer or a dim, found "
            "a number");
  EXPECT_EQ(faulty("broadcast_to(x, [0])"),
            "17: error: broadcast_to: the extent 0 may be less than 1");
  EXPECT_EQ(faulty("broadcast_to(x, [1, 1, 1, 1, 1, 1, batch, seq, 8])"),
            "17: error: broadcast_to: a tensor has at most 8 axes, found 9");
  EXPECT_EQ(faulty("transpose(x, 1)"),
            "14: error: 'order' of 'transpose' must be a list of axes, as in "
            "[1, 0], found the integer 1");
  EXPECT_EQ(faulty("transpose(x, [seq])"),
            "14: error: transpose: an axis must be an integer, found the dim "
            "seq");
  EXPECT_EQ(faulty("concat(x, over = 0)"),
            "8: error: 'parts' of 'concat' must be a list of tensors, as in "
            "[x, y], found a tensor f32[batch, seq, 8]");
  EXPECT_EQ(faulty("concat([], over = 0)"),
            "8: error: concat: there is nothing to join");
  EXPECT_EQ(faulty("concat([x, 3], over = 0)"),
            "8: error: concat: a part must be a tensor, found the integer 3");
  EXPECT_EQ(faulty("concat([ids, keep], over = 0)"),
            "8: error: concat: the parts must have one element type, found "
            "i32[batch, seq] and bool[batch, seq]");
  EXPECT_EQ(faulty("slice(x, over = seq, to = 1.5)"),
            "27: error: 'to' of 'slice' must be a dim or an integer, found a "
            "number");
  EXPECT_EQ(faulty("pad(x, over = seq, after = none)"),
            "28: error: 'after' of 'pad' must be a dim or an integer, found "
            "none");
  EXPECT_EQ(faulty("pad(x, over = seq, value = true)"),
            "28: error: 'value' of 'pad' must be a number, found a truth "
            "value");
  EXPECT_EQ(faulty("pad(ids, over = seq, value = 0.5)"),
            "30: error: pad: the value is none of i32");
  EXPECT_EQ(faulty("pad(keep, over = seq, value = 2)"),
            "31: error: pad: the value is none of bool");
  EXPECT_EQ(faulty("pad(x, over = seq, value = 1e300)"),
            "28: error: pad: the value is none of f32");
  EXPECT_EQ(faulty("matmul(x, x, transpose_a = 1)"),
            "28: error: 'transpose_a' of 'matmul' must be true or false, "
            "found the integer 1");
  EXPECT_EQ(faulty("matmul(x, ids)"),
            "11: error: 'b' of 'matmul' must be an f32 tensor, found a tensor "
            "i32[batch, seq]");
  EXPECT_EQ(faulty("dropout(x, 1)"),
            "12: error: dropout: the rate must be at least 0 and below 1");
  EXPECT_EQ(faulty("dropout(x, -0.1)"),
            "12: error: dropout: the rate must be at least 0 and below 1");
}

TEST(ShapeErrors, NameTheShape) {
  EXPECT_EQ(faulty("reshape(x, [batch, 8])"),
            "1: error: reshape: x [batch, seq, 8] has 8 * batch * seq "
            "elements, [batch, 8] has 8 * batch");
  EXPECT_EQ(faulty("transpose(x, [0, 0, 1])"),
            "1: error: transpose: the order [0, 0, 1] does not name each axis "
            "of x [batch, seq, 8] once");
  EXPECT_EQ(faulty("concat([x, x], over = 3)"),
            "23: error: axis 3 is not in x [batch, seq, 8]");
  EXPECT_EQ(faulty("concat([ids, all], over = 0)"),
            "1: error: concat: [batch, seq] and [seq] do not join along axis "
            "0");
  EXPECT_EQ(faulty("slice(x, over = seq, to = seq + 1)"),
            "1: error: slice: the slice ends at seq + 1, which may be 9, axis "
            "1 of x [batch, seq, 8] at seq");
  EXPECT_EQ(faulty("slice(x, over = seq, from = seq - 3)"),
            "1: error: slice: the start seq - 3 may be less than 0");
  EXPECT_EQ(faulty("slice(x, over = seq, from = 2)"),
            "1: error: slice: the slice from 2 to seq of axis 1 may have no "
            "element");
  EXPECT_EQ(faulty("pad(x, over = seq, before = -1)"),
            "1: error: pad: the padding before -1 may be less than 0");
  EXPECT_EQ(faulty("broadcast_to(x, [batch, 8])"),
            "1: error: broadcast_to: x [batch, seq, 8] does not broadcast to "
            "[batch, 8]");
  EXPECT_EQ(faulty("matmul(x, x)"),
            "1: error: matmul: inner extents differ: 8 against seq in [batch, "
            "seq, 8] and [batch, seq, 8]");
}

TEST(ShapeErrors, NameThePositions) {
  EXPECT_EQ(faulty("rope(x)"), "1: error: rope: x must be [batch, heads, "
                               "length, width], found [batch, seq, 8]");
  EXPECT_EQ(faulty("rope(h, width = 3)"),
            "1: error: rope: the width 3 to be turned must be even and at "
            "most the width 8 of x [batch, 2, seq, 8]");
  EXPECT_EQ(faulty("rope(h, width = 10)"),
            "1: error: rope: the width 10 to be turned must be even and at "
            "most the width 8 of x [batch, 2, seq, 8]");
  EXPECT_EQ(faulty("rope(h, width = 0)"),
            "17: error: 'width' of 'rope' must be an extent of 1 to "
            "2147483647, found the integer 0");
  EXPECT_EQ(faulty("rope(h, pairs = \"odd\")"),
            "17: error: 'pairs' of 'rope' must be \"half\" or \"adjacent\", "
            "found \"odd\"");
  EXPECT_EQ(faulty("rope(h, theta = 0)"),
            "17: error: rope: 'theta' must be above 0");
  EXPECT_EQ(faulty("rope(h, offset = 1.5)"),
            "18: error: 'offset' of 'rope' must be a dim or an integer, found "
            "a number");
  EXPECT_EQ(faulty("rope(h, offset = -1)"),
            "18: error: rope: the offset -1 may be less than 0");
  EXPECT_EQ(faulty("rope(h, rows = 7)"),
            "16: error: rope: the positions end at seq, which may be 8, the "
            "table has 7 rows");
  EXPECT_EQ(faulty("rope(h, positions = keep)"),
            "21: error: 'positions' of 'rope' must be an i32 tensor, found a "
            "tensor bool[batch, seq]");
  EXPECT_EQ(faulty("rope(h, positions = ids, offset = 1)"),
            "35: error: rope: the positions are given, an offset says "
            "nothing");
  EXPECT_EQ(faulty("rope(h, positions = slice(ids, over = 1, to = 1))"),
            "1: error: rope: the positions must be [batch, seq] or [seq] for "
            "x [batch, 2, seq, 8], found [batch, 1]");
  EXPECT_EQ(faulty("rope(h, factor = 2)"),
            "18: error: rope: 'factor' says nothing with scaling = \"none\"");
  EXPECT_EQ(faulty("rope(h, scaling = \"linear\", factor = 2, low = 1)"),
            "47: error: rope: 'low' says nothing with scaling = \"linear\"");
  EXPECT_EQ(faulty("rope(h, scaling = \"llama3\")"),
            "19: error: rope: scaling = \"llama3\" needs a factor");
  EXPECT_EQ(faulty("rope(h, scaling = \"llama3\", factor = 8, low = 4)"),
            "47: error: rope: 'low' must be below 'high'");
  EXPECT_EQ(faulty("rope(h, scaling = \"linear\", factor = -2)"),
            "38: error: rope: 'factor' must be above 0");
  EXPECT_EQ(faulty("rope(h, scaling = \"yarn\")"),
            "19: error: 'scaling' of 'rope' must be \"none\" or \"linear\" or "
            "\"llama3\", found \"yarn\"");
  EXPECT_EQ(faulty("positions_sinusoidal(seq - 2, 8)"),
            "22: error: positions_sinusoidal: the length seq - 2 may be less "
            "than 1");
  EXPECT_EQ(faulty("positions_sinusoidal(seq, 7)"),
            "27: error: positions_sinusoidal: the width must be even, found "
            "7");
  EXPECT_EQ(faulty("rope(h, positions = ids, rows = 2147483647)"),
            "1: error: a tensor f32[2147483647, 8] may have 17179869176 "
            "elements, more than 2147483647");
  EXPECT_EQ(faulty("rope(broadcast_to(h, [batch, 2, seq, seq]))").substr(0, 9),
            "6: error:");
  EXPECT_EQ(reportIn("dim d in 2..8 input x: f32[1, 2, 3, d]\nz = rope(x)"),
            "2:5: error: rope: the width d of x [1, 2, 3, d] must be "
            "constant\n"
            "1:31: note: f32[1, 2, 3, d] comes from here\n");
}

TEST(Lists, AreReadAndClosed) {
  EXPECT_EQ(reportIn("input x: f32[2]\nz = reshape(x, [2)"),
            "2:18: error: expected ']', found ')'\n"
            "2:16: note: to close this one\n");
  EXPECT_EQ(reportIn("input x: f32[2]\nz = reshape(x, [a])"),
            "2:17: error: unknown name 'a'\n");
  EXPECT_EQ(reportIn("input x: f32[2]\noutput z = [x]"),
            "2:12: error: an output is a tensor, found a list\n");
  EXPECT_EQ(reportIn("input x: f32[2]\nz = [1] + 2"),
            "2:9: error: '+' takes numbers or tensors, found a list and the "
            "integer 2\n");
}

} // namespace
