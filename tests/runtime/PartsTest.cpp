// The runtime's parts by themselves: scratch, formulas, CPU features.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/CpuFeatures.h"
#include "runtime/src/Error.h"
#include "runtime/src/Formula.h"
#include "runtime/src/Scratch.h"
#include "tests/support/ArtifactBuilder.h"

#include <cstring>
#include <fstream>
#include <gtest/gtest.h>

using namespace heddle::runtime;
using heddle::test::Expr;

namespace {

std::string textOf(const Expr &expr) {
  return formulaText({expr.data(), uint32_t(expr.size())}, {"batch", "seq"});
}

bool wellFormed(const Expr &expr) {
  return isWellFormed({expr.data(), uint32_t(expr.size())}, 2);
}

} // namespace

TEST(Scratch, IsAlignedAndFreedInAnyOrder) {
  Scratch scratch;
  ASSERT_TRUE(scratch.reset(4096));
  uint64_t held = scratch.size();
  for (int round = 0; round < 100; ++round) {
    void *a = scratch.allocate(100), *b = scratch.allocate(0),
         *c = scratch.allocate(1000);
    for (void *pointer : {a, b, c})
      EXPECT_EQ(reinterpret_cast<uintptr_t>(pointer) % HEDDLE_ALIGN, 0u);
    EXPECT_TRUE(a != b && b != c);
    std::memset(a, 1, 100);
    std::memset(c, 2, 1000);
    scratch.free(a);
    scratch.free(c);
    scratch.free(b);
  }
  EXPECT_EQ(scratch.size(), held);
}

TEST(Scratch, OverflowsIntoKeptBlocks) {
  Scratch scratch;
  ASSERT_TRUE(scratch.reset(64));
  uint64_t held = 0;
  for (int round = 0; round < 10; ++round) {
    void *large = scratch.allocate(1 << 20);
    void *other = scratch.allocate(1 << 20);
    ASSERT_TRUE(large && other && large != other);
    std::memset(large, 1, 1 << 20);
    scratch.free(large);
    scratch.free(other);
    if (round == 0)
      held = scratch.size();
    EXPECT_EQ(scratch.size(), held);
    ASSERT_TRUE(scratch.reset(64));
  }
  EXPECT_EQ(scratch.allocate(SIZE_MAX), nullptr);
  EXPECT_EQ(scratch.allocate(SIZE_MAX / 2), nullptr);
}

TEST(Formula, EvaluatesWithoutWrapping) {
  using namespace heddle::test;
  int64_t dims[2] = {3, INT64_MAX};
  int64_t value = 0;
  auto at = [&](const Expr &expr) {
    return evaluate({expr.data(), uint32_t(expr.size())}, dims, value);
  };
  EXPECT_TRUE(at({}) && value == 0);
  EXPECT_TRUE(at(dim(0) * constant(5) + constant(2)) && value == 17);
  EXPECT_TRUE(at(align(dim(0), 64)) && value == 64);
  EXPECT_TRUE(at(align(constant(-3), 64)) && value == 0);
  EXPECT_TRUE(at(operation(HEDDLE_OP_FLOORDIV, constant(-7), constant(2))) &&
              value == -4);
  EXPECT_TRUE(at(operation(HEDDLE_OP_MIN, dim(0), dim(1))) && value == 3);
  EXPECT_FALSE(at(dim(1) * constant(2)));
  EXPECT_FALSE(at(dim(1) + constant(1)));
  EXPECT_FALSE(at(align(dim(1), 64)));
  EXPECT_FALSE(at(operation(HEDDLE_OP_FLOORDIV, dim(0), constant(0))));
}

TEST(Formula, RefusesMalformedPrograms) {
  using namespace heddle::test;
  EXPECT_TRUE(wellFormed({}));
  EXPECT_FALSE(wellFormed({{HEDDLE_OP_ADD, 0, 0}}));
  EXPECT_FALSE(wellFormed(dim(2)));
  EXPECT_FALSE(wellFormed(dim(-1)));
  EXPECT_FALSE(wellFormed({{99, 0, 0}}));
  EXPECT_FALSE(wellFormed(align(dim(0), 0)));
  Expr two = dim(0);
  two.push_back({HEDDLE_OP_DIM, 0, 1});
  EXPECT_FALSE(wellFormed(two));
  Expr deep(HEDDLE_FORMULA_DEPTH + 1, {HEDDLE_OP_CONST, 0, 1});
  EXPECT_FALSE(wellFormed(deep));
}

TEST(Formula, PrintsPolynomials) {
  using namespace heddle::test;
  Expr tokens = dim(0) * dim(1);
  EXPECT_EQ(textOf({}), "0");
  EXPECT_EQ(textOf(constant(-3)), "-3");
  EXPECT_EQ(textOf(dim(1)), "seq");
  EXPECT_EQ(textOf(align(tokens * constant(1536), 64) +
                   align(constant(1536) * dim(1) * dim(0), 64)),
            "3072 * batch * seq");
  EXPECT_EQ(textOf((dim(0) + constant(2)) * (dim(0) + constant(3))),
            "batch * batch + 5 * batch + 6");
  EXPECT_EQ(textOf(align(dim(1), 16) * constant(4)), "4 * align(seq, 16)");
  EXPECT_EQ(textOf(operation(HEDDLE_OP_MIN, dim(0), constant(4))),
            "min(batch, 4)");
}

TEST(CpuFeatures, AgreeWithTheKernel) {
  std::ifstream cpuinfo("/proc/cpuinfo");
  std::string line;
  while (std::getline(cpuinfo, line) && line.compare(0, 5, "flags") != 0) {
  }
  if (line.empty())
    GTEST_SKIP() << "no flags in /proc/cpuinfo";
  line += " ";
  for (const char *name :
       {"avx", "fma", "f16c", "avx2", "avx512f", "avx512bw", "avx512vl",
        "avx512_vnni", "avx512_bf16", "avx_vnni", "amx_tile"})
    EXPECT_EQ(cpuHas(name),
              line.find(std::string(" ") + name + " ") != std::string::npos)
        << name;
  EXPECT_FALSE(cpuHas("warp_drive"));
  EXPECT_FALSE(cpuHas(""));
}

TEST(CpuFeatures, DotProductsOfBf16AreSlowBesideAmx) {
  EXPECT_EQ(cpuIsSlowAt("avx512_bf16"), cpuHas("amx_bf16"));
  EXPECT_FALSE(cpuIsSlowAt("avx512f"));
  EXPECT_FALSE(cpuIsSlowAt(""));
}

TEST(Error, LongTextsAreCut) {
  heddle_error error{};
  writeError(std::string(1000, 'x'), &error);
  EXPECT_EQ(std::string(error.message), std::string(252, 'x') + "...");
  writeError(std::string(255, 'y'), &error);
  EXPECT_EQ(std::string(error.message), std::string(255, 'y'));
  EXPECT_EQ(quoted("a\nb"), "\"a?b\"");
}
