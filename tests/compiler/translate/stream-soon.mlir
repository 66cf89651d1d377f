// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a loop reads soon is fetched into the first-level cache, each time.
// RUN: heddle-kernel %s -variant=v -emit=stmt -o %t.stmt && FileCheck %s < %t.stmt
// RUN: heddle-kernel %s -variant=v -emit=obj -o %t.o && llvm-objdump -d %t.o | FileCheck %s --check-prefix=CODE
halide.pipeline @k(%A: !halide.buffer<64x?xf32>, %B: !halide.buffer<16x64x3xf32>) {
  %c0 = arith.constant 0 : i32
  %c64 = arith.constant 64 : i32
  %acc = halide.func "acc" (n = %n, b = %b, m = %m) : f32 {
    %zero = arith.constant 0.0 : f32
    halide.yield %zero : f32
  }
  halide.update %acc (%n, %b, %m) over (k = %k from %c0 extent %c64) {
    %x = halide.at %A[%k, %m] : !halide.buffer<64x?xf32>
    %w = halide.at %B[%n, %k, %b] : !halide.buffer<16x64x3xf32>
    %product = arith.mulf %x, %w : f32
    %old = halide.at %acc[%n, %b, %m] : f32
    %new = arith.addf %old, %product : f32
    halide.store at [%n, %b, %m] %new : f32
  }
  %out = halide.func "out" (n = %n, b = %b, m = %m) : f32 {
    %sum = halide.at %acc[%n, %b, %m] : f32
    halide.yield %sum : f32
  }
  halide.output %out : !halide.buffer<16x?x?xf32>
  halide.schedule "v" target("x86-64-linux-sse41-avx-avx2-fma") {
    halide.reorder %out[n, m, b]
    halide.bound %out[n] min 0 extent 16
    halide.vectorize %out[n] by 8
    halide.compute_at %acc at %out[m]
    halide.vectorize %acc[n] by 8
    halide.reorder %acc stage 1 [n, k]
    halide.vectorize %acc stage 1 [n] by 8
    halide.unroll %acc stage 1 [n]
    // CHECK: for (acc.s1.k, 0, 64)
    // CHECK: prefetch(
    // CHECK-NOT: prefetch(
    // CODE: prefetcht0
    // CODE-NOT: prefetchnta
    halide.stream %B at %acc stage 1 [k] ahead 256 lines 1 : !halide.buffer<16x64x3xf32>
  }
}
