// RUN: heddle-opt %s --heddle-group-kernels --heddle-lower-graph-to-host=space=device | FileCheck %s --check-prefix=HOST
// RUN: heddle-opt %s --heddle-group-kernels --heddle-lower-graph-to-host=space=device --heddle-lower-graph-to-halide | FileCheck %s --check-prefix=HALIDE
// RUN: heddle-opt %s --heddle-group-kernels --heddle-lower-graph-to-host=space=device --heddle-lower-graph-to-halide --heddle-schedule-kernels | FileCheck %s --check-prefix=SCHEDULE

// Slots on the device make kernels for it: one for any number of rows.
// HOST: host.slot 0 space "device"
// HALIDE-NOT: @k0_few
// HALIDE: halide.pipeline @k0({{.*}}heddle.space = "device"
// HALIDE-NOT: instead

// One schedule, for the device that the runtime has.
// SCHEDULE-NOT: halide.parallel
// SCHEDULE: halide.schedule "opencl" target("x86-64-linux-opencl") {
// SCHEDULE: halide.split %out[m] into (by, line) by 16 tail guard_with_if
// SCHEDULE: halide.gpu_blocks %out[by, nb]
// SCHEDULE: halide.gpu_threads %out[n, ty]
// SCHEDULE: halide.compute_at %acc at %out[n]
// SCHEDULE: halide.bound_extent %acc[m] 4
// SCHEDULE-NOT: halide.schedule
hgraph.model @Linear {dims = [#hgraph.dim<"b", 1, 64>]} {
  hgraph.entry @main(%x: tensor<?x8xf32, #hgraph.dims<"b", "8">> {hgraph.name = "x"}) -> (tensor<?x96xf32, #hgraph.dims<"b", "96">> {hgraph.name = "y"}) {
    %w = hgraph.weight "w" : tensor<96x8xf32>
    %0 = hgraph.linear %x, %w layout(out_in) : (tensor<?x8xf32, #hgraph.dims<"b", "8">>, tensor<96x8xf32>) -> tensor<?x96xf32, #hgraph.dims<"b", "96">>
    hgraph.return %0 : tensor<?x96xf32, #hgraph.dims<"b", "96">>
  }
}
