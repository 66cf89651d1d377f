// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// f32 to bf16 by one instruction where the schedule says so, in whole vectors
// and halves of them, else by the bits; what is rounded may be contracted.
// RUN: heddle-kernel %s -variant=by_instruction -emit=asm -o %t.s && FileCheck %s --check-prefix=CODE < %t.s
// RUN: heddle-kernel %s -variant=half -emit=asm -o %t.half.s && FileCheck %s --check-prefix=HALF < %t.half.s
// RUN: heddle-kernel %s -variant=by_bits -emit=asm -o %t.bits.s && FileCheck %s --check-prefix=BITS < %t.bits.s
// CODE-NOT: vpsrld
// CODE: vfmadd
// CODE: vcvtne2ps2bf16
// CODE-NOT: vpsrld
// HALF: vcvtne{{.*}}ps2bf16
// BITS-NOT: ps2bf16
// BITS: vfmadd
// BITS: vpsrld
// BITS-NOT: ps2bf16

halide.pipeline @k(%A: !halide.buffer<?xf32>) {
  %out = halide.func "out" (n = %n) : bf16 {
    %x = halide.at %A[%n] : !halide.buffer<?xf32>
    %two = arith.constant 2.0 : f32
    %twice = arith.mulf %x, %x : f32
    %y = arith.addf %twice, %two : f32
    %r = arith.truncf %y : f32 to bf16
    halide.yield %r : bf16
  }
  halide.output %out : !halide.buffer<?xbf16>
  halide.schedule "by_instruction" target("x86-64-linux-sse41-avx-avx2-fma-f16c-avx512-avx512_skylake-avx512_cannonlake-avx512_zen4") attributes {halide.rounds_bf16} {
    halide.split %out[n] into (no, ni) by 32 tail round_up
    halide.vectorize %out[ni] by 32
  }
  halide.schedule "half" target("x86-64-linux-sse41-avx-avx2-fma-f16c-avx512-avx512_skylake-avx512_cannonlake-avx512_zen4") attributes {halide.rounds_bf16} {
    halide.split %out[n] into (no, ni) by 16 tail round_up
    halide.vectorize %out[ni] by 16
  }
  halide.schedule "by_bits" target("x86-64-linux-sse41-avx-avx2-fma-f16c-avx512-avx512_skylake-avx512_cannonlake-avx512_zen4") {
    halide.split %out[n] into (no, ni) by 32 tail round_up
    halide.vectorize %out[ni] by 32
  }
}
