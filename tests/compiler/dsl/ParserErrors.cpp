// Malformed texts: the words, the place, and how the parser goes on.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Parser.h"
#include "tests/compiler/dsl/Support.h"

using namespace heddle::dsl;

namespace {

TEST(ParserErrors, SayWhatWasExpectedAndFound) {
  EXPECT_EQ(report("x"),
            "1:1: error: expected 'model', 'fn' or 'import', found 'x'\n");
  EXPECT_EQ(report("model { }"),
            "1:7: error: expected a name for the model, found '{'\n");
  EXPECT_EQ(report("fn (a) { }"),
            "1:4: error: expected a name for the fn, found '('\n");
  EXPECT_EQ(report("fn f { }"), "1:6: error: expected '(', found '{'\n");
  EXPECT_EQ(report("fn f(1) { }"),
            "1:6: error: expected a parameter's name, found an integer\n");
  EXPECT_EQ(report("model M x"), "1:9: error: expected '{', found 'x'\n");
  EXPECT_EQ(reportIn("+"), "1:11: error: expected a statement, found '+'\n");
  EXPECT_EQ(reportIn("x = "),
            "2:1: error: expected an expression, found '}'\n");
  EXPECT_EQ(reportIn("x = 1 + * 2"),
            "1:19: error: expected an expression, found '*'\n");
  EXPECT_EQ(reportIn("x, 2 = 1"),
            "1:14: error: expected a name, found an integer\n");
  EXPECT_EQ(reportIn("gelu(x)"), "1:15: error: expected '=', found '('\n");
  EXPECT_EQ(reportIn("x = @a.+"),
            "1:18: error: expected a name after '.', found '+'\n");
  EXPECT_EQ(reportIn("x = @+"),
            "1:16: error: expected the path of a weight, found '+'\n");
}

TEST(ParserErrors, NameEachPartOfADeclaration) {
  EXPECT_EQ(reportIn("dim 1"),
            "1:15: error: expected a dim's name, found an integer\n");
  EXPECT_EQ(reportIn("dim d 1..2"),
            "1:17: error: expected 'in', found an integer\n");
  EXPECT_EQ(reportIn("dim d in 1, e in 1..2"),
            "1:21: error: expected '..', found ','\n");
  EXPECT_EQ(reportIn("input 1"),
            "1:17: error: expected an input's name, found an integer\n");
  EXPECT_EQ(reportIn("input x f32"),
            "1:19: error: expected ':', found 'f32'\n");
  EXPECT_EQ(reportIn("input x: 3"),
            "1:20: error: expected an element type, found an integer\n");
  EXPECT_EQ(reportIn("input x: f32(2)"),
            "1:23: error: expected '[', found '('\n");
  EXPECT_EQ(reportIn("weight w: f32[2]"),
            "1:18: error: expected '@', found 'w'\n");
  EXPECT_EQ(reportIn("repeat 3 { }"),
            "1:18: error: expected a name for the index, found an integer\n");
  EXPECT_EQ(reportIn("repeat i { }"), "1:20: error: expected '<', found '{'\n");
  EXPECT_EQ(reportIn("output 3 = x"),
            "1:18: error: expected an output's name, found an integer\n");
  EXPECT_EQ(reportIn("output y x"), "1:20: error: expected '=', found 'x'\n");
}

TEST(ParserErrors, PointAtTheOpenBracketToo) {
  EXPECT_EQ(report("model M {\n  x = (1 + 2\n  y = 3\n}"),
            "3:3: error: expected ')', found 'y'\n"
            "2:7: note: to close this one\n");
  EXPECT_EQ(report("model M {\n  x = f(1, 2\n}"),
            "3:1: error: expected ')', found '}'\n"
            "2:8: note: to close this one\n");
  EXPECT_EQ(report("model M {\n  input x: f32[2\n}"),
            "3:1: error: expected ']', found '}'\n"
            "2:15: note: to close this one\n");
  EXPECT_EQ(report("model M {\n  repeat i < 2 {\n}"),
            "3:2: error: expected '}', found the end of the text\n"
            "1:9: note: to close this one\n");
  EXPECT_EQ(report("model M { }\n}"),
            "2:1: error: expected 'model', 'fn' or 'import', found '}'\n");
}

TEST(ParserErrors, GoOnWithTheNextStatement) {
  EXPECT_EQ(report("model M {\n  x = )\n  repeat i < {\n    y = 1\n  }\n"
                   "  output = 2\n  z = $\n}\nmodel { }\nfn f) { }"),
            "7:7: error: '$' has no meaning here\n"
            "2:7: error: expected an expression, found ')'\n"
            "3:14: error: expected an expression, found '{'\n"
            "6:10: error: expected an output's name, found '='\n"
            "9:7: error: expected a name for the model, found '{'\n"
            "10:5: error: expected '(', found ')'\n");
}

TEST(ParserErrors, SuggestTheKeyword) {
  EXPECT_EQ(reportIn("repat i < 2 { }"),
            "1:11: error: no statement begins with 'repat'; did you mean "
            "'repeat'?\n");
  EXPECT_EQ(reportIn("zzz y"), "1:11: error: no statement begins with 'zzz'\n");
}

TEST(ParserErrors, KeepTheWordsOfTheLanguage) {
  EXPECT_EQ(reportIn("dim = 2"),
            "1:15: error: expected a dim's name, found '='\n");
  EXPECT_EQ(reportIn("none = 2"),
            "1:11: error: 'none' is a word of the language and names nothing "
            "else\n");
  EXPECT_EQ(reportIn("dim repeat in 1..2"),
            "1:15: error: 'repeat' is a word of the language and names "
            "nothing else\n");
  EXPECT_EQ(reportIn("x = else"),
            "1:15: error: expected an expression, found 'else'\n");
}

TEST(ParserErrors, ForbidChainedComparisons) {
  EXPECT_EQ(reportIn("x = 1 < 2 < 3"),
            "1:21: error: comparisons do not chain\n");
}

std::string repeated(const std::string &text, size_t count) {
  std::string all;
  for (size_t i = 0; i < count; ++i)
    all += text;
  return all;
}

TEST(ParserErrors, BoundNesting) {
  const std::string words = "error: nested deeper than 256 levels\n";
  EXPECT_EQ(reportIn("x = " + repeated("(", 100000)), "1:270: " + words);
  EXPECT_EQ(reportIn("x = " + repeated("-", 100000)), "1:270: " + words);
  EXPECT_EQ(reportIn("x = 1" + repeated("+1", 100000)), "1:528: " + words);
  EXPECT_EQ(reportIn("x = @a" + repeated(".b", 100000)), "1:530: " + words);
  EXPECT_EQ(reportIn(repeated("f(", 1) + "1)"),
            "1:12: error: expected '=', found '('\n");
  EXPECT_EQ(reportIn("x = " + repeated("f(", 100000)), "1:525: " + words);
  std::string blocks = reportIn(repeated("if true {", 100000));
  EXPECT_EQ(blocks.substr(0, blocks.find('\n') + 1), "1:1157: " + words);
  std::string elses =
      reportIn("if true { }" + repeated(" else if true { }", 10000));
  EXPECT_EQ(elses.substr(elses.find(": ") + 2), words);
}

TEST(ParserErrors, AreKeptToTwenty) {
  std::string report = reportIn(repeated("x = )\n", 100));
  EXPECT_EQ(std::count(report.begin(), report.end(), '\n'), 20);
}

} // namespace
