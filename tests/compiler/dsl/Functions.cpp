// Fns: unfolded where they are called, their arguments, results and names.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/dsl/Support.h"

using namespace heddle::dsl;

namespace {

TEST(Functions, AreUnfoldedWhereTheyAreCalled) {
  EXPECT_EQ(programOf("fn two(a, n = 3.0) { return a + n, a * n }\n"
                      "model M { input x: f32[2]\n"
                      "  fn block(x) { h = linear(x, @w, bias = none) "
                      "return h }\n"
                      "  weight @s.1.w.weight: f32[4, 2]\n"
                      "  scope s[1] { h = block(x) }\n"
                      "  scope s[1] { a, b = two(block(x), n = 0.5) "
                      "output y = a / b - 1 }\n}"),
            "program M\n"
            "%1 = weight s.1.w.weight : f32[4, 2]\n"
            "%0 = input x : f32[2]\n"
            "%3 = linear %0, %1 layout=\"out_in\" : f32[4] @3:21\n"
            "%4 = constant value=0.5 : f32[] @1:31\n"
            "%5 = add %3, %4 : f32[4] @1:31\n"
            "%6 = constant value=0.5 : f32[] @1:38\n"
            "%7 = mul %3, %6 : f32[4] @1:38\n"
            "%8 = div %5, %7 : f32[4] @6:59\n"
            "%9 = constant value=1 : f32[] @6:63\n"
            "%10 = sub %8, %9 : f32[4] @6:63\n"
            "output y = %10\n");
}

/// Two fns, f and g, and a statement that calls them.
std::string calling(const std::string &functions, const std::string &call) {
  return report(functions + "\nmodel M { input x: f32[2]\n" + call + " }");
}

TEST(Functions, TakeTheArgumentsTheyName) {
  const std::string f = "fn f(a, b = 2) { return a + b }";
  EXPECT_EQ(calling(f, "z = f()"), "3:5: error: 'f' lacks its argument 'a'\n");
  EXPECT_EQ(calling(f, "z = f(1, 2, 3)"),
            "3:13: error: 'f' takes 2 arguments without a name\n");
  EXPECT_EQ(calling(f, "z = f(1, c = 3)"),
            "3:10: error: 'f' has no argument 'c'\n");
  EXPECT_EQ(calling(f, "z = f(1, a = 3)"),
            "3:10: error: argument 'a' is given twice\n"
            "3:7: note: the first is here\n");
  EXPECT_EQ(calling(f, "output y = f(x)\noutput z = f(b = -1.5, a = x)"), "");
  EXPECT_EQ(calling(f, "z = f(none, missing)"),
            "3:13: error: unknown name 'missing'\n");
}

TEST(Functions, GiveWhatTheyReturn) {
  EXPECT_EQ(calling("fn f() { }", "z = f()"),
            "1:4: error: fn 'f' ends without a return\n"
            "3:5: note: in 'f', called here\n");
  EXPECT_EQ(calling("fn f() { return 1, 2 }", "z = f() + 1"),
            "3:5: error: 'f' gives 2 values where one is taken\n");
  EXPECT_EQ(calling("fn f(n) { if n == 1 { return 1, 2 } return n, n }\n"
                    "fn g() { return f(1) }",
                    "a, b = g()\noutput y = x + missing"),
            "5:16: error: unknown name 'missing'\n");
}

TEST(Functions, DoNotCallThemselves) {
  EXPECT_EQ(calling("fn f() { return g() }\nfn g() { return f() }", "z = f()"),
            "2:17: error: fn 'f' calls itself\n"
            "1:17: note: in 'g', called here\n"
            "4:5: note: in 'f', called here\n");
}

TEST(Functions, SeeTheModelsFixedNames) {
  EXPECT_EQ(calling("fn f() { return x }", "z = f()"),
            "1:17: error: unknown name 'x'\n"
            "3:5: note: in 'f', called here\n");
  EXPECT_EQ(reportWithInputs("h = relu(x) z = f()\n"
                             "fn f() { a = relu(x) return a + h }"),
            "3:33: error: 'h' is a variable of the model; a fn sees it only "
            "as an argument\n"
            "2:17: note: in 'f', called here\n");
}

TEST(Functions, AreSuggestedTheModelsNames) {
  EXPECT_EQ(reportWithInputs("fn f() { return relu(msk) }\nz = f()"),
            "2:22: error: unknown name 'msk'; did you mean 'mask'?\n"
            "3:5: note: in 'f', called here\n");
}

TEST(Functions, TakePaths) {
  EXPECT_NE(programOf("fn f(x, p) { return linear(x, p.q[1], out = 3) }\n"
                      "model M { input x: f32[2]\n"
                      "scope a { output y = f(x, @b) } }")
                .find("weight a.b.q.1.weight : f32[3, 2]"),
            std::string::npos);
}

} // namespace
