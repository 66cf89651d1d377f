// Attention and its masks: the region they become, and what does not fit.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/dsl/Support.h"

using namespace heddle::dsl;

namespace {

const std::string inputs =
    "dim batch in 1..4, seq in 1..8 input q: f32[batch, 6, seq, 16], "
    "k: f32[batch, 3, seq, 16], long: f32[batch, 3, 77, 16], "
    "mask: i32[batch, seq], keep: bool[batch, 77], f: f32[batch, seq]\n";

/// The attributes of the attention that a call becomes, or the report.
std::string attention(const std::string &arguments) {
  std::string program = programOf("model M { " + inputs +
                                  "output z = attention(" + arguments + ")\n}");
  size_t begin = program.find("scale=");
  return begin == std::string::npos
             ? program
             : program.substr(begin, program.find(" : ", begin) - begin);
}

TEST(Attention, ScalesByTheWidth) {
  EXPECT_EQ(attention("q, k, k"), "scale=0.25");
  EXPECT_EQ(attention("q, long, long, scale = 2"), "scale=2");
  EXPECT_EQ(attention("q, k, k, mask = none"), "scale=0.25");
}

TEST(Masks, BecomeConditions) {
  EXPECT_EQ(attention("q, k, k, mask = causal"), "scale=0.25 where (k <= q)");
  EXPECT_EQ(attention("q, k, k, mask = padding(mask)"),
            "scale=0.25 where (%3[b, k] != 0)");
  EXPECT_EQ(attention("q, long, long, mask = padding(keep)"),
            "scale=0.25 where %4[b, k]");
  EXPECT_EQ(attention("q, k, k, mask = window(4)"),
            "scale=0.25 where ((q < (k + 4)) & (k < (q + 4)))");
  EXPECT_EQ(attention("q, k, k, mask = prefix(3)"), "scale=0.25 where (k < 3)");
}

TEST(Masks, Combine) {
  EXPECT_EQ(attention("q, k, k, mask = causal & !padding(mask) | prefix(2)"),
            "scale=0.25 where (((k <= q) & !(%3[b, k] != 0)) | (k < 2))");
}

/// The one error that a call reports, its place counted from line 2.
std::string faulty(const std::string &arguments) {
  return reportIn(inputs + "z = attention(" + arguments + ")");
}

TEST(AttentionErrors, NameTheShapes) {
  EXPECT_EQ(faulty("q, k, long"),
            "2:5: error: attention: lengths of k and v differ: seq against 77 "
            "in [batch, 3, seq, 16] and [batch, 3, 77, 16]\n"
            "1:75: note: f32[batch, 3, seq, 16] comes from here\n"
            "1:102: note: f32[batch, 3, 77, 16] comes from here\n");
  EXPECT_EQ(faulty("q, k, k, mask = f"),
            "2:31: error: 'mask' of 'attention' must be a mask or none, found "
            "a tensor f32[batch, seq]\n");
  EXPECT_EQ(faulty("q, k, k, scale = none"),
            "2:32: error: 'scale' of 'attention' must be a number, found "
            "none\n");
  EXPECT_EQ(faulty("q, k, k, scale = 1e39"),
            "2:32: error: the scale is out of the range of f32\n");
  EXPECT_EQ(reportIn("dim d in 1..8 input q: f32[1, 2, 3, d]\n"
                     "z = attention(q, q, q)"),
            "2:5: error: 'attention' needs a scale: the width of q [1, 2, 3, "
            "d] is not constant\n");
}

TEST(MaskErrors, NameTheMaskAndTheCall) {
  EXPECT_EQ(faulty("q, long, long, mask = causal"),
            "2:5: error: attention: causal needs as many queries as keys, "
            "found seq in q [batch, 6, seq, 16] and 77 in k [batch, 3, 77, "
            "16]\n"
            "2:37: note: the mask says so here\n");
  EXPECT_EQ(faulty("q, long, long, mask = prefix(2) & window(2)"),
            "2:5: error: attention: window needs as many queries as keys, "
            "found seq in q [batch, 6, seq, 16] and 77 in k [batch, 3, 77, "
            "16]\n"
            "2:49: note: the mask says so here\n");
  EXPECT_EQ(faulty("q, k, k, mask = padding(keep)"),
            "2:5: error: attention: the padding mask must be [batch, seq] for "
            "k [batch, 3, seq, 16], found [batch, 77]\n"
            "2:31: note: the mask says so here\n"
            "1:154: note: bool[batch, 77] comes from here\n");
  EXPECT_EQ(faulty("q, k, k, mask = padding(f)"),
            "2:39: error: 'mask' of 'padding' must be an i32 or bool tensor, "
            "found a tensor f32[batch, seq]\n");
  EXPECT_EQ(faulty("q, k, k, mask = window(0)"),
            "2:38: error: a window holds 1 to 2147483647 keys, found 0\n");
  EXPECT_EQ(faulty("q, k, k, mask = prefix(-1)"),
            "2:38: error: a prefix holds 0 to 2147483647 keys, found -1\n");
  EXPECT_EQ(faulty("q, k, k, mask = prefix(seq)"),
            "2:38: error: 'n' of 'prefix' must be an integer, found the dim "
            "seq\n");
  EXPECT_EQ(faulty("q, k, k, mask = causal & 1"),
            "2:38: error: '&' takes two masks or two truth values, found a "
            "mask and the integer 1\n");
}

} // namespace
