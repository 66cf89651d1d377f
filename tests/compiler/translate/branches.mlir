// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Stores of a tile that choose by one value from memory branch on it.
// RUN: heddle-kernel %s -variant=v -emit=stmt -o %t.stmt && FileCheck %s < %t.stmt
halide.pipeline @k(%A: !halide.buffer<64x?xf32>, %live: !halide.buffer<?xi32>) {
  %c0 = arith.constant 0 : i32
  %none = arith.constant -1.0 : f32
  %out = halide.func "out" (n = %n, m = %m) : f32 {
    %x = halide.at %A[%n, %m] : !halide.buffer<64x?xf32>
    %flag = halide.at %live[%m] : !halide.buffer<?xi32>
    %is = arith.cmpi ne, %flag, %c0 : i32
    %one = arith.select %is, %x, %none : f32
    halide.yield %one : f32
  }
  halide.output %out : !halide.buffer<64x?xf32>
  // CHECK: for (out.s0.m
  // CHECK-NOT: select(
  // CHECK: if (in1[out.s0.m] == 0)
  // CHECK-COUNT-8: out[ramp({{.*}}] = x8(-1.000000f)
  // CHECK: } else {
  // CHECK-COUNT-8: out[ramp({{.*}}] = in0[ramp(
  // CHECK-NOT: select(
  halide.schedule "v" target("x86-64-linux-sse41-avx-avx2-fma") {
    halide.bound %out[n] min 0 extent 64
    halide.vectorize %out[n] by 8
    halide.unroll %out[n]
  }
}
