// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A stream fetches the next panel while the tiles of this one are computed,
// the first parts of them, into the second-level cache; 62 steps are not taken
// four at once.
// RUN: heddle-kernel %s -variant=v -emit=stmt -o %t.stmt && FileCheck %s < %t.stmt
// RUN: heddle-kernel %s -variant=v -emit=obj -o %t.o && llvm-objdump -d %t.o | FileCheck %s --check-prefix=CODE
halide.pipeline @k(%A: !halide.buffer<62x?xf32>, %B: !halide.buffer<16x62x?xf32>) {
  %c0 = arith.constant 0 : i32
  %c62 = arith.constant 62 : i32
  %acc = halide.func "acc" (n = %n, b = %b, m = %m) : f32 {
    %zero = arith.constant 0.0 : f32
    halide.yield %zero : f32
  }
  halide.update %acc (%n, %b, %m) over (k = %k from %c0 extent %c62) {
    %x = halide.at %A[%k, %m] : !halide.buffer<62x?xf32>
    %w = halide.at %B[%n, %k, %b] : !halide.buffer<16x62x?xf32>
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
    // A row of a panel is one line: the first iteration of m fetches them all.
    // CHECK: if (out.s0.m < 1)
    // CHECK: for (acc.s1.k, 0, 62)
    // CHECK: prefetch(
    // CHECK: for (acc.s1.k, 0, 62)
    // CHECK-NOT: prefetch(
    // CODE: prefetcht1
    // CODE-NOT: prefetchnta
    halide.stream %B at %acc stage 1 [k] over %out[m] lines 1 : !halide.buffer<16x62x?xf32>
  }
}
