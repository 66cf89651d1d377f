// The ops of GraphShapes.td print what they parse.
// RUN: heddle-opt %s | heddle-opt | FileCheck %s
// RUN: heddle-opt %s -mlir-print-op-generic | heddle-opt | FileCheck %s

// CHECK-LABEL: hgraph.outlined @positions(
hgraph.outlined @positions(%x: tensor<?x2x?x8xf32, #hgraph.dims<"b", "2", "t", "8">>,
                           %p: tensor<?x?xi32, #hgraph.dims<"b", "t">>,
                           %q: tensor<?xi32, #hgraph.dims<"t">>)
    attributes {dims = [#hgraph.dim<"b", 1, 4>, #hgraph.dim<"t", 1, 16>]} {
  // CHECK: %[[T:.*]] = hgraph.angle_table form(rotary) base(1.000000e+04) : tensor<32x8xf32>
  %t = hgraph.angle_table form(rotary) base(1.0e4) : tensor<32x8xf32>
  // CHECK: %[[U:.*]] = hgraph.angle_table form(rotary) base(1.000000e+04) linear(2.000000e+00) llama3 [8.000000e+00, 1.000000e+00, 4.000000e+00, 8.192000e+03] : tensor<32x4xf32>
  %u = hgraph.angle_table form(rotary) base(1.0e4) linear(2.0) llama3 [8.0, 1.0, 4.0, 8192.0] : tensor<32x4xf32>
  // CHECK: hgraph.angle_table form(sinusoid) base(1.000000e+04) : tensor<32x8xf32>
  %s = hgraph.angle_table form(sinusoid) base(1.0e4) : tensor<32x8xf32>
  // CHECK: hgraph.rope %{{.*}}, %[[T]] pairs(half) : (
  %0 = hgraph.rope %x, %t pairs(half) : (tensor<?x2x?x8xf32, #hgraph.dims<"b", "2", "t", "8">>, tensor<32x8xf32>) -> tensor<?x2x?x8xf32, #hgraph.dims<"b", "2", "t", "8">>
  // CHECK: hgraph.rope %{{.*}}, %[[U]] pairs(adjacent) offset("t") : (
  %1 = hgraph.rope %x, %u pairs(adjacent) offset("t") : (tensor<?x2x?x8xf32, #hgraph.dims<"b", "2", "t", "8">>, tensor<32x4xf32>) -> tensor<?x2x?x8xf32, #hgraph.dims<"b", "2", "t", "8">>
  // CHECK: hgraph.rope %{{.*}}, %[[T]] at %{{.*}} pairs(half) : (
  %2 = hgraph.rope %x, %t at %p pairs(half) : (tensor<?x2x?x8xf32, #hgraph.dims<"b", "2", "t", "8">>, tensor<32x8xf32>, tensor<?x?xi32, #hgraph.dims<"b", "t">>) -> tensor<?x2x?x8xf32, #hgraph.dims<"b", "2", "t", "8">>
  %3 = hgraph.rope %x, %t at %q pairs(half) : (tensor<?x2x?x8xf32, #hgraph.dims<"b", "2", "t", "8">>, tensor<32x8xf32>, tensor<?xi32, #hgraph.dims<"t">>) -> tensor<?x2x?x8xf32, #hgraph.dims<"b", "2", "t", "8">>
  // CHECK: hgraph.dropout %{{.*}} rate(1.000000e-01) : (
  %4 = hgraph.dropout %0 rate(0.1) : (tensor<?x2x?x8xf32, #hgraph.dims<"b", "2", "t", "8">>) -> tensor<?x2x?x8xf32, #hgraph.dims<"b", "2", "t", "8">>
  hgraph.return
}

// CHECK-LABEL: hgraph.outlined @moves(
hgraph.outlined @moves(%x: tensor<?x6xf32, #hgraph.dims<"t", "6">>, %i: tensor<2x3xi32>, %b: tensor<3xi1>)
    attributes {dims = [#hgraph.dim<"t", 2, 16>]} {
  // CHECK: hgraph.reshape %{{.*}} : (tensor<?x6xf32, #hgraph.dims<"t", "6">>) -> tensor<2x?xf32, #hgraph.dims<"2", "3 * t">>
  %0 = hgraph.reshape %x : (tensor<?x6xf32, #hgraph.dims<"t", "6">>) -> tensor<2x?xf32, #hgraph.dims<"2", "3 * t">>
  // CHECK: hgraph.transpose %{{.*}} order [1, 0] : (tensor<2x3xi32>) -> tensor<3x2xi32>
  %1 = hgraph.transpose %i order [1, 0] : (tensor<2x3xi32>) -> tensor<3x2xi32>
  // CHECK: hgraph.concat %{{.*}}, %{{.*}}, %{{.*}} axis(0) : (tensor<3xi1>, tensor<3xi1>, tensor<3xi1>) -> tensor<9xi1>
  %2 = hgraph.concat %b, %b, %b axis(0) : (tensor<3xi1>, tensor<3xi1>, tensor<3xi1>) -> tensor<9xi1>
  // CHECK: hgraph.slice %{{.*}} axis(0) from("t - 1") : (
  %3 = hgraph.slice %x axis(0) from("t - 1") : (tensor<?x6xf32, #hgraph.dims<"t", "6">>) -> tensor<1x6xf32>
  // CHECK: hgraph.pad %{{.*}} axis(0) before("1") after("t") value(5.000000e-01) : (
  %4 = hgraph.pad %x axis(0) before("1") after("t") value(0.5) : (tensor<?x6xf32, #hgraph.dims<"t", "6">>) -> tensor<?x6xf32, #hgraph.dims<"2 * t + 1", "6">>
  // CHECK: hgraph.broadcast_to %{{.*}} : (tensor<3xi1>) -> tensor<2x3xi1>
  %5 = hgraph.broadcast_to %b : (tensor<3xi1>) -> tensor<2x3xi1>
  hgraph.return
}

// CHECK-LABEL: hgraph.outlined @products(
hgraph.outlined @products(%a: tensor<2x3x8xf32>, %b: tensor<8x5xf32>, %c: tensor<5x8xf32>, %d: tensor<8x3xf32>) attributes {dims = []} {
  // CHECK: hgraph.matmul %{{[^ ]*}}, %{{[^ ]*}} : (
  %0 = hgraph.matmul %a, %b : (tensor<2x3x8xf32>, tensor<8x5xf32>) -> tensor<2x3x5xf32>
  // CHECK: hgraph.matmul %{{.*}}, %{{.*}} transpose_b : (
  %1 = hgraph.matmul %a, %c transpose_b : (tensor<2x3x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5xf32>
  // CHECK: hgraph.matmul %{{.*}}, %{{.*}} transpose_a transpose_b : (
  %2 = hgraph.matmul %d, %c transpose_a transpose_b : (tensor<8x3xf32>, tensor<5x8xf32>) -> tensor<3x5xf32>
  hgraph.return
}

// What the author wrote about the model is kept.
// CHECK-LABEL: hgraph.model @Documented
// CHECK-SAME: hgraph.dim_docs = {n = "rows"}
// CHECK-SAME: hgraph.doc = "all of it"
hgraph.model @Documented {dims = [#hgraph.dim<"n", 1, 4>], hgraph.doc = "all of it", hgraph.dim_docs = {n = "rows"}} {
  // CHECK: %{{.*}}: tensor<2xf32> {hgraph.doc = "in", hgraph.name = "x"}) -> (tensor<2xf32> {hgraph.doc = "out", hgraph.name = "y"})
  hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x", hgraph.doc = "in"}) -> (tensor<2xf32> {hgraph.name = "y", hgraph.doc = "out"}) {
    %0 = hgraph.relu %x : (tensor<2xf32>) -> tensor<2xf32>
    hgraph.return %0 : tensor<2xf32>
  }
}
