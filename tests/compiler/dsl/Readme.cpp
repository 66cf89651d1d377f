// Compiles every example of the language reference.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/dsl/Support.h"

#include <cstdlib>

using namespace heddle::dsl;

namespace {

struct Example {
  std::string kind; ///< What follows the fence: "heddle", "heddle wrong", ...
  std::string text;
};

std::vector<Example> examples() {
  std::string error;
  std::optional<Source> readme = Source::read(
      std::string(std::getenv("HEDDLE_SOURCE_DIR")) + "/compiler/dsl/README.md",
      error);
  EXPECT_TRUE(readme) << error;
  std::vector<Example> found;
  const std::string text(readme->text()), fence = "\n```";
  for (size_t at = text.find(fence); at != std::string::npos;
       at = text.find(fence, at)) {
    size_t line = text.find('\n', at + 1);
    size_t end = text.find(fence, line);
    found.push_back({text.substr(at + 4, line - at - 4),
                     text.substr(line + 1, end - line)});
    at = end + fence.size();
  }
  return found;
}

/// A block that is no whole model in the frame that the reference shows. The
/// block's lines come first, so that its places are its own.
std::string framed(const std::string &block, const std::string &frame) {
  if (block.find("model ") != std::string::npos)
    return block;
  size_t dots = frame.find("...");
  std::string head = frame.substr(0, dots);
  for (char &c : head)
    if (c == '\n')
      c = ' ';
  return head + "\n" + block + "}";
}

/// Gives the files that the reference shows to be imported.
Options withFiles(const std::vector<Example> &all) {
  std::map<std::string, std::string> files;
  for (const Example &example : all)
    if (example.kind.rfind("heddle file ", 0) == 0)
      files[example.kind.substr(12)] = example.text;
  Options options;
  options.read = [files](const std::string &path,
                         std::string &problem) -> std::optional<std::string> {
    auto found = files.find(path);
    problem = "cannot open '" + path + "'";
    return found == files.end() ? std::nullopt : std::optional(found->second);
  };
  return options;
}

TEST(LanguageReference, ExamplesCompile) {
  std::string frame;
  Options options = withFiles(examples());
  size_t count = 0;
  for (const Example &example : examples()) {
    if (example.kind == "heddle frame")
      frame = example.text;
    if (example.kind != "heddle")
      continue;
    ++count;
    std::string text = framed(example.text, frame);
    if (text.find("output ") == std::string::npos)
      text.insert(text.rfind('}'), "output result = relu(x)\n");
    std::string found = report(text, options);
    EXPECT_EQ(found.find("error"), std::string::npos) << found << text;
  }
  EXPECT_GE(count, 10u);
}

TEST(LanguageReference, ErrorsAreWhatItShows) {
  std::string frame;
  std::vector<Example> all = examples();
  size_t count = 0;
  for (size_t i = 0; i + 1 < all.size(); ++i) {
    if (all[i].kind == "heddle frame")
      frame = all[i].text;
    if (all[i].kind != "heddle wrong")
      continue;
    ++count;
    Source source("README.md", framed(all[i].text, frame));
    Diagnostics diagnostics;
    EXPECT_FALSE(compileModel(source, {}, diagnostics));
    // The frame is one line before the block's own.
    std::string shown;
    Source block("README.md", all[i].text);
    Diagnostics moved;
    uint32_t before = source.lineAt(0).end + 1;
    for (const Diagnostic &one : diagnostics.all()) {
      ASSERT_TRUE(one.span && one.span->begin >= before);
      moved.report(one.severity,
                   Span{one.span->begin - before, one.span->end - before},
                   one.message);
    }
    EXPECT_EQ(moved.render(block), all[i + 1].text);
  }
  EXPECT_EQ(count, 1u);
}

} // namespace
