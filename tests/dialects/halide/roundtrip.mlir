// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every op of the algorithm half prints as it is read.
// RUN: heddle-opt %s | FileCheck %s
// RUN: heddle-opt %s -mlir-print-op-generic | heddle-opt | FileCheck %s

// CHECK-LABEL: halide.pipeline @everything(
// CHECK-SAME: !halide.buffer<384x?xf32>
// CHECK-SAME: !halide.buffer<?xui8> {halide.max_extents = array<i64: 512>}
// CHECK-SAME: !halide.buffer<f32>
// CHECK-SAME: i32 {halide.max = 9 : i64}, %{{.*}}: f32)
halide.pipeline @everything(%A: !halide.buffer<384x?xf32>,
    %B: !halide.buffer<?xui8> {halide.max_extents = array<i64: 512>},
    %C: !halide.buffer<f32>, %n: i32 {halide.max = 9 : i64}, %s: f32) {
  %c0 = arith.constant 0 : i32
  %c4 = arith.constant 4 : i32
  // CHECK: %[[ROWS:.*]] = halide.extent %{{.*}}[1] : !halide.buffer<384x?xf32>
  %rows = halide.extent %A[1] : !halide.buffer<384x?xf32>
  // CHECK: halide.div %[[ROWS]], %{{.*}} : i32
  %blocks = halide.div %rows, %c4 : i32
  // CHECK: halide.mod %[[ROWS]], %{{.*}} : i32
  %rest = halide.mod %rows, %c4 : i32

  // CHECK: %pair = halide.func "pair" (x = %x, y = %y) : f32, i32 {
  %pair = halide.func "pair" (x = %x, y = %y) : f32, i32 {
    // CHECK: halide.at %{{.*}}[%x, %y] : !halide.buffer<384x?xf32>
    %a = halide.at %A[%x, %y] : !halide.buffer<384x?xf32>
    // CHECK: halide.at %{{.*}}[] : !halide.buffer<f32>
    %c = halide.at %C[] : !halide.buffer<f32>
    %ac = arith.addf %a, %c : f32
    // CHECK: halide.yield %{{.*}}, %x : f32, i32
    halide.yield %ac, %x : f32, i32
  }
  // CHECK: halide.update %pair (%x, %y) over (r = %r from %{{.*}} extent %[[ROWS]]) {
  halide.update %pair (%x, %y) over (r = %r from %c0 extent %rows) {
    // CHECK: halide.where
    %early = arith.cmpi slt, %r, %n : i32
    halide.where %early
    // CHECK: halide.at %pair[%x, %y] : f32
    %v = halide.at %pair[%x, %y] : f32
    // CHECK: halide.at %pair[%x, %y] element 1 : i32
    %i = halide.at %pair[%x, %y] element 1 : i32
    // CHECK: halide.store at [%x, %y] %{{.*}}, %{{.*}} : f32, i32
    halide.store at [%x, %y] %v, %i : f32, i32
  }
  // CHECK: halide.update %pair (%x, %y) {
  halide.update %pair (%x, %y) {
    %v = halide.at %pair[%x, %y] : f32
    halide.store at [%c0, %y] %v, %x : f32, i32
  }
  // CHECK: halide.func "scalar" () : f32 {
  %scalar = halide.func "scalar" () : f32 {
    // CHECK: halide.undef : f32
    %u = halide.undef : f32
    halide.yield %u : f32
  }
  // CHECK: %out = halide.func "out" (x = %x, y = %y) : f32 {
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    // CHECK: halide.clamp %x, %{{.*}}, %{{.*}} : i32
    %inside = halide.clamp %x, %c0, %c4 : i32
    // CHECK: halide.promise_clamped %x, %{{.*}}, %{{.*}} : i32
    %promised = halide.promise_clamped %x, %c0, %c4 : i32
    %v = halide.at %pair[%inside, %y] : f32
    %b = halide.at %B[%promised] : !halide.buffer<?xui8>
    %w = arith.uitofp %b : i8 to f32
    %sum = arith.addf %v, %w : f32
    // CHECK: halide.strict %{{.*}} : f32
    %strict = halide.strict %sum : f32
    %p = arith.cmpi slt, %x, %n : i32
    // CHECK: halide.likely %{{.*}} : i1
    %q = halide.likely %p : i1
    // CHECK: halide.likely_if_innermost %{{.*}} : i1
    %t = halide.likely_if_innermost %q : i1
    %z = arith.select %t, %strict, %s : f32
    // CHECK: halide.pure_extern "llvm.fabs.f32"(%{{.*}}) : (f32) -> f32
    %r = halide.pure_extern "llvm.fabs.f32"(%z) : (f32) -> f32
    halide.yield %r : f32
  }
  // CHECK: halide.output %out : !halide.buffer<384x?xf32>
  halide.output %out : !halide.buffer<384x?xf32>
  // CHECK: halide.output %pair {halide.max_extents = array<i64: 384, 9>} : !halide.buffer<384x?xf32>, !halide.buffer<384x?xi32>
  halide.output %pair {halide.max_extents = array<i64: 384, 9>} : !halide.buffer<384x?xf32>, !halide.buffer<384x?xi32>
  // CHECK: halide.set_extent %out[1] to %[[ROWS]]
  halide.set_extent %out[1] to %rows
  // CHECK: halide.set_extent %{{.*}}[1] to %{{.*}} : !halide.buffer<384x?xf32>
  halide.set_extent %A[1] to %n : !halide.buffer<384x?xf32>
  // CHECK: halide.schedule "plain" target("x86-64-linux-sse41") {
  halide.schedule "plain" target("x86-64-linux-sse41") {
  }
}
