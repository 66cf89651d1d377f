// Lines, columns and reading of texts.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Source.h"

#include <fstream>
#include <gtest/gtest.h>

using namespace heddle::dsl;

namespace {

std::string at(const Source &source, uint32_t offset) {
  Place place = source.place(offset);
  return std::to_string(place.line) + ":" + std::to_string(place.column);
}

TEST(SourcePlace, CountsLinesAndColumnsFromOne) {
  Source source("a", "ab\ncd\r\n\nx");
  EXPECT_EQ(at(source, 0), "1:1");
  EXPECT_EQ(at(source, 2), "1:3");
  EXPECT_EQ(at(source, 4), "2:2");
  EXPECT_EQ(at(source, 7), "3:1");
  EXPECT_EQ(at(source, 8), "4:1");
  EXPECT_EQ(at(source, 9), "4:2");
  EXPECT_EQ(at(source, 99), "4:2");
}

TEST(SourcePlace, CountsCodePointsNotBytes) {
  Source source("a", "\xc3\xa9\xe6\x9d\xb1\xf0\x9f\xa7\xb5x");
  EXPECT_EQ(at(source, 2), "1:2");
  EXPECT_EQ(at(source, 5), "1:3");
  EXPECT_EQ(at(source, 9), "1:4");
}

TEST(SourcePlace, CountsBytesThatAreNoUtf8) {
  Source source("a", "\xff\x80\xc3x");
  EXPECT_EQ(at(source, 1), "1:2");
  EXPECT_EQ(at(source, 2), "1:3");
  EXPECT_EQ(at(source, 3), "1:4");
}

TEST(SourcePlace, FindsItsWayInLongLines) {
  std::string line;
  for (int i = 0; i < 5000; ++i)
    line += "\xc3\xa9";
  Source source("a", "x\n" + line + "!");
  EXPECT_EQ(at(source, 2 + 2 * 5000), "2:5001");
}

TEST(SourceLines, EndBeforeTheirNewline) {
  Source source("a", "ab\r\ncd\n");
  EXPECT_EQ(source.text(source.lineAt(0)), "ab");
  EXPECT_EQ(source.text(source.lineAt(3)), "ab");
  EXPECT_EQ(source.text(source.lineAt(4)), "cd");
  EXPECT_EQ(source.text(source.lineAt(7)), "");
}

TEST(SourceFiles, CountTheirOwnLines) {
  Source source("a", "ab\nc\xe6\x9d");
  EXPECT_EQ(source.add("b", "\xc3\xa9x\ny"), 1u);
  EXPECT_EQ(source.add("c", ""), 2u);
  EXPECT_EQ(source.add("d", "z"), 3u);
  Span b = source.span(1);
  EXPECT_EQ(source.fileAt(b.begin - 2), 0u);
  EXPECT_EQ(source.fileAt(b.begin), 1u);
  EXPECT_EQ(source.fileAt(source.span(3).begin), 3u);
  EXPECT_EQ(at(source, b.begin), "1:1");
  EXPECT_EQ(at(source, b.begin + 2), "1:2");
  EXPECT_EQ(at(source, b.begin + 4), "2:1");
  EXPECT_EQ(at(source, source.span(3).begin), "1:1");
  EXPECT_EQ(source.name(1), "b");
  EXPECT_EQ(source.text(source.lineAt(b.begin)), "\xc3\xa9x");
  EXPECT_EQ(source.text(source.lineAt(4)), "c\xe6\x9d");
}

TEST(SourceRead, ReadsAFileOrSaysWhyNot) {
  std::string path = testing::TempDir() + "/heddle_source_test.heddle";
  std::ofstream(path) << "model";
  std::string error;
  std::optional<Source> source = Source::read(path, error);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->text(), "model");
  EXPECT_EQ(source->name(), path);
  EXPECT_FALSE(Source::read(path + ".not", error));
  EXPECT_EQ(error, "cannot open '" + path + ".not': No such file or directory");
  EXPECT_FALSE(Source::read(testing::TempDir(), error));
  EXPECT_EQ(error, "cannot read '" + testing::TempDir() + "': Is a directory");
}

TEST(CodePoints, AreOfOneToFourBytes) {
  EXPECT_EQ(codePointBytes(""), 0u);
  EXPECT_EQ(codePointBytes("a"), 1u);
  EXPECT_EQ(codePointBytes("\xc3\xa9"), 2u);
  EXPECT_EQ(codePointBytes("\xe6\x9d\xb1"), 3u);
  EXPECT_EQ(codePointBytes("\xf4\x8f\xbf\xbf"), 4u);
}

TEST(CodePoints, AreNotOverlongCutOrOutOfRange) {
  for (const char *text : {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3x",
                           "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                           "\xf4\x90\x80\x80", "\xf5\x80", "\xff"})
    EXPECT_EQ(codePointBytes(text), 0u);
}

} // namespace
