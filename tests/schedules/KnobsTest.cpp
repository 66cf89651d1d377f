// Defaults are legal on every target; each broken constraint is said in words.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/KnobSpace.h"
#include "schedules/cpu/Attention.h"
#include "schedules/cpu/AttentionDecode.h"
#include "schedules/cpu/AttentionNarrow.h"
#include "schedules/cpu/Gemm.h"
#include "schedules/cpu/GemmNarrow.h"
#include "schedules/cpu/Gemv.h"
#include "schedules/cpu/Matmul.h"
#include "schedules/cpu/Rows.h"
#include <gtest/gtest.h>

using namespace heddle::schedule;

TEST(GemmKnobs, DefaultsAreLegalForEveryPanelAndTarget) {
  for (const CpuTarget &target : cpuTargets())
    for (int64_t panel : {16, 32, 48, 64})
      EXPECT_EQ(checkGemmKnobs(defaultGemmKnobs(panel, target), target), "")
          << target.name << ", panel " << panel;
}

TEST(NarrowGemmKnobs, DefaultsAreLegalForEveryPanelAndTarget) {
  for (const CpuTarget &target : cpuTargets())
    for (const char *narrow : {"bf16", "int8"})
      for (int64_t panel : {16, 32, 48, 64}) {
        SCOPED_TRACE(target.name + ", panel " + std::to_string(panel));
        GemmKnobs knobs = defaultNarrowGemmKnobs(panel, narrow, target);
        EXPECT_EQ(checkNarrowGemmKnobs(knobs, target), "");
        GemvKnobs few = defaultNarrowGemvKnobs(panel, narrow, target);
        EXPECT_EQ(checkGemvKnobs(few, 7, target), "");
      }
}

TEST(CpuTargets, BasesComeNearestFirst) {
  const std::vector<CpuTarget> &targets = cpuTargets();
  EXPECT_EQ(basesOf(targets[0]),
            (std::vector<std::string>{"avx512_vnni", "avx512"}));
  EXPECT_TRUE(basesOf(targets.back()).empty());
}

TEST(NarrowGemmKnobs, BlocksAreWholeTiles) {
  EXPECT_EQ(checkNarrowGemmKnobs({48, 8, 48, 60}, cpuTargets()[1]),
            "the block's rows must be whole tiles");
}

TEST(NarrowGemmKnobs, NamesTheBrokenConstraintOfTiles) {
  const CpuTarget &tiles = cpuTargets()[0];
  ASSERT_TRUE(tiles.hasTiles);
  EXPECT_EQ(checkNarrowGemmKnobs({48, 8, 48, 64}, tiles),
            "rows and columns must be whole tiles of 16");
  EXPECT_EQ(checkNarrowGemmKnobs({48, 16, 32, 64}, tiles),
            "the tile's columns must divide the panel");
  EXPECT_EQ(checkNarrowGemmKnobs({48, 32, 48, 48}, tiles),
            "a block must be whole tiles");
  EXPECT_EQ(checkNarrowGemmKnobs({48, 16, 16, 48}, tiles), "");
}

TEST(NarrowGemmKnobs, PanelsOfBf16AreTwoTilesWhereTheyDivide) {
  EXPECT_EQ(narrowGemmPanel(384, "bf16"), 32);
  EXPECT_EQ(narrowGemmPanel(384, "int8"), 48);
  EXPECT_EQ(narrowGemmPanel(144, "bf16"), 48);
  EXPECT_EQ(narrowGemmPanel(100, "bf16"), 16);
}

TEST(NarrowGemmKnobs, BlocksOfTilesAreAsLargeAsStaysNear) {
  auto rows = [](const std::string &narrow, int64_t depth, int64_t panels) {
    KernelView view;
    view.narrow = narrow;
    view.funcs = {
        {"acc", Role::Accumulator, {"n", "nb", "m"}, {48, panels, {}}, {}},
        {"narrow", Role::Narrow, {"k", "m"}, {depth, {}}, {}}};
    return tileBlockRows(view);
  };
  EXPECT_EQ(rows("bf16", 512, 8), 128);
  EXPECT_EQ(rows("bf16", 768, 64), 512);
  EXPECT_EQ(rows("bf16", 1536, 8), 256);
  EXPECT_EQ(rows("bf16", 8192, 8), 128);
  EXPECT_EQ(rows("int8", 768, 64), 128);
}

TEST(NarrowGemmKnobs, BlocksOfTilesLeaveRoomForFinishedRows) {
  KernelView view;
  view.narrow = "bf16";
  view.funcs = {{"acc", Role::Accumulator, {"n", "nb", "m"}, {64, 48, {}}, {}},
                {"narrow", Role::Narrow, {"k", "m"}, {768, {}}, {}},
                {"row", Role::Row, {"n", "nb", "m"}, {64, 48, {}}, {}}};
  EXPECT_EQ(tileBlockRows(view), 128);
}

TEST(CpuTargets, TilesServeManyRowsOfWholeTiles) {
  const CpuTarget &tiles = cpuTargets()[0];
  auto view = [](Family family, const std::string &narrow, int64_t depth) {
    KernelView view;
    view.family = family;
    view.narrow = narrow;
    view.funcs = {
        {"narrow", Role::Narrow, {"k", "m"}, {depth, std::nullopt}, {}}};
    return view;
  };
  EXPECT_TRUE(gainsFrom(view(Family::Gemm, "bf16", 96), tiles));
  EXPECT_FALSE(gainsFrom(view(Family::Gemm, "bf16", 80), tiles));
  EXPECT_TRUE(gainsFrom(view(Family::Gemm, "int8", 128), tiles));
  EXPECT_FALSE(gainsFrom(view(Family::Gemm, "int8", 96), tiles));
  EXPECT_FALSE(gainsFrom(view(Family::Gemv, "bf16", 96), tiles));
  EXPECT_FALSE(gainsFrom(view(Family::Gemm, "", 96), tiles));
  EXPECT_TRUE(gainsFrom(view(Family::Gemv, "bf16", 80), cpuTargets()[1]));
}

TEST(GemmKnobs, PanelDividesTheColumnsWhereOneCan) {
  EXPECT_EQ(gemmPanel(384), 48);
  EXPECT_EQ(gemmPanel(512), 64);
  EXPECT_EQ(gemmPanel(32), 32);
  EXPECT_EQ(gemmPanel(80), 16);
  EXPECT_EQ(gemmPanel(100), 16);
  EXPECT_EQ(gemmPanel(1), 16);
}

TEST(GemmKnobs, PanelIsATileOfNarrowVectors) {
  const CpuTarget &avx2 = cpuTargets().back();
  ASSERT_EQ(avx2.lanes, 8);
  for (int64_t columns : {384, 512, 80, 100}) {
    int64_t panel = gemmPanel(columns, avx2.lanes);
    EXPECT_EQ(panel, columns == 384 ? 24 : 16);
    EXPECT_EQ(defaultGemmKnobs(panel, avx2).tileColumns, panel);
  }
}

TEST(GemmKnobs, NamesTheBrokenConstraint) {
  const CpuTarget &wide = cpuTargets()[1];
  EXPECT_EQ(checkGemmKnobs({48, 8, 32, 64}, wide),
            "the tile's columns must divide the panel");
  EXPECT_EQ(checkGemmKnobs({48, 8, 24, 64}, wide),
            "the tile's columns must be whole vectors");
  EXPECT_EQ(checkGemmKnobs({48, 16, 48, 64}, wide),
            "the tile needs more registers than the target has");
  EXPECT_EQ(checkGemmKnobs({48, 8, 48, 60}, wide),
            "the block's rows must be whole tiles");
  EXPECT_EQ(checkGemmKnobs({48, 8, 48, 60}, wide, /*finishesRows=*/false), "");
}

TEST(KnobSpace, IsAFamilysKnobsWithoutItsType) {
  const CpuTarget &wide = cpuTargets()[1];
  KnobSpace space = enumerable<GemmKnobs>(
      gemmKnobSpace(), defaultGemmKnobs(48, wide),
      [&](const GemmKnobs &knobs) { return checkGemmKnobs(knobs, wide); });
  ASSERT_EQ(space.knobs.size(), 4u);
  EXPECT_EQ(space.knobs[0].name, "tile_rows");
  EXPECT_EQ(space.knobs[0].unit, "rows of a register tile");
  EXPECT_EQ(space.knobs[0].values.size(), 14u);
  EXPECT_EQ(space.knobs[0].initial, 8);
  EXPECT_EQ(space.check({8, 48, 64, 1}), "");
  EXPECT_EQ(space.check({12, 48, 120, 0}),
            "the tile needs more registers than the target has");
}

TEST(KnobSpace, SaysWhatIsWrongWithAPoint) {
  const CpuTarget &wide = cpuTargets()[1];
  KnobSpace space = enumerable<GemmKnobs>(
      gemmKnobSpace(), defaultGemmKnobs(48, wide),
      [&](const GemmKnobs &knobs) { return checkGemmKnobs(knobs, wide); });
  EXPECT_EQ(problemOf(space, {}), "");
  EXPECT_EQ(problemOf(space, {{"tile_rows", 4}}), "");
  EXPECT_EQ(problemOf(space, {{"tile_rows", 5}}),
            "the block's rows must be whole tiles");
  EXPECT_EQ(problemOf(space, {{"tile_columns", 7}}),
            "knob 'tile_columns' is 7, expected one of 8, 16, 24, 32, 48, 64");
  EXPECT_EQ(problemOf(space, {{"tile_rows", 4}, {"rows", 4}}),
            "there is no knob 'rows', expected one of tile_rows, "
            "tile_columns, block_rows, stream_lines");
}

TEST(MatmulKnobs, DefaultsAreLegalAndFitTheColumns) {
  for (const CpuTarget &target : cpuTargets()) {
    for (int64_t columns : {1, 16, 17, 32, 33, 48, 64, 97, 4096})
      EXPECT_EQ(checkMatmulKnobs(defaultMatmulKnobs(columns, target), target),
                "");
    EXPECT_EQ(
        checkMatmulKnobs(defaultMatmulKnobs(std::nullopt, target), target), "");
    EXPECT_EQ(defaultMatmulKnobs(7, target).tileColumns, 16);
  }
  EXPECT_EQ(checkMatmulKnobs({12, 48}, cpuTargets()[0]),
            "the tile needs more registers than the target has");
}

TEST(AttentionKnobs, DefaultsAreLegalForEveryHeadAndTarget) {
  for (const CpuTarget &target : cpuTargets())
    for (int64_t width : {1, 4, 20, 8, 16, 32, 64, 80, 96, 128, 256})
      for (int64_t length : {1, 16, 17, 512, 32768}) {
        AttentionShape shape = defaultAttentionShape(width, length, length);
        EXPECT_EQ(checkAttentionKnobs(defaultAttentionKnobs(shape, target),
                                      shape, target),
                  "")
            << target.name << ", width " << width;
      }
}

TEST(NarrowAttentionKnobs, DefaultsAreLegalForEveryHeadAndTarget) {
  for (const CpuTarget &target : cpuTargets())
    for (int64_t width : {16, 32, 48, 64, 80, 96, 112, 128, 256})
      for (int64_t length : {17, 512, 32768}) {
        AttentionShape shape = narrowAttentionShape(width, length);
        EXPECT_EQ(shape.chunk % narrowGroup, 0);
        AttentionKnobs knobs = defaultNarrowAttentionKnobs(shape, target);
        EXPECT_EQ(checkNarrowAttentionKnobs(knobs, shape, target), "")
            << target.name << ", width " << width;
      }
  EXPECT_GT(narrowAttentionShape(256, 65536).chunk, 512);
}

TEST(NarrowAttentionKnobs, SaysWhichConstraintIsBroken) {
  const CpuTarget &tiles = cpuTargets().front(), &avx2 = cpuTargets().back();
  AttentionShape shape = narrowAttentionShape(64, 512);
  EXPECT_EQ(checkNarrowAttentionKnobs({32, 64, 32, 64}, shape, tiles),
            "the tiles' queries must divide the query block");
  EXPECT_EQ(checkNarrowAttentionKnobs({32, 32, 32, 48}, shape, tiles),
            "the value tile's columns must divide the value head");
  EXPECT_EQ(checkNarrowAttentionKnobs({32, 32, 32, 8}, shape, tiles),
            "the value tile must be whole panels");
  EXPECT_EQ(checkNarrowAttentionKnobs({32, 8, 32, 64}, shape, tiles),
            "queries must be whole tiles of 16");
  EXPECT_EQ(checkNarrowAttentionKnobs({16, 8, 4, 16}, shape, avx2),
            "a tile needs more registers than the target has");
}

TEST(AttentionKnobs, ChunksGrowWithTheLength) {
  EXPECT_EQ(defaultAttentionShape(64, 512, 0).chunk, 384);
  EXPECT_GT(defaultAttentionShape(128, 65536, 0).chunk, 256);
}

TEST(AttentionKnobs, ShortQueriesHaveAShortBlock) {
  EXPECT_EQ(defaultAttentionShape(64, 512, 16).queryBlock, 16);
  EXPECT_EQ(defaultAttentionShape(64, 512, 0).queryBlock, 48);
  EXPECT_EQ(defaultAttentionShape(32, 512, 0).queryBlock, 32);
  EXPECT_EQ(defaultAttentionShape(64, 512, 64).queryBlock, 32);
}

TEST(AttentionKnobs, WindowsTakeKeysOneByOne) {
  AttentionShape shape = defaultAttentionShape(64, 2048, 0);
  EXPECT_EQ(defaultAttentionKnobs(shape, cpuTargets()[0]).valueKeys, 4);
  shape.isWindow = true;
  EXPECT_EQ(defaultAttentionKnobs(shape, cpuTargets()[0]).valueKeys, 1);
}

TEST(AttentionKnobs, NamesTheBrokenConstraint) {
  const CpuTarget &wide = cpuTargets()[1];
  AttentionShape shape{48, 384, 64};
  EXPECT_EQ(checkAttentionKnobs({8, 32, 12, 32}, shape, wide),
            "the tiles' queries must divide the query block");
  EXPECT_EQ(checkAttentionKnobs({8, 48, 12, 48}, shape, wide),
            "the value tile's columns must divide the value head");
  EXPECT_EQ(checkAttentionKnobs({8, 24, 12, 32}, shape, wide),
            "the tiles must be whole vectors");
  EXPECT_EQ(checkAttentionKnobs({16, 48, 12, 32}, shape, wide),
            "a tile needs more registers than the target has");
}

TEST(GemvKnobs, DefaultsAreLegalForEveryPanelAndTarget) {
  for (const CpuTarget &target : cpuTargets())
    for (int64_t panel : {16, 32, 48, 64})
      EXPECT_EQ(checkGemvKnobs(defaultGemvKnobs(panel, target), 1, target), "")
          << target.name << ", panel " << panel;
}

TEST(GemvKnobs, NamesTheBrokenConstraint) {
  const CpuTarget &wide = cpuTargets()[1];
  EXPECT_EQ(checkGemvKnobs({48, 1, 48, 4}, 6, wide),
            "the tile's panels must divide the weight's");
  EXPECT_EQ(checkGemvKnobs({48, 1, 16, 2}, 6, wide),
            "a tile of several panels must take them whole");
  EXPECT_EQ(checkGemvKnobs({48, 4, 48, 4}, 8, wide),
            "the tile needs more registers than the target has");
}

TEST(RowsKnobs, DefaultsAreLegalForEveryFamilyAndRow) {
  for (const CpuTarget &target : cpuTargets())
    for (Family family : {Family::Norm, Family::Softmax, Family::Reduction,
                          Family::Gather, Family::Elementwise})
      for (std::optional<int64_t> extent :
           {std::optional<int64_t>(), std::optional<int64_t>(1),
            std::optional<int64_t>(37), std::optional<int64_t>(384)})
        EXPECT_EQ(checkRowsKnobs(defaultRowsKnobs(family, extent, target),
                                 extent, target),
                  "")
            << target.name << ", " << name(family);
}

TEST(RowsKnobs, NamesTheBrokenConstraint) {
  EXPECT_EQ(checkRowsKnobs({1, 8}, 96, cpuTargets()[0]),
            "the vectors of a step must divide a row of constant extent");
  EXPECT_EQ(checkRowsKnobs({1, 2}, std::nullopt, cpuTargets()[0]),
            "the vectors of a step must divide a row of constant extent");
}

TEST(Knobs, SetsWhatIsInTheSpaceOnly) {
  RowsKnobs knobs;
  EXPECT_EQ(setKnob(knobs, rowsKnobSpace(), "task_rows", 8), "");
  EXPECT_EQ(knobs.taskRows, 8);
  EXPECT_EQ(setKnob(knobs, rowsKnobSpace(), "vectors", 3),
            "knob 'vectors' is 3, expected one of 1, 2, 4, 8");
  EXPECT_EQ(knobs.vectors, 1);
  EXPECT_EQ(setKnob(knobs, rowsKnobSpace(), "rows", 1),
            "there is no knob 'rows', expected one of task_rows, vectors");
}

TEST(DecodeKnobs, DefaultsAreLegalForEveryGroupHeadAndTarget) {
  for (const CpuTarget &target : cpuTargets())
    for (int64_t group : {1, 2, 3, 4, 7, 8, 9, 11, 16, 71})
      for (int64_t dim : {16, 32, 48, 64, 80, 96, 112, 128, 256}) {
        SCOPED_TRACE(target.name + ", group " + std::to_string(group) +
                     ", head " + std::to_string(dim));
        DecodeShape shape = defaultDecodeShape(group, dim, dim);
        EXPECT_LE(shape.heads, decodeHeads);
        for (int64_t bytes : {2, 4}) {
          shape.keyBytes = shape.valueBytes = bytes;
          EXPECT_EQ(checkDecodeKnobs(defaultDecodeKnobs(shape, target), shape,
                                     target),
                    "");
        }
      }
}

TEST(DecodeKnobs, NamesTheBrokenConstraint) {
  const CpuTarget &wide = cpuTargets()[1];
  DecodeShape shape = defaultDecodeShape(6, 64, 64);
  EXPECT_EQ(checkDecodeKnobs({1, 4, 64, 0}, shape, wide),
            "the value tile's heads must divide the heads of a tile");
  EXPECT_EQ(checkDecodeKnobs({1, 3, 48, 0}, shape, wide),
            "the value tile's columns must divide the value head");
  EXPECT_EQ(checkDecodeKnobs({1, 3, 8, 0}, shape, wide),
            "the tiles must be whole vectors");
  EXPECT_EQ(checkDecodeKnobs({1, 3, 64, 0}, shape, cpuTargets().back()),
            "a tile needs more registers than the target has");
  EXPECT_EQ(checkDecodeKnobs({1, 3, 16, 0}, shape, wide), "");
  shape.valueBytes = 2;
  EXPECT_EQ(checkDecodeKnobs({1, 3, 16, 0}, shape, wide),
            "the tiles must hold whole words of bf16 values, 32 columns");
}

TEST(DecodeKnobs, TilesTakeEqualPartsOfAGroup) {
  EXPECT_EQ(defaultDecodeShape(3, 64, 64).heads, 3);
  EXPECT_EQ(defaultDecodeShape(12, 64, 64).heads, 6);
  EXPECT_EQ(defaultDecodeShape(11, 64, 64).heads, 6);
  EXPECT_FALSE(hasDecode(64, 72));
  EXPECT_TRUE(hasDecode(80, 96));
}

TEST(Family, NamesReadBack) {
  for (Family family : {Family::Gemm, Family::Gemv, Family::Attention,
                        Family::Decode, Family::Norm, Family::Softmax,
                        Family::Reduction, Family::Gather, Family::Elementwise})
    EXPECT_EQ(familyOf(name(family)), family);
}
