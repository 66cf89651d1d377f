// Every constraint on a program or an entry, broken once.
// RUN: heddle-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{(P1) has the range [4, 2] for dim 'batch', expected [min, max] with 1 <= min <= max}}
host.program @p dims {batch = [4, 2]} {
}

// -----

// expected-error @+1 {{(P1) has the range [0, 2] for dim 'batch'}}
host.program @p dims {batch = [0, 2]} {
}

// -----

// expected-error @+1 {{(P1) has the range "many" for dim 'batch'}}
host.program @p dims {batch = "many"} {
}

// -----

host.program @p dims {batch = [1, 64]} {
  // expected-error @+1 {{(P2) stands in a program, which holds only weights and entries}}
  %c = arith.constant 0 : i32
}

// -----

host.program @p dims {batch = [1, 64]} {
  // expected-note @+1 {{the first one is here}}
  %a = host.weight "w" tensors ["a"] recipe [] : f32 ["8"]
  // expected-error @+1 {{(P3) has the name 'w' a second time}}
  %b = host.weight "w" tensors ["b"] recipe [] : f32 ["8"]
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    // expected-error @+1 {{(E1) stands in an entry, which holds only inputs, slots, dispatches and outputs}}
    %c = arith.constant 0 : i32
  }
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    %x = host.input "x" : f32 ["batch"]
    // expected-note @+1 {{the buffer is declared here}}
    %s = host.slot 0 space "host" : f32 ["batch"]
    %t = host.slot 1 space "host" : f32 ["batch"]
    // expected-error @+1 {{(E2) reads slot 0 as in 0, which does not hold that buffer here}}
    host.dispatch @k0 ins(%s) scalars [] outs(%t) views [["batch"], ["batch"]]
  }
}

hgraph.outlined @k0(%x: tensor<2x3xf32>) -> tensor<2x3xf32> attributes {dims = [], family = "elementwise"} {
  hgraph.return %x : tensor<2x3xf32>
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    %x = host.input "x" : f32 ["batch"]
    // expected-note @+1 {{the buffer is declared here}}
    %s = host.slot 0 space "host" : f32 ["batch"]
    %over = host.slot 0 space "host" : f32 ["batch"]
    %t = host.slot 1 space "host" : f32 ["batch"]
    host.dispatch @k0 ins(%x) scalars [] outs(%s) views [["batch"], ["batch"]]
    host.dispatch @k0 ins(%x) scalars [] outs(%over) views [["batch"], ["batch"]]
    // expected-error @+1 {{(E2) reads slot 0 as in 0, which does not hold that buffer here}}
    host.dispatch @k0 ins(%s) scalars [] outs(%t) views [["batch"], ["batch"]]
  }
}

hgraph.outlined @k0(%x: tensor<2x3xf32>) -> tensor<2x3xf32> attributes {dims = [], family = "elementwise"} {
  hgraph.return %x : tensor<2x3xf32>
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    %s = host.slot 0 space "host" : f32 ["batch"]
    // expected-error @+1 {{(E3) names 'y', which 0 dispatches write, expected one}}
    host.output "y" %s
  }
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    %x = host.input "x" : f32 ["batch"]
    %s = host.slot 0 space "host" : f32 ["batch"]
    host.dispatch @k0 ins(%x) scalars [] outs(%s) views [["batch"], ["batch"]]
    host.dispatch @k0 ins(%x) scalars [] outs(%s) views [["batch"], ["batch"]]
    // expected-error @+1 {{(E3) names 'y', which 2 dispatches write, expected one}}
    host.output "y" %s
  }
}

hgraph.outlined @k0(%x: tensor<2x3xf32>) -> tensor<2x3xf32> attributes {dims = [], family = "elementwise"} {
  hgraph.return %x : tensor<2x3xf32>
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    %x = host.input "x" : f32 ["batch"]
    %s = host.slot 0 space "host" : f32 ["batch"]
    %over = host.slot 0 space "host" : f32 ["batch"]
    host.dispatch @k0 ins(%x) scalars [] outs(%s) views [["batch"], ["batch"]]
    host.dispatch @k0 ins(%x) scalars [] outs(%over) views [["batch"], ["batch"]]
    // expected-error @+1 {{(E3) names 'y', whose slot 0 is overwritten by another buffer}}
    host.output "y" %s
  }
}

hgraph.outlined @k0(%x: tensor<2x3xf32>) -> tensor<2x3xf32> attributes {dims = [], family = "elementwise"} {
  hgraph.return %x : tensor<2x3xf32>
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    %x = host.input "x" : f32 ["batch"]
    // expected-error @+1 {{(E4) is a second input named 'x'}}
    %y = host.input "x" : f32 ["batch"]
  }
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    %x = host.input "x" : f32 ["batch"]
    %s = host.slot 0 space "host" : f32 ["batch"]
    host.dispatch @k0 ins(%x) scalars [] outs(%s) views [["batch"], ["batch"]]
    host.output "y" %s
    // expected-error @+1 {{(E4) is a second output named 'y'}}
    host.output "y" %s
  }
}

hgraph.outlined @k0(%x: tensor<2x3xf32>) -> tensor<2x3xf32> attributes {dims = [], family = "elementwise"} {
  hgraph.return %x : tensor<2x3xf32>
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    // expected-note @+1 {{as the first slot of the program}}
    %s = host.slot 0 space "host" : f32 ["batch"]
    // expected-error @+1 {{(P4) is in space 'device', expected 'host'}}
    %t = host.slot 1 space "device" : f32 ["batch"]
  }
}

// -----

host.program @p dims {batch = [1, 64]} {
  // expected-error @+1 {{(E5) is cut along 'rows', which is not a declared dim of at least 1}}
  host.entry @main slices "rows" {
    %x = host.input "x" : f32 ["batch"]
  }
}

// -----

host.program @p dims {batch = [2, 64]} {
  // expected-error @+1 {{(E5) is cut along 'batch', which is not a declared dim of at least 1}}
  host.entry @main slices "batch" {
    %x = host.input "x" : f32 ["batch"]
  }
}

// -----

host.program @p dims {batch = [1, 64]} {
  // expected-error @+1 {{(E5) is cut along 'batch', which no input has}}
  host.entry @main slices "batch" {
    %x = host.input "x" : f32 ["4"]
  }
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main slices "batch" {
    // expected-error @+1 {{(E5) has the extents [4, batch], which cannot be cut along 'batch'}}
    %x = host.input "x" : f32 ["4", "batch"]
  }
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main slices "batch" {
    // expected-error @+1 {{(E5) has the extents [2 * batch], which cannot be cut along 'batch'}}
    %x = host.input "x" : f32 ["2 * batch"]
  }
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main slices "batch" {
    %x = host.input "x" : f32 ["batch"]
    %s = host.slot 0 space "host" : f32 ["4"]
    host.dispatch @k0 ins(%x) scalars [] outs(%s) views [["batch"], ["4"]]
    // expected-error @+1 {{(E5) has the extents [4], which cannot be cut along 'batch'}}
    host.output "y" %s
  }
}

hgraph.outlined @k0(%x: tensor<2x3xf32>) -> tensor<2x3xf32> attributes {dims = [], family = "elementwise"} {
  hgraph.return %x : tensor<2x3xf32>
}
