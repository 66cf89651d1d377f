// With explain, each kernel says why it ends where it ends; max-row bounds the
// norms that go into a gemm.
// RUN: heddle-opt %s --heddle-group-kernels='explain=true max-row=4' --verify-diagnostics

hgraph.model @M {dims = []} {
  hgraph.entry @main(%x: tensor<3x8xf32> {hgraph.name = "x"}) -> (tensor<3x8xf32> {hgraph.name = "y"}, tensor<3x8xf32> {hgraph.name = "z"}) {
    %w = hgraph.weight "w" : tensor<8x8xf32>
    %n = hgraph.weight "n" : tensor<8xf32>
    // expected-remark @+1 {{gemm kernel of 1 ops: the layer_norm's row is longer than 4 or not a constant}}
    %0 = hgraph.linear %x, %w layout(out_in) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
    // expected-remark @+1 {{norm kernel of 1 ops}}
    %1 = hgraph.layer_norm %0, %n eps(1.0e-12) : (tensor<3x8xf32>, tensor<8xf32>) -> tensor<3x8xf32>
    // expected-remark @+1 {{gemm kernel of 2 ops: its result has several users}}
    %2 = hgraph.linear %1, %w layout(in_out) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
    %3 = hgraph.relu %2 : (tensor<3x8xf32>) -> tensor<3x8xf32>
    // expected-remark @+1 {{norm kernel of 1 ops}}
    %4 = hgraph.softmax %3 axis(1) : (tensor<3x8xf32>) -> tensor<3x8xf32>
    hgraph.return %3, %4 : tensor<3x8xf32>, tensor<3x8xf32>
  }
}
