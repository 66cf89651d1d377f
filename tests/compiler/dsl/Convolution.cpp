// conv1d and conv2d: what they write down, and what they say about wrong
// arguments.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/dsl/Support.h"

using namespace heddle::dsl;

namespace {

constexpr const char *inputs =
    "dim batch in 1..4, seq in 2..8 input x: f32[batch, 4, 2 * seq], "
    "y: f32[batch, 4, 9, 12], s: f32[batch, 4, seq]\n";

/// The program's op without its place; or the report.
std::string op(const std::string &call) {
  std::string program =
      programOf("model M { " + std::string(inputs) + "output z = " + call +
                "\n output t = s + 1\n}");
  size_t at = program.find("= conv ");
  if (at == std::string::npos)
    return program;
  return program.substr(at + 2, program.find(" @", at) - at - 2);
}

std::string faulty(const std::string &text) { return faultyIn(inputs, text); }

TEST(Convolution, WritesItselfDown) {
  EXPECT_EQ(op("conv1d(x, @c, out = 6, kernel = 3, stride = 2, padding = 1)"),
            "conv %0, %3, %4 stride=[2] padding=[1] dilation=[1] groups=1 : "
            "f32[batch, 6, seq]");
  EXPECT_EQ(op("conv1d(x, @c, out = 6, kernel = [2], groups = 2, "
               "dilation = [3], padding = 3, bias = none)"),
            "conv %0, %3 stride=[1] padding=[3] dilation=[3] groups=2 : "
            "f32[batch, 6, 2 * seq + 3]");
  EXPECT_EQ(op("conv2d(y, @c, out = 6, kernel = [3, 4], stride = [1, 4], "
               "padding = [1, 0])"),
            "conv %1, %3, %4 stride=[1, 4] padding=[1, 0] dilation=[1, 1] "
            "groups=1 : f32[batch, 6, 9, 3]");
}

TEST(Convolution, AWeightMayBeDeclared) {
  std::string program = programOf(
      "model M { input x: f32[2, 3, 8] weight @c.weight: f32[5, 3, 3]\n"
      "output y = conv1d(x, @c) }");
  EXPECT_NE(program.find("f32[2, 5, 6]"), std::string::npos) << program;
  EXPECT_NE(program.find("f32[5]"), std::string::npos) << program;
}

TEST(ConvolutionErrors, NameTheArgument) {
  EXPECT_EQ(faulty("conv1d(3, @c)"),
            "8: error: 'x' of 'conv1d' must be an f32 tensor, found the "
            "integer 3");
  EXPECT_EQ(faulty("conv1d(x, 3)"),
            "11: error: 'weights' of 'conv1d' must be the path of a weight, as "
            "in @a.b, found the integer 3");
  EXPECT_EQ(faulty("conv1d(x, @c, stride = seq)"),
            "24: error: 'stride' of 'conv1d' must be an integer, or a list of "
            "one, found the dim seq");
  EXPECT_EQ(faulty("conv2d(y, @c, padding = [1, 2, 3])"),
            "25: error: 'padding' of 'conv2d' must be an integer, or a list of "
            "two, found a list");
  EXPECT_EQ(faulty("conv1d(x, @c, groups = 0.5)"),
            "24: error: 'groups' of 'conv1d' must be an integer, found a "
            "number");
  EXPECT_EQ(faulty("conv1d(x, @c, bias = 1)"),
            "22: error: 'bias' of 'conv1d' must be none or left out, found the "
            "integer 1");
  EXPECT_EQ(faulty("conv1d(x, @c, out = 0, kernel = 1)"),
            "21: error: 'out' of 'conv1d' must be an extent of 1 to "
            "2147483647, found the integer 0");
  EXPECT_EQ(faulty("conv2d(y, @c, dilation = [1, 0])"),
            "1: error: conv2d: found dilation [1, 0], expected a number for "
            "each of two axes, 1 to 65536");
  EXPECT_EQ(faulty("conv1d(x, @c, kernel = 0)"),
            "1: error: conv1d: found kernel [0], expected extents of 1 to "
            "2147483647");
}

TEST(ConvolutionErrors, NameTheShapes) {
  EXPECT_EQ(faulty("conv2d(x, @c, out = 6, kernel = 3)"),
            "1: error: conv2d: x must be [batch, channels, height, width], "
            "found [batch, 4, 2 * seq]");
  EXPECT_EQ(faulty("conv1d(y, @c, out = 6, kernel = 3)"),
            "1: error: conv1d: x must be [batch, channels, length], found "
            "[batch, 4, 9, 12]");
  EXPECT_EQ(faulty("conv1d(x, @c, out = 6)"),
            "1: error: nothing tells the shape of weight 'c.weight'; declare "
            "it, say 'out = N, kernel = N' or give the weight files");
  EXPECT_EQ(faulty("conv1d(x, @c, out = 6, kernel = 5)"),
            "1: error: conv1d: a window of 5 may not fit axis 2 of x [batch, "
            "4, 2 * seq], 2 * seq with its padding");
  EXPECT_EQ(faulty("conv1d(s, @c, out = 6, kernel = 2, stride = 2)"),
            "1: error: conv1d: the windows of stride 2 along axis 2 of x "
            "[batch, 4, seq], seq with its padding, are no polynomial; "
            "expected a constant extent, a multiple of the stride such as "
            "2 * n, or stride 1");
  EXPECT_EQ(faulty("conv1d(x, @c, out = 5, kernel = 1, groups = 2)"),
            "1: error: conv1d: the 5 outputs of the weight [5, 2, 1] do not "
            "divide into 2 groups");
}

TEST(ConvolutionErrors, ADeclaredWeightDecides) {
  auto declared = [](const std::string &call) {
    return reportIn(inputs + ("weight @c.weight: f32[5, 4, 3], @c.bias: f32[5]"
                              "\nz = " +
                              call));
  };
  EXPECT_EQ(declared("conv1d(x, @c, out = 6)"),
            "3:25: error: 'conv1d' says out = 6, the weight [5, 4, 3] has 5\n"
            "3:5: note: weight 'c.weight' is f32[5, 4, 3]\n");
  EXPECT_EQ(declared("conv1d(x, @c, kernel = 4)"),
            "3:28: error: 'conv1d' says kernel = [4], the weight [5, 4, 3] has "
            "[3]\n3:5: note: weight 'c.weight' is f32[5, 4, 3]\n");
  EXPECT_EQ(declared("conv2d(y, @c)").substr(0, 93),
            "3:5: error: conv2d: the weight must be [out, in / groups, kernel "
            "height, kernel width] for x ");
}

} // namespace
