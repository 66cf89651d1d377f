// RUN: heddle-opt %s -split-input-file -verify-diagnostics --heddle-schedule-kernels

// expected-error @+1 {{has no 'heddle.family', which the default schedule goes by}}
halide.pipeline @no_family(%A: !halide.buffer<?xf32>) {
  %out = halide.func "out" (x = %x) : f32 {
    %a = halide.at %A[%x] : !halide.buffer<?xf32>
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

halide.pipeline @no_role(%A: !halide.buffer<?xf32>) attributes {heddle.family = "rows"} {
  // expected-error @+1 {{has no known 'heddle.role', which the default schedule goes by}}
  %out = halide.func "out" (x = %x) : f32 {
    %a = halide.at %A[%x] : !halide.buffer<?xf32>
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}
