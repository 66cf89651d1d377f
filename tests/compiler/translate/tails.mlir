// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A tile whose last rows are guarded is copied for fewer rows, without the
// sums that nobody stores; one without guards stays alone. An even split has
// tiles of one height, chosen by the number of rows.
// RUN: heddle-kernel %s -variant=guarded -emit=stmt -o %t.stmt && FileCheck %s < %t.stmt
// RUN: heddle-kernel %s -variant=even -emit=stmt -o %t.even && FileCheck %s --check-prefix=EVEN < %t.even
// RUN: heddle-kernel %s -variant=whole -emit=stmt -o %t.whole && FileCheck %s --check-prefix=WHOLE < %t.whole
halide.pipeline @k(%A: !halide.buffer<64x?xf32>, %B: !halide.buffer<8x64xf32>) {
  %rows = halide.extent %A[1] : !halide.buffer<64x?xf32>
  %c1 = arith.constant 1 : i32
  %last = arith.subi %rows, %c1 : i32
  %c0 = arith.constant 0 : i32
  %c64 = arith.constant 64 : i32
  %acc = halide.func "acc" (n = %n, m = %m) : f32 {
    %zero = arith.constant 0.0 : f32
    halide.yield %zero : f32
  }
  halide.update %acc (%n, %m) over (k = %k from %c0 extent %c64) {
    %row = arith.minsi %m, %last : i32
    %x = halide.at %A[%k, %row] : !halide.buffer<64x?xf32>
    %w = halide.at %B[%n, %k] : !halide.buffer<8x64xf32>
    %product = arith.mulf %x, %w : f32
    %old = halide.at %acc[%n, %m] : f32
    %new = arith.addf %old, %product : f32
    halide.store at [%n, %m] %new : f32
  }
  %out = halide.func "out" (n = %n, m = %m) : f32 {
    %sum = halide.at %acc[%n, %m] : f32
    halide.yield %sum : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  // Whole tiles have a loop of their own.
  // CHECK: for (out.s0.m.mo
  // CHECK-NOT: if (
  // CHECK: for (acc.s1.k, 0, 64)
  // CHECK-COUNT-3: acc[ramp({{[0-9]+}}, 1, 8)] = acc[
  // CHECK: if ((out.extent.1 % 3) == 2)
  // CHECK: for (acc.s1.k, 0, 64)
  // CHECK-COUNT-2: acc[ramp({{[0-9]+}}, 1, 8)] = acc[
  // CHECK: } else {
  // CHECK-NEXT: allocate acc
  // CHECK-NEXT: produce acc
  // CHECK-NEXT: acc[ramp(0, 1, 8)] = x8(0.000000f)
  // CHECK-NOT: acc[ramp(8,
  // CHECK: for (acc.s1.k, 0, 64)
  // CHECK-NEXT: acc[ramp(0, 1, 8)] = acc[
  // CHECK-NOT: acc[ramp(8,
  halide.schedule "guarded" target("x86-64-linux-sse41-avx-avx2-fma") {
    halide.split %out[m] into (mo, mi) by 3 tail guard_with_if
    halide.bound %out[n] min 0 extent 8
    halide.reorder %out[n, mi, mo]
    halide.vectorize %out[n] by 8
    halide.unroll %out[mi]
    halide.compute_at %acc at %out[mo]
    halide.bound_extent %acc[n] 8
    halide.bound_extent %acc[m] 3
    halide.vectorize %acc[n] by 8
    halide.unroll %acc[m]
    halide.reorder %acc stage 1 [n, m, k]
    halide.vectorize %acc stage 1 [n] by 8
    halide.unroll %acc stage 1 [m]
  }
  // Tiles of one height but the last, each of as many rows as it has.
  // EVEN: for (out.s0.m.mo
  // EVEN: for (acc.s1.k, 0, 64)
  // EVEN-COUNT-3: acc[ramp({{[0-9]+}}, 1, 8)] = acc[
  // EVEN-NOT: acc[ramp({{[0-9]+}}, 1, 8)] = acc[
  // EVEN: } else if (
  // EVEN: for (acc.s1.k, 0, 64)
  // EVEN-COUNT-2: acc[ramp({{[0-9]+}}, 1, 8)] = acc[
  // EVEN-NOT: acc[ramp({{[0-9]+}}, 1, 8)] = acc[
  // EVEN: } else
  // EVEN: for (acc.s1.k, 0, 64)
  // EVEN-COUNT-1: acc[ramp({{[0-9]+}}, 1, 8)] = acc[
  halide.schedule "even" target("x86-64-linux-sse41-avx-avx2-fma") {
    halide.split %out[m] into (mo, mi) by 3 tail guard_evenly
    halide.bound %out[n] min 0 extent 8
    halide.reorder %out[n, mi, mo]
    halide.vectorize %out[n] by 8
    halide.unroll %out[mi]
    halide.compute_at %acc at %out[mo]
    halide.bound_extent %acc[n] 8
    halide.bound_extent %acc[m] 3
    halide.vectorize %acc[n] by 8
    halide.unroll %acc[m]
    halide.reorder %acc stage 1 [n, m, k]
    halide.vectorize %acc stage 1 [n] by 8
    halide.unroll %acc stage 1 [m]
  }
  // WHOLE: for (acc.s1.k, 0, 64)
  // WHOLE-NOT: for (acc.s1.k, 0, 64)
  halide.schedule "whole" target("x86-64-linux-sse41-avx-avx2-fma") {
    halide.split %out[m] into (mo, mi) by 3 tail round_up
    halide.bound %out[n] min 0 extent 8
    halide.reorder %out[n, mi, mo]
    halide.vectorize %out[n] by 8
    halide.unroll %out[mi]
    halide.compute_at %acc at %out[mo]
    halide.bound_extent %acc[n] 8
    halide.bound_extent %acc[m] 3
    halide.vectorize %acc[n] by 8
    halide.unroll %acc[m]
    halide.reorder %acc stage 1 [n, m, k]
    halide.vectorize %acc stage 1 [n] by 8
    halide.unroll %acc stage 1 [m]
  }
}
