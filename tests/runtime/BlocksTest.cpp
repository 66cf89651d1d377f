// The map of an attention's blocks: its formulas, and notes that no compiler
// would write.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/tools/BlockFormula.h"
#include "runtime/tools/Inspect.h"
#include "tests/runtime/Tiny.h"

#include <gtest/gtest.h>

using namespace heddle::test;
using namespace heddle::tools;

namespace {

/// With block = 3, tile = 2, keys = 100, queries 10..12 and keys 5..9.
std::string valueOf(const std::string &text) {
  auto formula =
      BlockFormula::parse(text, {"block", "tile", "keys"}, {"query", "key"});
  if (!formula)
    return "no formula";
  BlockFormula::Cache cache;
  auto value = formula->evaluate({3, 2, 100}, {{{10, 13}, {5, 10}}}, cache);
  return value ? std::to_string(*value) : "no value";
}

/// What inspect says of the tiny model whose kernel has this note.
std::string blocksOf(const std::string &note, bool isAttention = true) {
  ArtifactSpec spec = tinySpec();
  for (KernelSpec &kernel : spec.kernels) {
    if (isAttention)
      kernel.family = "attention";
    if (!note.empty())
      spec.notes.emplace_back("blocks " + kernel.name, note);
  }
  TemporaryFile file(tinyFile(spec));
  InspectOptions options;
  options.blocks = true;
  options.dims = {{"batch", 1}, {"seq", 5}};
  std::string report, error = inspectArtifact(file.path, options, report);
  return error.empty() ? report : error;
}

std::string mapNote(const std::string &more) {
  return R"({"query_block": 2, "tile_keys": 2, "queries": "seq", )"
         R"("keys": "2 * seq")" +
         more + "}";
}

} // namespace

TEST(BlockFormula, ComputesWhatItSays) {
  EXPECT_EQ(valueOf("block * 48 - 40 / tile - 1"), "123");
  EXPECT_EQ(valueOf("(0 - 7) / 2"), "-4"); // rounds down
  EXPECT_EQ(valueOf("mod(0 - 7, 2) + -1"), "-2");
  EXPECT_EQ(valueOf("min(keys, block * 48 + 48) + max(block, tile)"), "103");
  EXPECT_EQ(valueOf("tile < block & 1 == 2 | true"), "1");
  EXPECT_EQ(valueOf("tile > block | tile >= 2 & (1 != 1) != true"), "1");
  EXPECT_EQ(valueOf("select(tile <= 1, 5, 6)"), "6");
  EXPECT_EQ(valueOf("least(query / 4) * 100 + greatest(key - 1)"), "208");
  EXPECT_EQ(valueOf("any(key == 9) + any(key == 10) * 2 + any(true)"), "2");
}

TEST(BlockFormula, RefusesOtherText) {
  for (const char *text :
       {"", "block +", "block block", "other", "(block", "block)", "min(1)",
        "min(1, 2, 3)", "sin(1)", "query", "least(query < key)",
        "least(least(key))", "99999999999999999999", "input0[batch]", "1 % 2",
        "-block"})
    EXPECT_EQ(valueOf(text), "no formula") << text;
  EXPECT_EQ(valueOf(std::string(100, '(') + "1" + std::string(100, ')')),
            "no formula");
  std::string sum = "1";
  for (int i = 0; i < 5000; ++i)
    sum += " + 1";
  EXPECT_EQ(valueOf(sum), "no formula");
}

TEST(BlockFormula, StopsAtWhatHasNoValue) {
  for (const char *text :
       {"1 / 0", "mod(1, 0 - 1)", "9223372036854775807 + 1",
        "9223372036854775807 * 2", "-9223372036854775807 - 2",
        "any(key / (key - 7) == 0)"})
    EXPECT_EQ(valueOf(text), "no value") << text;
}

TEST(Blocks, AreDrawn) {
  std::string limit = "min(keys, block * 2 + 2)";
  std::string text = blocksOf(
      mapNote(R"(, "to": ")" + limit + R"(", "visited": "tile * 2 < )" + limit +
              R"(", "full": "tile * 2 + 2 <= block * 2")"));
  EXPECT_NE(text.find("5 queries in blocks of 2, 10 keys in tiles of 2"),
            std::string::npos);
  EXPECT_NE(text.find("         0  +....\n"
                      "         2  #+...\n"
                      "         4  ##+..\n"
                      "  tiles: 9 skipped, 3 border, 3 full\n"
                      "  pairs: 18 computed of 50, 36.0 %\n"),
            std::string::npos)
      << text;
}

TEST(Blocks, KeepToLiveGroups) {
  // Of 10 keys in tiles of 4 those from 3 to 6, two by two; the data say more.
  std::string text = blocksOf(
      R"note({"query_block": 3, "tile_keys": 4, "queries": "seq",
              "keys": "2 * seq", "group_keys": 2, "full": "false",
              "live": "any(key == 3) | any(key == 6)",
              "by_data": ["input0[key] != 0"]})note");
  EXPECT_NE(text.find("         0  ??.\n"
                      "         3  ??.\n"
                      "  tiles: 2 skipped, 0 border, 0 full, 4 by data\n"
                      "  pairs: at most 20 computed of 50, 40.0 %\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("by data, of a tile, the groups of 2 keys from the first "
                      "to the last with input0[key] != 0"),
            std::string::npos);
}

TEST(Blocks, SayWhatIsWrongWithANote) {
  EXPECT_EQ(blocksOf("", /*isAttention=*/false),
            "no kernel is an attention: there are no blocks to show");
  EXPECT_NE(blocksOf("").find("was compiled without a map of its blocks"),
            std::string::npos);
  for (const std::string &note :
       {std::string("{}"), mapNote(R"(, "full": 3)"),
        mapNote(R"(, "full": "blok")"), mapNote(R"(, "live": "true")"),
        mapNote(R"(, "live": "any(", "group_keys": 8)"),
        mapNote(R"(, "query_block": 0)"), mapNote(R"(, "keys": "0 - seq")"),
        mapNote(R"(, "tile_keys": 99999999999)")})
    EXPECT_NE(blocksOf(note).find("has a map of blocks that cannot be read"),
              std::string::npos)
        << note;
  EXPECT_NE(blocksOf("[1").find("without a map"), std::string::npos);
  EXPECT_NE(blocksOf(mapNote(R"(, "full": "1 / block")"))
                .find("has a map of blocks without a value"),
            std::string::npos);
  EXPECT_NE(blocksOf(mapNote(R"(, "keys": "1000000 * seq")"))
                .find("has too many blocks to draw: 3 x 2500000"),
            std::string::npos);
}
