// RUN: heddle-opt %s -split-input-file --heddle-lower-graph-to-host | FileCheck %s

// Equal kernels are outlined once, slots are taken again when their last reader
// is done, weights are arguments.
// CHECK-LABEL: host.program @Chain
// CHECK: %[[W0:.*]] = host.weight "w0" tensors ["a"] recipe []
// CHECK: %[[W1:.*]] = host.weight "w1" tensors ["b"] recipe []
// CHECK: %[[X:.*]] = host.input "x" : f32 ["n", "4"]
// CHECK: %[[S0:.*]] = host.slot 0
// CHECK: host.dispatch @k0 ins(%[[X]], %[[W0]]) {{.*}}outs(%[[S0]]) {{.*}}values = [0]
// CHECK: %[[S1:.*]] = host.slot 1
// CHECK: host.dispatch @k0 ins(%[[S0]], %[[W1]]) {{.*}}outs(%[[S1]]) {{.*}}values = [1]
// CHECK: %[[S2:.*]] = host.slot 0
// CHECK: host.dispatch @k1 ins(%[[S1]]) {{.*}}outs(%[[S2]])
// CHECK: host.output "y" %[[S2]]
// CHECK: hgraph.outlined @k0(%{{.*}}, %{{.*}}: tensor<4x4xf32> {heddle.weight})
// CHECK: hgraph.outlined @k1
// CHECK-NOT: hgraph.outlined
hgraph.model @Chain {dims = [#hgraph.dim<"n", 1, 9>]} {
  hgraph.entry @main(%x: tensor<?x4xf32, #hgraph.dims<"n", "4">> {hgraph.name = "x"}) -> (tensor<?x4xf32, #hgraph.dims<"n", "4">> {hgraph.name = "y"}) {
    %a = hgraph.weight "a" : tensor<4x4xf32>
    %b = hgraph.weight "b" : tensor<4x4xf32>
    %0 = hgraph.kernel family("gemm") -> (tensor<?x4xf32, #hgraph.dims<"n", "4">>) {
      %k = hgraph.linear %x, %a layout(out_in) {hgraph.id = 0 : i64} : (tensor<?x4xf32, #hgraph.dims<"n", "4">>, tensor<4x4xf32>) -> tensor<?x4xf32, #hgraph.dims<"n", "4">>
      hgraph.yield %k : tensor<?x4xf32, #hgraph.dims<"n", "4">>
    }
    %1 = hgraph.kernel family("gemm") -> (tensor<?x4xf32, #hgraph.dims<"n", "4">>) {
      %k = hgraph.linear %0, %b layout(out_in) {hgraph.id = 1 : i64} : (tensor<?x4xf32, #hgraph.dims<"n", "4">>, tensor<4x4xf32>) -> tensor<?x4xf32, #hgraph.dims<"n", "4">>
      hgraph.yield %k : tensor<?x4xf32, #hgraph.dims<"n", "4">>
    }
    %2 = hgraph.kernel family("elementwise") -> (tensor<?x4xf32, #hgraph.dims<"n", "4">>) {
      %k = hgraph.relu %1 {hgraph.id = 2 : i64} : (tensor<?x4xf32, #hgraph.dims<"n", "4">>) -> tensor<?x4xf32, #hgraph.dims<"n", "4">>
      hgraph.yield %k : tensor<?x4xf32, #hgraph.dims<"n", "4">>
    }
    hgraph.return %2 : tensor<?x4xf32, #hgraph.dims<"n", "4">>
  }
}

// -----

// Tokens get the range of the smallest table they choose from.
// CHECK-LABEL: host.program @Tokens
// CHECK: host.input "t" range [0, 8] : i32 ["3"]
hgraph.model @Tokens {dims = []} {
  hgraph.entry @main(%t: tensor<3xi32> {hgraph.name = "t"}) -> (tensor<3x4xf32> {hgraph.name = "y"}) {
    %w = hgraph.weight "w" : tensor<9x4xf32>
    %0 = hgraph.kernel family("gather") -> (tensor<3x4xf32>) {
      %k = hgraph.embed %t, %w : (tensor<3xi32>, tensor<9x4xf32>) -> tensor<3x4xf32>
      hgraph.yield %k : tensor<3x4xf32>
    }
    hgraph.return %0 : tensor<3x4xf32>
  }
}

// -----

// A kernel of two results writes two slots, each with its value's number.
// CHECK-LABEL: host.program @Two
// CHECK: %[[S0:.*]] = host.slot 0
// CHECK: %[[S1:.*]] = host.slot 1
// CHECK: host.dispatch @k0 ins(%{{.*}}) {{.*}}outs(%[[S0]], %[[S1]]) views {{\[}}["4"], ["4"], ["4"]] {{.*}}values = [0, 1]
// CHECK: host.output "a" %[[S0]]
// CHECK: host.output "b" %[[S1]]
hgraph.model @Two {dims = []} {
  hgraph.entry @main(%x: tensor<4xf32> {hgraph.name = "x"}) -> (tensor<4xf32> {hgraph.name = "a"}, tensor<4xf32> {hgraph.name = "b"}) {
    %0:2 = hgraph.kernel family("elementwise") -> (tensor<4xf32>, tensor<4xf32>) {
      %a = hgraph.relu %x {hgraph.id = 0 : i64} : (tensor<4xf32>) -> tensor<4xf32>
      %b = hgraph.tanh %a {hgraph.id = 1 : i64} : (tensor<4xf32>) -> tensor<4xf32>
      hgraph.yield %a, %b : tensor<4xf32>, tensor<4xf32>
    }
    hgraph.return %0#0, %0#1 : tensor<4xf32>, tensor<4xf32>
  }
}
