// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sums of products in tile registers, two by two tiles a time, and what cannot
// be: each refusal says why, at the pipeline.
// RUN: split-file %s %t
// RUN: heddle-kernel %t/bf16.mlir -variant=v -emit=stmt -o %t.stmt && FileCheck %t/bf16.mlir < %t.stmt
// RUN: heddle-kernel %t/bf16.mlir -variant=v -emit=asm -o %t.s && FileCheck %t/bf16.mlir --check-prefix=CODE < %t.s
// Longer loops store a tile of unfinished sums now and then.
// RUN: sed -e "s/64x?xbf16/320x?xbf16/g; s/x32x?xbf16/x160x?xbf16/g; s/constant 32/constant 160/" %t/bf16.mlir > %t/deep.mlir
// RUN: heddle-kernel %t/deep.mlir -variant=v -emit=stmt -o %t.stmt && FileCheck %s --check-prefix=DEEP < %t.stmt
// DEEP: for (acc.groups, 0, 10)
// DEEP-COUNT-4: tile_matmul
// DEEP: if ((acc.groups % 8) == 7)
// DEEP-NEXT: tile_store
// DEEP-NOT: if
// DEEP-COUNT-4: tile_store
// Of what is read again and again nothing pushes out the lines: the other
// operand's loads say so, unless there is more of it than stays anyway.
// RUN: heddle-kernel %t/bf16.mlir -variant=v -emit=obj -o %t.o && llvm-objdump -d %t.o | FileCheck %t/bf16.mlir --check-prefix=LEFT
// RUN: heddle-kernel %t/bf16.mlir -variant=panels -emit=obj -o %t.o && llvm-objdump -d %t.o | FileCheck %t/bf16.mlir --check-prefix=RIGHT
// RUN: sed -e "s/64x?xbf16/1024x?xbf16/g; s/x32x?xbf16/x512x?xbf16/g; s/constant 32/constant 512/" %t/bf16.mlir > %t/large.mlir
// RUN: heddle-kernel %t/large.mlir -variant=panels -emit=obj -o %t.o && llvm-objdump -d %t.o | FileCheck %s --check-prefix=LARGE
// LARGE-NOT: tileloaddt1
// The last rows have one tile where they do not need two.
// RUN: heddle-kernel %t/bf16.mlir -variant=panels -emit=stmt -o %t.stmt && FileCheck %t/bf16.mlir --check-prefix=TAIL < %t.stmt
// RUN: not heddle-kernel %t/bf16.mlir -variant=half 2>&1 | FileCheck %s --check-prefix=HALF
// RUN: not heddle-kernel %t/bf16.mlir -variant=whole 2>&1 | FileCheck %s --check-prefix=WHOLE
// RUN: not heddle-kernel %t/bf16.mlir -variant=out 2>&1 | FileCheck %s --check-prefix=OUT
// HALF: bf16.mlir:{{.*}}: error: halide: 'acc' cannot be in amx_tile: rows, columns and groups are not whole tiles of 16
// WHOLE: bf16.mlir:{{.*}}: error: halide: 'acc' cannot be in amx_tile: {{.*}}
// OUT: bf16.mlir:{{.*}}: error: halide: 'out' cannot be in amx_tile: it does not begin with zeros and one update

//--- bf16.mlir
halide.pipeline @k(%A: !halide.buffer<64x?xbf16>, %B: !halide.buffer<2x32x32x?xbf16>) {
  %c0 = arith.constant 0 : i32
  %c2 = arith.constant 2 : i32
  %c32 = arith.constant 32 : i32
  %acc = halide.func "acc" (n = %n, b = %b, m = %m) : f32 {
    %zero = arith.constant 0.0 : f32
    halide.yield %zero : f32
  }
  halide.update %acc (%n, %b, %m) over (kp = %kp from %c0 extent %c2, k = %k from %c0 extent %c32) {
    %group = arith.muli %k, %c2 : i32
    %at = arith.addi %group, %kp : i32
    %x = halide.at %A[%at, %m] : !halide.buffer<64x?xbf16>
    %w = halide.at %B[%kp, %n, %k, %b] : !halide.buffer<2x32x32x?xbf16>
    %left = arith.extf %x : bf16 to f32
    %right = arith.extf %w : bf16 to f32
    %product = arith.mulf %left, %right : f32
    %old = halide.at %acc[%n, %b, %m] : f32
    %new = arith.addf %old, %product : f32
    halide.store at [%n, %b, %m] %new : f32
  }
  %out = halide.func "out" (n = %n, b = %b, m = %m) : f32 {
    %sum = halide.at %acc[%n, %b, %m] : f32
    halide.yield %sum : f32
  }
  halide.output %out : !halide.buffer<32x?x?xf32>
  // CHECK: produce acc
  // CHECK-COUNT-4: tile_zero
  // CHECK: for (acc.groups, 0, 2)
  // CHECK-COUNT-4: tile_load
  // CHECK-COUNT-4: tile_store
  // CODE: tilezero
  // CODE-COUNT-4: tdpbf16ps
  // CODE: tilestored
  // LEFT: tileloaddt1 {{.*}}, %[[X:tmm[0-9]]]
  // LEFT: tdpbf16ps %tmm{{[0-9]}}, %[[X]], %tmm
  // RIGHT: tileloaddt1 {{.*}}, %[[W:tmm[0-9]]]
  // RIGHT: tdpbf16ps %[[W]], %tmm{{[0-9]}}, %tmm
  halide.schedule "v" target("x86-64-linux-sse41-avx-avx2-fma-f16c-avx512-avx512_skylake-avx512_cannonlake-avx512_zen4-avx512_sapphirerapids") {
    halide.split %out[m] into (mo, mi) by 32 tail guard_with_if
    halide.reorder %out[n, mi, mo, b]
    halide.bound %out[n] min 0 extent 32
    halide.vectorize %out[n] by 16
    halide.compute_at %acc at %out[mo]
    halide.bound_extent %acc[n] 32
    halide.bound_extent %acc[b] 1
    halide.bound_extent %acc[m] 32
    halide.store_in %acc amx_tile
    halide.reorder %acc stage 1 [kp, n, b, m, k]
  }
  // Rows of few panels, then the next ones.
  // TAIL: if (17 <= t{{[0-9]+}}) {
  // TAIL-COUNT-4: tile_matmul
  // TAIL: else
  // TAIL-COUNT-2: tile_matmul
  // TAIL-COUNT-2: tile_store
  // TAIL-NOT: tile_
  // TAIL: consume acc
  halide.schedule "panels" target("x86-64-linux-sse41-avx-avx2-fma-f16c-avx512-avx512_skylake-avx512_cannonlake-avx512_zen4-avx512_sapphirerapids") {
    halide.split %out[m] into (mo, mi) by 32 tail guard_with_if
    halide.reorder %out[n, mi, b, mo]
    halide.bound %out[n] min 0 extent 32
    halide.vectorize %out[n] by 32
    halide.unroll %out[mi]
    halide.compute_at %acc at %out[b]
    halide.bound_extent %acc[n] 32
    halide.bound_extent %acc[b] 1
    halide.bound_extent %acc[m] 32
    halide.store_in %acc amx_tile
    halide.reorder %acc stage 1 [kp, n, b, m, k]
  }
  // Eight rows are half a tile.
  halide.schedule "half" target("x86-64-linux-sse41-avx-avx2-fma-f16c-avx512-avx512_skylake-avx512_cannonlake-avx512_zen4-avx512_sapphirerapids") {
    halide.split %out[m] into (mo, mi) by 8 tail guard_with_if
    halide.reorder %out[n, mi, mo, b]
    halide.compute_at %acc at %out[mo]
    halide.bound_extent %acc[n] 32
    halide.bound_extent %acc[b] 1
    halide.bound_extent %acc[m] 8
    halide.store_in %acc amx_tile
    halide.reorder %acc stage 1 [kp, n, b, m, k]
  }
  // Vectors have no loop that a tile could take the place of.
  halide.schedule "whole" target("x86-64-linux-sse41-avx-avx2-fma-f16c-avx512-avx512_skylake-avx512_cannonlake-avx512_zen4-avx512_sapphirerapids") {
    halide.split %out[m] into (mo, mi) by 32 tail guard_with_if
    halide.reorder %out[n, mi, mo, b]
    halide.compute_at %acc at %out[mo]
    halide.bound_extent %acc[n] 32
    halide.bound_extent %acc[b] 1
    halide.bound_extent %acc[m] 32
    halide.store_in %acc amx_tile
    halide.vectorize %acc stage 1 [n] by 16
  }
  halide.schedule "out" target("x86-64-linux-sse41-avx-avx2-fma-f16c-avx512-avx512_skylake-avx512_cannonlake-avx512_zen4-avx512_sapphirerapids") {
    halide.compute_root %acc
    halide.store_in %out amx_tile
  }
}
