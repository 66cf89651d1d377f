// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows that are copied for tile products as they are: the products read them
// where they lie if all rows of a block are there, aligned. The stream of the
// right operand fetches, in all tiles of rows, as few lines as do.
// RUN: heddle-kernel %s -variant=v -emit=stmt -o %t.stmt && FileCheck %s < %t.stmt
// RUN: heddle-kernel %s -variant=v -emit=asm -o %t.s && FileCheck %s --check-prefix=CODE < %t.s
// Rows without an end, and rows at another distance, stay copied.
// RUN: sed -e "s/\[%%k, %%row\]/[%%k, %%m]/" %s > %t.open.mlir
// RUN: heddle-kernel %t.open.mlir -variant=v -emit=stmt -o %t.stmt && FileCheck %s --check-prefix=COPY < %t.stmt
// RUN: sed -e "s/buffer<64x?xbf16>/buffer<96x?xbf16>/" %s > %t.wide.mlir
// RUN: heddle-kernel %t.wide.mlir -variant=v -emit=stmt -o %t.stmt && FileCheck %s --check-prefix=COPY < %t.stmt
halide.pipeline @k(%A: !halide.buffer<64x?xbf16>, %B: !halide.buffer<2x32x32x?xbf16>) {
  %c0 = arith.constant 0 : i32
  %c1 = arith.constant 1 : i32
  %c2 = arith.constant 2 : i32
  %c32 = arith.constant 32 : i32
  %rows = halide.extent %A[1] : !halide.buffer<64x?xbf16>
  %last = arith.subi %rows, %c1 : i32
  %narrow = halide.func "narrow" (k = %k, m = %m) : bf16 {
    %row = arith.minsi %m, %last : i32
    %x = halide.at %A[%k, %row] : !halide.buffer<64x?xbf16>
    halide.yield %x : bf16
  }
  %acc = halide.func "acc" (n = %n, b = %b, m = %m) : f32 {
    %zero = arith.constant 0.0 : f32
    halide.yield %zero : f32
  }
  halide.update %acc (%n, %b, %m) over (kp = %kp from %c0 extent %c2, k = %k from %c0 extent %c32) {
    %group = arith.muli %k, %c2 : i32
    %at = arith.addi %group, %kp : i32
    %x = halide.at %narrow[%at, %m] : bf16
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
  // A panel is 64 lines: of four tiles of rows in two steps each fetches 8.
  // CHECK: for (out.s0.m.mo.mo, 0, 4)
  // CHECK: for (acc.steps, 0, 2)
  // CHECK: for (acc.s1.k.step.line, 0, select({{.*}} < 64,
  // CHECK-NEXT: prefetch(in1, {{.*}} + 2048
  // CHECK: tile_load(16, 64, narrow.from,
  // CHECK: let narrow.whole = {{.*}} <= in0.extent.1) && {{.*}} % (uint64)64) == (uint64)0)
  // CHECK-NEXT: produce narrow {
  // CHECK-NEXT: if (!narrow.whole)
  // CHECK: let narrow.from = select(narrow.whole, {{.*}}(in0){{.*}}, narrow)
  // CODE: tdpbf16ps
  // COPY: tile_load(16, 64, narrow,
  // COPY-NOT: narrow.whole
  halide.schedule "v" target("x86-64-linux-sse41-avx-avx2-fma-f16c-avx512-avx512_skylake-avx512_cannonlake-avx512_zen4-avx512_sapphirerapids") {
    halide.split %out[m] into (mo, mi) by 32 tail guard_with_if
    halide.split %out[mo] into (block, mo) by 4 tail guard_with_if
    halide.reorder %out[n, mi, mo, b, block]
    halide.bound %out[n] min 0 extent 32
    halide.vectorize %out[n] by 16
    halide.parallel %out[b]
    halide.compute_at %narrow at %out[block]
    halide.vectorize %narrow[k] by 32
    halide.compute_at %acc at %out[mo]
    halide.bound_extent %acc[n] 32
    halide.bound_extent %acc[b] 1
    halide.bound_extent %acc[m] 32
    halide.store_in %acc amx_tile
    halide.reorder %acc stage 1 [kp, n, b, m, k]
    halide.split %acc stage 1 [k] into (step, group) by 16
    halide.stream %B at %acc stage 1 [step] over %out[mo] lines 8 : !halide.buffer<2x32x32x?xbf16>
  }
}
