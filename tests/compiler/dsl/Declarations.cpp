// Parameters, dims, inputs, weights, outputs and fns: what may stand where.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/dsl/Support.h"

using namespace heddle::dsl;

namespace {

Options defining(std::vector<std::pair<std::string, std::string>> defines) {
  Options options;
  options.defines = std::move(defines);
  return options;
}

TEST(Models, AreOneAFile) {
  EXPECT_EQ(report(""), "-: error: the text holds no model\n");
  EXPECT_EQ(report("fn f() { return 1 }"),
            "-: error: the text holds no model\n");
  EXPECT_EQ(report("model A { }\nmodel B { }"),
            "2:7: error: a file holds one model\n"
            "1:7: note: the first is here\n");
  EXPECT_EQ(report("model A { }"), "-: error: model 'A' has no output\n");
}

const std::string parameters =
    "model M(n = 6, eps = 1e-5, big = false, how = \"none\") {\n"
    "  input x: f32[n]\n"
    "  if big { output y = l2_normalize(gelu(x, approximate = how), eps = eps) "
    "} else { output y = relu(x) }\n}";

TEST(Parameters, AreReplacedByDefines) {
  EXPECT_NE(programOf(parameters).find("relu %0 : f32[6]"), std::string::npos);
  std::string program = programOf(parameters, defining({{"n", "7"},
                                                        {"eps", "1"},
                                                        {"big", "true"},
                                                        {"how", "none"},
                                                        {"how", "tanh"}}));
  EXPECT_NE(program.find("gelu %0 approximate=\"tanh\" : f32[7]"),
            std::string::npos);
  EXPECT_NE(program.find("l2_normalize %1 eps=1 "), std::string::npos);
}

TEST(Parameters, KeepTheTypeOfTheirDefault) {
  EXPECT_EQ(report(parameters, defining({{"n", "7.5"}})),
            "-: error: -D n=7.5: expected an integer of 64 bits\n");
  EXPECT_EQ(report(parameters, defining({{"n", "9223372036854775808"}})),
            "-: error: -D n=9223372036854775808: expected an integer of 64 "
            "bits\n");
  EXPECT_EQ(report(parameters, defining({{"eps", "inf"}})),
            "-: error: -D eps=inf: expected a finite number\n");
  EXPECT_EQ(report(parameters, defining({{"big", "yes"}})),
            "-: error: -D big=yes: expected true or false\n");
  EXPECT_EQ(report(parameters, defining({{"esp", "1"}})),
            "-: error: -D esp=1: model 'M' has no parameter 'esp'; did you "
            "mean 'eps'?\n");
}

TEST(Parameters, NeedConstantDefaults) {
  EXPECT_EQ(report("model M(a) { }"),
            "1:9: error: parameter 'a' needs a default\n");
  EXPECT_EQ(report("model M(a = none) { }"),
            "1:13: error: parameter 'a' must be a number, a string or a truth "
            "value, found none\n");
  EXPECT_EQ(report("model M(a = 2, a = 3) { }"),
            "1:16: error: 'a' is already a parameter\n"
            "1:9: note: it is declared here\n");
  EXPECT_NE(programOf("model M(a = 2, b = 4 * a) { input x: f32[b]\n"
                      "output y = relu(x) }")
                .find("f32[8]"),
            std::string::npos);
}

TEST(Dims, HaveARange) {
  EXPECT_EQ(reportIn("dim d in 0..8"),
            "1:20: error: dim 'd' in 0..8 must begin at 1 or more\n");
  EXPECT_EQ(reportIn("dim d in 5..4"),
            "1:20: error: dim 'd' in 5..4 has no value\n");
  EXPECT_EQ(reportIn("dim d in 1..2147483648"),
            "1:20: error: dim 'd' in 1..2147483648 must end at 2147483647 or "
            "less\n");
  EXPECT_EQ(reportIn("dim d in 1..2.5"),
            "1:23: error: the greatest value must be an integer, found a "
            "number\n");
  EXPECT_EQ(reportIn("dim d in true..2"),
            "1:20: error: the least value must be an integer, found a truth "
            "value\n");
  EXPECT_EQ(reportIn("dim d in 1..2\ndim d in 1..3"),
            "2:5: error: 'd' is already a dim\n"
            "1:15: note: it is declared here\n");
  EXPECT_EQ(reportIn("if true { dim d in 1..2 }"),
            "1:21: error: a dim stands at the top of a model, in no block\n");
}

TEST(Dims, AreKnownFromAnInput) {
  EXPECT_EQ(reportIn("dim d in 1..2, e in 1..2\ninput x: f32[d, 2 * e]\n"
                     "output y = relu(x)"),
            "1:26: error: dim 'e' is the extent of no input, so that no call "
            "would tell its value\n");
}

TEST(Dims, AreCounted) {
  std::string body = "dim d0 in 1..2";
  for (int i = 1; i < 65; ++i)
    body += ", d" + std::to_string(i) + " in 1..2";
  EXPECT_EQ(reportIn(body).substr(5), ": error: a model has at most 64 dims\n");
}

TEST(Inputs, HaveATypeAndExtents) {
  EXPECT_EQ(
      reportIn("input x: f64[2]"),
      "1:20: error: element type 'f64' is none of f32, i32, bool, bf16\n");
  EXPECT_EQ(reportIn("input x: f32[2.5]"),
            "1:24: error: an extent must be an integer or a dim, found a "
            "number\n");
  EXPECT_EQ(reportIn("input x: f32[0]"),
            "1:24: error: the extent 0 may be less than 1\n");
  EXPECT_EQ(report("model M(d = 0) { weight @t.weight: f32[9, d],\n"
                   "@u.weight: f32[d]\ninput i: i32[2], x: f32[d]\n"
                   "output y = embed(i, @t) + layer_norm(x, @u) }"),
            "1:43: error: the extent 0 may be less than 1\n"
            "1:9: note: parameter 'd' is 0\n");
  EXPECT_EQ(reportIn("dim d in 1..8\ninput x: f32[d - 1]"),
            "2:14: error: the extent d - 1 may be less than 1\n");
  EXPECT_EQ(reportIn("input x: f32[bach]\ndim batch in 1..2"),
            "1:24: error: unknown name 'bach'\n");
  EXPECT_EQ(reportIn("input x: f32[2], x: f32[2]"),
            "1:28: error: 'x' is already an input\n"
            "1:17: note: it is declared here\n");
  EXPECT_EQ(reportIn("repeat i < 1 { input x: f32[2] }"),
            "1:26: error: an input stands at the top of a model, in no "
            "block\n");
  EXPECT_EQ(reportIn("input x: f32[1,1,1,1,1,1,1,1,1]"),
            "1:17: error: a tensor has at most 8 axes, found 9\n");
}

TEST(Inputs, HaveARangeOfIntegers) {
  EXPECT_EQ(reportIn("input x: f32[2] in 0..9"),
            "1:30: error: only an i32 input has a range, 'x' is f32[2]\n");
  EXPECT_EQ(reportIn("input x: i32[2] in 9..0"),
            "1:30: error: the range of 'x' has no value\n");
  EXPECT_EQ(reportIn("input x: i32[2] in 0..2147483648"),
            "1:30: error: the range of 'x' leaves i32\n");
  EXPECT_NE(programOf("model M { input x: i32[2] in -3..7\ninput z: f32[2]\n"
                      "output y = mean(z, over = 0, where = x) }")
                .find("input x : i32[2] in -3..7"),
            std::string::npos);
}

TEST(Outputs, AreComputedTensorsOfDistinctNames) {
  EXPECT_EQ(reportWithInputs("output y = relu(x)\noutput y = gelu(x)"),
            "3:8: error: there are two outputs 'y'\n"
            "2:8: note: the first is here\n");
  EXPECT_EQ(reportWithInputs("output z = 3"),
            "2:12: error: an output is a tensor, found the integer 3\n");
  EXPECT_EQ(reportWithInputs("output z = x"),
            "2:12: error: output 'z' is the input 'x' itself: nothing "
            "computes it\n");
  EXPECT_EQ(reportWithInputs("output z[1.5] = relu(x)"),
            "2:10: error: the index of an output must be an integer, found a "
            "number\n");
  EXPECT_EQ(reportWithInputs("fn f() { output z = relu(x) return 1 }\n"
                             "z = f()"),
            "2:10: error: an output stands in the model; a fn returns its "
            "value\n"
            "3:5: note: in 'f', called here\n");
  EXPECT_NE(programOf("model M { input x: f32[2]\n"
                      "repeat i < 2 { output y[i] = relu(x) } }")
                .find("output y.0 = %1\noutput y.1 = %2\n"),
            std::string::npos);
}

TEST(Outputs, AreStoredAsTheySay) {
  EXPECT_EQ(programOf("model M { dim n in 1..4\ninput x: bf16[n, 2]\n"
                      "output y: bf16 = relu(x)\noutput z: f32 = x }"),
            "program M\ndim n in 1..4\n%0 = input x : bf16[n, 2]\n"
            "%1 = cast %0 : f32[n, 2] @2:7\n"
            "%2 = relu %1 : f32[n, 2] @3:18\n"
            "%3 = cast %2 : bf16[n, 2] @3:11\noutput y = %3\n"
            "output z = %1\n");
  EXPECT_EQ(reportWithInputs("output z: bf16 = ids == 1\n"
                             "output w: i32 = relu(x)\n"
                             "output v: f16 = relu(x)\n"
                             "output u: f32 = x"),
            "2:18: error: output 'z' of bf16 is bool[batch, seq]; only f32 "
            "becomes another type, which is bf16\n"
            "3:17: error: output 'w' of i32 is f32[batch, 8]; only f32 "
            "becomes another type, which is bf16\n"
            "4:11: error: element type 'f16' is none of f32, i32, bool, bf16\n"
            "5:17: error: output 'u' is the input 'x' itself: nothing computes "
            "it\n");
  EXPECT_EQ(reportWithInputs("output u: = x"),
            "2:11: error: expected an element type, found '='\n");
}

TEST(States, AreOfWhatIsComputed) {
  EXPECT_EQ(reportIn("state s: bf16[2]"),
            "1:20: error: a state is f32, i32 or bool, found bf16\n");
  EXPECT_EQ(reportIn("weight @w: bf16[2]"),
            "1:22: error: a weight is f32, found bf16\n");
}

TEST(Functions, StandAtTheTopUnderNewNames) {
  EXPECT_EQ(report("fn f() { return 1 }\nmodel M { fn f() { return 2 } }"),
            "2:14: error: there are two fns 'f'\n"
            "1:4: note: the first is here\n");
  EXPECT_EQ(report("fn gelu() { return 1 } model M { }"),
            "1:4: error: 'gelu' is an op of the language\n");
  EXPECT_EQ(report("fn f(a, a) { return 1 } model M { }"),
            "1:9: error: fn 'f' has two parameters 'a'\n"
            "1:6: note: the first is here\n");
  EXPECT_EQ(reportIn("if true { fn f() { return 1 } }"),
            "1:21: error: a fn stands at the top of a model, in no block\n");
  EXPECT_EQ(reportIn("return 1"), "1:11: error: return stands in a fn\n");
}

} // namespace
