// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A schedule is text: printed, edited and fed back, it changes the statement.
// RUN: heddle-opt %s | heddle-kernel -variant=v | FileCheck %s --check-prefix=BEFORE
// RUN: heddle-opt %s | sed 's/by 8/by 32/' | heddle-kernel -variant=v | FileCheck %s --check-prefix=AFTER
// RUN: heddle-kernel %s -variant=v -strip-schedule | FileCheck %s --check-prefix=PLAIN
// RUN: heddle-kernel %s -variant=v -emit=asm | FileCheck %s --check-prefix=ASM
// RUN: heddle-kernel %s -variant=v -checks | FileCheck %s --check-prefix=CHECKS

// BEFORE: module name=scale, target=x86-64-linux-avx-avx2-no_asserts-no_bounds_query-no_runtime-sse41-user_context
// BEFORE: for (out.s0.x.xi, 0, 8)
// AFTER: for (out.s0.x.xi, 0, 32)
// PLAIN: for (out.s0.x, 0, out.extent.0)
// ASM: scale:
// CHECKS: assert
halide.pipeline @scale(%A: !halide.buffer<?xf32>, %s: f32) {
  %out = halide.func "out" (x = %x) : f32 {
    %a = halide.at %A[%x] : !halide.buffer<?xf32>
    %r = arith.mulf %a, %s : f32
    halide.yield %r : f32
  }
  halide.output %out : !halide.buffer<?xf32>
  halide.schedule "v" target("x86-64-linux-sse41-avx-avx2") {
    halide.split %out[x] into (xo, xi) by 8 tail round_up
    halide.parallel %out[xo]
  }
}
