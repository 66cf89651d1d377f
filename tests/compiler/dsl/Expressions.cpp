// Names, constants, dims, assignments, blocks and paths.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/dsl/Support.h"

using namespace heddle::dsl;

namespace {

/// The first extent of an input whose extent is a constant expression.
std::string constant(const std::string &text) {
  std::string program = programOf("model M { dim d in 1..8\ninput q: f32[d], "
                                  "x: f32[" +
                                  text + "]\noutput y = relu(x) }");
  size_t begin = program.find("input x : f32[");
  if (begin == std::string::npos)
    return program;
  begin += 14;
  return program.substr(begin, program.find(']', begin) - begin);
}

/// What an assigned expression reports, columns counted from the expression.
std::string faulty(const std::string &text) {
  std::string all = reportWithInputs("\nz = " + text);
  std::string expected = "3:";
  if (all.compare(0, 2, expected) != 0)
    return all;
  size_t colon = all.find(':', 2);
  return std::to_string(std::stoi(all.substr(2)) - 4) +
         all.substr(colon, all.find('\n') - colon);
}

TEST(Constants, AreComputed) {
  EXPECT_EQ(constant("384 / 12 * 2 + 1 - 3"), "62");
  EXPECT_EQ(constant("d * 2 + 1"), "2 * d + 1");
  EXPECT_EQ(constant("(6 * d + 12) / 6 - d"), "2");
  EXPECT_EQ(constant("-(-3)"), "3");
}

TEST(Constants, DivideExactly) {
  EXPECT_EQ(faulty("384 / 7"), "5: error: 384 does not divide by 7");
  EXPECT_EQ(faulty("(seq + 1) / seq"),
            "11: error: seq + 1 does not divide by seq");
  EXPECT_EQ(faulty("1 / 0"), "3: error: this divides by zero");
  EXPECT_EQ(faulty("1.5 / 0"), "5: error: this divides by zero");
}

TEST(Constants, StayInRange) {
  EXPECT_EQ(faulty("9223372036854775807 + 1"),
            "21: error: 9223372036854775807 + 1 leaves 64 bits");
  EXPECT_EQ(faulty("9223372036854775807 * seq * 2"),
            "27: error: 9223372036854775807 * seq * 2 leaves 64 bits");
  EXPECT_EQ(faulty("0 - 9223372036854775807 - 2"),
            "25: error: -9223372036854775807 - 2 leaves 64 bits");
  EXPECT_EQ(faulty("-(0 - 9223372036854775807 - 1)"),
            "1: error: the result leaves 64 bits");
  EXPECT_EQ(faulty("1e300 * 1e300"),
            "7: error: the result is out of the range of f64");
  EXPECT_EQ(faulty("relu(x) * 1e39"),
            "9: error: the number is out of the range of f32");
}

TEST(Constants, AreOfOneKind) {
  EXPECT_EQ(faulty("1 + true"), "3: error: '+' takes numbers or tensors, "
                                "found the integer 1 and a truth value");
  EXPECT_EQ(faulty("1.5 * seq"), "5: error: '*' takes numbers or tensors, "
                                 "found a number and the dim seq");
  EXPECT_EQ(faulty("true < false"), "6: error: '<' compares two constants or "
                                    "tensors, found a truth value and a truth "
                                    "value");
  EXPECT_EQ(faulty("true & 1"),
            "6: error: '&' takes two masks, two bool tensors or two truth "
            "values, found a truth value and the integer 1");
  EXPECT_EQ(faulty("!1"),
            "1: error: '!' takes a mask, a bool tensor or a truth value, found "
            "the integer 1");
  EXPECT_EQ(faulty("-\"a\""),
            "1: error: '-' takes a number or a tensor, found a string");
}

TEST(Constants, Compare) {
  for (const char *truth :
       {"1 < 2", "2 <= 2", "3 > 2.5", "3 >= 3", "1 == 1.0", "1 != 2",
        "true == true", "\"a\" == \"a\"", "\"a\" != \"b\"", "!false",
        "true & !false | false", "false | true"})
    EXPECT_EQ(reportWithInputs("if " + std::string(truth) +
                               " { output z = missing }"),
              "2:" + std::to_string(18 + std::string(truth).size()) +
                  ": error: unknown name 'missing'\n")
        << truth;
}

TEST(Names, AreFoundOrSuggested) {
  EXPECT_EQ(faulty("relu(xx)"),
            "6: error: unknown name 'xx'; did you mean 'x'?");
  EXPECT_EQ(faulty("attention(y, y, y, mask = casual)"),
            "27: error: unknown name 'casual'; did you mean 'causal'?");
  EXPECT_EQ(faulty("gelu"),
            "1: error: unknown name 'gelu'; the op 'gelu' is called with "
            "(...)");
  EXPECT_EQ(faulty("rleu(x)"),
            "1: error: unknown op or fn 'rleu'; did you mean 'relu'?");
  EXPECT_EQ(reportIn("fn f() { return 1 }\nz = f"),
            "2:5: error: unknown name 'f'; the fn 'f' is called with (...)\n");
}

TEST(Names, EndWithTheirBlock) {
  EXPECT_EQ(reportWithInputs("repeat i < 1 { h = x }\noutput z = relu(h)"),
            "3:17: error: unknown name 'h'\n");
  EXPECT_EQ(reportWithInputs("repeat x < 1 { }"),
            "2:8: error: 'x' is already an input\n"
            "1:48: note: it is declared here\n");
}

TEST(Assignments, ChangeVariablesAlone) {
  EXPECT_EQ(reportWithInputs("x = y"),
            "2:1: error: 'x' is an input and cannot be assigned\n"
            "1:48: note: it is declared here\n");
  EXPECT_EQ(reportWithInputs("seq = 1\nrepeat i < 1 {\ni = 2 }"),
            "2:1: error: 'seq' is a dim and cannot be assigned\n"
            "1:30: note: it is declared here\n"
            "4:1: error: 'i' is the index of a repeat and cannot be assigned\n"
            "3:8: note: it is declared here\n");
  EXPECT_EQ(reportWithInputs("a, b = 1\nc = 1, 2"),
            "2:1: error: 2 names for 1 value\n"
            "3:1: error: 1 name for 2 values\n");
}

TEST(Blocks, TakeConstants) {
  EXPECT_EQ(reportWithInputs("repeat i < seq { }"),
            "2:12: error: the number of rounds must be an integer, found the "
            "dim seq\n");
  EXPECT_EQ(reportWithInputs("repeat i < -1 { }\nrepeat i < 4097 { }"),
            "2:12: error: repeat takes 0 to 4096 rounds, found -1\n"
            "3:12: error: repeat takes 0 to 4096 rounds, found 4097\n");
  EXPECT_EQ(reportWithInputs("if 1 { }"),
            "2:4: error: the condition of an if must be true or false, found "
            "the integer 1\n");
}

TEST(Paths, GoOnByNamesAndIndices) {
  EXPECT_EQ(faulty("x.weight"),
            "3: error: only the path of a weight goes on like this, found a "
            "tensor f32[batch, 8]");
  EXPECT_EQ(faulty("@a[-1]"),
            "4: error: the index in a path is 0 or more, found -1");
  EXPECT_EQ(faulty("@a[1.5]"),
            "4: error: the index in a path must be an integer, found a "
            "number");
}

TEST(ExpressionErrors, NameWhatWasFound) {
  EXPECT_EQ(reportWithInputs("h = linear(x, @a[1, 2])\n"
                             "g = relu(alibi)\n"
                             "f = relu((s, b, h, q, k) => s * 2)\n"
                             "e = relu(causal)\n"
                             "d = relu([1, 2])\n"
                             "a = relu(none)\n"
                             "m = (b, h, q, k) => relu(q) > 1"),
            "2:21: error: a step of a path has one index\n"
            "3:10: error: 'x' of 'relu' must be an f32 tensor, found a bias\n"
            "4:10: error: 'x' of 'relu' must be an f32 tensor, found a lambda "
            "over scores\n"
            "5:10: error: 'x' of 'relu' must be an f32 tensor, found a mask\n"
            "6:10: error: 'x' of 'relu' must be an f32 tensor, found a list\n"
            "7:10: error: 'x' of 'relu' must be an f32 tensor, found none\n"
            "8:26: error: 'x' of 'relu' must be an f32 tensor, found an index "
            "of a lambda\n");
}

} // namespace
