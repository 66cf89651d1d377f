// Documentation comments: what they are about, their text, and what is none.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/dsl/Support.h"

#include "compiler/dsl/Lexer.h"
#include "compiler/dsl/Parser.h"

using namespace heddle::dsl;

namespace {

constexpr const char *documented = R"(
/// All of it,
///   in two lines.

// An ordinary comment.
model M {
  /// Texts.
  dim batch in 1..4,
      /// Tokens.
      seq in 1..8
  /// The first.
  input x: f32[batch, seq], y: f32[batch, seq],
        /// The third.
        z: f32[batch, seq]
  /// A sum.
  fn add(a, b) { return a + b }
  /// What comes out.
  output o = add(add(x, y), z)
}
)";

TEST(Docs, GoWithWhatTheyStandBefore) {
  EXPECT_EQ(programOf(documented), "/// All of it,\n"
                                   "///   in two lines.\n"
                                   "program M\n"
                                   "/// Texts.\n"
                                   "dim batch in 1..4\n"
                                   "/// Tokens.\n"
                                   "dim seq in 1..8\n"
                                   "/// The first.\n"
                                   "%0 = input x : f32[batch, seq]\n"
                                   "%1 = input y : f32[batch, seq]\n"
                                   "/// The third.\n"
                                   "%2 = input z : f32[batch, seq]\n"
                                   "%3 = add %0, %1 : f32[batch, seq] @16:27\n"
                                   "%4 = add %3, %2 : f32[batch, seq] @16:27\n"
                                   "/// What comes out.\n"
                                   "output o = %4\n");
  EXPECT_EQ(report(documented), "");
}

TEST(Docs, AreInTheTree) {
  Source source("m.heddle", documented);
  Diagnostics diagnostics;
  std::string tree = ast::print(parse(source, diagnostics), source);
  EXPECT_EQ(tree.find("/// All of it,\n///   in two lines.\nmodel M <6:7>\n"),
            0u)
      << tree;
  EXPECT_NE(tree.find("  /// A sum.\n  fn add <"), std::string::npos) << tree;
}

TEST(Docs, LoseSlashesAndOneBlank) {
  EXPECT_EQ(docText("/// a\n\n  ///  b \n// c\n//// d\n///\n///e\r"),
            "a\n b\n\ne");
  EXPECT_EQ(docText(""), "");
}

TEST(Docs, WarnWhereTheyAreLost) {
  EXPECT_EQ(reportIn("input x: f32[2]\n/// of a name\ny = relu(x)\n"
                     "output z = y"),
            "2:1: warning: nothing is documented by this: '///' stands before "
            "a model, fn, entry, dim, input, state or output\n");
  EXPECT_EQ(report("model M { input x: f32[2] output z = relu(x) }\n/// end"),
            "2:1: warning: nothing is documented by this: '///' stands before "
            "a model, fn, entry, dim, input, state or output\n");
  // Four slashes and more are a line.
  EXPECT_EQ(reportIn("input x: f32[2]\n//// rule\noutput z = relu(x)"), "");
}

} // namespace
