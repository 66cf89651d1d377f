// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The bound on a thread's heap memory: blocks alive together, at the largest
// extents, through the function of a parallel loop.
// RUN: heddle-kernel %s -variant=v -scratch 2>%t | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK < %t
// RUN: heddle-kernel %s -variant=v -scratch -child 2>%t | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK < %t

// 512 floats a row, twice: f and g of one row of the parallel loop.
// CHECK: bounded: scratch 4096 = x0.0 4 * 128 ^ x0.0 4 * 128 ^ +{{$}}
halide.pipeline @bounded(
    %A: !halide.buffer<?x?xf32> {halide.max_extents = array<i64: 512, 64>}) {
  %w = halide.extent %A[0] : !halide.buffer<?x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<?x?xf32>
    halide.yield %a : f32
  }
  %g = halide.func "g" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %g[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<?x?xf32>
  halide.set_extent %out[0] to %w
  halide.schedule "v" target("x86-64-linux") {
    halide.parallel %out[y]
    halide.compute_at %f at %out[y]
    halide.compute_at %g at %out[y]
  }
}

// A small constant block is on the stack.
// CHECK: stack: scratch 0 = 0
halide.pipeline @stack(%A: !halide.buffer<256xf32>) {
  %f = halide.func "f" (x = %x) : f32 {
    %a = halide.at %A[%x] : !halide.buffer<256xf32>
    halide.yield %a : f32
  }
  %out = halide.func "out" (x = %x) : f32 {
    %a = halide.at %f[%x] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<256xf32>
  halide.schedule "v" target("x86-64-linux") {
    halide.compute_root %f
  }
}

// Without the largest extents there is still a formula.
// CHECK: open: scratch 0 = x1.0 4 * 128 ^{{$}}
halide.pipeline @open(%A: !halide.buffer<?xf32>) {
  %f = halide.func "f" (x = %x) : f32 {
    %a = halide.at %A[%x] : !halide.buffer<?xf32>
    halide.yield %a : f32
  }
  %out = halide.func "out" (x = %x) : f32 {
    %a = halide.at %f[%x] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<?xf32>
  halide.schedule "v" target("x86-64-linux") {
    halide.compute_root %f
  }
}

// Formulas know nothing of bits.
// REMARK: scratch.mlir:[[#@LINE+2]]:1: remark: no bound for the memory of 'f{{.*}}': give the largest extents with 'halide.max_extents'
// CHECK: unbounded: scratch 0 (unbounded) = 0
halide.pipeline @unbounded(%A: !halide.buffer<?xf32>) {
  %w = halide.extent %A[0] : !halide.buffer<?xf32>
  %five = arith.constant 5 : i32
  %most = arith.xori %w, %five : i32
  %f = halide.func "f" (x = %x) : f32 {
    %a = halide.at %A[%x] : !halide.buffer<?xf32>
    halide.yield %a : f32
  }
  %out = halide.func "out" (x = %x) : f32 {
    %i = arith.minsi %x, %most : i32
    %a = halide.at %f[%i] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<?xf32>
  halide.schedule "v" target("x86-64-linux") {
    halide.compute_root %f
  }
}
