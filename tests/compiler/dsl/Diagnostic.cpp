// Rendering with carets, what is kept, and nearest spellings.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Diagnostic.h"

#include <gtest/gtest.h>

using namespace heddle::dsl;

namespace {

std::string rendered(const std::string &text, Span span) {
  Source source("m.heddle", text);
  Diagnostics diagnostics;
  diagnostics.error(span, "wrong");
  return diagnostics.render(source);
}

TEST(DiagnosticRender, PointsAtTheSpan) {
  EXPECT_EQ(rendered("one\n  two three\n", {6, 9}),
            "m.heddle:2:3: error: wrong\n"
            "  two three\n"
            "  ^~~\n");
}

TEST(DiagnosticRender, PointsAtTheEndOfTheText) {
  EXPECT_EQ(rendered("one", {3, 3}), "m.heddle:1:4: error: wrong\n"
                                     "one\n"
                                     "   ^\n");
}

TEST(DiagnosticRender, UnderlinesTheFirstLineOnly) {
  EXPECT_EQ(rendered("ab cd\nef", {3, 8}), "m.heddle:1:4: error: wrong\n"
                                           "ab cd\n"
                                           "   ^~\n");
}

TEST(DiagnosticRender, AlignsAfterTabsAndWideText) {
  EXPECT_EQ(rendered("\t\xc3\xa9 x\x01y", {4, 5}),
            "m.heddle:1:4: error: wrong\n"
            " \xc3\xa9 x y\n"
            "   ^\n");
}

TEST(DiagnosticRender, ShowsBytesThatAreNoUtf8) {
  EXPECT_EQ(rendered("a\xff b", {1, 2}), "m.heddle:1:2: error: wrong\n"
                                         "a\xef\xbf\xbd b\n"
                                         " ^\n");
}

TEST(DiagnosticRender, CutsLongLines) {
  std::string text = std::string(100, 'a') + "X" + std::string(100, 'b');
  EXPECT_EQ(rendered(text, {100, 101}),
            "m.heddle:1:101: error: wrong\n... " + std::string(60, 'a') + "X" +
                std::string(59, 'b') + " ...\n" + std::string(64, ' ') + "^\n");
}

TEST(DiagnosticRender, ShowsWholeWhatFitsAWideScreen) {
  std::string text = std::string(100, 'a') + "XY" + std::string(18, 'b');
  EXPECT_EQ(rendered(text, {100, 102}), "m.heddle:1:101: error: wrong\n" +
                                            text + "\n" +
                                            std::string(100, ' ') + "^~\n");
}

TEST(DiagnosticRender, AddsNotesAndSeverities) {
  Source source("m.heddle", "abc");
  Diagnostics diagnostics;
  diagnostics.report(Severity::Warning, Span{0, 1}, "odd")
      .note({1, 2}, "here")
      .note("nowhere");
  diagnostics.report(Severity::Remark, std::nullopt, "by the way");
  EXPECT_EQ(diagnostics.render(source), "m.heddle:1:1: warning: odd\n"
                                        "abc\n"
                                        "^\n"
                                        "m.heddle:1:2: note: here\n"
                                        "abc\n"
                                        " ^\n"
                                        "m.heddle: note: nowhere\n"
                                        "m.heddle: remark: by the way\n");
  EXPECT_FALSE(diagnostics.hasErrors());
}

TEST(DiagnosticsKept, CountEqualOnesOnce) {
  Diagnostics diagnostics;
  diagnostics.error({0, 1}, "wrong").note("first");
  diagnostics.error({0, 1}, "wrong").note("second");
  diagnostics.error({1, 2}, "wrong");
  ASSERT_EQ(diagnostics.all().size(), 2u);
  EXPECT_EQ(diagnostics.all()[0].notes.size(), 1u);
}

TEST(DiagnosticsKept, EndWhenFull) {
  Source source("m.heddle", "abc");
  Diagnostics diagnostics(2);
  diagnostics.error({0, 1}, "wrong");
  EXPECT_FALSE(diagnostics.full());
  diagnostics.error({1, 1}, "wrong");
  EXPECT_TRUE(diagnostics.full());
  diagnostics.error({2, 1}, "wrong").note("dropped too");
  diagnostics.report(Severity::Remark, std::nullopt, "kept");
  EXPECT_EQ(diagnostics.all().size(), 3u);
  EXPECT_NE(diagnostics.render(source).find(
                "m.heddle: note: more was found and is not shown\n"),
            std::string::npos);
}

TEST(Spelling, CountsEdits) {
  EXPECT_EQ(editDistance("", ""), 0u);
  EXPECT_EQ(editDistance("abc", ""), 3u);
  EXPECT_EQ(editDistance("heads", "heds"), 1u);
  EXPECT_EQ(editDistance("gelu", "gleu"), 1u);
  EXPECT_EQ(editDistance("kitten", "sitting"), 3u);
}

TEST(Spelling, SuggestsOnlyWhatIsNear) {
  std::vector<std::string> names = {"layer_norm", "linear", "gelu"};
  EXPECT_EQ(didYouMean("linaer", names), "; did you mean 'linear'?");
  EXPECT_EQ(didYouMean("layernorm", names), "; did you mean 'layer_norm'?");
  EXPECT_EQ(didYouMean("softmax", names), "");
  EXPECT_EQ(didYouMean("xx", {"x"}), "; did you mean 'x'?");
  EXPECT_EQ(didYouMean("x", {"y"}), "");
  EXPECT_EQ(didYouMean(std::string(300, 'a'), {std::string(299, 'a')}), "");
}

} // namespace
