// Convolutions: windows are packed, weights are read as they lie.
// RUN: heddle-opt %s -split-input-file --heddle-group-kernels --heddle-lower-graph-to-host --heddle-lower-graph-to-halide | FileCheck %s

// CHECK-LABEL: host.program @Groups
// CHECK: host.dispatch @k0
// CHECK-SAME: views {{\[}}["2 * t", "4", "b"], ["6", "6"], ["6"], ["t", "3", "2", "b"]] {flops = "72 * b * t"
// CHECK: halide.pipeline @k0
// CHECK-SAME: heddle.family = "matmul"
// CHECK: halide.func "packed" (w = %{{.*}}, n = %{{.*}}, g = %{{.*}}, b = %{{.*}}){{.*}}heddle.extents = array<i64: -1, 6, 2, -1>, heddle.role = "pack"
// CHECK: halide.clamp
// CHECK: arith.select
// CHECK: halide.func "acc"
// CHECK-SAME: heddle.role = "accumulator"
// CHECK: halide.func "out"
hgraph.model @Groups {dims = [#hgraph.dim<"b", 1, 4>, #hgraph.dim<"t", 1, 16>]} {
  hgraph.entry @main(%x: tensor<?x4x?xf32, #hgraph.dims<"b", "4", "2 * t">> {hgraph.name = "x"}, %t: tensor<?xf32, #hgraph.dims<"t">> {hgraph.name = "t"}) -> (tensor<?x6x?xf32, #hgraph.dims<"b", "6", "t">> {hgraph.name = "y"}) {
    %w = hgraph.weight "w" : tensor<6x2x3xf32>
    %b = hgraph.weight "b" : tensor<6xf32>
    %0 = hgraph.conv %x, %w, %b stride [2] padding [1] dilation [1] groups(2) : (tensor<?x4x?xf32, #hgraph.dims<"b", "4", "2 * t">>, tensor<6x2x3xf32>, tensor<6xf32>) -> tensor<?x6x?xf32, #hgraph.dims<"b", "6", "t">>
    hgraph.return %0 : tensor<?x6x?xf32, #hgraph.dims<"b", "6", "t">>
  }
}

// -----

// Windows side by side need no condition. One tensor in both places is seen
// under its own extents.
// CHECK-LABEL: host.program @Same
// CHECK: views {{\[}}["3", "3", "3"], ["1", "3", "3"]]
// CHECK: halide.func "packed"
// CHECK-NOT: arith.select
// CHECK: halide.func "acc"
hgraph.model @Same {dims = []} {
  hgraph.entry @main(%x: tensor<3x3x3xf32> {hgraph.name = "x"}) -> (tensor<3x3x1xf32> {hgraph.name = "y"}) {
    %0 = hgraph.conv %x, %x stride [3] padding [0] dilation [1] groups(1) : (tensor<3x3x3xf32>, tensor<3x3x3xf32>) -> tensor<3x3x1xf32>
    hgraph.return %0 : tensor<3x3x1xf32>
  }
}
