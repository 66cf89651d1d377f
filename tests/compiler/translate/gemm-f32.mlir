// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A product of matrices by hand in the halide dialect: A [M, K] as it lies, B
// packed in panels [N / NR][K][NR], C viewed as [M][N / NR][NR].
// RUN: heddle-opt %s | heddle-opt | heddle-kernel -variant=avx512 | FileCheck %s

// CHECK: gemm8x48
// CHECK: allocate acc{{.*}}[float32 * 48 * 1 * 8]
// CHECK: for (acc{{.*}}.s1.k, 0, 384)
// 8 rows x 48 columns a tile; rows past the end are computed and not stored.
halide.pipeline @gemm8x48(%A: !halide.buffer<384x?xf32>, %B: !halide.buffer<48x384x?xf32>) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : i32
  %c1 = arith.constant 1 : i32
  %depth = arith.constant 384 : i32
  %rows = halide.extent %A[1] : !halide.buffer<384x?xf32>
  %last = arith.subi %rows, %c1 : i32
  %acc = halide.func "acc" (n = %n, nb = %nb, m = %m) : f32 {
    halide.yield %zero : f32
  }
  halide.update %acc (%n, %nb, %m) over (k = %k from %c0 extent %depth) {
    %row = arith.minsi %m, %last : i32
    %a = halide.at %A[%k, %row] : !halide.buffer<384x?xf32>
    %b = halide.at %B[%n, %k, %nb] : !halide.buffer<48x384x?xf32>
    %ab = arith.mulf %a, %b : f32
    %old = halide.at %acc[%n, %nb, %m] : f32
    %new = arith.addf %old, %ab : f32
    halide.store at [%n, %nb, %m] %new : f32
  }
  %C = halide.func "C" (n = %n, nb = %nb, m = %m) : f32 {
    %v = halide.at %acc[%n, %nb, %m] : f32
    halide.yield %v : f32
  }
  halide.output %C : !halide.buffer<48x?x?xf32>

  halide.schedule "avx512" target("x86-64-linux-sse41-avx-avx2-fma-f16c-avx512-avx512_skylake") {
    halide.bound %C[n] min 0 extent 48
    halide.split %C[m] into (mo, mi) by 8 tail guard_with_if
    halide.reorder %C[n, mi, mo, nb]
    halide.vectorize %C[n] by 16
    halide.unroll %C[n]
    halide.unroll %C[mi]
    halide.compute_at %acc at %C[mo]
    halide.bound %acc[n] min 0 extent 48
    halide.bound_extent %acc[m] 8
    halide.vectorize %acc[n] by 16
    halide.unroll %acc[n]
    halide.unroll %acc[m]
    halide.reorder %acc stage 1 [n, m, k]
    halide.vectorize %acc stage 1 [n] by 16
    halide.unroll %acc stage 1 [n]
    halide.unroll %acc stage 1 [m]
  }
}

// CHECK: gemm6x64
// CHECK: allocate acc{{.*}}[float32 * 64 * 1 * 6]
// CHECK: for (acc{{.*}}.s1.k, 0, 512)
// 6 rows x 64 columns a tile; rows past the end are computed and not stored.
halide.pipeline @gemm6x64(%A: !halide.buffer<512x?xf32>, %B: !halide.buffer<64x512x?xf32>) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : i32
  %c1 = arith.constant 1 : i32
  %depth = arith.constant 512 : i32
  %rows = halide.extent %A[1] : !halide.buffer<512x?xf32>
  %last = arith.subi %rows, %c1 : i32
  %acc = halide.func "acc" (n = %n, nb = %nb, m = %m) : f32 {
    halide.yield %zero : f32
  }
  halide.update %acc (%n, %nb, %m) over (k = %k from %c0 extent %depth) {
    %row = arith.minsi %m, %last : i32
    %a = halide.at %A[%k, %row] : !halide.buffer<512x?xf32>
    %b = halide.at %B[%n, %k, %nb] : !halide.buffer<64x512x?xf32>
    %ab = arith.mulf %a, %b : f32
    %old = halide.at %acc[%n, %nb, %m] : f32
    %new = arith.addf %old, %ab : f32
    halide.store at [%n, %nb, %m] %new : f32
  }
  %C = halide.func "C" (n = %n, nb = %nb, m = %m) : f32 {
    %v = halide.at %acc[%n, %nb, %m] : f32
    halide.yield %v : f32
  }
  halide.output %C : !halide.buffer<64x?x?xf32>

  halide.schedule "avx512" target("x86-64-linux-sse41-avx-avx2-fma-f16c-avx512-avx512_skylake") {
    halide.bound %C[n] min 0 extent 64
    halide.split %C[m] into (mo, mi) by 6 tail guard_with_if
    halide.reorder %C[n, mi, mo, nb]
    halide.vectorize %C[n] by 16
    halide.unroll %C[n]
    halide.unroll %C[mi]
    halide.compute_at %acc at %C[mo]
    halide.bound %acc[n] min 0 extent 64
    halide.bound_extent %acc[m] 6
    halide.vectorize %acc[n] by 16
    halide.unroll %acc[n]
    halide.unroll %acc[m]
    halide.reorder %acc stage 1 [n, m, k]
    halide.vectorize %acc stage 1 [n] by 16
    halide.unroll %acc stage 1 [n]
    halide.unroll %acc stage 1 [m]
  }
}
