// Heads whose pairs turn in the kernel of their product: the output's runs have
// their partners in another run, or are the pairs.
// RUN: heddle-opt %s -split-input-file -verify-diagnostics --heddle-lower-graph-to-host --heddle-lower-graph-to-halide | FileCheck %s

// CHECK-LABEL: host.program @Half
// CHECK: ["16", "4", "2", "6"]
// CHECK: halide.func "acc" {{.*}}heddle.role = "accumulator"
// CHECK: halide.func "panel" {{.*}}heddle.role = "panel"
// CHECK: halide.func "out" (j = {{.*}}, part = {{.*}}, h = {{.*}}, m = {{.*}}) {{.*}}array<i64: 16, 4, 2, -1>
hgraph.model @Half {dims = []} {
  hgraph.entry @main(%x: tensor<2x3x8xf32> {hgraph.name = "x"}) -> (tensor<2x3x128xf32> {hgraph.name = "y"}) {
    %w = hgraph.weight "w" : tensor<8x128xf32>
    %t = hgraph.angle_table form(rotary) base(1.0e4) : tensor<9x32xf32>
    %0 = hgraph.kernel family("gemm") -> (tensor<2x3x128xf32>) {
      %q = hgraph.linear %x, %w layout(in_out) : (tensor<2x3x8xf32>, tensor<8x128xf32>) -> tensor<2x3x128xf32>
      %s = hgraph.split_heads %q heads(2) : (tensor<2x3x128xf32>) -> tensor<2x2x3x64xf32>
      %r = hgraph.rope %s, %t pairs(half) offset("2") : (tensor<2x2x3x64xf32>, tensor<9x32xf32>) -> tensor<2x2x3x64xf32>
      %m = hgraph.merge_heads %r : (tensor<2x2x3x64xf32>) -> tensor<2x3x128xf32>
      hgraph.yield %m : tensor<2x3x128xf32>
    }
    hgraph.return %0 : tensor<2x3x128xf32>
  }
}

// -----

// CHECK-LABEL: host.program @Adjacent
// CHECK: ["2", "16", "4", "6"]
hgraph.model @Adjacent {dims = []} {
  hgraph.entry @main(%x: tensor<2x3x8xf32> {hgraph.name = "x"}, %p: tensor<2x3xi32> {hgraph.name = "p"}) -> (tensor<2x3x128xf32> {hgraph.name = "y"}) {
    %w = hgraph.weight "w" : tensor<8x128xf32>
    %t = hgraph.angle_table form(rotary) base(1.0e4) : tensor<9x32xf32>
    %0 = hgraph.kernel family("gemm") -> (tensor<2x3x128xf32>) {
      %q = hgraph.linear %x, %w layout(in_out) : (tensor<2x3x8xf32>, tensor<8x128xf32>) -> tensor<2x3x128xf32>
      %s = hgraph.split_heads %q heads(4) : (tensor<2x3x128xf32>) -> tensor<2x4x3x32xf32>
      %r = hgraph.rope %s, %t at %p pairs(adjacent) : (tensor<2x4x3x32xf32>, tensor<9x32xf32>, tensor<2x3xi32>) -> tensor<2x4x3x32xf32>
      %m = hgraph.merge_heads %r : (tensor<2x4x3x32xf32>) -> tensor<2x3x128xf32>
      hgraph.yield %m : tensor<2x3x128xf32>
    }
    hgraph.return %0 : tensor<2x3x128xf32>
  }
}

// -----

hgraph.model @Narrow {dims = []} {
  hgraph.entry @main(%x: tensor<2x3x8xf32> {hgraph.name = "x"}) -> (tensor<2x3x24xf32> {hgraph.name = "y"}) {
    %w = hgraph.weight "w" : tensor<8x24xf32>
    %t = hgraph.angle_table form(rotary) base(1.0e4) : tensor<9x8xf32>
    %0 = hgraph.kernel family("gemm") -> (tensor<2x3x24xf32>) {
      %q = hgraph.linear %x, %w layout(in_out) : (tensor<2x3x8xf32>, tensor<8x24xf32>) -> tensor<2x3x24xf32>
      %s = hgraph.split_heads %q heads(3) : (tensor<2x3x24xf32>) -> tensor<2x3x3x8xf32>
      // expected-error @+1 {{has no lowering: in the kernel of a linear it stands between split_heads and merge_heads of whole panels, which read nothing else}}
      %r = hgraph.rope %s, %t pairs(half) : (tensor<2x3x3x8xf32>, tensor<9x8xf32>) -> tensor<2x3x3x8xf32>
      %m = hgraph.merge_heads %r : (tensor<2x3x3x8xf32>) -> tensor<2x3x24xf32>
      hgraph.yield %m : tensor<2x3x24xf32>
    }
    hgraph.return %0 : tensor<2x3x24xf32>
  }
}
