// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is fetched ahead lies in the runs of the first dim: of rows of three
// heads of 32 columns the next two rows of the head that is read, not of the
// heads beside it.
// RUN: heddle-kernel %s -variant=v -emit=stmt -o %t.stmt && FileCheck %s < %t.stmt
halide.pipeline @k(%K: !halide.buffer<32x3x?xf32>) {
  %c0 = arith.constant 0 : i32
  %c32 = arith.constant 32 : i32
  %sum = halide.func "sum" (h = %h, t = %t) : f32 {
    %zero = arith.constant 0.0 : f32
    halide.yield %zero : f32
  }
  halide.update %sum (%h, %t) over (d = %d from %c0 extent %c32) {
    %x = halide.at %K[%d, %h, %t] : !halide.buffer<32x3x?xf32>
    %old = halide.at %sum[%h, %t] : f32
    %new = arith.addf %old, %x : f32
    halide.store at [%h, %t] %new : f32
  }
  halide.output %sum : !halide.buffer<?x?xf32>
  halide.schedule "v" target("x86-64-linux-sse41-avx-avx2-fma") {
    halide.reorder %sum stage 1 [d, h, t]
    // Line d of the 64 elements ahead: two lines a row of 96 elements.
    // CHECK: for (sum.s1.d, 0, 32)
    // CHECK-NEXT: prefetch(in0, (((((sum.s1.d/2)*6) + (sum.s1.d % 2))*16) + {{.*}}) + 192, 1, 1)
    halide.stream %K at %sum stage 1 [d] ahead 64 lines 1 : !halide.buffer<32x3x?xf32>
  }
}
