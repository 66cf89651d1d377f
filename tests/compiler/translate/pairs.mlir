// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows of 16 bits transposed in pairs are loaded pair by pair; pairs that do
// not begin at an even element are not.
// RUN: heddle-kernel %s -variant=v -emit=stmt -o %t.stmt && FileCheck %s < %t.stmt
// CHECK-DAG: pack[{{.*}}] = reinterpret<bfloat16x32>(rows[ramp(pack.s0.g, 8, 16)])
// CHECK-DAG: odd[{{.*}}] = interleave_vectors(rows[

halide.pipeline @k(%A: !halide.buffer<18x16xf32>) {
  %c2 = arith.constant 2 : i32
  %c1 = arith.constant 1 : i32
  %rows = halide.func "rows" (d = %d, n = %n) : bf16 {
    %x = halide.at %A[%d, %n] : !halide.buffer<18x16xf32>
    %r = arith.truncf %x : f32 to bf16
    halide.yield %r : bf16
  }
  %pack = halide.func "pack" (p = %p, n = %n, g = %g) : bf16 {
    %two = arith.muli %g, %c2 : i32
    %d = arith.addi %two, %p : i32
    %x = halide.at %rows[%d, %n] : bf16
    halide.yield %x : bf16
  }
  %odd = halide.func "odd" (p = %p, n = %n, g = %g) : bf16 {
    %two = arith.muli %g, %c2 : i32
    %even = arith.addi %two, %p : i32
    %d = arith.addi %even, %c1 : i32
    %x = halide.at %rows[%d, %n] : bf16
    halide.yield %x : bf16
  }
  %out = halide.func "out" (p = %p, n = %n, g = %g) : f32 {
    %x = halide.at %pack[%p, %n, %g] : bf16
    %y = halide.at %odd[%p, %n, %g] : bf16
    %a = arith.extf %x : bf16 to f32
    %b = arith.extf %y : bf16 to f32
    %sum = arith.addf %a, %b : f32
    halide.yield %sum : f32
  }
  halide.output %out : !halide.buffer<2x16x7xf32>
  halide.schedule "v" target("x86-64-linux-sse41-avx-avx2-fma-f16c-avx512-avx512_skylake-avx512_cannonlake-avx512_zen4") {
    halide.compute_root %rows
    halide.bound %rows[d] min 0 extent 16
    halide.compute_root %pack
    halide.vectorize %pack[n] by 16
    halide.unroll %pack[p]
    halide.compute_root %odd
    halide.vectorize %odd[n] by 16
    halide.unroll %odd[p]
  }
}
