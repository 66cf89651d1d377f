// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every directive gives the numbers of the schedule without it, and the
// statement shows that it was applied.

#include "tests/support/KernelRunner.h"

#include "gtest/gtest.h"

#include <string>
#include <vector>

using namespace heddle::test;

namespace {

constexpr int width = 64, height = 32;

/// in -> f = 2 in + 1, sum[y] = total of f's row, out = f + sum, and `g` read
/// at two places of f.
const char *algorithm = R"(
halide.pipeline @k(%A: !halide.buffer<64x?xf32>) {
  %c0 = arith.constant 0 : i32
  %c1 = arith.constant 1 : i32
  %c16 = arith.constant 16 : i32
  %c64 = arith.constant 64 : i32
  %c63 = arith.constant 63 : i32
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %rows = halide.extent %A[1] : !halide.buffer<64x?xf32>
  %short = arith.cmpi slt, %rows, %c16 : i32
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<64x?xf32>
    %b = arith.addf %a, %a : f32
    %r = arith.addf %b, %one : f32
    halide.yield %r : f32
  }
  %sum = halide.func "sum" (y = %y) : f32 {
    halide.yield %zero : f32
  }
  halide.update %sum (%y) over (k = %k from %c0 extent %c64) {
    %old = halide.at %sum[%y] : f32
    %v = halide.at %f[%k, %y] : f32
    %new = arith.addf %old, %v : f32
    halide.store at [%y] %new : f32
  }
  %g = halide.func "g" (x = %x, y = %y) : f32 {
    %left = arith.subi %x, %c1 : i32
    %l = halide.clamp %left, %c0, %c63 : i32
    %a = halide.at %f[%l, %y] : f32
    %b = halide.at %f[%x, %y] : f32
    %r = arith.addf %a, %b : f32
    halide.yield %r : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %g[%x, %y] : f32
    %b = halide.at %sum[%y] : f32
    %r = arith.addf %a, %b : f32
    halide.yield %r : f32
  }
  halide.output %out : !halide.buffer<64x?xf32>
  halide.schedule "v" target("x86-64-linux-sse41-avx-avx2") {
DIRECTIVES
  }
}
)";

std::string withDirectives(const std::string &directives) {
  std::string text = algorithm;
  text.replace(text.find("DIRECTIVES"), 10, directives);
  return text;
}

float expectedAt(const std::vector<float> &in, int x, int y) {
  auto f = [&](int i) { return 2 * in[size_t(y * width + i)] + 1; };
  float sum = 0;
  for (int k = 0; k < width; ++k)
    sum += f(k);
  return f(x > 0 ? x - 1 : 0) + f(x) + sum;
}

/// Small whole numbers: sums are exact in any order.
void checkNumbers(const std::string &directives,
                  const std::vector<int> &rows = {1, 8, 13, height}) {
  std::string error;
  RunnerOptions options;
  options.threads = 2;
  auto runner = KernelRunner::compileText(withDirectives(directives), "k",
                                          options, error);
  ASSERT_TRUE(runner) << directives << "\n" << error;
  for (int h : rows) {
    std::vector<float> in(size_t(width * h)), out(in.size());
    for (size_t i = 0; i < in.size(); ++i)
      in[i] = float((i * 7) % 31) - 15;
    ASSERT_EQ(runner->run({array(in.data(), {width, h}),
                           array(out.data(), {width, h})}),
              0);
    for (int y = 0; y < h; ++y)
      for (int x = 0; x < width; ++x)
        ASSERT_EQ(out[size_t(y * width + x)], expectedAt(in, x, y))
            << directives << "\nat " << x << ", " << y << " of " << h;
  }
}

const char *root = "    halide.compute_root %sum\n";

class Directive : public testing::TestWithParam<const char *> {};

TEST_P(Directive, LeavesTheNumbersAlone) {
  checkNumbers(std::string(root) + "    " + GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Loops, Directive,
    testing::Values(
        "halide.split %out[x] into (xo, xi) by 16",
        "halide.split %out[y] into (yo, yi) by 8 tail guard_with_if",
        "halide.split %out[y] into (yo, yi) by 8 tail guard_evenly",
        "halide.split %out[x] into (xo, xi) by 16 tail guard_evenly "
        "halide.split %out[xi] into (xm, xs) by 5 tail guard_evenly",
        "halide.split %out[y] into (yo, yi) by 8 tail predicate",
        "halide.split %out[x] into (xo, xi) by 16 tail round_up",
        "halide.split %out[x] into (xo, xi) by 16 tail shift_inwards",
        "halide.fuse %out[x, y] into xy",
        "halide.fuse %out[x, y] into xy halide.parallel %out[xy] by 8 tail "
        "guard_with_if",
        "halide.rename %out[x] to column halide.vectorize %out[column] by 8",
        "halide.reorder %out[y, x]",
        "halide.tile %out[x, y] into (xo, yo) "
        "(xi, yi) by [8, 4] tail guard_with_if",
        "halide.vectorize %out[x] by 8", "halide.unroll %out[x] by 4",
        "halide.bound %out[x] min 0 extent 64 halide.unroll %out[x]",
        "halide.parallel %out[y]", "halide.serial %out[y]",
        "halide.partition %out[x] never",
        "halide.split %out[y] into (yo, yi) by 8 tail guard_with_if "
        "halide.partition %out[yo] always"));

INSTANTIATE_TEST_SUITE_P(
    Places, Directive,
    testing::Values(
        "halide.compute_root %f", "halide.compute_inline %f",
        "halide.compute_at %f at %out[y] halide.compute_at %sum at %out[y]",
        "halide.compute_at %g at %out[x]",
        "halide.compute_at %g at %out[x] halide.store_at %g at %out[y]",
        "halide.compute_at %g at %out[y] halide.store_root %g",
        "halide.compute_at %g at %out[y] halide.hoist_storage %g at %out[y]",
        "halide.compute_at %g at %out[y] halide.hoist_storage_root %g",
        "halide.compute_at %g at %out[y] halide.store_in %g heap",
        "halide.compute_at %g at %out[y] halide.store_in %g stack "
        "halide.bound_extent %g[x] 64",
        "halide.compute_root %f halide.compute_root %g "
        "halide.compute_with %g with %sum[y]"));

INSTANTIATE_TEST_SUITE_P(
    Bounds, Directive,
    testing::Values(
        "halide.compute_root %g halide.bound %g[x] min 0 extent 64",
        "halide.compute_at %g at %out[y] halide.bound_extent %g[x] 64",
        "halide.compute_at %g at %out[y] halide.align_bounds %g[x] by 8",
        "halide.compute_at %g at %out[y] halide.align_extent %g[x] by 8",
        "halide.compute_root %g halide.align_storage %g[x] by 128",
        "halide.compute_at %g at %out[y] halide.bound_storage %g[x] by 64",
        "halide.compute_at %g at %out[y] halide.store_root %g "
        "halide.fold_storage %g[y] by 2",
        "halide.compute_root %g halide.reorder_storage %g[y, x]",
        "halide.split %out[x] into (xo, xi) by 8 "
        "halide.prefetch %A at %out[y] from y offset 2 bounds guard_with_if "
        ": !halide.buffer<64x?xf32>",
        "halide.compute_root %g "
        "halide.prefetch %g at %out[y] from y offset 1 bounds clamp",
        "halide.stream %A at %sum stage 1 [k] over %out[y] lines 1 "
        ": !halide.buffer<64x?xf32>",
        "halide.compute_at %g at %out[y] halide.stream %A at %g[x] over "
        "%out[y] lines 3 : !halide.buffer<64x?xf32>",
        "halide.stream %A at %out[x] over %out[y] lines 2 "
        ": !halide.buffer<64x?xf32>",
        "halide.stream %A at %sum stage 1 [k] ahead 128 lines 1 "
        ": !halide.buffer<64x?xf32>",
        "halide.stream %A at %sum stage 1 [k] over %out[y] ahead 640 lines 1 "
        ": !halide.buffer<64x?xf32>"));

INSTANTIATE_TEST_SUITE_P(
    Reductions, Directive,
    testing::Values(
        "halide.reorder %sum stage 1 [y, k]",
        "halide.reorder %sum stage 1 [y, k] halide.vectorize %sum[y] by 8 "
        "halide.vectorize %sum stage 1 [y] by 8 tail guard_with_if",
        "halide.unroll %sum stage 1 [k] by 4",
        "halide.atomic %sum stage 1 halide.vectorize %sum stage 1 [k] by 8",
        "halide.split %sum stage 1 [k] into (ko, ki) by 8 "
        "%p = halide.rfactor %sum stage 1 [ki] into (u) "
        "halide.compute_at %p at %sum[y] halide.vectorize %p[u] "
        "halide.vectorize %p stage 1 [u] halide.unroll %sum stage 1 [ki]",
        "halide.parallel %sum stage 1 [y] halide.allow_race_conditions %sum "
        "stage 1"));

INSTANTIATE_TEST_SUITE_P(
    Variants, Directive,
    testing::Values(
        "halide.specialize %out where %short { halide.vectorize %out[x] by 8 }",
        "halide.specialize %out where %short { halide.split %out[x] into (xo, "
        "xi) by 8 halide.unroll %out[xi] }",
        "%c = halide.in %A users(%f) : !halide.buffer<64x?xf32> "
        "halide.compute_root %c halide.vectorize %c[_0] by 8",
        "%c = halide.in %A : !halide.buffer<64x?xf32> halide.compute_root %c",
        "%c = halide.in %f users(%g) halide.compute_at %c at %out[y]",
        "%c = halide.in %f halide.compute_root %c",
        "halide.compute_root %f %c = halide.clone_in %f users(%sum) "
        "halide.compute_at %c at %sum stage 1 [y]"));

TEST(Directives, SpecializeFailReturnsAnError) {
  std::string error;
  RunnerOptions options;
  options.checks = true;
  auto runner = KernelRunner::compileText(
      withDirectives(std::string(root) +
                     "    halide.specialize %out where %short {\n    }\n"
                     "    halide.specialize_fail %out \"too many rows\""),
      "k", options, error);
  ASSERT_TRUE(runner) << error;
  std::vector<float> in(width * height), out(in.size());
  auto run = [&](int rows) {
    return runner->run(
        {array(in.data(), {width, rows}), array(out.data(), {width, rows})});
  };
  EXPECT_EQ(run(8), 0);
  EXPECT_NE(run(height), 0);
  EXPECT_NE(runner->lastError().find("too many rows"), std::string::npos);
}

TEST(Directives, ChecksCatchAWrongExtent) {
  std::string error;
  RunnerOptions options;
  options.checks = true;
  auto runner =
      KernelRunner::compileText(withDirectives(root), "k", options, error);
  ASSERT_TRUE(runner) << error;
  std::vector<float> in(width * height), out(in.size());
  EXPECT_NE(runner->run({array(in.data(), {width / 2, height}),
                         array(out.data(), {width, height})}),
            0);
  EXPECT_NE(runner->lastError().find("in0"), std::string::npos)
      << runner->lastError();
}

} // namespace
