// Each op outside a kernel is reported; weights and constants may stay there.
// RUN: heddle-opt %s --heddle-verify-kernels --verify-diagnostics

hgraph.model @M {dims = []} {
  hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x"}) -> (tensor<2xf32> {hgraph.name = "y"}) {
    %w = hgraph.weight "w" : tensor<2xf32>
    %c = hgraph.constant dense<1.0> : tensor<f32>
    %0 = hgraph.kernel family("elementwise") -> (tensor<2xf32>) {
      %1 = hgraph.relu %x : (tensor<2xf32>) -> tensor<2xf32>
      hgraph.yield %1 : tensor<2xf32>
    }
    // expected-error @+1 {{'hgraph.add' op is not inside a kernel}}
    %2 = hgraph.add %0, %w : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    // expected-error @+1 {{'hgraph.mul' op is not inside a kernel}}
    %3 = hgraph.mul %2, %c : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
    hgraph.return %3 : tensor<2xf32>
  }
}

module @source {
  hgraph.model @M {dims = []} {
    hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x"}) -> (tensor<2xf32> {hgraph.name = "y"}) {
      %y = hgraph.relu %x : (tensor<2xf32>) -> tensor<2xf32>
      hgraph.return %y : tensor<2xf32>
    }
  }
}
