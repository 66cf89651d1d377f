// What linears of bf16 alone read of a linear is kept in bf16 between their
// kernels; what something else reads as well, or a linear of f32, is not. So
// are results of attention, and the keys and values that it always rounds.
// RUN: heddle-opt %s --heddle-store-rounded | FileCheck %s
// RUN: heddle-opt %s --heddle-store-rounded --heddle-group-kernels | FileCheck %s --check-prefix=KERNELS

!rows = tensor<?x8xf32, #hgraph.dims<"n", "8">>
// CHECK-LABEL: hgraph.model @Stored
// KERNELS-LABEL: hgraph.model @Stored
hgraph.model @Stored {dims = [#hgraph.dim<"n", 1, 64>]} {
  hgraph.entry @main(%x: !rows {hgraph.name = "x"}) -> (!rows {hgraph.name = "y"}, !rows {hgraph.name = "z"}) {
    %w = hgraph.weight "w" : tensor<8x8xf32>
    // CHECK: %[[A:.*]] = hgraph.linear
    // CHECK-NEXT: %[[G:.*]] = hgraph.gelu %[[A]]
    // CHECK-NEXT: %[[N:.*]] = hgraph.cast %[[G]] {{.*}}xbf16
    // CHECK-NEXT: %[[W:.*]] = hgraph.cast %[[N]] {{.*}}xf32
    // CHECK-NEXT: hgraph.linear %[[W]], {{.*}} compute(bf16)
    // CHECK-NEXT: hgraph.linear %[[W]], {{.*}} compute(bf16)
    // CHECK-NOT: hgraph.cast
    // KERNELS: hgraph.kernel family("gemm")
    // KERNELS: hgraph.gelu
    // KERNELS-NEXT: %[[N:.*]] = hgraph.cast
    // KERNELS-NEXT: hgraph.yield %[[N]]
    // KERNELS: hgraph.kernel family("gemm")
    // KERNELS-NEXT: hgraph.cast
    // KERNELS-NEXT: hgraph.linear
    // KERNELS: hgraph.kernel family("gemm")
    // KERNELS-NEXT: hgraph.cast
    // KERNELS-NEXT: hgraph.linear
    %a = hgraph.linear %x, %w layout(out_in) compute(bf16) : (!rows, tensor<8x8xf32>) -> !rows
    %g = hgraph.gelu %a approximate(none) : (!rows) -> !rows
    %b = hgraph.linear %g, %w layout(out_in) compute(bf16) : (!rows, tensor<8x8xf32>) -> !rows
    %c = hgraph.linear %g, %w layout(out_in) compute(bf16) : (!rows, tensor<8x8xf32>) -> !rows
    %d = hgraph.linear %b, %w layout(out_in) compute(f32) : (!rows, tensor<8x8xf32>) -> !rows
    %e = hgraph.linear %c, %w layout(out_in) compute(bf16) : (!rows, tensor<8x8xf32>) -> !rows
    %s = hgraph.add %e, %c : (!rows, !rows) -> !rows
    // What no product gave is not in a kernel that could round it.
    %n = hgraph.relu %x : (!rows) -> !rows
    %f = hgraph.linear %n, %w layout(out_in) compute(bf16) : (!rows, tensor<8x8xf32>) -> !rows
    %t = hgraph.add %f, %d : (!rows, !rows) -> !rows
    hgraph.return %s, %t : !rows, !rows
  }
}

!many = tensor<1x?x32xf32, #hgraph.dims<"1", "n", "32">>
!split = tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "n", "16">>
// CHECK-LABEL: hgraph.model @Many
// KERNELS-LABEL: hgraph.model @Many
hgraph.model @Many {dims = [#hgraph.dim<"n", 17, 64>]} {
  hgraph.entry @main(%x: !many {hgraph.name = "x"}) -> (!many {hgraph.name = "y"}) {
    %w = hgraph.weight "w" : tensor<32x32xf32>
    // Queries are scaled before they are rounded.
    // CHECK: %[[Q:.*]] = hgraph.linear
    // CHECK-NEXT: hgraph.split_heads %[[Q]]
    // CHECK-NEXT: %[[K:.*]] = hgraph.linear
    // CHECK-NEXT: %[[N:.*]] = hgraph.cast %[[K]] {{.*}}xbf16
    // CHECK-NEXT: %[[W:.*]] = hgraph.cast %[[N]] {{.*}}xf32
    // CHECK-NEXT: hgraph.split_heads %[[W]]
    // CHECK: hgraph.attention
    // CHECK: %[[M:.*]] = hgraph.merge_heads
    // CHECK-NEXT: %[[R:.*]] = hgraph.cast %[[M]] {{.*}}xbf16
    // CHECK-NEXT: %[[B:.*]] = hgraph.cast %[[R]] {{.*}}xf32
    // CHECK-NEXT: hgraph.linear %[[B]]
    // KERNELS: hgraph.kernel family("attention")
    // KERNELS-NEXT: hgraph.cast
    // KERNELS-NEXT: hgraph.split_heads
    // KERNELS-NEXT: hgraph.split_heads
    // KERNELS-NEXT: hgraph.attention
    // KERNELS: %[[M:.*]] = hgraph.merge_heads
    // KERNELS-NEXT: hgraph.cast %[[M]]
    // KERNELS-NEXT: hgraph.yield
    %l = hgraph.linear %x, %w layout(out_in) compute(bf16) : (!many, tensor<32x32xf32>) -> !many
    %q = hgraph.split_heads %l heads(2) : (!many) -> !split
    %m = hgraph.linear %x, %w layout(out_in) compute(f32) : (!many, tensor<32x32xf32>) -> !many
    %k = hgraph.split_heads %m heads(2) : (!many) -> !split
    %a = hgraph.attention %q, %k, %k scale(1.0) compute(bf16) : (!split, !split, !split) -> !split {
    ^bb0(%score: f32, %b: index, %h: index, %i: index, %j: index):
      hgraph.score %score
    }
    %r = hgraph.merge_heads %a : (!split) -> !many
    %y = hgraph.linear %r, %w layout(out_in) compute(bf16) : (!many, tensor<32x32xf32>) -> !many
    hgraph.return %y : !many
  }
}

!some = tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "n", "16">>
!few = tensor<1x?x32xf32, #hgraph.dims<"1", "n", "32">>
// Few queries read keys and values in f32.
// CHECK-LABEL: hgraph.model @Few
hgraph.model @Few {dims = [#hgraph.dim<"n", 16, 64>]} {
  hgraph.entry @main(%x: !few {hgraph.name = "x"}) -> (!some {hgraph.name = "y"}) {
    %w = hgraph.weight "w" : tensor<32x32xf32>
    // CHECK-NOT: hgraph.cast
    // CHECK: hgraph.return
    %l = hgraph.linear %x, %w layout(out_in) compute(bf16) : (!few, tensor<32x32xf32>) -> !few
    %q = hgraph.split_heads %l heads(2) : (!few) -> !some
    %a = hgraph.attention %q, %q, %q scale(1.0) compute(bf16) : (!some, !some, !some) -> !some {
    ^bb0(%score: f32, %b: index, %h: index, %i: index, %j: index):
      hgraph.score %score
    }
    hgraph.return %a : !some
  }
}
