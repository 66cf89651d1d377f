// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every directive prints as it is read; names of loops follow the directives.
// RUN: heddle-opt %s | FileCheck %s
// RUN: heddle-opt %s -mlir-print-op-generic | heddle-opt | FileCheck %s

halide.pipeline @directives(%A: !halide.buffer<?x?xf32>) {
  %c0 = arith.constant 0 : i32
  %c8 = arith.constant 8 : i32
  %zero = arith.constant 0.0 : f32
  %n = halide.extent %A[0] : !halide.buffer<?x?xf32>
  %short = arith.cmpi slt, %n, %c8 : i32
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<?x?xf32>
    halide.yield %a : f32
  }
  %sum = halide.func "sum" (y = %y) : f32 {
    halide.yield %zero : f32
  }
  halide.update %sum (%y) over (k = %k from %c0 extent %n) {
    %old = halide.at %sum[%y] : f32
    %a = halide.at %f[%k, %y] : f32
    %new = arith.addf %old, %a : f32
    halide.store at [%y] %new : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    %b = halide.at %sum[%y] : f32
    %r = arith.addf %a, %b : f32
    halide.yield %r : f32
  }
  halide.output %out : !halide.buffer<?x?xf32>

  // CHECK: halide.schedule "all" target("x86-64-linux-avx2")
  halide.schedule "all" target("x86-64-linux-avx2") {
    // CHECK: halide.split %out[x] into (xo, xi) by 8
    halide.split %out[x] into (xo, xi) by 8
    // CHECK: halide.split %out[y] into (yo, yi) by 4 tail guard_with_if
    halide.split %out[y] into (yo, yi) by 4 tail guard_with_if
    // CHECK: halide.fuse %out[xo, yo] into task
    halide.fuse %out[xo, yo] into task
    // CHECK: halide.rename %out[yi] to row
    halide.rename %out[yi] to row
    // CHECK: halide.reorder %out[xi, row, task]
    halide.reorder %out[xi, row, task]
    // CHECK: halide.vectorize %out[xi] by 4 tail predicate
    halide.vectorize %out[xi] by 4 tail predicate
    // CHECK: halide.unroll %out[row]
    halide.unroll %out[row]
    // CHECK: halide.parallel %out[task] by 2
    halide.parallel %out[task] by 2
    // CHECK: halide.serial %out[xi]
    halide.serial %out[xi]
    // CHECK: halide.partition %out[task] never
    halide.partition %out[task] never
    // CHECK: halide.tile %f[x, y] into (tx, ty) (ux, uy) by [8, 2] tail round_up
    halide.tile %f[x, y] into (tx, ty) (ux, uy) by [8, 2] tail round_up
    // CHECK: halide.compute_at %f at %out[task]
    halide.compute_at %f at %out[task]
    // CHECK: halide.store_at %f at %out[task]
    halide.store_at %f at %out[task]
    // CHECK: halide.hoist_storage %f at %out[task]
    halide.hoist_storage %f at %out[task]
    // CHECK: halide.store_in %f stack
    halide.store_in %f stack
    // CHECK: halide.bound %f[x] min 0 extent 64
    halide.bound %f[x] min 0 extent 64
    // CHECK: halide.bound_extent %f[x] 64
    halide.bound_extent %f[x] 64
    // CHECK: halide.align_bounds %f[x] by 8 remainder 1
    halide.align_bounds %f[x] by 8 remainder 1
    // CHECK: halide.align_extent %f[x] by 8
    halide.align_extent %f[x] by 8
    // CHECK: halide.align_storage %f[x] by 16
    halide.align_storage %f[x] by 16
    // CHECK: halide.bound_storage %f[y] by 4
    halide.bound_storage %f[y] by 4
    // CHECK: halide.fold_storage %f[y] by 4 backward
    halide.fold_storage %f[y] by 4 backward
    // CHECK: halide.reorder_storage %f[y, x]
    halide.reorder_storage %f[y, x]
    // CHECK: halide.compute_root %sum
    halide.compute_root %sum
    // CHECK: halide.store_root %sum
    halide.store_root %sum
    // CHECK: halide.hoist_storage_root %sum
    halide.hoist_storage_root %sum
    // CHECK: halide.split %sum stage 1 [k] into (ko, ki) by 16
    halide.split %sum stage 1 [k] into (ko, ki) by 16
    // CHECK: %[[PARTIAL:.*]] = halide.rfactor %sum stage 1 [ki] into (u)
    %partial = halide.rfactor %sum stage 1 [ki] into (u)
    // CHECK: halide.compute_at %[[PARTIAL]] at %sum stage 1 [y]
    halide.compute_at %partial at %sum stage 1 [y]
    // CHECK: halide.vectorize %[[PARTIAL]] stage 1 [u] by 8
    halide.vectorize %partial stage 1 [u] by 8
    // CHECK: halide.atomic %sum stage 1
    halide.atomic %sum stage 1
    // CHECK: halide.atomic %sum stage 1 unchecked
    halide.atomic %sum stage 1 unchecked
    // CHECK: halide.allow_race_conditions %sum stage 1
    halide.allow_race_conditions %sum stage 1
    // CHECK: %[[COPY:.*]] = halide.in %{{.*}} users(%f) : !halide.buffer<?x?xf32>
    %copy = halide.in %A users(%f) : !halide.buffer<?x?xf32>
    // CHECK: halide.split %[[COPY]][_0] into (a, b) by 4
    halide.split %copy[_0] into (a, b) by 4
    // CHECK: %[[F:.*]] = halide.in %f
    %wrapped = halide.in %f
    // CHECK: %[[CLONE:.*]] = halide.clone_in %f users(%sum)
    %clone = halide.clone_in %f users(%sum)
    // CHECK: halide.compute_inline %[[CLONE]]
    halide.compute_inline %clone
    // CHECK: halide.compute_with %[[F]] with %[[COPY]][_1]
    halide.compute_with %wrapped with %copy[_1]
    // CHECK: halide.prefetch %{{.*}} at %out[task] from task offset 2 bounds clamp : !halide.buffer<?x?xf32>
    halide.prefetch %A at %out[task] from task offset 2 bounds clamp : !halide.buffer<?x?xf32>
    // CHECK: halide.stream %{{.*}} at %sum stage 1 [ki] over %out[row] lines 2 : !halide.buffer<?x?xf32>
    halide.stream %A at %sum stage 1 [ki] over %out[row] lines 2 : !halide.buffer<?x?xf32>
    // CHECK: halide.stream %{{.*}} at %out[task] ahead 64 lines 1 : !halide.buffer<?x?xf32>
    halide.stream %A at %out[task] ahead 64 lines 1 : !halide.buffer<?x?xf32>
    // CHECK: halide.specialize %out where %{{.*}} {
    halide.specialize %out where %short {
      // CHECK: halide.split %out[row] into (special, inner) by 2
      halide.split %out[row] into (special, inner) by 2
    }
    // CHECK: halide.specialize_fail %out "too long"
    halide.specialize_fail %out "too long"
    // CHECK: halide.compute_at %[[CLONE]] at %out[special]
    halide.compute_at %clone at %out[special]
  }
  // CHECK: halide.schedule "gpu"
  halide.schedule "gpu" target("x86-64-linux-cuda-cuda_capability_80") {
    // CHECK: halide.gpu_tile %f[x, y] into (bx, by) (tx, ty) by [16, 8]
    halide.gpu_tile %f[x, y] into (bx, by) (tx, ty) by [16, 8]
    // CHECK: halide.gpu_blocks %out[y]
    halide.gpu_blocks %out[y]
    // CHECK: halide.gpu_threads %out[x]
    halide.gpu_threads %out[x]
    // CHECK: halide.gpu_lanes %out[x]
    halide.gpu_lanes %out[x]
    // CHECK: halide.gpu_single_thread %sum stage 1
    halide.gpu_single_thread %sum stage 1
  }
}
