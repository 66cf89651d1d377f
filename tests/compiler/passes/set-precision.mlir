// Linears and attentions that say nothing are computed of the dtype; those that say something
// keep it, and a nested module is left alone.
// RUN: heddle-opt %s --heddle-set-precision=dtype=bf16 | FileCheck %s
// RUN: heddle-opt %s --heddle-set-precision=dtype=int8 | FileCheck %s --check-prefix=INT8
// RUN: not heddle-opt %s --heddle-set-precision=dtype=f64 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// UNKNOWN: error: found the dtype 'f64', expected one of f32, bf16, int8

// CHECK-LABEL: hgraph.model @M
hgraph.model @M {dims = []} {
  hgraph.entry @main(%x: tensor<2x4xf32> {hgraph.name = "x"}) -> (tensor<2x4xf32> {hgraph.name = "y"}) {
    %w = hgraph.weight "w" : tensor<4x4xf32>
    // CHECK: hgraph.linear %{{.*}} layout(out_in) compute(bf16)
    %0 = hgraph.linear %x, %w layout(out_in) : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
    // CHECK: hgraph.linear %{{.*}} layout(out_in) compute(f32)
    %1 = hgraph.linear %0, %w layout(out_in) compute(f32) : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
    // CHECK: hgraph.relu %{{[0-9]+}} :
    %2 = hgraph.relu %1 : (tensor<2x4xf32>) -> tensor<2x4xf32>
    hgraph.return %2 : tensor<2x4xf32>
  }
}

// CHECK-LABEL: hgraph.model @Heads
// INT8-LABEL: hgraph.model @Heads
hgraph.model @Heads {dims = []} {
  hgraph.entry @main(%q: tensor<1x2x3x4xf32> {hgraph.name = "q"}) -> (tensor<1x2x3x4xf32> {hgraph.name = "y"}) {
    // Weights of keys have no range to be whole numbers of.
    // CHECK: hgraph.attention %{{.*}} scale(1.000000e+00) compute(bf16) :
    // INT8: hgraph.attention %{{.*}} scale(1.000000e+00) compute(bf16) :
    %0 = hgraph.attention %q, %q, %q scale(1.0) : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      hgraph.score %s
    }
    // CHECK: hgraph.attention %{{.*}} scale(1.000000e+00) compute(f32) :
    // INT8: hgraph.attention %{{.*}} scale(1.000000e+00) compute(f32) :
    %1 = hgraph.attention %0, %q, %q scale(1.0) compute(f32) : (tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>, tensor<1x2x3x4xf32>) -> tensor<1x2x3x4xf32> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      hgraph.score %s
    }
    hgraph.return %1 : tensor<1x2x3x4xf32>
  }
}

// CHECK-LABEL: module @source
module @source {
  hgraph.model @M {dims = []} {
    hgraph.entry @main(%x: tensor<2x4xf32> {hgraph.name = "x"}) -> (tensor<2x4xf32> {hgraph.name = "y"}) {
      %w = hgraph.weight "w" : tensor<4x4xf32>
      // CHECK: hgraph.linear %{{.*}} layout(out_in) :
      %0 = hgraph.linear %x, %w layout(out_in) : (tensor<2x4xf32>, tensor<4x4xf32>) -> tensor<2x4xf32>
      hgraph.return %0 : tensor<2x4xf32>
    }
  }
}
