// Fns that come from other files.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/dsl/Support.h"

using namespace heddle::dsl;

namespace {

using Files = std::map<std::string, std::string>;

Options withFiles(Files files) {
  Options options;
  options.read = [files = std::move(files)](
                     const std::string &path,
                     std::string &problem) -> std::optional<std::string> {
    auto found = files.find(path);
    problem = "cannot open '" + path + "': it is not there";
    return found == files.end() ? std::nullopt : std::optional(found->second);
  };
  return options;
}

const std::string model = "model M { input x: f32[8]\noutput y = f(x) }";

TEST(Imports, BringFns) {
  Options options = withFiles({{"a.heddle", "fn f(x) { return relu(x) }"}});
  EXPECT_EQ(programOf("import \"a.heddle\"\n" + model, options),
            "program M\n%0 = input x : f32[8]\n"
            "%1 = relu %0 : f32[8] @1:18\noutput y = %1\n");
}

TEST(Imports, AreRelativeToTheirFileAndReadOnce) {
  Options options = withFiles(
      {{"parts/a.heddle", "import \"../b.heddle\" import \"c.heddle\"\n"
                          "fn f(x) { return g(x) + h(x) }"},
       {"b.heddle", "fn g(x) { return relu(x) }"},
       {"parts/c.heddle", "import \"./../b.heddle\"\n"
                          "fn h(x) { return g(-x) }\n"
                          "model Other { input x: f32[1] output y = x }"}});
  EXPECT_EQ(report("import \"parts/a.heddle\" import \"b.heddle\"\n" + model,
                   options),
            "");
}

TEST(Imports, ReportErrorsInTheirFile) {
  Options options = withFiles({{"a.heddle", "fn f(x) {\n return rlu(x) }"},
                               {"b.heddle", "fn g(x) {\n return ) }"}});
  EXPECT_EQ(report("import \"a.heddle\"\n" + model, options),
            "a.heddle:2:9: error: unknown op or fn 'rlu'; did you mean 'relu'?"
            "\n3:12: note: in 'f', called here\n");
  EXPECT_EQ(report("import \"b.heddle\"\n" + model, options),
            "b.heddle:2:9: error: expected an expression, found ')'\n");
  Source source("m.heddle", "import \"a.heddle\"\n" + model);
  Diagnostics diagnostics;
  compileModel(source, options, diagnostics);
  EXPECT_EQ(diagnostics.render(source).substr(0, 73),
            "a.heddle:2:9: error: unknown op or fn 'rlu'; did you mean 'relu'?"
            "\n return");
}

TEST(Imports, NeedTheirFiles) {
  EXPECT_EQ(report("import \"a.heddle\"\n" + model, withFiles({})),
            "1:8: error: cannot open 'a.heddle': it is not there\n");
  EXPECT_EQ(report("import \"a.heddle\"\n" + model),
            "1:8: error: nothing can be imported here\n");
  EXPECT_EQ(report("import \"\"\n" + model, withFiles({})),
            "1:8: error: the path of an import is empty\n");
  EXPECT_EQ(report("import a\n" + model),
            "1:8: error: expected the path of a file, in quotes, found 'a'\n");
}

TEST(Imports, MayNotGoInCircles) {
  EXPECT_EQ(report("import \"m.heddle\"\n" + model, withFiles({})),
            "1:8: error: 'm.heddle' imports itself\n");
  Options options = withFiles(
      {{"a.heddle", "\nimport \"b.heddle\""},
       {"b.heddle", "import \"c/../a.heddle\" fn f(x) { return x }"}});
  EXPECT_EQ(report("import \"a.heddle\"\n" + model, options),
            "b.heddle:1:8: error: 'a.heddle' imports itself\n"
            "a.heddle:2:8: note: by way of 'b.heddle'\n");
}

TEST(Imports, ClashWhereTwoFilesHaveAFn) {
  Options options = withFiles({{"a.heddle", "\nfn f(x) { return x }"}});
  EXPECT_EQ(
      report("import \"a.heddle\" fn f(x) { return x }\n" + model, options),
      "a.heddle:2:4: error: there are two fns 'f'\n"
      "1:22: note: the first is here\n"
      "3:12: error: output 'y' is the input 'x' itself: nothing computes "
      "it\n");
}

TEST(Imports, AreBounded) {
  Options options;
  options.read = [](const std::string &path, std::string &) {
    size_t number = std::stoul(path);
    return "import \"" + std::to_string(number + 1) + "\"";
  };
  EXPECT_EQ(report("import \"1\"\n" + model, options),
            "63:1:8: error: a model is made of at most 64 files\n");
}

} // namespace
