// Turned heads of a linear become rows of its kernel where one attention of bf16
// reads them, and where a merge_heads follows.
// RUN: heddle-opt %s --heddle-turn-rows --heddle-group-kernels | FileCheck %s
// RUN: heddle-opt %s --heddle-turn-rows --heddle-group-kernels=on-device=true | FileCheck %s --check-prefix=DEVICE
// RUN: heddle-opt %s --heddle-group-kernels | FileCheck %s --check-prefix=DEVICE

!rows = tensor<1x5x32xf32>
!heads = tensor<1x2x5x16xf32>
// CHECK-LABEL: hgraph.model @Read
// DEVICE-LABEL: hgraph.model @Read
hgraph.model @Read {dims = []} {
  hgraph.entry @main(%x: !rows {hgraph.name = "x"}) -> (!heads {hgraph.name = "y"}, !heads {hgraph.name = "z"}) {
    %wq = hgraph.weight "q" : tensor<32x32xf32>
    %wk = hgraph.weight "k" : tensor<32x32xf32>
    %wl = hgraph.weight "l" : tensor<32x32xf32>
    %t = hgraph.angle_table form(rotary) base(1.0e4) : tensor<5x16xf32>
    // CHECK: %[[Q:.*]] = hgraph.kernel family("gemm") -> (tensor<1x5x32xf32>)
    // CHECK-NEXT: hgraph.linear
    // CHECK-NEXT: hgraph.split_heads
    // CHECK-NEXT: hgraph.rope
    // CHECK-NEXT: %[[M:.*]] = hgraph.merge_heads
    // CHECK-NEXT: hgraph.yield %[[M]]
    // CHECK: %[[K:.*]] = hgraph.kernel family("gemm")
    // CHECK: hgraph.rope
    // CHECK: hgraph.kernel family("attention")
    // CHECK-NEXT: hgraph.split_heads %[[Q]]
    // CHECK-NEXT: hgraph.split_heads %[[K]]
    // CHECK-NEXT: hgraph.attention
    // DEVICE: hgraph.kernel family("gemm")
    // DEVICE-NEXT: hgraph.linear
    // DEVICE-NEXT: hgraph.yield
    // DEVICE: hgraph.rope
    %q = hgraph.linear %x, %wq layout(out_in) : (!rows, tensor<32x32xf32>) -> !rows
    %k = hgraph.linear %x, %wk layout(out_in) : (!rows, tensor<32x32xf32>) -> !rows
    %qs = hgraph.split_heads %q heads(2) : (!rows) -> !heads
    %ks = hgraph.split_heads %k heads(2) : (!rows) -> !heads
    %qh = hgraph.rope %qs, %t pairs(half) : (!heads, tensor<5x16xf32>) -> !heads
    %kh = hgraph.rope %ks, %t pairs(adjacent) : (!heads, tensor<5x16xf32>) -> !heads
    %a = hgraph.attention %qh, %kh, %kh scale(0.25) compute(bf16) : (!heads, !heads, !heads) -> !heads {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      hgraph.score %s
    }
    // Queries of an attention of f32, and what others read, stay apart.
    // CHECK: hgraph.kernel family("gemm")
    // CHECK-NEXT: hgraph.linear
    // CHECK-NEXT: hgraph.yield
    // CHECK: hgraph.rope
    %l = hgraph.linear %x, %wl layout(out_in) : (!rows, tensor<32x32xf32>) -> !rows
    %ls = hgraph.split_heads %l heads(2) : (!rows) -> !heads
    %lh = hgraph.rope %ls, %t pairs(half) : (!heads, tensor<5x16xf32>) -> !heads
    %b = hgraph.attention %lh, %lh, %lh scale(0.25) : (!heads, !heads, !heads) -> !heads {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      hgraph.score %s
    }
    hgraph.return %a, %b : !heads, !heads
  }
}

// CHECK-LABEL: hgraph.model @Merged
// DEVICE-LABEL: hgraph.model @Merged
hgraph.model @Merged {dims = []} {
  hgraph.entry @main(%x: !rows {hgraph.name = "x"}) -> (!rows {hgraph.name = "y"}) {
    %w = hgraph.weight "w" : tensor<32x32xf32>
    %t = hgraph.angle_table form(rotary) base(1.0e4) : tensor<5x16xf32>
    // CHECK: hgraph.kernel family("gemm")
    // CHECK: hgraph.merge_heads
    // CHECK-NEXT: hgraph.neg
    // CHECK-NEXT: hgraph.yield
    %q = hgraph.linear %x, %w layout(out_in) : (!rows, tensor<32x32xf32>) -> !rows
    %s = hgraph.split_heads %q heads(2) : (!rows) -> !heads
    %h = hgraph.rope %s, %t pairs(half) : (!heads, tensor<5x16xf32>) -> !heads
    %m = hgraph.merge_heads %h : (!heads) -> !rows
    %y = hgraph.neg %m : (!rows) -> !rows
    hgraph.return %y : !rows
  }
}
