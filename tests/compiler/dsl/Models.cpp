// The models of the zoo: their shape, and that every layer count is one text.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/dsl/Support.h"

#include <cstdlib>

using namespace heddle::dsl;

namespace {

std::optional<Program>
compiled(const std::string &model,
         std::vector<std::pair<std::string, std::string>> defines) {
  std::string error;
  std::optional<Source> source = Source::read(
      std::string(std::getenv("HEDDLE_SOURCE_DIR")) + "/models/" + model,
      error);
  EXPECT_TRUE(source) << error;
  Options options;
  options.defines = std::move(defines);
  Diagnostics diagnostics;
  std::optional<Program> program = compileModel(*source, options, diagnostics);
  EXPECT_EQ(diagnostics.render(*source), "");
  return program;
}

TEST(ZooMiniLM, HasTheWeightsOfItsFile) {
  std::optional<Program> program = compiled("minilm.heddle", {});
  ASSERT_TRUE(program);
  // 3 tables, 2 of a norm, 16 a layer.
  EXPECT_EQ(program->weights.size(), 3u + 2 + 6 * 16);
  EXPECT_EQ(program->entries[0].inputs[0].range,
            (std::pair<int64_t, int64_t>(0, 30521)));
  ASSERT_EQ(program->entries[0].outputs.size(), 1u);
  EXPECT_EQ(str(program->values[program->entries[0].outputs[0].value].type),
            "f32[batch, 384]");
}

TEST(ZooMiniLM, ShowsItsHiddenStates) {
  std::optional<Program> program =
      compiled("minilm.heddle", {{"hidden", "true"}});
  ASSERT_TRUE(program);
  ASSERT_EQ(program->entries[0].outputs.size(), 8u);
  EXPECT_EQ(program->entries[0].outputs[0].name, "hidden.0");
  EXPECT_EQ(program->entries[0].outputs[6].name, "hidden.6");
  EXPECT_EQ(program->entries[0].outputs[7].name, "embedding");
}

TEST(ZooMiniLM, GrowsByItsParameters) {
  std::optional<Program> small = compiled("minilm.heddle", {});
  std::optional<Program> large = compiled("minilm.heddle", {{"layers", "12"}});
  ASSERT_TRUE(small && large);
  EXPECT_EQ(large->entries[0].ops.size() - small->entries[0].ops.size(),
            6u * 16);
}

TEST(ZooFirst, IsTheSmallest) {
  std::optional<Program> program = compiled("first.heddle", {});
  ASSERT_TRUE(program);
  EXPECT_EQ(program->entries[0].ops.size(), 2u);
}

} // namespace
