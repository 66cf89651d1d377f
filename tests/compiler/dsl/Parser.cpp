// The tree: precedence, every statement, and the text that shows it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Parser.h"
#include "tests/compiler/dsl/Support.h"

using namespace heddle::dsl;

namespace {

/// The tree without its places, or what was reported.
std::string tree(const std::string &text) {
  Source source("m.heddle", text);
  Diagnostics diagnostics;
  ast::File file = parse(source, diagnostics);
  if (diagnostics.hasErrors())
    return listed(diagnostics, source);
  std::string all = ast::print(file, source), bare;
  for (size_t i = 0; i < all.size(); ++i) {
    if (all.compare(i, 2, " <") == 0 && all[i + 2] >= '0' && all[i + 2] <= '9')
      i = all.find('>', i);
    else
      bare += all[i];
  }
  return bare;
}

/// The tree of one expression as nested brackets.
std::string expression(const std::string &text) {
  std::string all = tree("model M { x = " + text + " }");
  std::string nested;
  size_t depth = 0, begin = all.find("assign x\n");
  if (begin == std::string::npos)
    return all;
  for (size_t at = begin + 9; at < all.size();) {
    size_t end = all.find('\n', at), indent = 0;
    while (all[at] == ' ')
      ++at, ++indent;
    for (; depth > indent / 2; --depth)
      nested += ")";
    for (; depth < indent / 2; ++depth)
      nested += "(";
    nested += " " + all.substr(at, end - at);
    at = end + 1;
  }
  for (; depth > 2; --depth)
    nested += ")";
  return nested.substr(3);
}

TEST(ParserExpressions, BindByStrength) {
  EXPECT_EQ(expression("a + b * c - d"), "-( +( a *( b c)) d)");
  EXPECT_EQ(expression("a & b | !c & d"), "|( &( a b) &( !( c) d))");
  EXPECT_EQ(expression("-a * b"), "*( negate( a) b)");
  EXPECT_EQ(expression("(a + b) / 2 == c"), "==( /( +( a b) 2) c)");
}

TEST(ParserExpressions, ReadPathsAndCalls) {
  EXPECT_EQ(expression("@a.\"b-c\"[i].0"), ".0( []( .b-c( @a) i))");
  EXPECT_EQ(expression("@\"a b\""), "@a b");
  EXPECT_EQ(expression("f(a, b = 1e-12, c = none, d = \"s\", true, false)"),
            "f()( a b =( 9.9999999999999998e-13) c =( none) d =( string "
            "\"s\") true false)");
  EXPECT_EQ(expression("f()"), "f()");
}

TEST(ParserStatements, AreAllRead) {
  EXPECT_EQ(tree("fn f(a, b = 2) { return a, b }\n"
                 "model M(n = 1) {\n"
                 "  dim d in 1..8\n"
                 "  input x: f32[d, 2], i: i32[d] in 0..9\n"
                 "  weight @w[0].weight: f32[4]\n"
                 "  fn g() { return 1 }\n"
                 "  a, b = f(x, b = 3)\n"
                 "  repeat i < n { scope s[i] { y = a } }\n"
                 "  if n == 1 { } else if n == 2 { y = b } else { y = a }\n"
                 "  output y[0] = y\n"
                 "}\n"),
            "fn f\n  parameter a\n  parameter b\n    2\n"
            "  return\n    a\n    b\n"
            "model M\n  parameter n\n    1\n"
            "  dim d\n    1\n    8\n"
            "  input x: f32\n    d\n    2\n"
            "  input i: i32\n    d\n    range\n      0\n      9\n"
            "  weight: f32\n    .weight\n      []\n        @w\n        0\n"
            "    4\n"
            "  fn g\n    return\n      1\n"
            "  assign a, b\n    f()\n      x\n      b =\n        3\n"
            "  repeat i\n    n\n    scope\n      []\n        @s\n        i\n"
            "      assign y\n        a\n"
            "  if\n    ==\n      n\n      1\n"
            "  else\n    if\n      ==\n        n\n        2\n"
            "      assign y\n        b\n"
            "    else\n      assign y\n        a\n"
            "  output y\n    0\n    y\n");
}

TEST(ParserStatements, CarryTheirPlaces) {
  Source source("m.heddle", "model M {\n  x = a + 1\n}");
  Diagnostics diagnostics;
  EXPECT_EQ(ast::print(parse(source, diagnostics), source), "model M <1:7>\n"
                                                            "  assign x <2:3>\n"
                                                            "    + <2:9>\n"
                                                            "      a <2:7>\n"
                                                            "      1 <2:11>\n");
}

TEST(ParserStatements, KeepWordsInPaths) {
  EXPECT_EQ(expression("@attention.output.input"),
            ".input( .output( @attention))");
}

} // namespace
