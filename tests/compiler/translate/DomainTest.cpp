// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reduction domains, conditions on them, tuples, several outputs, scalars.

#include "tests/support/KernelRunner.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <vector>

using namespace heddle::test;

namespace {

std::unique_ptr<KernelRunner> compile(const char *text,
                                      RunnerOptions options = {}) {
  options.target = "x86-64-linux-sse41";
  std::string error;
  auto runner = KernelRunner::compileText(text, "k", options, error);
  EXPECT_TRUE(runner) << error;
  return runner;
}

TEST(Domain, ConditionsLeavePointsOut) {
  auto runner = compile(R"(
halide.pipeline @k(%A: !halide.buffer<?xf32>, %limit: i32) {
  %c0 = arith.constant 0 : i32
  %c2 = arith.constant 2 : i32
  %zero = arith.constant 0.0 : f32
  %n = halide.extent %A[0] : !halide.buffer<?xf32>
  %sum = halide.func "sum" (x = %x) : f32 {
    halide.yield %zero : f32
  }
  // sum[x] = total of A[r] for r < limit with r mod 2 = x mod 2
  halide.update %sum (%x) over (r = %r from %c0 extent %n) {
    %early = arith.cmpi slt, %r, %limit : i32
    halide.where %early
    %a = halide.mod %r, %c2 : i32
    %b = halide.mod %x, %c2 : i32
    %even = arith.cmpi eq, %a, %b : i32
    halide.where %even
    %old = halide.at %sum[%x] : f32
    %v = halide.at %A[%r] : !halide.buffer<?xf32>
    %new = arith.addf %old, %v : f32
    halide.store at [%x] %new : f32
  }
  halide.output %sum : !halide.buffer<?xf32>
})");
  ASSERT_TRUE(runner);
  std::vector<float> in = {1, 2, 4, 8, 16, 32, 64}, out(2);
  ASSERT_EQ(
      runner->run({array(in.data(), {7}), int32_t(5), array(out.data(), {2})}),
      0);
  EXPECT_EQ(out[0], 1 + 4 + 16);
  EXPECT_EQ(out[1], 2 + 8);
}

TEST(Domain, TuplesCarryAMaximumAndItsPlace) {
  auto runner = compile(R"(
halide.pipeline @k(%A: !halide.buffer<?x?xf32>) {
  %c0 = arith.constant 0 : i32
  %low = arith.constant -1.0e30 : f32
  %n = halide.extent %A[0] : !halide.buffer<?x?xf32>
  %best = halide.func "best" (y = %y) : f32, i32 {
    halide.yield %low, %c0 : f32, i32
  }
  halide.update %best (%y) over (r = %r from %c0 extent %n) {
    %value = halide.at %best[%y] : f32
    %place = halide.at %best[%y] element 1 : i32
    %v = halide.at %A[%r, %y] : !halide.buffer<?x?xf32>
    %more = arith.cmpf ogt, %v, %value : f32
    %newValue = arith.select %more, %v, %value : f32
    %newPlace = arith.select %more, %r, %place : i32
    halide.store at [%y] %newValue, %newPlace : f32, i32
  }
  halide.output %best : !halide.buffer<?xf32>, !halide.buffer<?xi32>
})");
  ASSERT_TRUE(runner);
  std::vector<float> in = {3, 9, 1, 4, 2, 8}, value(2);
  std::vector<int32_t> place(2);
  ASSERT_EQ(runner->run({array(in.data(), {3, 2}), array(value.data(), {2}),
                         array(place.data(), {2})}),
            0);
  EXPECT_EQ(value[0], 9);
  EXPECT_EQ(place[0], 1);
  EXPECT_EQ(value[1], 8);
  EXPECT_EQ(place[1], 2);
}

TEST(Domain, TwoDimensionsAndAnUpdateWithoutAny) {
  auto runner = compile(R"(
halide.pipeline @k(%A: !halide.buffer<?x?xf32>) {
  %c0 = arith.constant 0 : i32
  %c1 = arith.constant 1 : i32
  %zero = arith.constant 0.0 : f32
  %w = halide.extent %A[0] : !halide.buffer<?x?xf32>
  %h = halide.extent %A[1] : !halide.buffer<?x?xf32>
  %w1 = arith.subi %w, %c1 : i32
  %total = halide.func "total" (x = %x) : f32 {
    halide.yield %zero : f32
  }
  // all but the first column
  halide.update %total (%x) over (r = %r from %c1 extent %w1, s = %s from %c0 extent %h) {
    %old = halide.at %total[%x] : f32
    %v = halide.at %A[%r, %s] : !halide.buffer<?x?xf32>
    %new = arith.addf %old, %v : f32
    halide.store at [%x] %new : f32
  }
  // and one place set by hand
  halide.update %total (%x) {
    %v = halide.at %A[%c0, %c0] : !halide.buffer<?x?xf32>
    halide.store at [%c1] %v : f32
  }
  halide.output %total : !halide.buffer<2xf32>
})");
  ASSERT_TRUE(runner);
  std::vector<float> in = {100, 1, 2, 200, 4, 8}, out(2);
  ASSERT_EQ(runner->run({array(in.data(), {3, 2}), array(out.data(), {2})}), 0);
  EXPECT_EQ(out[0], 15);
  EXPECT_EQ(out[1], 100);
}

TEST(Domain, SeveralOutputsAndScalars) {
  auto runner = compile(R"(
halide.pipeline @k(%A: !halide.buffer<?xf32>, %s: f32, %add: i1, %n: i64) {
  %one = arith.constant 1.0 : f32
  %wide = arith.sitofp %n : i64 to f32
  %f = halide.func "f" (x = %x) : f32 {
    %a = halide.at %A[%x] : !halide.buffer<?xf32>
    %as = arith.mulf %a, %s : f32
    %b = arith.addf %as, %one : f32
    %r = arith.select %add, %b, %as : f32
    halide.yield %r : f32
  }
  %g = halide.func "g" (x = %x) : f32 {
    %a = halide.at %f[%x] : f32
    %r = arith.addf %a, %wide : f32
    halide.yield %r : f32
  }
  halide.output %g : !halide.buffer<?xf32>
  halide.output %f : !halide.buffer<?xf32>
})");
  ASSERT_TRUE(runner);
  std::vector<float> in = {1, 2}, g(2), f(2);
  ASSERT_EQ(runner->run({array(in.data(), {2}), 3.f, true, int64_t(100),
                         array(g.data(), {2}), array(f.data(), {2})}),
            0);
  EXPECT_EQ(f[1], 7);
  EXPECT_EQ(g[1], 107);
}

} // namespace
