// Which ops become one kernel.
// RUN: heddle-opt %s --heddle-group-kernels | FileCheck %s
// RUN: heddle-opt %s --heddle-group-kernels=fuse=false | FileCheck %s --check-prefix=APART

// An attention block: the head splits go with the attention, the residual and
// the norm with the output projection.
// CHECK-LABEL: hgraph.model @Block
hgraph.model @Block {dims = []} {
  // CHECK: hgraph.entry @main(%[[X:.*]]: tensor<1x5x8xf32> {hgraph.name = "x"}, %[[MASK:.*]]: tensor<1x5xi32>
  hgraph.entry @main(%x: tensor<1x5x8xf32> {hgraph.name = "x"}, %mask: tensor<1x5xi32> {hgraph.name = "mask"}) -> (tensor<1x5x8xf32> {hgraph.name = "y"}) {
    // CHECK-DAG: %[[WQ:.*]] = hgraph.weight "q"
    // CHECK-DAG: %[[WK:.*]] = hgraph.weight "k"
    // CHECK-DAG: %[[WV:.*]] = hgraph.weight "v"
    // CHECK-DAG: %[[WO:.*]] = hgraph.weight "o"
    // CHECK-DAG: %[[N:.*]] = hgraph.weight "n"
    %wq = hgraph.weight "q" : tensor<8x8xf32>
    %wk = hgraph.weight "k" : tensor<8x8xf32>
    %wv = hgraph.weight "v" : tensor<8x8xf32>
    %wo = hgraph.weight "o" : tensor<8x8xf32>
    %n = hgraph.weight "n" : tensor<8xf32>
    // CHECK: %[[Q:.*]] = hgraph.kernel family("gemm")
    // CHECK: hgraph.linear %[[X]], %[[WQ]] {{.*}} {hgraph.id = 0 : i64}
    // CHECK: %[[K:.*]] = hgraph.kernel family("gemm")
    // CHECK: hgraph.linear %[[X]], %[[WK]]
    // CHECK: %[[V:.*]] = hgraph.kernel family("gemm")
    // CHECK: hgraph.linear %[[X]], %[[WV]]
    %q = hgraph.linear %x, %wq layout(out_in) {hgraph.id = 0 : i64} : (tensor<1x5x8xf32>, tensor<8x8xf32>) -> tensor<1x5x8xf32>
    %k = hgraph.linear %x, %wk layout(out_in) {hgraph.id = 1 : i64} : (tensor<1x5x8xf32>, tensor<8x8xf32>) -> tensor<1x5x8xf32>
    %v = hgraph.linear %x, %wv layout(out_in) {hgraph.id = 2 : i64} : (tensor<1x5x8xf32>, tensor<8x8xf32>) -> tensor<1x5x8xf32>
    %qh = hgraph.split_heads %q heads(2) : (tensor<1x5x8xf32>) -> tensor<1x2x5x4xf32>
    %kh = hgraph.split_heads %k heads(2) : (tensor<1x5x8xf32>) -> tensor<1x2x5x4xf32>
    %vh = hgraph.split_heads %v heads(2) : (tensor<1x5x8xf32>) -> tensor<1x2x5x4xf32>
    // CHECK: %[[A:.*]] = hgraph.kernel family("attention") -> (tensor<1x5x8xf32>)
    // CHECK: %[[QH:.*]] = hgraph.split_heads %[[Q]]
    // CHECK: %[[KH:.*]] = hgraph.split_heads %[[K]]
    // CHECK: %[[VH:.*]] = hgraph.split_heads %[[V]]
    // CHECK: hgraph.attention %[[QH]], %[[KH]], %[[VH]]
    // CHECK: hgraph.at %[[MASK]]
    // CHECK: hgraph.merge_heads
    %a = hgraph.attention %qh, %kh, %vh scale(0.5) : (tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>) -> tensor<1x2x5x4xf32> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      %m = hgraph.at %mask[%b, %j] : tensor<1x5xi32> -> i32
      %zero = arith.constant 0 : i32
      %live = arith.cmpi ne, %m, %zero : i32
      hgraph.score %s where %live
    }
    %merged = hgraph.merge_heads %a : (tensor<1x2x5x4xf32>) -> tensor<1x5x8xf32>
    // CHECK: %[[Y:.*]] = hgraph.kernel family("gemm") -> (tensor<1x5x8xf32>)
    // CHECK: hgraph.linear %[[A]], %[[WO]]
    // CHECK: hgraph.add %[[X]],
    // CHECK: hgraph.layer_norm
    // CHECK: hgraph.yield
    %o = hgraph.linear %merged, %wo layout(out_in) : (tensor<1x5x8xf32>, tensor<8x8xf32>) -> tensor<1x5x8xf32>
    %r = hgraph.add %x, %o : (tensor<1x5x8xf32>, tensor<1x5x8xf32>) -> tensor<1x5x8xf32>
    %y = hgraph.layer_norm %r, %n eps(1.0e-12) : (tensor<1x5x8xf32>, tensor<8xf32>) -> tensor<1x5x8xf32>
    // CHECK: hgraph.return %[[Y]]
    hgraph.return %y : tensor<1x5x8xf32>
  }
}
// APART-LABEL: hgraph.model @Block
// APART-COUNT-3: family("gemm")
// APART-COUNT-3: family("elementwise")
// APART: family("attention")
// APART: family("elementwise")
// APART: family("gemm")
// APART: family("elementwise")
// APART: family("norm")
// APART-NOT: hgraph.kernel
// APART: hgraph.return

// Rows of tables go with the norm after them; mean with the length after it.
// CHECK-LABEL: hgraph.model @Ends
hgraph.model @Ends {dims = []} {
  hgraph.entry @main(%t: tensor<1x5xi32> {hgraph.name = "t"}) -> (tensor<1x8xf32> {hgraph.name = "y"}) {
    %w = hgraph.weight "w" : tensor<9x8xf32>
    %n = hgraph.weight "n" : tensor<8xf32>
    // CHECK: hgraph.kernel family("gather")
    // CHECK: hgraph.embed
    // CHECK: hgraph.positions
    // CHECK: hgraph.add
    // CHECK: hgraph.row
    // CHECK: hgraph.add
    // CHECK: hgraph.layer_norm
    // CHECK: hgraph.yield
    %e = hgraph.embed %t, %w : (tensor<1x5xi32>, tensor<9x8xf32>) -> tensor<1x5x8xf32>
    %p = hgraph.positions %w : (tensor<9x8xf32>) -> tensor<5x8xf32>
    %0 = hgraph.add %e, %p : (tensor<1x5x8xf32>, tensor<5x8xf32>) -> tensor<1x5x8xf32>
    %r = hgraph.row %w[1] : (tensor<9x8xf32>) -> tensor<8xf32>
    %1 = hgraph.add %0, %r : (tensor<1x5x8xf32>, tensor<8xf32>) -> tensor<1x5x8xf32>
    %2 = hgraph.layer_norm %1, %n eps(1.0e-12) : (tensor<1x5x8xf32>, tensor<8xf32>) -> tensor<1x5x8xf32>
    // CHECK: hgraph.kernel family("reduce")
    // CHECK: hgraph.mean
    // CHECK: hgraph.l2_normalize
    // CHECK: hgraph.yield
    %3 = hgraph.mean %2 over(1) where %t : (tensor<1x5x8xf32>, tensor<1x5xi32>) -> tensor<1x8xf32>
    %4 = hgraph.l2_normalize %3 eps(1.0e-12) : (tensor<1x8xf32>) -> tensor<1x8xf32>
    // CHECK-NOT: hgraph.kernel
    // CHECK: hgraph.return
    hgraph.return %4 : tensor<1x8xf32>
  }
}

// A constant is copied to its readers; what nothing uses is dropped; a value
// with two readers ends a chain.
// CHECK-LABEL: hgraph.model @Chains
hgraph.model @Chains {dims = []} {
  hgraph.entry @main(%x: tensor<4x8xf32> {hgraph.name = "x"}) -> (tensor<4x8xf32> {hgraph.name = "y"}, tensor<4x8xf32> {hgraph.name = "z"}) {
    // CHECK-NOT: hgraph.constant
    %half = hgraph.constant dense<0.5> : tensor<f32>
    %unused = hgraph.gelu %x approximate(none) : (tensor<4x8xf32>) -> tensor<4x8xf32>
    // CHECK-NOT: hgraph.gelu
    // CHECK: %[[FIRST:.*]] = hgraph.kernel family("elementwise")
    // CHECK: hgraph.constant
    // CHECK: hgraph.mul
    // CHECK: hgraph.relu
    // CHECK: hgraph.yield
    %0 = hgraph.mul %x, %half : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
    %1 = hgraph.relu %0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
    // CHECK: hgraph.kernel family("elementwise")
    // CHECK: hgraph.constant
    // CHECK: hgraph.add %[[FIRST]]
    // CHECK: hgraph.yield
    %2 = hgraph.add %1, %half : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
    hgraph.return %1, %2 : tensor<4x8xf32>, tensor<4x8xf32>
  }
}
