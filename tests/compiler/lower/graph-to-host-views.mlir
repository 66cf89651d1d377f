// Reshapes are views of buffers; tables are weights that a recipe makes; dims
// that no buffer has are scalars of the kernel.
// RUN: heddle-opt %s --heddle-lower-graph-to-host | FileCheck %s
// RUN: heddle-opt %s --heddle-lower-graph-to-host --heddle-lower-graph-to-halide | FileCheck %s --check-prefix=HALIDE

// CHECK-LABEL: host.program @Views
// CHECK: %[[T:.*]] = host.weight "w0" tensors [] recipe ["rotary 20 4 10000 linear 2"] : f32 ["20", "4"]
// CHECK: %[[X:.*]] = host.input "x" : f32 ["n", "12"]
// CHECK: %[[S:.*]] = host.slot 0 space "host" : f32 ["n", "1", "3", "4"]
// CHECK: host.dispatch @k0 ins(%[[X]], %[[T]]) {{.*}}outs(%[[S]]) views
// CHECK-SAME: {{\[}}["4", "3", "1", "n"], ["4", "20"], ["4", "3", "1", "n"]]
// CHECK: %[[Y:.*]] = host.slot {{.*}} : f32 ["12 * n"]
// CHECK: host.dispatch @k1 ins(%[[S]]) {{.*}}outs(%[[Y]]) views
// CHECK-SAME: {{\[}}["6", "2 * n"], ["6", "2 * n"]]
// CHECK: host.output "y" %[[Y]]
// HALIDE: host.dispatch @k0 {{.*}} scalars ["2 * n + 1"]
// HALIDE: halide.pipeline @k0(%{{.*}}: !halide.buffer<4x3x1x?xf32> {{.*}}, %{{.*}}: !halide.buffer<4x20xf32> {{.*}}, %{{.*}}: i32 {halide.max = 17 : i64})
hgraph.model @Views {dims = [#hgraph.dim<"n", 1, 8>]} {
  hgraph.entry @main(%x: tensor<?x12xf32, #hgraph.dims<"n", "12">> {hgraph.name = "x"}) -> (tensor<?xf32, #hgraph.dims<"12 * n">> {hgraph.name = "y"}) {
    %t = hgraph.angle_table form(rotary) base(1.0e4) linear(2.0) : tensor<20x4xf32>
    %v = hgraph.reshape %x : (tensor<?x12xf32, #hgraph.dims<"n", "12">>) -> tensor<?x1x3x4xf32, #hgraph.dims<"n", "1", "3", "4">>
    %0 = hgraph.kernel family("elementwise") -> (tensor<?x1x3x4xf32, #hgraph.dims<"n", "1", "3", "4">>) {
      %k = hgraph.rope %v, %t pairs(half) offset("2 * n + 1") : (tensor<?x1x3x4xf32, #hgraph.dims<"n", "1", "3", "4">>, tensor<20x4xf32>) -> tensor<?x1x3x4xf32, #hgraph.dims<"n", "1", "3", "4">>
      hgraph.yield %k : tensor<?x1x3x4xf32, #hgraph.dims<"n", "1", "3", "4">>
    }
    %w = hgraph.reshape %0 : (tensor<?x1x3x4xf32, #hgraph.dims<"n", "1", "3", "4">>) -> tensor<?x6xf32, #hgraph.dims<"2 * n", "6">>
    %1 = hgraph.kernel family("elementwise") -> (tensor<?x6xf32, #hgraph.dims<"2 * n", "6">>) {
      %k = hgraph.relu %w : (tensor<?x6xf32, #hgraph.dims<"2 * n", "6">>) -> tensor<?x6xf32, #hgraph.dims<"2 * n", "6">>
      hgraph.yield %k : tensor<?x6xf32, #hgraph.dims<"2 * n", "6">>
    }
    %y = hgraph.reshape %1 : (tensor<?x6xf32, #hgraph.dims<"2 * n", "6">>) -> tensor<?xf32, #hgraph.dims<"12 * n">>
    hgraph.return %y : tensor<?xf32, #hgraph.dims<"12 * n">>
  }
}
