// Element-wise ops and those along an axis: what each writes down, and what it
// says about wrong arguments.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/dsl/Support.h"

using namespace heddle::dsl;

namespace {

const std::string inputs =
    "model M { dim batch in 1..4, seq in 3..8 input x: f32[batch, seq, 8], "
    "ids: i32[batch, seq], keep: bool[batch, seq]\n";

/// The op that an expression ends in, without result and place; or the report.
std::string op(const std::string &text) {
  std::string program = programOf(inputs + "output z = " + text + "\n}");
  size_t end = program.find(" @", program.rfind("\n%"));
  size_t begin = program.rfind(" = ", end);
  return end == std::string::npos ? program
                                  : program.substr(begin + 3, end - begin - 3);
}

/// What an assigned expression reports first, its column counted from it.
std::string faulty(const std::string &text) {
  std::string all = report(inputs + "z = " + text + "\n}");
  size_t colon = all.find(':', 2);
  return std::to_string(std::stoi(all.substr(2)) - 4) +
         all.substr(colon, all.find('\n') - colon);
}

TEST(ElementOps, WriteThemselvesDown) {
  for (const char *name : {"abs", "sqrt", "exp", "log", "sin", "cos", "tanh",
                           "sigmoid", "silu", "relu"})
    EXPECT_EQ(op(std::string(name) + "(x)"),
              std::string(name) + " %0 : f32[batch, seq, 8]");
  EXPECT_EQ(op("-x"), "neg %0 : f32[batch, seq, 8]");
  EXPECT_EQ(op("-ids"), "neg %1 : i32[batch, seq]");
  EXPECT_EQ(op("abs(ids)"), "abs %1 : i32[batch, seq]");
  EXPECT_EQ(op("pow(x, 2)"), "pow %0, %3 : f32[batch, seq, 8]");
  EXPECT_EQ(op("pow(2, x)"), "pow %3, %0 : f32[batch, seq, 8]");
  EXPECT_EQ(op("min(x, x)"), "min %0, %0 : f32[batch, seq, 8]");
  EXPECT_EQ(op("max(0, ids)"), "max %3, %1 : i32[batch, seq]");
  EXPECT_EQ(op("ids + 1"), "add %1, %3 : i32[batch, seq]");
  EXPECT_EQ(op("3 - ids * 2"), "sub %5, %4 : i32[batch, seq]");
  EXPECT_EQ(op("cast(ids, \"f32\")"), "cast %1 : f32[batch, seq]");
  EXPECT_EQ(op("cast(x, to = \"bool\")"), "cast %0 : bool[batch, seq, 8]");
}

TEST(ElementOps, CompareAndChoose) {
  const char *signs[][2] = {{"<", "lt"},  {"<=", "le"}, {">", "gt"},
                            {">=", "ge"}, {"==", "eq"}, {"!=", "ne"}};
  for (auto [sign, name] : signs)
    EXPECT_EQ(op(std::string("x ") + sign + " 0.5"),
              std::string("compare %0, %3 sign=\"") + name +
                  "\" : bool[batch, seq, 8]");
  EXPECT_EQ(op("ids == ids"), "compare %1, %1 sign=\"eq\" : bool[batch, seq]");
  EXPECT_EQ(op("keep & keep"), "and %2, %2 : bool[batch, seq]");
  EXPECT_EQ(op("keep | !keep"), "or %2, %3 : bool[batch, seq]");
  EXPECT_EQ(op("!keep"), "not %2 : bool[batch, seq]");
  EXPECT_EQ(op("select(x > 0, x, 0)"),
            "select %4, %0, %5 : f32[batch, seq, 8]");
  EXPECT_EQ(op("select(keep, ids, 7)"), "select %2, %1, %3 : i32[batch, seq]");
  EXPECT_EQ(op("select(keep, 1, 0.5)"), "select %2, %3, %4 : f32[batch, seq]");
  EXPECT_EQ(op("select(keep, keep, ids > 2)"),
            "select %2, %2, %4 : bool[batch, seq]");
}

TEST(ElementOps, ComputeConstantsAtOnce) {
  EXPECT_EQ(op("x * (sqrt(16) + abs(-3) + pow(2, 3) + min(1, 2) - max(1, 2))"),
            "mul %0, %3 : f32[batch, seq, 8]");
  EXPECT_NE(programOf(inputs + "output z = x * (sqrt(16) + abs(-3) + pow(2, 3) "
                               "+ min(1, 2) - max(1, 2.5))\n}")
                .find("constant value=13.5"),
            std::string::npos);
  EXPECT_EQ(op("split_heads(x, max(2, 1))"),
            "split_heads %0 heads=2 : f32[batch, 2, seq, 4]");
  EXPECT_EQ(faulty("x * sqrt(-1)"),
            "5: error: 'sqrt' has no finite value here");
  EXPECT_EQ(faulty("x * log(0)"), "5: error: 'log' has no finite value here");
  EXPECT_EQ(faulty("x * pow(10, 400)"),
            "5: error: 'pow' has no finite value here");
}

TEST(ElementOps, AreMasksAndIdsToOtherOps) {
  EXPECT_EQ(op("mean(x, over = seq, where = ids != 0)"),
            "mean %0, %4 axis=1 : f32[batch, 8]");
  EXPECT_EQ(op("embed(max(ids, 0), @t, rows = 9, width = 2)"),
            "embed %4, %5 : f32[batch, seq, 2]");
}

TEST(ElementOpErrors, NameTheElementTypes) {
  EXPECT_EQ(faulty("x / ids"), "3: error: '/' takes f32 tensors and numbers, "
                               "found a tensor i32[batch, seq]");
  EXPECT_EQ(faulty("x + keep"),
            "3: error: '+' takes f32 or i32 tensors and numbers, found a "
            "tensor bool[batch, seq]");
  EXPECT_EQ(faulty("ids < x"), "5: error: '<' takes tensors of one element "
                               "type, found i32 and f32");
  EXPECT_EQ(faulty("ids + 0.5"), "5: error: '+' of an i32 tensor takes "
                                 "integers, found a number");
  EXPECT_EQ(faulty("ids + 3000000000"),
            "5: error: the number is out of the range of i32");
  EXPECT_EQ(faulty("x * 1e60"),
            "3: error: the number is out of the range of f32");
  EXPECT_EQ(faulty("-keep"), "1: error: '-' takes f32 or i32 tensors and "
                             "numbers, found a tensor bool[batch, seq]");
  EXPECT_EQ(faulty("keep & causal"),
            "6: error: '&' takes two masks, two bool tensors or two truth "
            "values, found a tensor bool[batch, seq] and a mask");
  EXPECT_EQ(faulty("!x"), "1: error: '!' takes a mask, a bool tensor or a "
                          "truth value, found a tensor f32[batch, seq, 8]");
  EXPECT_EQ(faulty("sqrt(ids)"),
            "6: error: 'x' of 'sqrt' must be an f32 tensor or a number, found "
            "a tensor i32[batch, seq]");
  EXPECT_EQ(faulty("abs(keep)"),
            "5: error: 'x' of 'abs' must be an f32 or i32 tensor or a number, "
            "found a tensor bool[batch, seq]");
  EXPECT_EQ(faulty("silu(1)"), "6: error: 'x' of 'silu' must be an f32 tensor, "
                               "found the integer 1");
  EXPECT_EQ(faulty("pow(ids, 2)"), "1: error: 'pow' takes f32 tensors and "
                                   "numbers, found a tensor i32[batch, seq]");
  EXPECT_EQ(faulty("select(x, x, x)"),
            "8: error: 'condition' of 'select' must be a bool tensor, found a "
            "tensor f32[batch, seq, 8]");
  EXPECT_EQ(faulty("select(keep, keep, 1)"),
            "1: error: 'select' of a bool tensor takes no numbers, found the "
            "integer 1");
  EXPECT_EQ(faulty("select(keep, seq, 1)"),
            "1: error: 'select' takes tensors and numbers, found the dim seq");
  EXPECT_EQ(faulty("cast(1, \"f32\")"),
            "6: error: 'x' of 'cast' must be a tensor, found the integer 1");
  EXPECT_EQ(faulty("cast(x, \"f64\")"),
            "9: error: 'to' of 'cast' must be \"f32\" or \"i32\" or "
            "\"bool\", found \"f64\"");
}

TEST(ElementOpErrors, NameTheShapes) {
  EXPECT_EQ(faulty("x < keep_of(ids)"), "5: error: unknown op or fn 'keep_of'");
  EXPECT_EQ(faulty("min(x, x * 0 == 0)"),
            "1: error: 'min' takes f32 or i32 tensors and numbers, found a "
            "tensor bool[batch, seq, 8]");
  EXPECT_EQ(faulty("select(keep, x, 0)"),
            "1: error: select: shapes [batch, seq] and [batch, seq, 8] do not "
            "broadcast: seq against 8");
}

TEST(AxisOps, WriteThemselvesDown) {
  for (auto [call, name] :
       std::vector<std::pair<std::string, std::string>>{{"sum", "sum"},
                                                        {"mean", "mean"},
                                                        {"var", "var"},
                                                        {"max", "largest"},
                                                        {"min", "smallest"}}) {
    EXPECT_EQ(op(call + "(x, over = seq)"),
              name + " %0 axis=1 : f32[batch, 8]");
    EXPECT_EQ(op(call + "(x, over = -1, keep = true)"),
              name + " %0 axis=2 keep=true : f32[batch, seq, 1]");
    EXPECT_EQ(op(call + "(x, over = 0, where = keep, keep = false)"),
              name + " %0, %2 axis=0 : f32[seq, 8]");
  }
  EXPECT_EQ(op("argmax(x, over = seq)"), "argmax %0 axis=1 : i32[batch, 8]");
  EXPECT_EQ(op("log_softmax(x)"), "log_softmax %0 axis=2 : f32[batch, seq, 8]");
  EXPECT_EQ(op("rms_norm(x, @n)"),
            "rms_norm %0, %3 eps=1e-06 : f32[batch, seq, 8]");
}

TEST(AxisOps, GiveTheLargestAndTheirPlaces) {
  std::string program =
      programOf(inputs + "v, i = top_k(x, 3)\noutput v = v\noutput i = i\n}");
  EXPECT_NE(program.find("%3 = top_k %0 k=3 : i32[batch, seq, 3]"),
            std::string::npos)
      << program;
  EXPECT_NE(program.find("%4 = take %0, %3 : f32[batch, seq, 3]"),
            std::string::npos)
      << program;
}

TEST(AxisOpErrors, NameTheArgument) {
  EXPECT_EQ(faulty("max(x)"), "1: error: 'max' takes a second operand or "
                              "'over', found neither");
  EXPECT_EQ(faulty("min(x, x, over = 1)"),
            "1: error: 'min' takes a second operand or 'over', found both");
  EXPECT_EQ(faulty("max(x, 1, where = keep)"),
            "19: error: 'where' of 'max' goes with 'over'");
  EXPECT_EQ(faulty("sum(x)"), "1: error: 'sum' lacks its argument 'over'");
  EXPECT_EQ(faulty("sum(ids, over = 0)"),
            "5: error: 'x' of 'sum' must be an f32 tensor, found a tensor "
            "i32[batch, seq]");
  EXPECT_EQ(faulty("argmax(x, over = 3)"),
            "18: error: axis 3 is not in x [batch, seq, 8]");
  EXPECT_EQ(faulty("var(x, over = 1, keep = 1)"),
            "25: error: 'keep' of 'var' must be true or false, found the "
            "integer 1");
  EXPECT_EQ(faulty("sum(x, over = 1, where = x)"),
            "26: error: 'where' of 'sum' must be an i32 or bool tensor, found "
            "a tensor f32[batch, seq, 8]");
  EXPECT_EQ(faulty("max(x, over = 2, where = keep)"),
            "1: error: largest: the mask must be [batch, seq, 8] for axis 2 of "
            "x [batch, seq, 8], found [batch, seq]");
  EXPECT_EQ(faulty("rms_norm(x, @n, eps = -1)"),
            "23: error: 'eps' of 'rms_norm' must be 0 or more");
  EXPECT_EQ(faulty("rms_norm(x, x)"),
            "13: error: 'weights' of 'rms_norm' must be the path of a weight, "
            "as in @a.b, found a tensor f32[batch, seq, 8]");
  EXPECT_EQ(faulty("top_k(x, 3)"),
            "1: error: 'top_k' gives 2 values where one is taken");
}

TEST(AxisOpErrors, NameTheLength) {
  auto reported = [](const std::string &call) {
    std::string all = report(inputs + "v, i = " + call + "\n}");
    return all.substr(0, all.find('\n'));
  };
  EXPECT_EQ(reported("top_k(x, 9)"),
            "2:8: error: top_k: k is 9, not in 1 to the length 8 of x [batch, "
            "seq, 8]");
  EXPECT_EQ(reported("top_k(sum(x, over = -1), 4)"),
            "2:8: error: top_k: k is 4, not in 1 to the length seq of x "
            "[batch, seq] for every dim");
  EXPECT_EQ(reported("top_k(x, 1.5)"),
            "2:17: error: 'k' of 'top_k' must be an integer, found a number");
  EXPECT_EQ(reported("top_k(ids, 1)"),
            "2:14: error: 'x' of 'top_k' must be an f32 tensor, found a tensor "
            "i32[batch, seq]");
}

} // namespace
