// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What Halide refuses or warns of is an error at the op.
// RUN: split-file %s %t
// RUN: not heddle-kernel %t/twice.mlir -variant=v 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: not heddle-kernel %t/target.mlir -variant=v 2>&1 | FileCheck %s --check-prefix=TARGET
// RUN: not heddle-kernel %t/target.mlir -variant=cuda 2>&1 | FileCheck %s --check-prefix=CUDA
// RUN: not heddle-kernel %t/target.mlir -variant=w 2>&1 | FileCheck %s --check-prefix=VARIANT
// RUN: not heddle-kernel %t/warning.mlir -variant=v 2>&1 | FileCheck %s --check-prefix=WARNING
// RUN: not heddle-kernel %t/warning.mlir -variant=v -child 2>&1 | FileCheck %s --check-prefix=WARNING
// RUN: not heddle-kernel %t/place.mlir -variant=v 2>&1 | FileCheck %s --check-prefix=PLACE
// RUN: not heddle-kernel %t/op.mlir -target=x86-64-linux 2>&1 | FileCheck %s --check-prefix=OP
// RUN: not heddle-kernel %t/where.mlir -target=x86-64-linux 2>&1 | FileCheck %s --check-prefix=WHERE
// RUN: not heddle-kernel %t/type.mlir -target=x86-64-linux 2>&1 | FileCheck %s --check-prefix=TYPE
// RUN: not heddle-kernel %t/argument.mlir -target=x86-64-linux 2>&1 | FileCheck %s --check-prefix=ARGUMENT
// RUN: not heddle-kernel %t/tuple.mlir -target=x86-64-linux 2>&1 | FileCheck %s --check-prefix=TUPLE

//--- twice.mlir
halide.pipeline @k(%A: !halide.buffer<?x?xf32>) {
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<?x?xf32>
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<?x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // TWICE: twice.mlir:9:5: error: halide: In schedule for out, call to reorder references x twice
    halide.reorder %out[x, y, x]
  }
}

//--- target.mlir
halide.pipeline @k(%A: !halide.buffer<?xf32>) {
  %out = halide.func "out" (x = %x) : f32 {
    %a = halide.at %A[%x] : !halide.buffer<?xf32>
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<?xf32>
  // TARGET: target.mlir:8:3: error: halide: Did not understand Halide target x86-64-linux-avx3
  halide.schedule "v" target("x86-64-linux-avx3") {
  }
  // CUDA: target.mlir:11:3: error: halide: target 'x86-64-linux-cuda' names cuda without a cuda_capability
  halide.schedule "cuda" target("x86-64-linux-cuda") {
  }
  // VARIANT: target.mlir:1:1: error: no schedule for variant 'w', only for 'v', 'cuda'
}

//--- warning.mlir
// WARNING: warning.mlir:2:1: error: halide warns: Update definition 0 of function sum has not been scheduled
halide.pipeline @k(%A: !halide.buffer<?xf32>) {
  %c0 = arith.constant 0 : i32
  %zero = arith.constant 0.0 : f32
  %n = halide.extent %A[0] : !halide.buffer<?xf32>
  %sum = halide.func "sum" (x = %x) : f32 {
    halide.yield %zero : f32
  }
  halide.update %sum (%x) over (r = %r from %c0 extent %n) {
    %old = halide.at %sum[%x] : f32
    %a = halide.at %A[%r] : !halide.buffer<?xf32>
    %new = arith.addf %old, %a : f32
    halide.store at [%x] %new : f32
  }
  halide.output %sum : !halide.buffer<?xf32>
  halide.schedule "v" target("x86-64-linux") {
    halide.vectorize %sum[x] by 4
  }
}

//--- place.mlir
// PLACE: place.mlir:2:1: error: halide: {{.*}}"f" is computed at the following invalid location
halide.pipeline @k(%A: !halide.buffer<?xf32>) {
  %f = halide.func "f" (x = %x) : f32 {
    %a = halide.at %A[%x] : !halide.buffer<?xf32>
    halide.yield %a : f32
  }
  %g = halide.func "g" (x = %x) : f32 {
    %a = halide.at %f[%x] : f32
    halide.yield %a : f32
  }
  %out = halide.func "out" (x = %x) : f32 {
    %a = halide.at %f[%x] : f32
    %b = halide.at %g[%x] : f32
    %c = arith.addf %a, %b : f32
    halide.yield %c : f32
  }
  halide.output %out : !halide.buffer<?xf32>
  halide.schedule "v" target("x86-64-linux") {
    halide.compute_root %g
    halide.compute_at %f at %g[x]
  }
}

//--- op.mlir
halide.pipeline @k(%A: !halide.buffer<?xf32>) {
  %out = halide.func "out" (x = %x) : f32 {
    %a = halide.at %A[%x] : !halide.buffer<?xf32>
    // OP: op.mlir:5:10: error: 'math.tanh' op has no translation to Halide
    %b = math.tanh %a : f32
    halide.yield %b : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

//--- where.mlir
halide.pipeline @k(%A: !halide.buffer<?xf32>, %p: i1) {
  %out = halide.func "out" (x = %x) : f32 {
    %a = halide.at %A[%x] : !halide.buffer<?xf32>
    halide.yield %a : f32
  }
  halide.update %out (%x) {
    // WHERE: where.mlir:8:5: error: 'halide.where' op needs a reduction domain
    halide.where %p
    %a = halide.at %A[%x] : !halide.buffer<?xf32>
    halide.store at [%x] %a : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

//--- type.mlir
halide.pipeline @k(%A: !halide.buffer<?xf32>) {
  %out = halide.func "out" (x = %x) : f32 {
    // TYPE: type.mlir:4:10: error: 'arith.constant' op has a type that Halide lacks
    %v = arith.constant dense<1.0> : vector<4xf32>
    %a = halide.at %A[%x] : !halide.buffer<?xf32>
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

//--- tuple.mlir
halide.pipeline @k(%A: !halide.buffer<?xf32>) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[0] : !halide.buffer<?xf32>
  %f = halide.func "f" () : f32, f32 {
    halide.yield %zero, %zero : f32, f32
  }
  halide.update %f () over (r = %r from %c0 extent %n) {
    %old = halide.at %f[] : f32
    %sum = halide.at %f[] element 1 : f32
    %a = halide.at %A[%r] : !halide.buffer<?xf32>
    %new = arith.maximumf %old, %a : f32
    %power = math.exp %old : f32
    %next = arith.addf %sum, %power : f32
    // TUPLE: tuple.mlir:16:5: error: 'halide.store' op computes element 1 from element 0 of its own func inside a function or a maximum, which Halide overlooks in a tuple
    halide.store at [] %new, %next : f32, f32
  }
  halide.output %f : !halide.buffer<f32>, !halide.buffer<f32>
}

//--- argument.mlir
// ARGUMENT: argument.mlir:2:1: error: 'halide.pipeline' op has an argument of type 'i7', which Halide lacks
halide.pipeline @k(%A: !halide.buffer<?xf32>, %n: i7) {
  %out = halide.func "out" (x = %x) : f32 {
    %a = halide.at %A[%x] : !halide.buffer<?xf32>
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}
