// RUN: heddle-opt %s -split-input-file -verify-diagnostics --heddle-lower-graph-to-host

hgraph.model @Same {dims = []} {
  // expected-error @+1 {{output 'y' is an input or a weight as it is; expected a computed value}}
  hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x"}) -> (tensor<2xf32> {hgraph.name = "y"}) {
    hgraph.return %x : tensor<2xf32>
  }
}

// -----

hgraph.model @Loose {dims = []} {
  hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x"}) -> (tensor<2xf32> {hgraph.name = "y"}) {
    // expected-error @+1 {{is in no kernel}}
    %0 = hgraph.relu %x : (tensor<2xf32>) -> tensor<2xf32>
    hgraph.return %0 : tensor<2xf32>
  }
}

// -----

hgraph.model @Shapes {dims = []} {
  hgraph.entry @main(%x: tensor<2x3xf32> {hgraph.name = "x"}) -> (tensor<2x3xf32> {hgraph.name = "a"}, tensor<2xf32> {hgraph.name = "b"}) {
    // expected-error @+1 {{has results of the shapes [2, 3] and [2]; expected one shape}}
    %0:2 = hgraph.kernel family("reduce") -> (tensor<2x3xf32>, tensor<2xf32>) {
      %a = hgraph.relu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
      %b = hgraph.sum %a over(1) : (tensor<2x3xf32>) -> tensor<2xf32>
      hgraph.yield %a, %b : tensor<2x3xf32>, tensor<2xf32>
    }
    hgraph.return %0#0, %0#1 : tensor<2x3xf32>, tensor<2xf32>
  }
}
