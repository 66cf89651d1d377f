// Linears that say nothing are computed of the dtype; those that say something
// keep it, and a nested module is left alone.
// RUN: heddle-opt %s --heddle-set-precision=dtype=bf16 | FileCheck %s
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
