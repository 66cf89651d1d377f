// Every constraint on a dispatch, broken once.
// RUN: heddle-opt %s -split-input-file -verify-diagnostics

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    %x = host.input "x" : f32 ["batch"]
    %s = host.slot 0 space "host" : f32 ["batch"]
    // expected-error @+1 {{(D1) calls @k9, which does not exist}}
    host.dispatch @k9 ins(%x) scalars [] outs(%s) views [["batch"], ["batch"]]
  }
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    %x = host.input "x" : f32 ["batch"]
    %s = host.slot 0 space "host" : f32 ["batch"]
    // expected-error @+1 {{(D1) calls @inner, a builtin.module, expected halide.pipeline or hgraph.outlined}}
    host.dispatch @inner ins(%x) scalars [] outs(%s) views [["batch"], ["batch"]]
  }
}

// expected-note @+1 {{the callee is here}}
module @inner {
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    %x = host.input "x" : f32 ["batch"]
    // expected-error @+1 {{(D2) out 0 is not a slot}}
    host.dispatch @k0 ins() scalars [] outs(%x) views [["batch"]]
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
    // expected-error @+1 {{(D3) has 1 views for 2 buffers}}
    host.dispatch @k0 ins(%x) scalars [] outs(%s) views [["batch"]]
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
    %s = host.slot 0 space "host" : f32 ["batch", "8"]
    // expected-error @+1 {{(D4) view 1 has 4 * batch elements, but its buffer has 8 * batch}}
    host.dispatch @k0 ins(%x) scalars [] outs(%s) views [["batch"], ["4", "batch"]]
  }
}

hgraph.outlined @k0(%x: tensor<2x3xf32>) -> tensor<2x3xf32> attributes {dims = [], family = "elementwise"} {
  hgraph.return %x : tensor<2x3xf32>
}

// -----

// expected-note @+1 {{the dims are declared here}}
host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    %x = host.input "x" : f32 ["batch"]
    %s = host.slot 0 space "host" : f32 ["batch"]
    // expected-error @+1 {{(D5) has 'seq', which names the undeclared dim 'seq'}}
    host.dispatch @k0 ins(%x) scalars ["seq"] outs(%s) views [["batch"], ["batch"]]
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
    // expected-error @+1 {{(D5) has 'batch !', which is not a dim}}
    host.dispatch @k0 ins(%x) scalars [] outs(%s) views [["batch"], ["batch"]] {flops = "batch !"}
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
    // expected-error @+1 {{(D6) has 2 values for 1 outs}}
    host.dispatch @k0 ins(%x) scalars [] outs(%s) views [["batch"], ["batch"]] {values = [1, 2]}
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
    %t = host.slot 0 space "host" : f32 ["batch"]
    host.dispatch @k0 ins(%x) scalars [] outs(%s) views [["batch"], ["batch"]]
    // expected-error @+1 {{(D7) out 0 shares slot 0 with another buffer of the dispatch}}
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
    %s = host.slot 0 space "host" : f32 ["batch"]
    // expected-error @+1 {{(D8) gives @k1 2 ins and scalars, expected 1}}
    host.dispatch @k1 ins(%x) scalars ["batch"] outs(%s) views [["batch"], ["batch"]]
  }
}

// expected-note @+1 {{the callee is here}}
halide.pipeline @k1(%A: !halide.buffer<?xf32>) {
  %out = halide.func "out" (x = %x) : f32 {
    %a = halide.at %A[%x] : !halide.buffer<?xf32>
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<?xf32>
}

// -----

host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    %x = host.input "x" : f32 ["batch"]
    %s = host.slot 0 space "host" : f32 ["batch"]
    // expected-error @+1 {{(D9) has the choice 3 : i64, expected {callee = @name, size = "formula", up_to = number}}}
    host.dispatch @k0 ins(%x) scalars [] outs(%s) views [["batch"], ["batch"]] {instead = [3]}
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
    // expected-error @+1 {{(D9) has the choice {callee = @k0, up_to = 4 : i64}, expected}}
    host.dispatch @k0 ins(%x) scalars [] outs(%s) views [["batch"], ["batch"]] {instead = [{callee = @k0, up_to = 4}]}
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
    // expected-error @+1 {{(D9) has a choice up to 4 after 4, expected more}}
    host.dispatch @k0 ins(%x) scalars [] outs(%s) views [["batch"], ["batch"]] {instead = [{callee = @k0, size = "batch", up_to = 4}, {callee = @k0, size = "batch", up_to = 4}]}
  }
}

hgraph.outlined @k0(%x: tensor<2x3xf32>) -> tensor<2x3xf32> attributes {dims = [], family = "elementwise"} {
  hgraph.return %x : tensor<2x3xf32>
}

// -----

// expected-note @+1 {{the dims are declared here}}
host.program @p dims {batch = [1, 64]} {
  host.entry @main {
    %x = host.input "x" : f32 ["batch"]
    %s = host.slot 0 space "host" : f32 ["batch"]
    // expected-error @+1 {{(D9) has 'rows', which names the undeclared dim 'rows'}}
    host.dispatch @k0 ins(%x) scalars [] outs(%s) views [["batch"], ["batch"]] {instead = [{callee = @k0, size = "rows", up_to = 4}]}
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
    // expected-error @+1 {{(D1) calls @k9, which does not exist}}
    host.dispatch @k0 ins(%x) scalars [] outs(%s) views [["batch"], ["batch"]] {instead = [{callee = @k9, size = "batch", up_to = 4}]}
  }
}

hgraph.outlined @k0(%x: tensor<2x3xf32>) -> tensor<2x3xf32> attributes {dims = [], family = "elementwise"} {
  hgraph.return %x : tensor<2x3xf32>
}
