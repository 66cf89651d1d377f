// RUN: heddle-opt %s -split-input-file --heddle-group-kernels --heddle-lower-graph-to-host --heddle-lower-graph-to-halide --heddle-schedule-kernels | FileCheck %s

// One schedule a variant, but for that whose instructions f32 has no use of; the register tile fits the target's registers.
// CHECK-LABEL: halide.pipeline @k0_few
// CHECK-SAME: heddle.family = "gemv"
// CHECK-NOT: avx512_bf16
// CHECK: halide.schedule "avx512"
// CHECK: halide.stream %arg1 at %acc stage 1 [k] ahead 768 lines 3
// CHECK: halide.split %out[m] into (mo, mi) by 9 tail guard_evenly
// CHECK-LABEL: halide.pipeline @k0(
// CHECK-SAME: heddle.family = "gemm"
// CHECK: halide.schedule "avx512"
// CHECK: halide.stream %arg1 at %acc stage 1 [k] over %out[mo] lines 1
// CHECK: halide.split %out[m] into (mo, mi) by 8 tail guard_evenly
// CHECK: halide.split %out[mo] into (block, mo) by 16 tail guard_with_if
// CHECK: halide.bound_extent %acc[n] 48
// CHECK: halide.bound_extent %acc[m] 8
// CHECK: halide.schedule "avx2"
// CHECK: halide.split %out[m] into (mo, mi) by 4 tail guard_evenly
// CHECK: halide.bound_extent %acc[n] 24
hgraph.model @Linear {dims = [#hgraph.dim<"b", 1, 64>]} {
  hgraph.entry @main(%x: tensor<?x8xf32, #hgraph.dims<"b", "8">> {hgraph.name = "x"}) -> (tensor<?x96xf32, #hgraph.dims<"b", "96">> {hgraph.name = "y"}) {
    %w = hgraph.weight "w" : tensor<96x8xf32>
    %0 = hgraph.linear %x, %w layout(out_in) : (tensor<?x8xf32, #hgraph.dims<"b", "8">>, tensor<96x8xf32>) -> tensor<?x96xf32, #hgraph.dims<"b", "96">>
    hgraph.return %0 : tensor<?x96xf32, #hgraph.dims<"b", "96">>
  }
}

// -----

// Knobs that are given take the place of the defaults, for one variant.
// CHECK-LABEL: halide.pipeline @k1(
// CHECK: halide.schedule "avx512"
// CHECK: halide.split %out[d1] into (task, row) by 16 tail guard_with_if
// CHECK: halide.schedule "avx2"
// CHECK: halide.parallel %out[d1]
halide.pipeline @k1(%A: !halide.buffer<?x?xf32>) attributes {heddle.family = "elementwise", heddle.knobs = {avx512 = {task_rows = 16 : i64}}} {
  %out = halide.func "out" (d0 = %x, d1 = %y) : f32 attributes {heddle.role = "output"} {
    %a = halide.at %A[%x, %y] : !halide.buffer<?x?xf32>
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<?x?xf32>
}

// -----

// Schedules that are given for every variant need no family and no roles.
// CHECK-LABEL: halide.pipeline @by_hand(
// CHECK: halide.schedule "avx512"
// CHECK: halide.schedule "avx2"
// CHECK-NOT: halide.schedule
halide.pipeline @by_hand(%A: !halide.buffer<?xf32>) {
  %out = halide.func "out" (x = %x) : f32 {
    %a = halide.at %A[%x] : !halide.buffer<?xf32>
    halide.yield %a : f32
  }
  halide.output %out : !halide.buffer<?xf32>
  halide.schedule "avx512" target("x86-64-linux") {
  }
  halide.schedule "avx2" target("x86-64-linux") {
  }
}

// -----

// Rounded numbers: a variant of their own with dot products, and in the others
// widened rows; pairs of k are stored side by side.
// CHECK-LABEL: host.program @Narrow
// CHECK: host.weight "w0" tensors ["w"] recipe ["transpose", "pack 32", "group 2", "bf16"] : bf16 ["3", "4", "32", "2"]
// CHECK-LABEL: halide.pipeline @k0(
// CHECK-SAME: !halide.buffer<2x32x4x3xbf16>
// CHECK: halide.func "narrow" (k = %{{.*}}, m = %{{.*}}) : bf16
// CHECK: arith.truncf
// CHECK: halide.schedule "avx512_bf16"
// CHECK: halide.atomic %acc stage 1
// CHECK: halide.compute_at %narrow at %out[block]
// CHECK: halide.schedule "avx512"
// CHECK-NOT: halide.atomic
// CHECK: halide.compute_at %wide at %out[block]
// CHECK: halide.schedule "avx2"
hgraph.model @Narrow {dims = [#hgraph.dim<"b", 8, 64>]} {
  hgraph.entry @main(%x: tensor<?x8xf32, #hgraph.dims<"b", "8">> {hgraph.name = "x"}) -> (tensor<?x96xf32, #hgraph.dims<"b", "96">> {hgraph.name = "y"}) {
    %w = hgraph.weight "w" : tensor<96x8xf32>
    %0 = hgraph.linear %x, %w layout(out_in) compute(bf16) : (tensor<?x8xf32, #hgraph.dims<"b", "8">>, tensor<96x8xf32>) -> tensor<?x96xf32, #hgraph.dims<"b", "96">>
    hgraph.return %0 : tensor<?x96xf32, #hgraph.dims<"b", "96">>
  }
}

// -----

// Whole tiles: the sums are in tile registers, for many rows; the rows of x
// are rounded once a block, and meet two panels at a time.
// CHECK-LABEL: halide.pipeline @k0_few
// CHECK-NOT: avx512_amx
// CHECK-LABEL: halide.pipeline @k0(
// CHECK: halide.schedule "avx512_amx"
// CHECK: halide.split %out[m] into (mo, mi) by 32 tail guard_with_if
// CHECK: halide.split %out[nb] into (panels, panel) by 2
// CHECK: halide.reorder %out[n, mi, panel, mo, panels, block]
// CHECK: halide.parallel %out[panels]
// CHECK: halide.bound_extent %acc[n] 32
// CHECK: halide.store_in %acc amx_tile
// CHECK: halide.reorder %acc stage 1 [kp, n, nb, m, k]
// CHECK: halide.split %acc stage 1 [k] into (step, group) by 16
// CHECK: halide.stream %arg1 at %acc stage 1 [step] over %out[mo] ahead 4096 lines 8
// CHECK: halide.compute_at %narrow at %out[block]
// CHECK: halide.schedule "avx512_bf16"
hgraph.model @Tiles {dims = [#hgraph.dim<"b", 1, 64>]} {
  hgraph.entry @main(%x: tensor<?x64xf32, #hgraph.dims<"b", "64">> {hgraph.name = "x"}) -> (tensor<?x256xf32, #hgraph.dims<"b", "256">> {hgraph.name = "y"}) {
    %w = hgraph.weight "w" : tensor<256x64xf32>
    %0 = hgraph.linear %x, %w layout(out_in) compute(bf16) : (tensor<?x64xf32, #hgraph.dims<"b", "64">>, tensor<256x64xf32>) -> tensor<?x256xf32, #hgraph.dims<"b", "256">>
    hgraph.return %0 : tensor<?x256xf32, #hgraph.dims<"b", "256">>
  }
}

// -----

// Integers: the scales of the rows of x are found beside the rounded rows,
// those of the weight and what the sums have too little come with the weight.
// CHECK-LABEL: host.program @Whole
// CHECK-DAG: recipe ["transpose", "int8", "pack 48", "group 4"] : i8 ["2", "2", "48", "4"]
// CHECK-DAG: recipe ["transpose", "scales", "pad 0 96"] : f32 ["96"]
// CHECK-DAG: recipe ["transpose", "offsets", "pad 0 96"] : i32 ["96"]
// CHECK-LABEL: halide.pipeline @k0(
// CHECK: halide.func "narrow" (k = %{{.*}}, m = %{{.*}}) : i8
// CHECK: halide.func "acc" {{.*}} : i32
// CHECK-NOT: avx512_bf16
// CHECK: halide.schedule "avx512_vnni"
// CHECK: halide.atomic %acc stage 1
// CHECK: halide.compute_at %narrow at %out[block]
// CHECK: halide.compute_at %range_lanes at %range[m]
// CHECK: halide.schedule "avx512"
// CHECK: halide.schedule "avx2"
hgraph.model @Whole {dims = [#hgraph.dim<"b", 8, 64>]} {
  hgraph.entry @main(%x: tensor<?x8xf32, #hgraph.dims<"b", "8">> {hgraph.name = "x"}) -> (tensor<?x96xf32, #hgraph.dims<"b", "96">> {hgraph.name = "y"}) {
    %w = hgraph.weight "w" : tensor<96x8xf32>
    %0 = hgraph.linear %x, %w layout(out_in) compute(int8) : (tensor<?x8xf32, #hgraph.dims<"b", "8">>, tensor<96x8xf32>) -> tensor<?x96xf32, #hgraph.dims<"b", "96">>
    hgraph.return %0 : tensor<?x96xf32, #hgraph.dims<"b", "96">>
  }
}
