// Symbolic dims: canonical text, arithmetic, limits, bounds over ranges.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/shape/Dim.h"

#include <gtest/gtest.h>

using namespace heddle::shape;

namespace {

std::string canonical(const char *text) {
  std::optional<Dim> dim = Dim::parse(text);
  return dim ? dim->str() : "malformed";
}

Dim dim(const char *text) { return Dim::parse(text).value(); }

TEST(DimText, IsCanonical) {
  EXPECT_EQ(canonical("384"), "384");
  EXPECT_EQ(canonical("0"), "0");
  EXPECT_EQ(canonical("seq*batch"), "batch * seq");
  EXPECT_EQ(canonical("1 + seq * 2"), "2 * seq + 1");
  EXPECT_EQ(canonical("1 + b + a * a + a"), "a * a + a + b + 1");
  EXPECT_EQ(canonical("seq - seq"), "0");
  EXPECT_EQ(canonical("-seq + 4"), "-seq + 4");
  EXPECT_EQ(canonical("4 - 2 * 3 * seq"), "-6 * seq + 4");
}

TEST(DimText, RoundTripsTheEnds) {
  EXPECT_EQ(canonical("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(canonical("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(canonical("9223372036854775808"), "malformed");
  EXPECT_EQ(canonical("4611686018427387904 * 2"), "malformed");
}

TEST(DimText, RejectsWhatIsNoSumOfProducts) {
  for (const char *text : {"", " ", "+", "a +", "a b", "2a", "a * ", "(a)",
                           "a / 2", "--a", "\n", "a\xff", "1.5"})
    EXPECT_EQ(canonical(text), "malformed") << text;
}

TEST(DimText, BoundsItsWork) {
  std::string factors = "a";
  for (int i = 0; i < 16; ++i)
    factors += " * a";
  EXPECT_EQ(canonical(factors.c_str()), "malformed");
  std::string terms = "a0";
  for (int i = 1; i < 300; ++i)
    terms += " + a" + std::to_string(i);
  EXPECT_EQ(canonical(terms.c_str()), "malformed");
}

TEST(DimArithmetic, MultipliesAndAdds) {
  EXPECT_EQ((dim("seq + 1") * dim("seq - 1")).str(), "seq * seq - 1");
  EXPECT_EQ(dim("a + b") + dim("a - b"), dim("2 * a"));
  EXPECT_EQ(Dim::symbol("seq") * 2, dim("2 * seq"));
}

TEST(DimArithmetic, ReportsOverflow) {
  Dim half = int64_t(1) << 62;
  EXPECT_FALSE(Dim::multiply(half, 2));
  EXPECT_FALSE(Dim::add(half, half));
  EXPECT_EQ((half * 2).constant(), INT64_MAX);
}

TEST(DimArithmetic, DividesExactlyOrNotAtAll) {
  EXPECT_EQ(Dim::divideExactly(384, 12), Dim(32));
  EXPECT_FALSE(Dim::divideExactly(384, 7));
  EXPECT_FALSE(Dim::divideExactly(384, 0));
  EXPECT_EQ(Dim::divideExactly(dim("12 * seq + 6"), 6), dim("2 * seq + 1"));
  EXPECT_EQ(Dim::divideExactly(dim("batch * seq"), dim("seq")), dim("batch"));
  EXPECT_EQ(Dim::divideExactly(dim("a * a - b * b"), dim("a + b")),
            dim("a - b"));
  EXPECT_FALSE(Dim::divideExactly(dim("seq + 1"), dim("seq")));
  EXPECT_FALSE(Dim::divideExactly(dim("-9223372036854775808"), -1));
  EXPECT_EQ(Dim::divideExactly(0, dim("seq")), Dim(0));
}

TEST(Dim, DividesDown) {
  EXPECT_EQ(Dim::divideDown(dim("4 * a * b + 6 * a + 5"), 2),
            dim("2 * a * b + 3 * a + 2"));
  EXPECT_EQ(Dim::divideDown(dim("2 * seq - 1"), 2), dim("seq - 1"));
  EXPECT_EQ(Dim::divideDown(Dim(-7), 3), Dim(-3));
  EXPECT_EQ(Dim::divideDown(Dim(7), 3), Dim(2));
  EXPECT_EQ(Dim::divideDown(dim("3 * seq + 1"), 3), dim("seq"));
  EXPECT_EQ(Dim::divideDown(0, 3), Dim(0));
  EXPECT_FALSE(Dim::divideDown(dim("3 * seq"), 2));
}

TEST(DimValue, EvaluatesUnderAllNames) {
  EXPECT_EQ(dim("batch * seq + 1").evaluate({{"batch", 3}, {"seq", 17}}), 52);
  EXPECT_FALSE(dim("batch * seq").evaluate({{"batch", 3}}));
  EXPECT_FALSE(dim("a * a").evaluate({{"a", int64_t(1) << 40}}));
  EXPECT_EQ(Dim(7).constant(), 7);
  EXPECT_FALSE(dim("seq").isConstant());
}

TEST(DimValue, ListsItsNames) {
  EXPECT_EQ(dim("b * a + a + 3").symbols(),
            (std::vector<std::string>{"a", "b"}));
}

TEST(DimBounds, MaximumIsExactWhereLinear) {
  std::vector<DimRange> ranges = {{"batch", 1, 64}, {"seq", 1, 512}};
  EXPECT_EQ(maximum(dim("batch * seq"), ranges), 64 * 512);
  EXPECT_EQ(maximum(dim("512 - seq"), ranges), 511);
  EXPECT_EQ(maximum(dim("batch * seq - seq"), ranges), 63 * 512);
  EXPECT_FALSE(maximum(dim("heads"), ranges));
  EXPECT_EQ(maximum(12, {}), 12);
}

TEST(DimBounds, MaximumBoundsPowers) {
  std::vector<DimRange> ranges = {{"seq", 1, 512}};
  EXPECT_EQ(maximum(dim("seq * seq"), ranges), 512 * 512);
  EXPECT_EQ(maximum(dim("seq * seq - seq"), ranges), 512 * 512 - 1);
  EXPECT_FALSE(maximum(dim("seq * seq"), {{"seq", 1, int64_t(1) << 40}}));
}

TEST(DimBounds, AtMostIsProvedOrDenied) {
  std::vector<DimRange> ranges = {{"seq", 1, 512}};
  EXPECT_TRUE(provablyAtMost(dim("seq"), 512, ranges));
  EXPECT_FALSE(provablyAtMost(dim("seq + 1"), 512, ranges));
  EXPECT_TRUE(provablyAtMost(dim("seq"), dim("2 * seq"), ranges));
  EXPECT_FALSE(provablyAtMost(dim("other"), 512, ranges));
}

TEST(ShapeText, PrintsExtents) {
  Shape shape = {dim("batch"), dim("seq"), 384};
  EXPECT_EQ(str(shape), "[batch, seq, 384]");
  EXPECT_EQ(str(Shape{}), "[]");
  EXPECT_EQ(elementCount(shape), dim("384 * batch * seq"));
}

} // namespace
