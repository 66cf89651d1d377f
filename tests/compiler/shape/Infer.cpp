// Shape rules: each result, and each mismatch with its words and operands.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/shape/Cases.h"

#include <gtest/gtest.h>

using namespace heddle::shape;

namespace {

TEST(InferBroadcast, AlignsAtTheLastAxis) {
  EXPECT_EQ(text(broadcast({batch, seq, 384}, {seq, 384})),
            "[batch, seq, 384]");
  EXPECT_EQ(text(broadcast({}, {batch, 1})), "[batch, 1]");
  EXPECT_EQ(text(broadcast({batch, 1, 384}, {seq, 1})), "[batch, seq, 384]");
}

TEST(InferBroadcast, NamesTheExtentsThatDiffer) {
  EXPECT_EQ(text(broadcast({batch, seq, 384}, {batch, 384})),
            "shapes [batch, seq, 384] and [batch, 384] do not broadcast: seq "
            "against batch (0, 1)");
}

TEST(InferLinear, ReadsBothLayouts) {
  Shape bias = {1536};
  EXPECT_EQ(text(linear({batch, seq, 384}, {1536, 384}, &bias, Layout::OutIn)),
            "[batch, seq, 1536]");
  EXPECT_EQ(text(linear({384}, {384, 1536}, nullptr, Layout::InOut)), "[1536]");
}

TEST(InferLinear, NamesWhatDoesNotFit) {
  Shape bias = {384};
  EXPECT_EQ(text(linear({}, {1, 1}, nullptr, Layout::OutIn)),
            "x must be [..., in], found [] (0, -1)");
  EXPECT_EQ(text(linear({384}, {384}, nullptr, Layout::OutIn)),
            "the weight must be [out, in], found [384] (1, -1)");
  EXPECT_EQ(text(linear({batch, 384}, {384, 1536}, nullptr, Layout::OutIn)),
            "x [batch, 384] has 384 features, the weight [384, 1536], read as "
            "[out, in], takes 1536 (0, 1)");
  EXPECT_EQ(text(linear({batch, 384}, {1536, 384}, &bias, Layout::OutIn)),
            "the bias must be [1536] for the weight [1536, 384], found [384] "
            "(2, 1)");
}

TEST(InferTables, GiveRows) {
  EXPECT_EQ(text(embed({batch, seq}, {30522, 384})), "[batch, seq, 384]");
  EXPECT_EQ(text(positions(seq, {512, 384}, ranges)), "[seq, 384]");
  EXPECT_EQ(text(row({2, 384}, 1)), "[384]");
}

TEST(InferTables, NameWhatIsMissing) {
  EXPECT_EQ(text(embed({batch}, {384})),
            "the table must be [rows, width], found [384] (1, -1)");
  EXPECT_EQ(text(positions(seq, {384}, ranges)),
            "the table must be [rows, width], found [384] (0, -1)");
  EXPECT_EQ(text(positions(seq, {256, 384}, ranges)),
            "the table [256, 384] has 256 rows, too few for the length seq, "
            "which may be 512 (0, -1)");
  EXPECT_EQ(text(positions(300, {256, 384}, ranges)),
            "the table [256, 384] has 256 rows, too few for the length 300 "
            "(0, -1)");
  EXPECT_EQ(text(row({2, 384}, 2)),
            "row 2 is not in the table [2, 384] of 2 rows (0, -1)");
  EXPECT_EQ(text(row({384}, 0)),
            "the table must be [rows, width], found [384] (0, -1)");
}

TEST(InferLayerNorm, ChecksWeightAndBias) {
  Shape short_ = {128};
  EXPECT_EQ(text(layerNorm({batch, 384}, {384}, nullptr)), "[batch, 384]");
  EXPECT_EQ(text(layerNorm({batch, 384}, {128}, nullptr)),
            "the weight must be [384] for x [batch, 384], found [128] (1, 0)");
  EXPECT_EQ(text(layerNorm({batch, 384}, {384}, &short_)),
            "the bias must be [384] for x [batch, 384], found [128] (2, 0)");
  EXPECT_EQ(text(layerNorm({}, {384}, nullptr)),
            "x must be [..., features], found [] (0, -1)");
}

TEST(InferHeads, SplitAndMerge) {
  EXPECT_EQ(text(splitHeads({batch, seq, 384}, 12)), "[batch, 12, seq, 32]");
  EXPECT_EQ(text(mergeHeads({batch, 12, seq, 32})), "[batch, seq, 384]");
}

TEST(InferHeads, RejectWhatDoesNotDivide) {
  EXPECT_EQ(text(splitHeads({batch, seq, 384}, 7)),
            "the 384 features of x [batch, seq, 384] do not divide into 7 "
            "heads (0, -1)");
  EXPECT_EQ(text(splitHeads({batch, seq, 384}, 0)),
            "the 384 features of x [batch, seq, 384] do not divide into 0 "
            "heads (0, -1)");
  EXPECT_EQ(text(splitHeads({seq, 384}, 12)),
            "x must be [batch, length, features], found [seq, 384] (0, -1)");
  EXPECT_EQ(text(mergeHeads({seq, 384})),
            "x must be [batch, heads, length, width], found [seq, 384] "
            "(0, -1)");
  EXPECT_EQ(text(mergeHeads({1, int64_t(1) << 40, 1, int64_t(1) << 40})),
            "the heads of x [1, 1099511627776, 1, 1099511627776] merge into "
            "more features than 64 bits count (0, -1)");
}

TEST(InferAttention, AllowsGroupedHeadsAndOtherWidths) {
  EXPECT_EQ(text(attention({batch, 9, seq, 64}, {batch, 3, 77, 64},
                           {batch, 3, 77, 32})),
            "[batch, 9, seq, 32]");
}

TEST(InferAttention, NamesWhatDiffers) {
  Shape q = {batch, 8, seq, 64}, kv = {batch, 8, seq, 64};
  EXPECT_EQ(text(attention({seq, 64}, kv, kv)),
            "q must be [batch, heads, length, width], found [seq, 64] "
            "(0, -1)");
  EXPECT_EQ(text(attention(q, {1, 8, seq, 64}, kv)),
            "batches of q and k differ: batch against 1 in [batch, 8, seq, 64] "
            "and [1, 8, seq, 64] (0, 1)");
  EXPECT_EQ(text(attention(q, kv, {1, 8, seq, 64})),
            "batches of k and v differ: batch against 1 in [batch, 8, seq, 64] "
            "and [1, 8, seq, 64] (1, 2)");
  EXPECT_EQ(text(attention(q, {batch, 8, seq, 32}, kv)),
            "widths of q and k differ: 64 against 32 in [batch, 8, seq, 64] "
            "and [batch, 8, seq, 32] (0, 1)");
  EXPECT_EQ(text(attention(q, {batch, 4, seq, 64}, kv)),
            "heads of k and v differ: 4 against 8 in [batch, 4, seq, 64] and "
            "[batch, 8, seq, 64] (1, 2)");
  EXPECT_EQ(text(attention(q, {batch, 8, 7, 64}, kv)),
            "lengths of k and v differ: 7 against seq in [batch, 8, 7, 64] and "
            "[batch, 8, seq, 64] (1, 2)");
  EXPECT_EQ(text(attention({batch, 6, seq, 64}, {batch, 4, seq, 64},
                           {batch, 4, seq, 64})),
            "query heads are no multiple of key heads: 6 against 4 in [batch, "
            "6, seq, 64] and [batch, 4, seq, 64] (0, 1)");
}

TEST(InferAttention, ScoresRunOverQueriesAndKeys) {
  EXPECT_EQ(str(scoreExtents({batch, 9, seq, 64}, {batch, 3, 77, 64})),
            "[batch, 9, seq, 77]");
}

TEST(InferAlong, KeepsTheShape) {
  EXPECT_EQ(text(alongAxis({batch, seq}, 1)), "[batch, seq]");
  EXPECT_EQ(text(alongAxis({batch, seq}, -1)),
            "axis -1 is not in x [batch, seq] (0, -1)");
  EXPECT_EQ(text(alongLastAxis({batch, seq})), "[batch, seq]");
  EXPECT_EQ(text(alongLastAxis({})),
            "x must be [..., width], found [] (0, -1)");
}

TEST(InferReduce, RemovesAnAxis) {
  EXPECT_EQ(text(reduce({batch, seq, 384}, 1)), "[batch, 384]");
  EXPECT_EQ(text(reduce({batch}, 1)), "axis 1 is not in x [batch] (0, -1)");
  EXPECT_EQ(text(reduceWhere({batch, seq, 384}, 1, {batch, seq})),
            "[batch, 384]");
  EXPECT_EQ(text(reduceWhere({batch, seq, 384}, 3, {batch, seq})),
            "axis 3 is not in x [batch, seq, 384] (0, -1)");
  EXPECT_EQ(text(reduceWhere({batch, seq, 384}, 1, {seq})),
            "the mask must be [batch, seq], or have more axes of x, for axis 1 "
            "of x [batch, seq, 384], found [seq] (1, 0)");
  EXPECT_EQ(text(reduceWhere({batch, seq, 384}, 2, {batch, seq})),
            "the mask must be [batch, seq, 384] for axis 2 of x [batch, seq, "
            "384], found [batch, seq] (1, 0)");
}

TEST(InferReduce, MayKeepTheAxisAndHaveALongerMask) {
  EXPECT_EQ(text(reduce({batch, seq, 384}, 1, true)), "[batch, 1, 384]");
  EXPECT_EQ(text(reduceWhere({batch, seq, 384}, 0, {batch, seq})),
            "[seq, 384]");
  EXPECT_EQ(text(reduceWhere({batch, seq, 384}, 0, {batch, seq, 384}, true)),
            "[1, seq, 384]");
}

TEST(InferTopK, StaysWithinTheAxis) {
  std::vector<DimRange> ranges = {{"batch", 1, 8}, {"seq", 3, 8}};
  EXPECT_EQ(text(topK({batch, seq}, 3, &ranges)), "[batch, 3]");
  EXPECT_EQ(text(topK({batch, seq}, 9, nullptr)), "[batch, 9]");
  EXPECT_EQ(text(topK({batch, 5}, 6, nullptr)),
            "k is 6, not in 1 to the length 5 of x [batch, 5] (0, -1)");
  EXPECT_EQ(text(topK({batch, seq}, 4, &ranges)),
            "k is 4, not in 1 to the length seq of x [batch, seq] for every "
            "dim (0, -1)");
  EXPECT_EQ(text(topK({batch, seq}, 0, nullptr)),
            "k is 0, not in 1 to the length seq of x [batch, seq] for every "
            "dim (0, -1)");
  EXPECT_EQ(text(topK({}, 1, nullptr)),
            "x must be [..., length], found [] (0, -1)");
}

TEST(InferTake, TakesTheOtherAxesFromX) {
  EXPECT_EQ(text(take({batch, seq}, {batch, 4})), "[batch, 4]");
  EXPECT_EQ(text(take({batch, seq}, {seq, 4})),
            "the indices must be the axes of x [batch, seq] with any last one, "
            "found [seq, 4] (1, 0)");
  EXPECT_EQ(text(take({}, {})), "x must be [..., length], found [] (0, -1)");
}

} // namespace
