// Tokens, and every way in which bytes are none.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Lexer.h"
#include "tests/compiler/dsl/Support.h"

using namespace heddle::dsl;

namespace {

/// The tokens' texts separated by spaces, or what was reported.
std::string tokens(const std::string &text) {
  Source source("m.heddle", text);
  Diagnostics diagnostics;
  std::string all;
  for (const Token &token : tokenize(source, diagnostics))
    all += std::string(source.text(token.span)) + " ";
  return diagnostics.hasErrors() ? listed(diagnostics, source) : all;
}

TEST(LexerTokens, SplitTheText) {
  EXPECT_EQ(tokens("x=@a.b[i]+1..64"), "x = @ a . b [ i ] + 1 .. 64  ");
  EXPECT_EQ(tokens("<= < >= > == = != ! & | * / -"),
            "<= < >= > == = != ! & | * / -  ");
  EXPECT_EQ(tokens("a // all of this\nb //"), "a b  ");
  EXPECT_EQ(tokens(""), " ");
  EXPECT_EQ(tokens("\xef\xbb\xbfmodel"), "model  ");
}

TEST(LexerTokens, ReadNumbers) {
  Source source("m.heddle", "12 1.5 1e-12 2E3 @0.1 a.2.3 1..2");
  Diagnostics diagnostics;
  std::vector<Token> all = tokenize(source, diagnostics);
  EXPECT_EQ(all[0].integer, 12);
  EXPECT_EQ(all[1].number, 1.5);
  EXPECT_EQ(all[2].number, 1e-12);
  EXPECT_EQ(all[3].number, 2000);
  std::string kinds;
  for (size_t i = 4; i < all.size(); ++i)
    kinds += describe(all[i].kind) + std::string(" ");
  EXPECT_EQ(kinds, "'@' an integer '.' an integer a name '.' an integer '.' "
                   "an integer an integer '..' an integer the end of the "
                   "text ");
}

TEST(LexerTokens, ResolveStrings) {
  EXPECT_EQ(stringValue("\"a \\\"b\\\" \\\\\""), "a \"b\" \\");
  EXPECT_EQ(tokens("\"a\" \"\xc3\xa9\""), "\"a\" \"\xc3\xa9\"  ");
}

TEST(LexerErrors, NameTheByte) {
  EXPECT_EQ(tokens("x \xff"), "1:3: error: byte 0xff is not UTF-8\n");
  EXPECT_EQ(tokens("// \xc0\x80"), "1:4: error: byte 0xc0 is not UTF-8\n"
                                   "1:5: error: byte 0x80 is not UTF-8\n");
  EXPECT_EQ(tokens("\"\xe9\""), "1:2: error: byte 0xe9 is not UTF-8\n");
  EXPECT_EQ(tokens(std::string("x\0y", 3)),
            "1:2: error: a NUL byte is in the text\n");
  EXPECT_EQ(tokens(std::string("\"\0\"", 3)),
            "1:2: error: a NUL byte is in the text\n");
}

TEST(LexerErrors, NameTheCharacter) {
  EXPECT_EQ(tokens("a $ b"), "1:3: error: '$' has no meaning here\n");
  EXPECT_EQ(tokens("\xc3\xa9 = 1"), "1:1: error: '\xc3\xa9' has no meaning "
                                    "here\n");
}

TEST(LexerErrors, EndOpenStringsAtTheLine) {
  EXPECT_EQ(tokens("x = \"abc\ny"),
            "1:5: error: this string has no closing '\"' on its line\n");
  EXPECT_EQ(tokens("\"abc"),
            "1:1: error: this string has no closing '\"' on its line\n");
  EXPECT_EQ(tokens("\"a\\nb\""),
            "1:3: error: only \\\" and \\\\ may follow a '\\' in a string\n");
  EXPECT_EQ(tokens("\"a\\"),
            "1:3: error: only \\\" and \\\\ may follow a '\\' in a string\n");
}

TEST(LexerErrors, BoundNumbers) {
  EXPECT_EQ(tokens("9223372036854775807"), "9223372036854775807  ");
  EXPECT_EQ(tokens("9223372036854775808"),
            "1:1: error: this integer does not fit in 64 bits\n");
  EXPECT_EQ(tokens("1e999"),
            "1:1: error: this number is out of the range of f64\n");
  EXPECT_EQ(tokens("12ab"),
            "1:1: error: '12ab' is neither a number nor a name\n");
}

TEST(LexerErrors, BoundTheText) {
  EXPECT_EQ(tokens(std::string(maxSourceBytes + 1, ' ')),
            "1:1: error: the text is longer than 1048576 bytes\n");
  EXPECT_EQ(tokens(std::string(maxSourceBytes, ' ')), " ");
}

} // namespace
