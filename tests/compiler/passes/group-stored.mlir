// What widens an input is in every kernel that can read the input as it is, and
// one kernel where some reader cannot. What rounds an output follows its op.
// RUN: heddle-opt %s --heddle-group-kernels | FileCheck %s

!half = tensor<?x8xbf16, #hgraph.dims<"n", "8">>
!rows = tensor<?x8xf32, #hgraph.dims<"n", "8">>
// CHECK-LABEL: hgraph.model @Stored
hgraph.model @Stored {dims = [#hgraph.dim<"n", 1, 64>]} {
  // CHECK: hgraph.entry @main(%[[X:[a-z0-9]*]]: {{.*}}, %[[Z:[a-z0-9]*]]:
  hgraph.entry @main(%x: !half {hgraph.name = "x"}, %z: !half {hgraph.name = "z"})
      -> (!half {hgraph.name = "y"}, !rows {hgraph.name = "s"}, tensor<8xf32> {hgraph.name = "m"}) {
    %w = hgraph.weight "w" : tensor<8x8xf32>
    // CHECK-NEXT: hgraph.weight
    // CHECK-NEXT: %[[C:.*]] = hgraph.kernel family("elementwise")
    // CHECK-NEXT: hgraph.cast %[[Z]]
    // CHECK-NEXT: hgraph.yield
    // CHECK: hgraph.kernel family("gemm")
    // CHECK-NEXT: %[[A:.*]] = hgraph.cast %[[X]]
    // CHECK-NEXT: %[[L:.*]] = hgraph.linear %[[A]],
    // CHECK-NEXT: %[[S:.*]] = hgraph.add %[[L]], %[[A]]
    // CHECK-NEXT: hgraph.cast %[[S]]
    // CHECK-NEXT: hgraph.yield
    // CHECK: hgraph.kernel family("elementwise")
    // CHECK-NEXT: %[[B:.*]] = hgraph.cast %[[X]]
    // CHECK-NEXT: hgraph.silu %[[B]]
    // CHECK-NEXT: hgraph.yield
    // CHECK: hgraph.kernel family("reduce")
    // CHECK-NEXT: hgraph.mean %[[C]]
    // CHECK-NEXT: hgraph.yield
    // CHECK-NOT: hgraph.cast
    %f = hgraph.cast %x : (!half) -> !rows
    %g = hgraph.cast %z : (!half) -> !rows
    %l = hgraph.linear %f, %w layout(out_in) : (!rows, tensor<8x8xf32>) -> !rows
    %a = hgraph.add %l, %f : (!rows, !rows) -> !rows
    %y = hgraph.cast %a : (!rows) -> !half
    %s = hgraph.silu %f : (!rows) -> !rows
    %m = hgraph.mean %g over(0) : (!rows) -> tensor<8xf32>
    hgraph.return %y, %s, %m : !half, !rows, tensor<8xf32>
  }
}
