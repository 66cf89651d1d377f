// Every rule of hgraph.conv, broken.
// RUN: heddle-opt %s -split-input-file -verify-diagnostics

// expected-note @+1 {{operand 0 [3, 4] comes from here}}
hgraph.outlined @rank(%x: tensor<3x4xf32>, %w: tensor<5x4x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.conv' op (C1) x must be [batch, channels, length] or [batch, channels, height, width], found [3, 4]}}
  %0 = hgraph.conv %x, %w stride [1] padding [0] dilation [1] groups(1) : (tensor<3x4xf32>, tensor<5x4x3xf32>) -> tensor<3x5xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0 [2, 4, 8] comes from here}}
// expected-note @+1 {{operand 1 [6, 3, 3] comes from here}}
hgraph.outlined @channels(%x: tensor<2x4x8xf32>, %w: tensor<6x3x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.conv' op (C1) x [2, 4, 8] has 4 channels, the weight [6, 3, 3] in 1 group takes 3}}
  %0 = hgraph.conv %x, %w stride [1] padding [0] dilation [1] groups(1) : (tensor<2x4x8xf32>, tensor<6x3x3xf32>) -> tensor<2x6x6xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0 [2, 4, t] comes from here}}
// expected-note @+1 {{operand 1 [6, 4, 3] comes from here}}
hgraph.outlined @room(%x: tensor<2x4x?xf32, #hgraph.dims<"2", "4", "t">>, %w: tensor<6x4x3xf32>) attributes {dims = [#hgraph.dim<"t", 2, 9>]} {
  // expected-error @+1 {{'hgraph.conv' op (C1) a window of 3 may not fit axis 2 of x [2, 4, t], t with its padding}}
  %0 = hgraph.conv %x, %w stride [1] padding [0] dilation [1] groups(1) : (tensor<2x4x?xf32, #hgraph.dims<"2", "4", "t">>, tensor<6x4x3xf32>) -> tensor<2x6x?xf32, #hgraph.dims<"2", "6", "t - 2">>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [2, 4, t] comes from here}}
hgraph.outlined @steps(%x: tensor<2x4x?xf32, #hgraph.dims<"2", "4", "t">>, %w: tensor<6x4x1xf32>) attributes {dims = [#hgraph.dim<"t", 2, 9>]} {
  // expected-error @+1 {{'hgraph.conv' op (C1) the windows of stride 2 along axis 2 of x [2, 4, t], t with its padding, are no polynomial; expected a constant extent, a multiple of the stride such as 2 * n, or stride 1}}
  %0 = hgraph.conv %x, %w stride [2] padding [0] dilation [1] groups(1) : (tensor<2x4x?xf32, #hgraph.dims<"2", "4", "t">>, tensor<6x4x1xf32>) -> tensor<2x6x?xf32, #hgraph.dims<"2", "6", "t">>
  hgraph.return
}

// -----

hgraph.outlined @output(%x: tensor<2x4x8xf32>, %w: tensor<6x4x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.conv' op (C2) found the output type 'tensor<2x6x8xf32>', expected 'tensor<2x6x6xf32>'}}
  %0 = hgraph.conv %x, %w stride [1] padding [0] dilation [1] groups(1) : (tensor<2x4x8xf32>, tensor<6x4x3xf32>) -> tensor<2x6x8xf32>
  hgraph.return
}

// -----

hgraph.outlined @numbers(%x: tensor<2x4x8x8xf32>, %w: tensor<6x4x3x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.conv' op (C3) found stride [1], expected a number for each of two axes, 1 to 65536}}
  %0 = hgraph.conv %x, %w stride [1] padding [0, 0] dilation [1, 1] groups(1) : (tensor<2x4x8x8xf32>, tensor<6x4x3x3xf32>) -> tensor<2x6x6x6xf32>
  hgraph.return
}

// -----

hgraph.outlined @groups(%x: tensor<2x4x8xf32>, %w: tensor<6x4x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.conv' op (C3) found 0 groups, expected 1 or more}}
  %0 = hgraph.conv %x, %w stride [1] padding [0] dilation [1] groups(0) : (tensor<2x4x8xf32>, tensor<6x4x3xf32>) -> tensor<2x6x6xf32>
  hgraph.return
}

// -----

hgraph.outlined @unreadable(%x: tensor<2x4x?xf32>, %w: tensor<6x4x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.conv' op (C1) found the type 'tensor<2x4x?xf32>', expected #hgraph.dims<...> for its ?}}
  %0 = hgraph.conv %x, %w stride [1] padding [0] dilation [1] groups(1) : (tensor<2x4x?xf32>, tensor<6x4x3xf32>) -> tensor<2x6x6xf32>
  hgraph.return
}
