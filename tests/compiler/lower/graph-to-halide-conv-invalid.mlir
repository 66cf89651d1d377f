// Kernels of convolutions that no pass makes.
// RUN: heddle-opt %s -split-input-file -verify-diagnostics --heddle-lower-graph-to-halide

hgraph.outlined @two(%x: tensor<1x2x4xf32>, %w: tensor<2x2x1xf32>) -> tensor<1x2x4xf32> attributes {dims = []} {
  %0 = hgraph.conv %x, %w stride [1] padding [0] dilation [1] groups(1) : (tensor<1x2x4xf32>, tensor<2x2x1xf32>) -> tensor<1x2x4xf32>
  // expected-error @+1 {{'hgraph.conv' op has no lowering: two convolutions in one kernel}}
  %1 = hgraph.conv %0, %w stride [1] padding [0] dilation [1] groups(1) : (tensor<1x2x4xf32>, tensor<2x2x1xf32>) -> tensor<1x2x4xf32>
  hgraph.return %1 : tensor<1x2x4xf32>
}

// -----

hgraph.outlined @reads(%x: tensor<1x2x4xf32>, %w: tensor<2x2x1xf32>) -> tensor<1x2x4xf32> attributes {dims = []} {
  %0 = hgraph.conv %x, %w stride [1] padding [0] dilation [1] groups(1) : (tensor<1x2x4xf32>, tensor<2x2x1xf32>) -> tensor<1x2x4xf32>
  // expected-error @+1 {{'hgraph.add' op has no lowering in the epilogue of a convolution}}
  %1 = hgraph.add %0, %x : (tensor<1x2x4xf32>, tensor<1x2x4xf32>) -> tensor<1x2x4xf32>
  hgraph.return %1 : tensor<1x2x4xf32>
}

// -----

hgraph.outlined @shares(%x: tensor<1x2x4xf32>, %w: tensor<2x2x1xf32>, %r: tensor<4xf32>) -> tensor<1x2x4xf32> attributes {dims = []} {
  // expected-error @+1 {{'hgraph.conv' op shares a kernel with an operand of shape [4]; expected [1, 2, 4] or a number for each output}}
  %0 = hgraph.conv %x, %w stride [1] padding [0] dilation [1] groups(1) : (tensor<1x2x4xf32>, tensor<2x2x1xf32>) -> tensor<1x2x4xf32>
  %1 = hgraph.add %0, %r : (tensor<1x2x4xf32>, tensor<4xf32>) -> tensor<1x2x4xf32>
  hgraph.return %1 : tensor<1x2x4xf32>
}
