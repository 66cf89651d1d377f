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

// An output that nothing computes is copied, and so is one whose buffer another
// output has under other extents.
// CHECK-LABEL: hgraph.model @Copies
hgraph.model @Copies {dims = []} {
  // CHECK: hgraph.entry @main(%[[X:.*]]: tensor<2x6xf32>
  hgraph.entry @main(%x: tensor<2x6xf32> {hgraph.name = "x"}) -> (tensor<12xf32> {hgraph.name = "a"}, tensor<2x6xf32> {hgraph.name = "b"}, tensor<2x6xf32> {hgraph.name = "c"}, tensor<3xi32> {hgraph.name = "d"}) {
    // CHECK: %[[K:.*]] = hgraph.kernel family("elementwise")
    // CHECK: %[[V:.*]] = hgraph.reshape %[[K]]
    // CHECK: %[[B:.*]] = hgraph.kernel family("move")
    // CHECK-NEXT: hgraph.broadcast_to %[[K]]
    // CHECK: %[[C:.*]] = hgraph.kernel family("move")
    // CHECK-NEXT: hgraph.broadcast_to %[[X]]
    // CHECK: %[[D:.*]] = hgraph.kernel family("move")
    // CHECK-NEXT: hgraph.constant
    // CHECK-NEXT: hgraph.broadcast_to
    // CHECK: hgraph.return %[[V]], %[[B]], %[[C]], %[[D]]
    %0 = hgraph.relu %x : (tensor<2x6xf32>) -> tensor<2x6xf32>
    %1 = hgraph.reshape %0 : (tensor<2x6xf32>) -> tensor<12xf32>
    %2 = hgraph.constant dense<[1, 2, 3]> : tensor<3xi32>
    hgraph.return %1, %0, %x, %2 : tensor<12xf32>, tensor<2x6xf32>, tensor<2x6xf32>, tensor<3xi32>
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

// What follows a convolution in its shape is in its kernel; a tensor of another
// shape, or what the convolution reads, is not.
// CHECK-LABEL: hgraph.model @Windows
hgraph.model @Windows {dims = []} {
  hgraph.entry @main(%x: tensor<2x3x5xf32> {hgraph.name = "x"}, %row: tensor<5xf32> {hgraph.name = "row"}, %r: tensor<2x3x5xf32> {hgraph.name = "r"}) -> (tensor<2x3x5xf32> {hgraph.name = "a"}, tensor<2x3x5xf32> {hgraph.name = "b"}) {
    %w = hgraph.weight "w" : tensor<3x3x1xf32>
    %s = hgraph.weight "s" : tensor<3x1xf32>
    // CHECK: hgraph.kernel family("conv")
    // CHECK-NEXT: hgraph.conv
    // CHECK-NEXT: hgraph.mul
    // CHECK-NEXT: hgraph.add
    // CHECK-NEXT: hgraph.yield
    // CHECK: hgraph.kernel family("elementwise")
    // CHECK-NEXT: hgraph.add
    // CHECK-NEXT: hgraph.yield
    %0 = hgraph.conv %x, %w stride [1] padding [0] dilation [1] groups(1) : (tensor<2x3x5xf32>, tensor<3x3x1xf32>) -> tensor<2x3x5xf32>
    %1 = hgraph.mul %0, %s : (tensor<2x3x5xf32>, tensor<3x1xf32>) -> tensor<2x3x5xf32>
    %2 = hgraph.add %1, %r : (tensor<2x3x5xf32>, tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
    %3 = hgraph.add %2, %row : (tensor<2x3x5xf32>, tensor<5xf32>) -> tensor<2x3x5xf32>
    // CHECK: hgraph.kernel family("conv")
    // CHECK-NEXT: hgraph.conv
    // CHECK-NEXT: hgraph.yield
    // CHECK: hgraph.kernel family("elementwise")
    %4 = hgraph.conv %x, %w stride [1] padding [0] dilation [1] groups(1) : (tensor<2x3x5xf32>, tensor<3x3x1xf32>) -> tensor<2x3x5xf32>
    %5 = hgraph.add %4, %x : (tensor<2x3x5xf32>, tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
    hgraph.return %3, %5 : tensor<2x3x5xf32>, tensor<2x3x5xf32>
  }
}
