// Moves are read in place, reshapes are views, dropouts are gone.
// RUN: heddle-opt %s --heddle-group-kernels --heddle-verify-kernels | FileCheck %s
// RUN: heddle-opt %s --heddle-group-kernels=fuse=false --heddle-verify-kernels | FileCheck %s --check-prefix=APART

// CHECK-LABEL: hgraph.model @InPlace
// APART-LABEL: hgraph.model @InPlace
hgraph.model @InPlace {dims = []} {
  // CHECK: hgraph.entry @main(%[[X:.*]]: tensor<2x4x6xf32>
  // APART: hgraph.entry @main
  hgraph.entry @main(%x: tensor<2x4x6xf32> {hgraph.name = "x"}) -> (tensor<2x3x4xf32> {hgraph.name = "y"}, tensor<2x4x4xf32> {hgraph.name = "z"}) {
    // APART-COUNT-5: hgraph.kernel
    // APART-NOT: hgraph.kernel
    // APART: hgraph.return
    // CHECK: hgraph.kernel family("elementwise")
    // CHECK-NEXT: hgraph.slice %[[X]]
    // CHECK-NEXT: hgraph.transpose
    // CHECK-NEXT: hgraph.relu
    // CHECK-NEXT: hgraph.yield
    %0 = hgraph.slice %x axis(2) from("1") : (tensor<2x4x6xf32>) -> tensor<2x4x3xf32>
    %1 = hgraph.transpose %0 order [0, 2, 1] : (tensor<2x4x3xf32>) -> tensor<2x3x4xf32>
    %2 = hgraph.relu %1 : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
    // The right operand of a product is packed, so it may be moved.
    // CHECK: hgraph.kernel family("matmul")
    // CHECK-NEXT: hgraph.transpose
    // CHECK-NEXT: hgraph.matmul
    // CHECK-NEXT: hgraph.yield
    %3 = hgraph.transpose %x order [0, 2, 1] : (tensor<2x4x6xf32>) -> tensor<2x6x4xf32>
    %4 = hgraph.matmul %x, %3 : (tensor<2x4x6xf32>, tensor<2x6x4xf32>) -> tensor<2x4x4xf32>
    hgraph.return %2, %4 : tensor<2x3x4xf32>, tensor<2x4x4xf32>
  }
}

// CHECK-LABEL: hgraph.model @Views
hgraph.model @Views {dims = []} {
  // CHECK: hgraph.entry @main(%[[X:.*]]: tensor<2x6xf32>
  hgraph.entry @main(%x: tensor<2x6xf32> {hgraph.name = "x"}) -> (tensor<12xf32> {hgraph.name = "a"}, tensor<4x3xf32> {hgraph.name = "b"}, tensor<3x4xf32> {hgraph.name = "c"}) {
    // CHECK: %[[V:.*]] = hgraph.reshape %[[X]]
    // CHECK: %[[K:.*]] = hgraph.kernel
    // CHECK-NEXT: hgraph.relu %[[V]]
    // CHECK: %[[A:.*]] = hgraph.reshape %[[K]]
    // CHECK: %[[B:.*]] = hgraph.kernel family("move")
    // CHECK-NEXT: hgraph.reshape %[[K]]
    // CHECK: %[[C:.*]] = hgraph.kernel family("move")
    // CHECK-NEXT: hgraph.reshape %[[X]]
    // CHECK: hgraph.return %[[A]], %[[B]], %[[C]]
    %0 = hgraph.reshape %x : (tensor<2x6xf32>) -> tensor<3x4xf32>
    %1 = hgraph.relu %0 : (tensor<3x4xf32>) -> tensor<3x4xf32>
    %2 = hgraph.dropout %1 rate(0.5) : (tensor<3x4xf32>) -> tensor<3x4xf32>
    %3 = hgraph.reshape %2 : (tensor<3x4xf32>) -> tensor<12xf32>
    %4 = hgraph.reshape %1 : (tensor<3x4xf32>) -> tensor<4x3xf32>
    %5 = hgraph.reshape %x : (tensor<2x6xf32>) -> tensor<3x4xf32>
    hgraph.return %3, %4, %5 : tensor<12xf32>, tensor<4x3xf32>, tensor<3x4xf32>
  }
}

// What several ops read, or one reads many times, is computed once.
// CHECK-LABEL: hgraph.model @Apart
hgraph.model @Apart {dims = []} {
  // CHECK: hgraph.entry @main(%[[X:.*]]: tensor<1x6xf32>
  hgraph.entry @main(%x: tensor<1x6xf32> {hgraph.name = "x"}) -> (tensor<4x6xf32> {hgraph.name = "a"}, tensor<1x12xf32> {hgraph.name = "b"}) {
    // CHECK: hgraph.kernel
    // CHECK-NEXT: hgraph.gelu
    // CHECK-NEXT: hgraph.yield
    // CHECK: hgraph.kernel family("move")
    // CHECK-NEXT: hgraph.broadcast_to
    // CHECK-NEXT: hgraph.yield
    %0 = hgraph.gelu %x approximate(none) : (tensor<1x6xf32>) -> tensor<1x6xf32>
    %1 = hgraph.broadcast_to %0 : (tensor<1x6xf32>) -> tensor<4x6xf32>
    // CHECK: hgraph.kernel
    // CHECK-NEXT: hgraph.relu
    // CHECK-NEXT: hgraph.yield
    // CHECK: hgraph.kernel family("move")
    // CHECK-NEXT: hgraph.concat
    %2 = hgraph.relu %x : (tensor<1x6xf32>) -> tensor<1x6xf32>
    %3 = hgraph.concat %2, %x axis(1) : (tensor<1x6xf32>, tensor<1x6xf32>) -> tensor<1x12xf32>
    hgraph.return %1, %3 : tensor<4x6xf32>, tensor<1x12xf32>
  }
}

// A dropout of an input that is an output stays, so that something computes it.
// CHECK-LABEL: hgraph.model @Kept
// CHECK: hgraph.kernel
// CHECK-NEXT: hgraph.dropout
hgraph.model @Kept {dims = []} {
  hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x"}) -> (tensor<2xf32> {hgraph.name = "y"}) {
    %0 = hgraph.dropout %x rate(0.5) : (tensor<2xf32>) -> tensor<2xf32>
    hgraph.return %0 : tensor<2xf32>
  }
}
