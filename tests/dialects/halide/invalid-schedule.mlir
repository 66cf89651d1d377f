// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each labelled constraint of schedules: the directives in order.
// RUN: heddle-opt %s -split-input-file -verify-diagnostics

halide.pipeline @c1_no_directive(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{'arith.constant' op (C1) of schedule: is no directive}}
    %c = arith.constant 1 : i32
  }
}

// -----

halide.pipeline @c2_no_stage(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C2) of schedule: 'f' has no stage 2, expected 0 to 1}}
    halide.reorder %f stage 2 [x, y]
  }
}

// -----

halide.pipeline @c2_no_stage_of_user(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C2) of schedule: 'out' has no stage 1, expected 0 to 0}}
    halide.compute_at %f at %out stage 1 [x]
  }
}

// -----

halide.pipeline @c2_rfactor_of_pure(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C2) of schedule: needs the stage of an update}}
    %p = halide.rfactor %f[x] into (u)
  }
}

// -----

halide.pipeline @c3_no_loop(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C3) of schedule: no loop 'xx' in stage 0 of 'out', which has x, y; did you mean 'x'?}}
    halide.split %out[xx] into (a, b) by 8
  }
}

// -----

halide.pipeline @c3_split_away(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    halide.split %out[x] into (xo, xi) by 8
    // expected-error @+1 {{(C3) of schedule: no loop 'x' in stage 0 of 'out', which has y, xo, xi}}
    halide.vectorize %out[x] by 8
  }
}

// -----

halide.pipeline @c3_reduction_of_another_stage(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C3) of schedule: no loop 'k' in stage 0 of 'f', which has x, y}}
    halide.unroll %f[k]
  }
}

// -----

halide.pipeline @c3_compute_at_a_loop_split_later(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C3) of schedule: no loop 'y' in stage 0 of 'out', which has x, yo, yi}}
    halide.compute_at %f at %out[y]
    halide.split %out[y] into (yo, yi) by 4
  }
}

// -----

halide.pipeline @c3_prefetch(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C3) of schedule: no loop 'z'}}
    halide.prefetch %f at %out[x] from z offset 1
  }
}

// -----

halide.pipeline @c3_stream(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C3) of schedule: no loop 'z'}}
    halide.stream %A at %f stage 1 [k] over %out[z] lines 1 : !halide.buffer<8x?xf32>
  }
}

// -----

halide.pipeline @c5_stream(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C5) of schedule: lines 0 is not positive}}
    halide.stream %A at %f stage 1 [k] over %out[x] lines 0 : !halide.buffer<8x?xf32>
  }
}

// -----

halide.pipeline @c5_stream_behind(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C5) of schedule: ahead -8 is negative}}
    halide.stream %A at %f stage 1 [k] ahead -8 lines 1 : !halide.buffer<8x?xf32>
  }
}

// -----

halide.pipeline @c4_in_use(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C4) of schedule: name 'y' of a new loop is in use}}
    halide.split %out[x] into (y, xi) by 8
  }
}

// -----

halide.pipeline @c4_twice(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C4) of schedule: name 'a' of a new loop is in use}}
    halide.split %out[x] into (a, a) by 8
  }
}

// -----

halide.pipeline @c4_no_identifier(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C4) of schedule: new loop 'x.o' is no identifier}}
    halide.split %out[x] into ("x.o", xi) by 8
  }
}

// -----

halide.pipeline @c4_fuse_with_itself(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C4) of schedule: fuses 'x' with itself}}
    halide.fuse %out[x, x] into z
  }
}

// -----

halide.pipeline @c5_factor(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C5) of schedule: factor is 0, expected 1 to 2147483647}}
    halide.split %out[x] into (a, b) by 0
  }
}

// -----

halide.pipeline @c5_negative(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C5) of schedule: factor is -4, expected 1 to}}
    halide.vectorize %out[x] by -4
  }
}

// -----

halide.pipeline @c5_extent(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C5) of schedule: extent is 0, expected 1 to}}
    halide.bound %f[x] min 0 extent 0
  }
}

// -----

halide.pipeline @c5_tile_lists(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C5) of schedule: has 2 loops, 1 outer, 2 inner ones and 2 factors}}
    halide.tile %out[x, y] into (a) (c, d) by [8, 8]
  }
}

// -----

halide.pipeline @c5_rfactor_lists(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C5) of schedule: has 1 reduction loops and 2 new dimensions}}
    %p = halide.rfactor %f stage 1 [k] into (u, v)
  }
}

// -----

halide.pipeline @c6_tail(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C6) of schedule: tail 'guard', expected one of auto, round_up, guard_with_if}}
    halide.split %out[x] into (a, b) by 8 tail guard
  }
}

// -----

halide.pipeline @c6_memory(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C6) of schedule: memory 'stak', expected one of auto, heap, stack}}
    halide.store_in %f stak
  }
}

// -----

halide.pipeline @c6_policy(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C6) of schedule: policy 'sometimes', expected one of auto, always, never}}
    halide.partition %out[x] sometimes
  }
}

// -----

halide.pipeline @c6_bounds(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C6) of schedule: bounds 'none', expected one of clamp}}
    halide.prefetch %f at %out[x] from x offset 1 bounds none
  }
}

// -----

halide.pipeline @c7_bound(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C7) of schedule: no dimension 'k' in 'f', which has x, y}}
    halide.bound_extent %f[k] 8
  }
}

// -----

halide.pipeline @c7_storage(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    // expected-error @+1 {{(C7) of schedule: no dimension 'z' in 'f', which has x, y; did you mean 'x'?}}
    halide.reorder_storage %f[x, z]
  }
}

// -----

halide.pipeline @c8_other_func(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %yes = arith.constant true
  %n = halide.extent %A[1] : !halide.buffer<8x?xf32>
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    %a = halide.at %A[%x, %y] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  halide.update %f (%x, %y) over (k = %k from %c0 extent %n) {
    %a = halide.at %f[%x, %y] : f32
    halide.store at [%x, %y] %a : f32
  }
  %out = halide.func "out" (x = %x, y = %y) : f32 {
    %a = halide.at %f[%x, %y] : f32
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<8x?xf32>
  halide.schedule "v" target("x86-64-linux") {
    halide.specialize %out where %yes {
      // expected-error @+1 {{(C8) of schedule: is not about the loops of the specialisation's stage}}
      halide.unroll %f[x]
    }
  }
}
