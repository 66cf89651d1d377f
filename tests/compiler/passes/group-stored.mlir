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

!heads = tensor<1x2x?x8xf32, #hgraph.dims<"1", "2", "n", "8">>
!halfheads = tensor<1x2x?x8xbf16, #hgraph.dims<"1", "2", "n", "8">>
!line = tensor<1x?x16xf32, #hgraph.dims<"1", "n", "16">>
!halfline = tensor<1x?x16xbf16, #hgraph.dims<"1", "n", "16">>
// CHECK-LABEL: hgraph.model @Caches
hgraph.model @Caches {dims = [#hgraph.dim<"n", 1, 64>]} {
  // CHECK: hgraph.entry @main(%[[Q:[a-z0-9]*]]: {{.*}}, %[[K:[a-z0-9]*]]: {{.*}}, %[[B:[a-z0-9]*]]:
  hgraph.entry @main(%q: !halfline {hgraph.name = "q"}, %k: !halfheads {hgraph.name = "k"}, %b: !halfheads {hgraph.name = "b"})
      -> (!halfline {hgraph.name = "y"}, !heads {hgraph.name = "z"}) {
    // A score that reads an input needs it as f32.
    // CHECK-NEXT: %[[C:.*]] = hgraph.kernel family("elementwise")
    // CHECK-NEXT: hgraph.cast %[[B]]
    // CHECK-NEXT: hgraph.yield
    // CHECK: hgraph.kernel family("attention")
    // CHECK-DAG: %[[U:.*]] = hgraph.cast %[[Q]]
    // CHECK-DAG: %[[V:.*]] = hgraph.cast %[[K]]
    // CHECK: %[[S:.*]] = hgraph.split_heads %[[U]]
    // CHECK: %[[A:.*]] = hgraph.attention %[[S]], %[[V]], %[[V]]
    // CHECK: %[[M:.*]] = hgraph.merge_heads %[[A]]
    // CHECK-NEXT: hgraph.cast %[[M]]
    // CHECK-NEXT: hgraph.yield
    // CHECK: hgraph.kernel family("attention")
    // CHECK-NEXT: hgraph.attention %[[C]], %[[C]], %[[C]]
    %f = hgraph.cast %q : (!halfline) -> !line
    %g = hgraph.cast %k : (!halfheads) -> !heads
    %h = hgraph.cast %b : (!halfheads) -> !heads
    %s = hgraph.split_heads %f heads(2) : (!line) -> !heads
    %a = hgraph.attention %s, %g, %g scale(1.0) : (!heads, !heads, !heads) -> !heads {
    ^bb0(%score: f32, %bi: index, %hi: index, %qi: index, %ki: index):
      hgraph.score %score
    }
    %m = hgraph.merge_heads %a : (!heads) -> !line
    %y = hgraph.cast %m : (!line) -> !halfline
    %z = hgraph.attention %h, %h, %h scale(1.0) : (!heads, !heads, !heads) -> !heads {
    ^bb0(%score: f32, %bi: index, %hi: index, %qi: index, %ki: index):
      %zero = arith.constant 0 : index
      %add = hgraph.at %h[%bi, %hi, %qi, %zero] : !heads -> f32
      %sum = arith.addf %score, %add : f32
      hgraph.score %sum
    }
    hgraph.return %y, %z : !halfline, !heads
  }
}
