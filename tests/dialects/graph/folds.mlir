// What disappears without changing a number, and what must stay.
// RUN: heddle-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: hgraph.outlined @merge_of_split
// CHECK-NOT: hgraph.split_heads
// CHECK: hgraph.return %{{.*}}
hgraph.outlined @merge_of_split(%x: tensor<1x5x8xf32>) -> tensor<1x5x8xf32> attributes {dims = []} {
  %0 = hgraph.split_heads %x heads(2) : (tensor<1x5x8xf32>) -> tensor<1x2x5x4xf32>
  %1 = hgraph.merge_heads %0 : (tensor<1x2x5x4xf32>) -> tensor<1x5x8xf32>
  hgraph.return %1 : tensor<1x5x8xf32>
}

// CHECK-LABEL: hgraph.outlined @split_of_merge
// CHECK-NOT: hgraph.merge_heads
// CHECK: hgraph.return %{{.*}}
hgraph.outlined @split_of_merge(%x: tensor<1x2x5x4xf32>) -> tensor<1x2x5x4xf32> attributes {dims = []} {
  %0 = hgraph.merge_heads %x : (tensor<1x2x5x4xf32>) -> tensor<1x5x8xf32>
  %1 = hgraph.split_heads %0 heads(2) : (tensor<1x5x8xf32>) -> tensor<1x2x5x4xf32>
  hgraph.return %1 : tensor<1x2x5x4xf32>
}

// Other heads are another tensor.
// CHECK-LABEL: hgraph.outlined @split_into_others
// CHECK: hgraph.merge_heads
// CHECK: hgraph.split_heads
hgraph.outlined @split_into_others(%x: tensor<1x2x5x4xf32>) -> tensor<1x4x5x2xf32> attributes {dims = []} {
  %0 = hgraph.merge_heads %x : (tensor<1x2x5x4xf32>) -> tensor<1x5x8xf32>
  %1 = hgraph.split_heads %0 heads(4) : (tensor<1x5x8xf32>) -> tensor<1x4x5x2xf32>
  hgraph.return %1 : tensor<1x4x5x2xf32>
}

// CHECK-LABEL: hgraph.outlined @relu_twice
// CHECK-COUNT-1: hgraph.relu
// CHECK-NOT: hgraph.relu
hgraph.outlined @relu_twice(%x: tensor<3xf32>) -> tensor<3xf32> attributes {dims = []} {
  %0 = hgraph.relu %x : (tensor<3xf32>) -> tensor<3xf32>
  %1 = hgraph.relu %0 : (tensor<3xf32>) -> tensor<3xf32>
  hgraph.return %1 : tensor<3xf32>
}

// CHECK-LABEL: hgraph.outlined @nothing_at_inference
// CHECK-NOT: hgraph.dropout
// CHECK-NOT: hgraph.reshape
// CHECK: hgraph.return
hgraph.outlined @nothing_at_inference(%x: tensor<3xf32>) -> tensor<3xf32> attributes {dims = []} {
  %0 = hgraph.dropout %x rate(0.1) : (tensor<3xf32>) -> tensor<3xf32>
  %1 = hgraph.reshape %0 : (tensor<3xf32>) -> tensor<3xf32>
  hgraph.return %1 : tensor<3xf32>
}

// A cast to the type it has is nothing.
// CHECK-LABEL: hgraph.outlined @cast_to_itself
// CHECK-NOT: hgraph.cast
hgraph.outlined @cast_to_itself(%x: tensor<3xi32>) -> tensor<3xi32> attributes {dims = []} {
  %0 = hgraph.cast %x : (tensor<3xi32>) -> tensor<3xi32>
  hgraph.return %0 : tensor<3xi32>
}

// CHECK-LABEL: hgraph.outlined @cast_to_another
// CHECK: hgraph.cast
hgraph.outlined @cast_to_another(%x: tensor<3xi32>) -> tensor<3xf32> attributes {dims = []} {
  %0 = hgraph.cast %x : (tensor<3xi32>) -> tensor<3xf32>
  hgraph.return %0 : tensor<3xf32>
}
