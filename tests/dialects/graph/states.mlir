// States print what they parse, and an entry may use each as it likes.
// RUN: heddle-opt %s | heddle-opt | FileCheck %s
// RUN: heddle-opt %s -mlir-print-op-generic | heddle-opt | FileCheck %s
// RUN: heddle-opt %s -emit-bytecode | heddle-opt | FileCheck %s

// CHECK-LABEL: hgraph.model @M
hgraph.model @M {dims = []} {
  // CHECK: hgraph.state "total" : tensor<4xf32> {hgraph.doc = "so far"}
  hgraph.state "total" : tensor<4xf32> {hgraph.doc = "so far"}
  // CHECK: hgraph.state "last.0" : tensor<2x3xi32>
  hgraph.state "last.0" : tensor<2x3xi32>
  // CHECK: hgraph.entry @put
  // CHECK-SAME: attributes {hgraph.doc = "first"}
  hgraph.entry @put(%x: tensor<4xf32> {hgraph.name = "x"}) attributes {hgraph.doc = "first"} {
    // CHECK: hgraph.write_state "total", %{{.*}} : tensor<4xf32>
    hgraph.write_state "total", %x : tensor<4xf32>
    hgraph.return
  }
  hgraph.entry @get() -> (tensor<2x3xi32> {hgraph.name = "y"}) {
    // CHECK: %[[LAST:.*]] = hgraph.read_state "last.0" {hgraph.id = 0 : i64} : tensor<2x3xi32>
    %0 = hgraph.read_state "last.0" {hgraph.id = 0 : i64} : tensor<2x3xi32>
    // CHECK: hgraph.write_state "last.0", %[[LAST]] : tensor<2x3xi32>
    hgraph.write_state "last.0", %0 : tensor<2x3xi32>
    hgraph.return %0 : tensor<2x3xi32>
  }
}
