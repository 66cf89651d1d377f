// Kernels keep no states yet: the first one is refused where it is declared.
// RUN: heddle-opt %s --heddle-group-kernels --verify-diagnostics

hgraph.model @M {dims = []} {
  // expected-error @+1 {{declares the state "total", which kernels cannot keep yet; a model with states goes as far as phase 'graph'}}
  hgraph.state "total" : tensor<4xf32>
  hgraph.entry @main(%x: tensor<4xf32> {hgraph.name = "x"}) {
    hgraph.write_state "total", %x : tensor<4xf32>
    hgraph.return
  }
}
