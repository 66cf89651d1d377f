// RUN: heddle-opt %s -split-input-file --heddle-group-kernels --heddle-lower-graph-to-host --heddle-lower-graph-to-halide | FileCheck %s

// A weight is packed by recipe into panels, the kernel sees rows as one axis.
// CHECK-LABEL: host.program @Linear
// CHECK: host.weight "w0" tensors ["w"] recipe ["transpose", "pack 48"] : f32 ["2", "8", "48"]
// CHECK: host.dispatch @k0
// CHECK-SAME: views {{\[}}["8", "b * t"], ["48", "8", "2"], ["48", "2", "b * t"]]
// CHECK-SAME: flops = "1536 * b * t", instead = [{callee = @k0_few, size = "b * t", up_to = 9 : i64}]
// CHECK: halide.pipeline @k0_few(
// CHECK-SAME: halide.max_extents = array<i64: 8, 9>
// CHECK-SAME: heddle.family = "gemv"
// CHECK: halide.pipeline @k0(%{{.*}}: !halide.buffer<8x?xf32> {{.*}}, %{{.*}}: !halide.buffer<48x8x2xf32>
// CHECK-SAME: heddle.family = "gemm"
// CHECK: halide.func "acc" (n = %{{.*}}, nb = %{{.*}}, m = %{{.*}}) : f32 {{.*}}heddle.role = "accumulator"
// CHECK: halide.update
// CHECK: halide.output %{{.*}} : !halide.buffer<48x2x?xf32>
// CHECK-NOT: hgraph
hgraph.model @Linear {dims = [#hgraph.dim<"b", 1, 4>, #hgraph.dim<"t", 1, 9>]} {
  hgraph.entry @main(%x: tensor<?x?x8xf32, #hgraph.dims<"b", "t", "8">> {hgraph.name = "x"}) -> (tensor<?x?x96xf32, #hgraph.dims<"b", "t", "96">> {hgraph.name = "y"}) {
    %w = hgraph.weight "w" : tensor<96x8xf32>
    %0 = hgraph.linear %x, %w layout(out_in) : (tensor<?x?x8xf32, #hgraph.dims<"b", "t", "8">>, tensor<96x8xf32>) -> tensor<?x?x96xf32, #hgraph.dims<"b", "t", "96">>
    hgraph.return %0 : tensor<?x?x96xf32, #hgraph.dims<"b", "t", "96">>
  }
}

// -----

// Columns that no panel divides are one axis; the panels are zero past them.
// CHECK-LABEL: host.program @Ragged
// CHECK: recipe ["pack 16"] : f32 ["3", "8", "16"]
// CHECK: halide.func "acc" (n = %{{.*}}, m = %{{.*}})
// CHECK: halide.output %{{.*}} : !halide.buffer<37x3xf32>
hgraph.model @Ragged {dims = []} {
  hgraph.entry @main(%x: tensor<3x8xf32> {hgraph.name = "x"}) -> (tensor<3x37xf32> {hgraph.name = "y"}) {
    %w = hgraph.weight "w" : tensor<8x37xf32>
    %0 = hgraph.linear %x, %w layout(in_out) : (tensor<3x8xf32>, tensor<8x37xf32>) -> tensor<3x37xf32>
    hgraph.return %0 : tensor<3x37xf32>
  }
}

// -----

// A causal mask bounds the reductions; a window beside it is asked for each key.
// CHECK-LABEL: host.program @Causal
// CHECK: halide.func "scores"
// CHECK: halide.likely
// CHECK: halide.update %chunk_max
// CHECK: halide.promise_clamped
// CHECK: halide.where
// CHECK: halide.update %merge_max
// CHECK: halide.where
hgraph.model @Causal {dims = [#hgraph.dim<"t", 1, 600>]} {
  hgraph.entry @main(%q: tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">> {hgraph.name = "q"}) -> (tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">> {hgraph.name = "y"}) {
    %0 = hgraph.attention %q, %q, %q scale(0.25) : (tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">>, tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">>, tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">>) -> tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">> {
    ^bb0(%score: f32, %b: index, %h: index, %i: index, %j: index):
      %live = arith.cmpi sle, %j, %i : index
      hgraph.score %score where %live
    }
    hgraph.return %0 : tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">>
  }
}
