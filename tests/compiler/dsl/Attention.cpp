// Attention and its masks: the region they become, and what does not fit.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/dsl/Support.h"

using namespace heddle::dsl;

namespace {

const std::string inputs =
    "dim batch in 1..4, seq in 1..8 input q: f32[batch, 6, seq, 16], "
    "k: f32[batch, 3, seq, 16], long: f32[batch, 3, 77, 16], "
    "mask: i32[batch, seq], keep: bool[batch, 77], f: f32[batch, seq], "
    "lengths: i32[batch], pairs: bool[batch, 1, seq, seq], "
    "pairwise: f32[seq, seq], keep2: bool[batch, seq]\n";

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
            "scale=0.25 where (((q + -3) <= k) & (k <= (q + 3)))");
  EXPECT_EQ(attention("q, k, k, mask = prefix(3)"), "scale=0.25 where (k < 3)");
}

TEST(Masks, WindowsHaveSides) {
  EXPECT_EQ(attention("q, k, k, mask = window(left = 5)"),
            "scale=0.25 where ((q + -5) <= k)");
  EXPECT_EQ(attention("q, k, k, mask = window(right = 0)"),
            "scale=0.25 where (k <= q)");
  EXPECT_EQ(attention("q, k, k, mask = window(left = 2, right = 1)"),
            "scale=0.25 where (((q + -2) <= k) & (k <= (q + 1)))");
}

TEST(Masks, OffsetsPlaceQueriesAmongMoreKeys) {
  EXPECT_EQ(attention("q, long, long, mask = causal(offset = 70)"),
            "scale=0.25 where (k <= (q + 70))");
  EXPECT_EQ(attention("q, long, long, mask = window(2, offset = 4)"),
            "scale=0.25 where (((q + 3) <= k) & (k <= (q + 5)))");
}

TEST(Masks, ReadTensors) {
  EXPECT_EQ(attention("q, k, k, mask = documents(mask)"),
            "scale=0.25 where (%3[b, q] == %3[b, k])");
  EXPECT_EQ(attention("q, k, k, mask = prefix(lengths)"),
            "scale=0.25 where (k < %6[b])");
  EXPECT_EQ(attention("q, k, k, mask = dense(pairs)"),
            "scale=0.25 where %7[b, 0, q, k]");
}

TEST(Masks, AreLambdasToo) {
  EXPECT_EQ(attention("q, k, k, mask = (b, h, i, j) => j <= i & j != 3"),
            "scale=0.25 where ((k <= q) & !(k == 3))");
  EXPECT_EQ(attention("q, k, k, mask = causal & ((s, b, h, i, j) => s > 0.5)"),
            "scale=0.25 where ((k <= q) & (0.5 <. score))");
}

TEST(Scores, CapBiasAndLambdaFollowEachOther) {
  EXPECT_EQ(attention("q, k, k, softcap = 4"),
            "scale=0.25 score (tanh((score *. 0.25)) *. 4)");
  EXPECT_EQ(attention("q, k, k, bias = pairwise"),
            "scale=0.25 score (score +. %8[q, k])");
  EXPECT_EQ(attention("q, k, k, score = (s, b, h, q, k) => max(s, -1) * 2"),
            "scale=0.25 score (max.(score, -1) *. 2)");
  EXPECT_EQ(attention("q, k, k, bias = pairwise, "
                      "score = (s, b, h, q, k) => s / 2, mask = causal"),
            "scale=0.25 score ((score +. %8[q, k]) /. 2) where (k <= q)");
}

TEST(Scores, LambdasMixIndicesAndNumbers) {
  EXPECT_EQ(attention("q, k, k, score = (s, b, h, q, k) => "
                      "s - 0.5 * abs(q - k)"),
            "scale=0.25 score (score -. (0.5 *. abs(float((q - k)))))");
  EXPECT_EQ(attention("q, k, k, mask = (b, h, q, k) => "
                      "select(h < 2, mod(q, 4), k / 8) == min(q, k)"),
            "scale=0.25 where (select((h < 2), mod(q, 4), (k / 8)) == "
            "min(q, k))");
  EXPECT_EQ(attention("q, k, k, mask = (b, h, q, k) => "
                      "mask[b, max(q - 1, 0)] == 1 & keep2[b, k]"),
            "scale=0.25 where ((%3[b, max((q - 1), 0)] == 1) & %9[b, k])");
}

TEST(Scores, AlibiHasASlopeAHead) {
  // Six heads: four of 2^(-2 (h + 1)), then every other of eight.
  std::string text = attention("q, k, k, bias = alibi");
  EXPECT_NE(text.find("select((h < 4), exp((float((h + 1)) *. "
                      "-1.38629436)"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("*. abs(float((q - k)))"), std::string::npos) << text;
}

TEST(Scores, RelativeBiasReadsATable) {
  std::string text = attention(
      "q, k, k, bias = relative(@bias, rows = 8, width = 6, max_distance = 9)");
  // Four buckets a direction: distances 0 and 1, then 2.. and 5..8.
  EXPECT_NE(text.find("min(max((q - k), (k - q)), 2)"), std::string::npos)
      << text;
  EXPECT_NE(text.find("select((0 < (k - q)), 4, 0)"), std::string::npos)
      << text;
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
            "2:5: error: attention: causal needs as many queries as keys or "
            "an offset, found seq in q [batch, 6, seq, 16] and 77 in k [batch, "
            "3, 77, "
            "16]\n"
            "2:37: note: the mask says so here\n");
  EXPECT_EQ(faulty("q, long, long, mask = prefix(2) & window(2)"),
            "2:5: error: attention: window needs as many queries as keys or "
            "an offset, found seq in q [batch, 6, seq, 16] and 77 in k [batch, "
            "3, 77, "
            "16]\n"
            "2:49: note: the mask says so here\n");
  EXPECT_EQ(faulty("q, k, k, mask = padding(keep)"),
            "2:5: error: attention: the padding mask must be [batch, seq] for "
            "q [batch, 6, seq, 16] and k [batch, 3, seq, 16], found [batch, "
            "77]\n"
            "2:31: note: the mask says so here\n"
            "1:154: note: bool[batch, 77] comes from here\n");
  EXPECT_EQ(faulty("q, k, k, mask = padding(f)"),
            "2:39: error: 'mask' of 'padding' must be an i32 or bool tensor, "
            "found a tensor f32[batch, seq]\n");
  EXPECT_EQ(faulty("q, k, k, mask = window(0)"),
            "2:38: error: 'n' of 'window' is 1 to 1073741823, found 0\n");
  EXPECT_EQ(faulty("q, k, k, mask = prefix(-1)"),
            "2:38: error: 'n' of 'prefix' is 0 to 1073741823, found -1\n");
  EXPECT_EQ(faulty("q, k, k, mask = prefix(seq)"),
            "2:38: error: 'n' of 'prefix' must be an integer, found the dim "
            "seq\n");
  EXPECT_EQ(faulty("q, k, k, mask = causal & 1"),
            "2:38: error: '&' takes two masks, two bool tensors or two "
            "truth values, found a mask and the integer 1\n");
}

TEST(MaskErrors, WindowsTakeOneFormOfSides) {
  const char *form =
      "2:31: error: 'window' takes n, or left and right or one of them\n";
  EXPECT_EQ(faulty("q, k, k, mask = window()"), form);
  EXPECT_EQ(faulty("q, k, k, mask = window(3, left = 2)"), form);
  EXPECT_EQ(faulty("q, k, k, mask = window(left = -1)"),
            "2:45: error: 'left' of 'window' is 0 to 1073741823, found -1\n");
  EXPECT_EQ(faulty("q, k, k, mask = causal(offset = none)"),
            "2:47: error: 'offset' of 'causal' must be an integer, found "
            "none\n");
}

TEST(MaskErrors, TensorsMustFitTheScores) {
  EXPECT_EQ(faulty("q, long, long, mask = dense(pairs)"),
            "2:5: error: attention: the dense mask bool[batch, 1, seq, seq] "
            "does not broadcast over the scores [batch, 6, seq, 77]\n"
            "2:37: note: it is given here\n"
            "1:218: note: bool[batch, 1, seq, seq] comes from here\n");
  EXPECT_EQ(faulty("q, k, k, bias = x"), "2:31: error: unknown name 'x'\n");
  EXPECT_EQ(faulty("q, k, k, bias = mask"),
            "2:31: error: 'bias' of 'attention' must be alibi, relative(...) "
            "or an f32 tensor, found a tensor i32[batch, seq]\n");
  EXPECT_EQ(faulty("q, k, k, mask = prefix(mask)"),
            "2:5: error: attention: the lengths of prefix must be [batch] for "
            "q [batch, 6, seq, 16] and k [batch, 3, seq, 16], found [batch, "
            "seq]\n"
            "2:31: note: the mask says so here\n"
            "1:131: note: i32[batch, seq] comes from here\n");
  EXPECT_EQ(faulty("q, long, long, mask = documents(mask)"),
            "2:5: error: attention: the ids of documents must be [batch, 77] "
            "and the queries as many as the keys for q [batch, 6, seq, 16] "
            "and k [batch, 3, 77, 16], found [batch, seq]\n"
            "2:37: note: the mask says so here\n"
            "1:131: note: i32[batch, seq] comes from here\n");
  EXPECT_EQ(faulty("q, k, k, mask = documents(keep2)"),
            "2:41: error: 'ids' of 'documents' must be an i32 tensor, found a "
            "tensor bool[batch, seq]\n");
}

TEST(ScoreErrors, NameWhatWasGiven) {
  EXPECT_EQ(faulty("q, k, k, softcap = 0"),
            "2:34: error: 'softcap' of 'attention' is a positive f32\n");
  EXPECT_EQ(faulty("q, k, k, softcap = causal"),
            "2:34: error: 'softcap' of 'attention' must be a number, found a "
            "mask\n");
  EXPECT_EQ(faulty("q, k, k, score = causal"),
            "2:32: error: 'score' of 'attention' must be a lambda (score, b, "
            "h, q, k) => number or none, found a mask\n");
  EXPECT_EQ(faulty("q, k, k, bias = relative(@t, rows = 9, width = 6)"),
            "2:31: error: 'relative' takes a table of 4 to 512 buckets, a "
            "multiple of 4, and a max_distance beyond the exact ones, found "
            "[9, 6] and 128\n");
  EXPECT_EQ(faulty("q, k, k, bias = relative(@t, rows = 8, width = 3)"),
            "2:5: error: attention: the table of relative has 3 heads, "
            "expected 6\n"
            "2:31: note: the bias says so here\n");
  EXPECT_EQ(faulty("q, k, k, bias = relative(@t, rows = 8, width = 6, "
                   "bidirectional = 1)"),
            "2:81: error: 'bidirectional' of 'relative' must be true or false, "
            "found the integer 1\n");
}

/// The one error of a lambda given as the mask; its body begins at 2:47.
std::string faultyMask(const std::string &body) {
  return faulty("q, k, k, mask = (b, h, q, k) => " + body);
}

TEST(LambdaErrors, AreTold) {
  EXPECT_EQ(faulty("q, k, k, mask = (a, b) => true"),
            "2:38: error: a lambda takes (score, b, h, q, k) or (b, h, q, k), "
            "found 2 arguments\n");
  EXPECT_EQ(faultyMask("k <= j"), "2:52: error: unknown name 'j'\n");
  EXPECT_EQ(faultyMask("mask[b, j] == 1"), "2:55: error: unknown name 'j'\n");
  EXPECT_EQ(faultyMask("q"), "2:47: error: the lambda gives an index, expected "
                             "a truth value\n");
  EXPECT_EQ(faulty("q, k, k, score = (s, b, h, q, k) => q"),
            "2:51: error: the lambda gives an index, expected a score or a "
            "truth value\n");
  EXPECT_EQ(faultyMask("mask[b] == 1"),
            "2:51: error: an element of a tensor i32[batch, seq] has 2 "
            "indices, found 1\n"
            "1:131: note: i32[batch, seq] comes from here\n");
  EXPECT_EQ(faultyMask("mask[b, 0.5] == 1"),
            "2:55: error: an element is read at indices, found a number\n");
  EXPECT_EQ(faultyMask("mask[h, k] == 1"),
            "2:51: error: axis 0 of the tensor i32[batch, seq] has extent "
            "batch, but h runs over 6\n"
            "2:5: note: the attention is here\n"
            "1:131: note: i32[batch, seq] comes from here\n");
  EXPECT_EQ(faultyMask("q / k == 1"),
            "2:51: error: an index is divided by a positive constant; "
            "float(...) makes numbers of indices\n");
  EXPECT_EQ(faultyMask("mod(q, 0) == 1"),
            "2:47: error: 'mod' takes an index and a positive constant\n");
  EXPECT_EQ(faultyMask("!q"),
            "2:47: error: '!' takes a truth value, found an index\n");
  EXPECT_EQ(faultyMask("-(q == k)"),
            "2:47: error: '-' takes a number, found a truth value\n");
  EXPECT_EQ(faultyMask("q & k"), "2:49: error: '&' takes truth values, found "
                                 "an index and an index\n");
  EXPECT_EQ(faultyMask("min(q) == k"),
            "2:47: error: 'min' takes 2 arguments, found 1\n");
  EXPECT_EQ(faultyMask("min(q, x = 1) == k"),
            "2:54: error: 'min' has no argument 'x'\n");
  EXPECT_EQ(faultyMask("exp(q == k) > 1"),
            "2:51: error: 'exp' takes numbers, found a truth value\n");
  EXPECT_EQ(faultyMask("select(q, 1, 2) == k"),
            "2:54: error: 'select' chooses by a truth value, found an index\n");
  EXPECT_EQ(faultyMask("q < mask"),
            "2:51: error: a lambda computes with numbers, indices and "
            "elements, found a tensor i32[batch, seq]\n");
  EXPECT_EQ(faultyMask("q < 4294967296"),
            "2:51: error: the number is out of the range of an index\n");
  EXPECT_EQ(faultyMask("q * 1.0 < 1e300"),
            "2:57: error: the number is out of the range of f32\n");
  EXPECT_EQ(reportIn(inputs + "z = mask[0, 0]"),
            "2:9: error: elements of tensors are read in lambdas only\n");
  std::string deep = "q";
  for (int i = 0; i < 10; ++i)
    deep = "(" + deep + " + " + deep + ")";
  EXPECT_EQ(
      faulty("q, k, k, mask = (b, h, q, k) => " + deep + " < 3").substr(0, 7),
      "2:3116:");
}

} // namespace
