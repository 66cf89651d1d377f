// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A vector of floats becomes one number by halves, not lane behind lane.
// RUN: heddle-kernel %s -variant=v -emit=stmt -o %t.stmt && FileCheck %s < %t.stmt
// CHECK: let half
// CHECK: produce out
// CHECK-NOT: vector_reduce

halide.pipeline @k(%A: !halide.buffer<16x?xf32>) {
  %c0 = arith.constant 0 : i32
  %c16 = arith.constant 16 : i32
  %sum = halide.func "sum" (m = %m) : f32 {
    %zero = arith.constant 0.0 : f32
    halide.yield %zero : f32
  }
  halide.update %sum (%m) over (r = %r from %c0 extent %c16) {
    %x = halide.at %A[%r, %m] : !halide.buffer<16x?xf32>
    %old = halide.at %sum[%m] : f32
    %new = arith.addf %old, %x : f32
    halide.store at [%m] %new : f32
  }
  %out = halide.func "out" (m = %m) : f32 {
    %s = halide.at %sum[%m] : f32
    halide.yield %s : f32
  }
  halide.output %out : !halide.buffer<?xf32>
  halide.schedule "v" target("x86-64-linux-sse41-avx-avx2-fma-f16c-avx512-avx512_skylake-avx512_cannonlake-avx512_zen4") {
    halide.compute_root %sum
    halide.atomic %sum stage 1
    halide.vectorize %sum stage 1 [r] by 16
  }
}
