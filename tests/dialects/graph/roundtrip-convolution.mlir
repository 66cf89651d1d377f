// hgraph.conv prints what it parses.
// RUN: heddle-opt %s | heddle-opt | FileCheck %s
// RUN: heddle-opt %s -mlir-print-op-generic | heddle-opt | FileCheck %s

// CHECK-LABEL: hgraph.outlined @conv(
hgraph.outlined @conv(%x: tensor<?x4x?xf32, #hgraph.dims<"b", "4", "2 * t">>, %w: tensor<6x2x3xf32>, %b: tensor<6xf32>,
                      %y: tensor<?x3x13x17xf32, #hgraph.dims<"b", "3", "13", "17">>, %v: tensor<5x3x4x2xf32>)
    attributes {dims = [#hgraph.dim<"b", 1, 4>, #hgraph.dim<"t", 1, 16>]} {
  // CHECK: hgraph.conv %{{.*}}, %{{.*}}, %{{.*}} stride [2] padding [1] dilation [1] groups(2) : (
  %0 = hgraph.conv %x, %w, %b stride [2] padding [1] dilation [1] groups(2) : (tensor<?x4x?xf32, #hgraph.dims<"b", "4", "2 * t">>, tensor<6x2x3xf32>, tensor<6xf32>) -> tensor<?x6x?xf32, #hgraph.dims<"b", "6", "t">>
  // CHECK: hgraph.conv %{{.*}}, %{{.*}} stride [3, 1] padding [0, 2] dilation [1, 5] groups(1) : (
  %1 = hgraph.conv %y, %v stride [3, 1] padding [0, 2] dilation [1, 5] groups(1) : (tensor<?x3x13x17xf32, #hgraph.dims<"b", "3", "13", "17">>, tensor<5x3x4x2xf32>) -> tensor<?x5x4x16xf32, #hgraph.dims<"b", "5", "4", "16">>
  hgraph.return
}
