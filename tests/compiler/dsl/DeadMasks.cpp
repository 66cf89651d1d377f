// Masks that no size makes true are warned about, others are not.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/dsl/Support.h"

using namespace heddle::dsl;

namespace {

/// What is said of a mask over up to 100 queries and keys, 4 heads.
std::string said(const std::string &mask) {
  return reportIn("dim b in 1..8, s in 1..100\n"
                  "input q: f32[b, 4, s, 8], ids: i32[b, s]\n"
                  "output y = attention(q, q, q, mask = " +
                  mask + ")\noutput z = embed(ids, @t, rows = 9, width = 1)");
}

TEST(DeadMasks, AreWarnedAbout) {
  const std::string warning =
      "3:38: warning: the mask is never true: attention gives zeros\n";
  for (const char *mask :
       {"prefix(0)", "causal(offset = -100)", "causal & !causal",
        "causal(offset = -9) & window(left = 8)", "(b, h, q, k) => false",
        "(b, h, q, k) => h > 3 | k < 0", "(b, h, q, k) => q - k > 2 & k > q",
        "(b, h, q, k) => q * 2 < k - 200", "(b, h, q, k) => mod(k, 3) > 2",
        "(b, h, q, k) => max(k, 5) < q - 99",
        "(b, h, q, k) => min(q, k) + mod(q, 2) > 100",
        "(b, h, q, k) => q == k & k == q + 1",
        "(b, h, q, k) => min(q, 3) - mod(k, 4) > 3",
        "!((b, h, q, k) => q <= 99 | k > 5)",
        "padding(ids) & prefix(10) & ((b, h, q, k) => k >= 10)",
        "(causal & prefix(0)) | (documents(ids) & causal(offset = -200))"})
    EXPECT_EQ(said(mask), warning) << mask;
}

TEST(DeadMasks, AreNotSeenWhereSomeKeyLives) {
  for (const char *mask :
       {"causal", "causal(offset = -99)", "prefix(1)", "padding(ids)",
        "window(left = 99)", "causal & window(left = 0)",
        "(b, h, q, k) => h > 2", "(b, h, q, k) => q / 8 == k / 8",
        "(b, h, q, k) => ids[b, k] > 1000000", "!causal",
        "(b, h, q, k) => mod(k, 3) > 1", "(b, h, q, k) => q * 2 < k - 98",
        "(b, h, q, k) => q * 100000 * 100000 * 100000 < k",
        "(b, h, q, k) => q * k > 9801", "(b, h, q, k) => float(k) < 0.0",
        "(b, h, q, k) => q * 2 - k == 0 & k - q * 2 == 0",
        "(b, h, q, k) => max(ids[b, k], 3) < 4"})
    EXPECT_EQ(said(mask), "") << mask;
}

} // namespace
