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
