// What random models once found: operands in two roles, unusual axes.
// RUN: heddle-opt %s -split-input-file --heddle-group-kernels --heddle-lower-graph-to-host --heddle-lower-graph-to-halide | FileCheck %s

// A residual that is the linear's own input is read through one view.
// CHECK-LABEL: host.program @Residual
// CHECK: host.dispatch @k0
// CHECK-SAME: views {{\[}}["48", "t"], ["48", "48", "1"], ["48", "1", "t"]]
// CHECK: halide.pipeline @k0(%[[X:[a-z0-9]*]]: !halide.buffer<48x?xf32>
// CHECK: halide.func "out"
// CHECK: halide.at %[[X]][%{{[^,]*}}, %{{[^,]*}}]
hgraph.model @Residual {dims = [#hgraph.dim<"t", 1, 9>]} {
  hgraph.entry @main(%x: tensor<?x48xf32, #hgraph.dims<"t", "48">> {hgraph.name = "x"}) -> (tensor<?x48xf32, #hgraph.dims<"t", "48">> {hgraph.name = "y"}) {
    %w = hgraph.weight "w" : tensor<48x48xf32>
    %0 = hgraph.linear %x, %w layout(out_in) : (tensor<?x48xf32, #hgraph.dims<"t", "48">>, tensor<48x48xf32>) -> tensor<?x48xf32, #hgraph.dims<"t", "48">>
    %1 = hgraph.add %x, %0 : (tensor<?x48xf32, #hgraph.dims<"t", "48">>, tensor<?x48xf32, #hgraph.dims<"t", "48">>) -> tensor<?x48xf32, #hgraph.dims<"t", "48">>
    hgraph.return %1 : tensor<?x48xf32, #hgraph.dims<"t", "48">>
  }
}

// -----

// A softmax along another axis reduces that axis first, for all columns.
// CHECK-LABEL: host.program @Columns
// CHECK: halide.func "column_max" (d0 = {{.*}}heddle.role = "before"
// CHECK: halide.func "column_sum" (d0 = {{.*}}heddle.role = "before"
hgraph.model @Columns {dims = [#hgraph.dim<"t", 1, 9>]} {
  hgraph.entry @main(%x: tensor<?x7xf32, #hgraph.dims<"t", "7">> {hgraph.name = "x"}) -> (tensor<?x7xf32, #hgraph.dims<"t", "7">> {hgraph.name = "y"}) {
    %0 = hgraph.softmax %x axis(0) : (tensor<?x7xf32, #hgraph.dims<"t", "7">>) -> tensor<?x7xf32, #hgraph.dims<"t", "7">>
    hgraph.return %0 : tensor<?x7xf32, #hgraph.dims<"t", "7">>
  }
}

// -----

// A weight that is computed cannot be packed.
// CHECK-LABEL: host.program @Computed
// CHECK: halide.pipeline
// CHECK: halide.pipeline
// CHECK-SAME: heddle.family = "reduction"
// CHECK: halide.func "product"
hgraph.model @Computed {dims = []} {
  hgraph.entry @main(%x: tensor<3x8xf32> {hgraph.name = "x"}, %w: tensor<5x8xf32> {hgraph.name = "w"}) -> (tensor<3x5xf32> {hgraph.name = "y"}) {
    %r = hgraph.relu %w : (tensor<5x8xf32>) -> tensor<5x8xf32>
    %0 = hgraph.linear %x, %r layout(out_in) : (tensor<3x8xf32>, tensor<5x8xf32>) -> tensor<3x5xf32>
    hgraph.return %0 : tensor<3x5xf32>
  }
}

// -----

// A constant of several values is a choice among them.
// CHECK-LABEL: host.program @Literal
// CHECK: arith.select
hgraph.model @Literal {dims = []} {
  hgraph.entry @main(%x: tensor<3xf32> {hgraph.name = "x"}) -> (tensor<3xf32> {hgraph.name = "y"}) {
    %c = hgraph.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
    %0 = hgraph.mul %x, %c : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    hgraph.return %0 : tensor<3xf32>
  }
}
