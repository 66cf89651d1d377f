// Rules of states.
// RUN: heddle-opt %s -split-input-file -verify-diagnostics

hgraph.model @M {dims = [#hgraph.dim<"n", 1, 4>]} {
  // expected-error @+1 {{'hgraph.state' op (S1) has the type 'tensor<?xf32, #hgraph.dims<"n">>'; expected constant extents}}
  hgraph.state "s" : tensor<?xf32, #hgraph.dims<"n">>
}

// -----

hgraph.model @M {dims = []} {
  hgraph.state "s" : tensor<4xf32>
  // expected-error @+1 {{'hgraph.state' op (M5) declares the state "s" twice}}
  hgraph.state "s" : tensor<4xf32>
}

// -----

hgraph.model @M {dims = []} {
  hgraph.entry @main() {
    // expected-error @+1 {{'hgraph.read_state' op (M6) names the state "s", which the model does not declare}}
    %0 = hgraph.read_state "s" : tensor<4xf32>
    hgraph.return
  }
}

// -----

hgraph.model @M {dims = []} {
  // expected-note @+1 {{it is declared here}}
  hgraph.state "s" : tensor<4xi32>
  hgraph.entry @main(%x: tensor<4xf32> {hgraph.name = "x"}) {
    // expected-error @+1 {{'hgraph.write_state' op (M6) has the type 'tensor<4xf32>', the state "s" has 'tensor<4xi32>'}}
    hgraph.write_state "s", %x : tensor<4xf32>
    hgraph.return
  }
}

// -----

hgraph.model @M {dims = []} {
  hgraph.state "s" : tensor<4xf32>
  hgraph.entry @main(%x: tensor<4xf32> {hgraph.name = "x"}) {
    // expected-note @+1 {{it is written here}}
    hgraph.write_state "s", %x : tensor<4xf32>
    // expected-error @+1 {{'hgraph.write_state' op (M7) writes the state "s" again}}
    hgraph.write_state "s", %x : tensor<4xf32>
    hgraph.return
  }
}

// -----

// expected-error @+1 {{expects parent op 'hgraph.model'}}
hgraph.state "s" : tensor<4xf32>
