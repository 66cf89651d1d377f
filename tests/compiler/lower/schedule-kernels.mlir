// RUN: heddle-opt %s --heddle-group-kernels --heddle-lower-graph-to-host --heddle-lower-graph-to-halide --heddle-schedule-kernels | FileCheck %s

// One schedule a variant; the register tile fits the target's registers.
// CHECK-LABEL: halide.pipeline @k0
// CHECK: halide.schedule "avx512"
// CHECK: halide.split %out[m] into (mo, mi) by 8 tail guard_with_if
// CHECK: halide.bound_extent %acc[n] 48
// CHECK: halide.bound_extent %acc[m] 8
// CHECK: halide.schedule "avx2"
// CHECK: halide.split %out[m] into (mo, mi) by 4 tail guard_with_if
// CHECK: halide.bound_extent %acc[n] 24
hgraph.model @Linear {dims = [#hgraph.dim<"b", 1, 4>]} {
  hgraph.entry @main(%x: tensor<?x8xf32, #hgraph.dims<"b", "8">> {hgraph.name = "x"}) -> (tensor<?x96xf32, #hgraph.dims<"b", "96">> {hgraph.name = "y"}) {
    %w = hgraph.weight "w" : tensor<96x8xf32>
    %0 = hgraph.linear %x, %w layout(out_in) : (tensor<?x8xf32, #hgraph.dims<"b", "8">>, tensor<96x8xf32>) -> tensor<?x96xf32, #hgraph.dims<"b", "96">>
    hgraph.return %0 : tensor<?x96xf32, #hgraph.dims<"b", "96">>
  }
}
