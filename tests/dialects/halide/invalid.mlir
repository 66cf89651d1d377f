// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each labelled constraint of pipelines, funcs, updates and expressions.
// RUN: heddle-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{(C1) has argument 0 of type 'index', expected a buffer, a signless integer or a float}}
halide.pipeline @c1_type(%A: index) {
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

// expected-error @+1 {{(C1) has buffer argument 1 after a scalar, expected buffers first}}
halide.pipeline @c1_order(%n: i32, %A: !halide.buffer<?xf32>) {
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

// expected-error @+1 {{(C1) has results, expected outputs in the body}}
halide.pipeline @c1_results() -> f32 {
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

// expected-error @+1 {{(C2) has no output}}
halide.pipeline @c2_none() {
  %f = halide.func "f" (x = %x) : f32 {
    %z = arith.constant 0.0 : f32
    halide.yield %z : f32
  }
}

// -----

halide.pipeline @c2_twice() {
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
  // expected-error @+1 {{(C2) of pipeline: the func is an output already}}
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @c3_names() {
  // expected-note @+1 {{first defined here}}
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
  // expected-error @+1 {{(C3) of pipeline: 'out' is defined twice}}
  %again = halide.func "out" (x = %x) : f32 {
    %z = arith.constant 0.0 : f32
    halide.yield %z : f32
  }
}

// -----

halide.pipeline @c4_level(%A: !halide.buffer<?xf32>) {
  // expected-error @+1 {{(C4) of pipeline: does not belong at the level of a pipeline}}
  %f = halide.undef : f32
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @c5_last() {
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
  halide.schedule "v" target("x86-64-linux") {
  }
  // expected-error @+1 {{(C5) of pipeline: follows a schedule, expected schedules last}}
  %c = arith.constant 0 : i32
}

// -----

halide.pipeline @c5_variants() {
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
  halide.schedule "v" target("x86-64-linux") {
  }
  // expected-error @+1 {{(C5) of pipeline: variant 'v' has a schedule already}}
  halide.schedule "v" target("x86-64-linux") {
  }
}

// -----

halide.pipeline @func_c1(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  // expected-error @+1 {{(C1) has two dimensions named 'x'}}
  %f = halide.func "f" (x = %x, x = %y) : f32 {
    halide.yield %z : f32
  }
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @func_c2(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  // expected-error @+1 {{(C2) has 0 index variables, expected 1}}
  %f = "halide.func"() <{name = "f", dims = ["x"], elements = [f32]}> ({
    halide.yield %z : f32
  }) : () -> !halide.func
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @func_c2_type(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  // expected-error @+1 {{(C2) has an index variable of type 'i64', expected i32}}
  %f = "halide.func"() <{name = "f", dims = ["x"], elements = [f32]}> ({
  ^bb0(%x: i64):
    halide.yield %z : f32
  }) : () -> !halide.func
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @func_c3(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  // expected-error @+1 {{(C3) has name 'a.b', expected an identifier}}
  %f = halide.func "a.b" (x = %x) : f32 {
    halide.yield %z : f32
  }
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @func_c3_dim(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  // expected-error @+1 {{(C3) has dimension '1x', expected an identifier}}
  %f = halide.func "f" ("1x" = %x) : f32 {
    halide.yield %z : f32
  }
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @func_c4(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  // expected-error @+1 {{(C4) has element type 'index', expected a signless integer or a float}}
  %f = halide.func "f" (x = %x) : index {
    %i = arith.index_cast %x : i32 to index
    halide.yield %i : index
  }
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @yield_c1(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  %f = halide.func "f" (x = %x) : f32, f32 {
    // expected-error @+1 {{(C1) has 1 values, expected 2}}
    halide.yield %z : f32
  }
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @yield_c1_type(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  %f = halide.func "f" (x = %x) : f32 {
    // expected-error @+1 {{(C1) has value 0 of type 'i32', expected 'f32'}}
    halide.yield %x : i32
  }
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @update_c1(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    halide.yield %z : f32
  }
  // expected-error @+1 {{(C1) has two dimensions named 'x'}}
  halide.update %f (%x, %y) over (x = %k from %c0 extent %c0) {
    halide.store at [%x, %y] %z : f32
  }
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @update_c2(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    halide.yield %z : f32
  }
  // expected-error @+1 {{(C2) has 1 mins and 0 extents for 1 reduction dimensions}}
  "halide.update"(%f, %c0) <{operandSegmentSizes = array<i32: 1, 1, 0>, reduction = ["k"]}> ({
  ^bb0(%x: i32, %y: i32, %k: i32):
    halide.store at [%x, %y] %z : f32
  }) : (!halide.func, i32) -> ()
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @update_c3(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  %f = builtin.unrealized_conversion_cast to !halide.func
  // expected-error @+1 {{(C3) is of a func that no halide.func defines}}
  halide.update %f (%x, %y) {
    halide.store at [%x, %y] %z : f32
  }
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @store_c1(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    halide.yield %z : f32
  }
  halide.update %f (%x, %y) {
    // expected-error @+1 {{(C1) has 1 indices, but 'f' has 2 dimensions}}
    halide.store at [%x] %z : f32
  }
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @store_c2(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    halide.yield %z : f32
  }
  halide.update %f (%x, %y) {
    // expected-error @+1 {{(C2) has value 0 of type 'i32', expected 'f32'}}
    halide.store at [%x, %y] %x : i32
  }
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @at_c1(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  %f = halide.func "f" (x = %x) : f32 {
    // expected-error @+1 {{(C1) has 1 indices, but 'buffer' has 2 dimensions}}
    %a = halide.at %A[%x] : !halide.buffer<8x?xf32>
    halide.yield %a : f32
  }
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @at_c2_element(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    halide.yield %z : f32
  }
  %g = halide.func "g" (x = %x) : f32 {
    // expected-error @+1 {{(C2) is of element 1 of 1}}
    %a = halide.at %f[%x, %x] element 1 : f32
    halide.yield %a : f32
  }
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @at_c2_type(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    halide.yield %z : f32
  }
  %g = halide.func "g" (x = %x) : i32 {
    // expected-error @+1 {{(C2) has type 'i32', expected 'f32'}}
    %a = halide.at %f[%x, %x] : i32
    halide.yield %a : i32
  }
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @at_c3(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  // expected-error @+1 {{(C3) stands outside of funcs and updates}}
  %a = halide.at %A[%c0, %c0] : !halide.buffer<8x?xf32>
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @extent_c1(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  // expected-error @+1 {{(C1) is of dimension 2 of 2}}
  %n = halide.extent %A[2] : !halide.buffer<8x?xf32>
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @extent_c2(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  %B = builtin.unrealized_conversion_cast to !halide.buffer<?xf32>
  // expected-error @+1 {{(C2) is of a buffer that is no argument}}
  %n = halide.extent %B[0] : !halide.buffer<?xf32>
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @output_c1_count(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    halide.yield %z : f32
  }
  // expected-error @+1 {{(C1) has 2 buffers, but 'f' has 1 elements}}
  halide.output %f : !halide.buffer<?x?xf32>, !halide.buffer<?x?xf32>
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @output_c1_type(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    halide.yield %z : f32
  }
  // expected-error @+1 {{(C1) has type '!halide.buffer<?xf32>', expected a buffer of 'f32' with 2 dimensions}}
  halide.output %f : !halide.buffer<?xf32>
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @set_extent_c1(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  // expected-error @+1 {{(C1) is of dimension 0, whose extent is static}}
  halide.set_extent %A[0] to %c0 : !halide.buffer<8x?xf32>
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @set_extent_c1_dim(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  // expected-error @+1 {{(C1) is of dimension 2 of 2}}
  halide.set_extent %A[2] to %c0 : !halide.buffer<8x?xf32>
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @set_extent_c2(%A: !halide.buffer<8x?xf32>) {
  %c0 = arith.constant 0 : i32
  %z = arith.constant 0.0 : f32
  %f = halide.func "f" (x = %x, y = %y) : f32 {
    halide.yield %z : f32
  }
  // expected-error @+1 {{(C2) is of a func that is no output}}
  halide.set_extent %f[0] to %c0
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

// expected-error @+1 {{has extent 0, expected a positive one or '?'}}
halide.pipeline @buffer_extent(%A: !halide.buffer<0xf32>) {
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

// expected-error @+1 {{has element type 'index', expected i1, i8 to i64, ui8 to ui64, f16, bf16, f32 or f64}}
halide.pipeline @buffer_element(%A: !halide.buffer<4xindex>) {
  %out = halide.func "out" (x = %x) : f32 {
    %o = arith.constant 0.0 : f32
    halide.yield %o : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}
