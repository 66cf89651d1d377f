// Each labelled constraint of the operations along one axis.
// RUN: heddle-opt %s -split-input-file -verify-diagnostics

// expected-note @+1 {{operand 0 [2, 3] comes from here}}
hgraph.outlined @sum_c1_axis(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.sum' op (C1) axis 2 is not in x [2, 3]}}
  %0 = hgraph.sum %x over(2) : (tensor<2x3xf32>) -> tensor<2xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 1 [3] comes from here}}
// expected-note @+1 {{operand 0 [2, 3, 4] comes from here}}
hgraph.outlined @sum_c1_mask(%x: tensor<2x3x4xf32>, %m: tensor<3xi1>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.sum' op (C1) the mask must be [2, 3], or have more axes of x, for axis 1 of x [2, 3, 4], found [3]}}
  %0 = hgraph.sum %x over(1) where %m : (tensor<2x3x4xf32>, tensor<3xi1>) -> tensor<2x4xf32>
  hgraph.return
}

// -----

hgraph.outlined @sum_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.sum' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2xf32>'}}
  %0 = hgraph.sum %x over(1) : (tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @sum_c2_keep(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.sum' op (C2) found the output type 'tensor<2xf32>', expected 'tensor<2x1xf32>'}}
  %0 = hgraph.sum %x over(1) keep : (tensor<2x3xf32>) -> tensor<2xf32>
  hgraph.return
}

// -----

hgraph.outlined @sum_whole(%x: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.sum' op operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<3xi32>'}}
  %0 = hgraph.sum %x over(0) : (tensor<3xi32>) -> tensor<f32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [2, 3] comes from here}}
hgraph.outlined @mean_c1_axis(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.mean' op (C1) axis 2 is not in x [2, 3]}}
  %0 = hgraph.mean %x over(2) : (tensor<2x3xf32>) -> tensor<2xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 1 [3] comes from here}}
// expected-note @+1 {{operand 0 [2, 3, 4] comes from here}}
hgraph.outlined @mean_c1_mask(%x: tensor<2x3x4xf32>, %m: tensor<3xi1>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.mean' op (C1) the mask must be [2, 3], or have more axes of x, for axis 1 of x [2, 3, 4], found [3]}}
  %0 = hgraph.mean %x over(1) where %m : (tensor<2x3x4xf32>, tensor<3xi1>) -> tensor<2x4xf32>
  hgraph.return
}

// -----

hgraph.outlined @mean_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.mean' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2xf32>'}}
  %0 = hgraph.mean %x over(1) : (tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @mean_c2_keep(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.mean' op (C2) found the output type 'tensor<2xf32>', expected 'tensor<2x1xf32>'}}
  %0 = hgraph.mean %x over(1) keep : (tensor<2x3xf32>) -> tensor<2xf32>
  hgraph.return
}

// -----

hgraph.outlined @mean_whole(%x: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.mean' op operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<3xi32>'}}
  %0 = hgraph.mean %x over(0) : (tensor<3xi32>) -> tensor<f32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [2, 3] comes from here}}
hgraph.outlined @var_c1_axis(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.var' op (C1) axis 2 is not in x [2, 3]}}
  %0 = hgraph.var %x over(2) : (tensor<2x3xf32>) -> tensor<2xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 1 [3] comes from here}}
// expected-note @+1 {{operand 0 [2, 3, 4] comes from here}}
hgraph.outlined @var_c1_mask(%x: tensor<2x3x4xf32>, %m: tensor<3xi1>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.var' op (C1) the mask must be [2, 3], or have more axes of x, for axis 1 of x [2, 3, 4], found [3]}}
  %0 = hgraph.var %x over(1) where %m : (tensor<2x3x4xf32>, tensor<3xi1>) -> tensor<2x4xf32>
  hgraph.return
}

// -----

hgraph.outlined @var_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.var' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2xf32>'}}
  %0 = hgraph.var %x over(1) : (tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @var_c2_keep(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.var' op (C2) found the output type 'tensor<2xf32>', expected 'tensor<2x1xf32>'}}
  %0 = hgraph.var %x over(1) keep : (tensor<2x3xf32>) -> tensor<2xf32>
  hgraph.return
}

// -----

hgraph.outlined @var_whole(%x: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.var' op operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<3xi32>'}}
  %0 = hgraph.var %x over(0) : (tensor<3xi32>) -> tensor<f32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [2, 3] comes from here}}
hgraph.outlined @largest_c1_axis(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.largest' op (C1) axis 2 is not in x [2, 3]}}
  %0 = hgraph.largest %x over(2) : (tensor<2x3xf32>) -> tensor<2xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 1 [3] comes from here}}
// expected-note @+1 {{operand 0 [2, 3, 4] comes from here}}
hgraph.outlined @largest_c1_mask(%x: tensor<2x3x4xf32>, %m: tensor<3xi1>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.largest' op (C1) the mask must be [2, 3], or have more axes of x, for axis 1 of x [2, 3, 4], found [3]}}
  %0 = hgraph.largest %x over(1) where %m : (tensor<2x3x4xf32>, tensor<3xi1>) -> tensor<2x4xf32>
  hgraph.return
}

// -----

hgraph.outlined @largest_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.largest' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2xf32>'}}
  %0 = hgraph.largest %x over(1) : (tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @largest_c2_keep(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.largest' op (C2) found the output type 'tensor<2xf32>', expected 'tensor<2x1xf32>'}}
  %0 = hgraph.largest %x over(1) keep : (tensor<2x3xf32>) -> tensor<2xf32>
  hgraph.return
}

// -----

hgraph.outlined @largest_whole(%x: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.largest' op operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<3xi32>'}}
  %0 = hgraph.largest %x over(0) : (tensor<3xi32>) -> tensor<f32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [2, 3] comes from here}}
hgraph.outlined @smallest_c1_axis(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.smallest' op (C1) axis 2 is not in x [2, 3]}}
  %0 = hgraph.smallest %x over(2) : (tensor<2x3xf32>) -> tensor<2xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 1 [3] comes from here}}
// expected-note @+1 {{operand 0 [2, 3, 4] comes from here}}
hgraph.outlined @smallest_c1_mask(%x: tensor<2x3x4xf32>, %m: tensor<3xi1>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.smallest' op (C1) the mask must be [2, 3], or have more axes of x, for axis 1 of x [2, 3, 4], found [3]}}
  %0 = hgraph.smallest %x over(1) where %m : (tensor<2x3x4xf32>, tensor<3xi1>) -> tensor<2x4xf32>
  hgraph.return
}

// -----

hgraph.outlined @smallest_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.smallest' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2xf32>'}}
  %0 = hgraph.smallest %x over(1) : (tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @smallest_c2_keep(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.smallest' op (C2) found the output type 'tensor<2xf32>', expected 'tensor<2x1xf32>'}}
  %0 = hgraph.smallest %x over(1) keep : (tensor<2x3xf32>) -> tensor<2xf32>
  hgraph.return
}

// -----

hgraph.outlined @smallest_whole(%x: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.smallest' op operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<3xi32>'}}
  %0 = hgraph.smallest %x over(0) : (tensor<3xi32>) -> tensor<f32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [2, 3] comes from here}}
hgraph.outlined @argmax_c1_axis(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.argmax' op (C1) axis 2 is not in x [2, 3]}}
  %0 = hgraph.argmax %x over(2) : (tensor<2x3xf32>) -> tensor<2xi32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 1 [3] comes from here}}
// expected-note @+1 {{operand 0 [2, 3, 4] comes from here}}
hgraph.outlined @argmax_c1_mask(%x: tensor<2x3x4xf32>, %m: tensor<3xi1>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.argmax' op (C1) the mask must be [2, 3], or have more axes of x, for axis 1 of x [2, 3, 4], found [3]}}
  %0 = hgraph.argmax %x over(1) where %m : (tensor<2x3x4xf32>, tensor<3xi1>) -> tensor<2x4xi32>
  hgraph.return
}

// -----

hgraph.outlined @argmax_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.argmax' op (C2) found the output type 'tensor<3xi32>', expected 'tensor<2xi32>'}}
  %0 = hgraph.argmax %x over(1) : (tensor<2x3xf32>) -> tensor<3xi32>
  hgraph.return
}

// -----

hgraph.outlined @argmax_c2_keep(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.argmax' op (C2) found the output type 'tensor<2xi32>', expected 'tensor<2x1xi32>'}}
  %0 = hgraph.argmax %x over(1) keep : (tensor<2x3xf32>) -> tensor<2xi32>
  hgraph.return
}

// -----

hgraph.outlined @argmax_whole(%x: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.argmax' op operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<3xi32>'}}
  %0 = hgraph.argmax %x over(0) : (tensor<3xi32>) -> tensor<i32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [2, 3] comes from here}}
hgraph.outlined @log_softmax_c1(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.log_softmax' op (C1) axis 2 is not in x [2, 3]}}
  %0 = hgraph.log_softmax %x axis(2) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  hgraph.return
}

// -----

hgraph.outlined @log_softmax_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.log_softmax' op (C2) found the output type 'tensor<2xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.log_softmax %x axis(1) : (tensor<2x3xf32>) -> tensor<2xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 1 [2] comes from here}}
// expected-note @+1 {{operand 0 [2, 3] comes from here}}
hgraph.outlined @rms_norm_c1(%x: tensor<2x3xf32>, %w: tensor<2xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.rms_norm' op (C1) the weight must be [3] for x [2, 3], found [2]}}
  %0 = hgraph.rms_norm %x, %w eps(0.0) : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  hgraph.return
}

// -----

hgraph.outlined @rms_norm_c2(%x: tensor<2x3xf32>, %w: tensor<3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.rms_norm' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.rms_norm %x, %w eps(0.0) : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @rms_norm_c3(%x: tensor<2x3xf32>, %w: tensor<3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.rms_norm' op (C3) found eps -1.000000e+00, expected a finite number that is not negative}}
  %0 = hgraph.rms_norm %x, %w eps(-1.0) : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [2, 3] comes from here}}
hgraph.outlined @top_k_c1_none(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.top_k' op (C1) k is 0, not in 1 to the length 3 of x [2, 3]}}
  %0 = hgraph.top_k %x k(0) : (tensor<2x3xf32>) -> tensor<2x0xi32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [n] comes from here}}
hgraph.outlined @top_k_c1_dim(%x: tensor<?xf32, #hgraph.dims<"n">>) attributes {dims = [#hgraph.dim<"n", 2, 9>]} {
  // expected-error @+1 {{'hgraph.top_k' op (C1) k is 3, not in 1 to the length n of x [n] for every dim}}
  %0 = hgraph.top_k %x k(3) : (tensor<?xf32, #hgraph.dims<"n">>) -> tensor<3xi32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [] comes from here}}
hgraph.outlined @top_k_c1_rank(%x: tensor<f32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.top_k' op (C1) x must be [..., length], found []}}
  %0 = hgraph.top_k %x k(1) : (tensor<f32>) -> tensor<1xi32>
  hgraph.return
}

// -----

hgraph.outlined @top_k_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.top_k' op (C2) found the output type 'tensor<2x3xi32>', expected 'tensor<2x2xi32>'}}
  %0 = hgraph.top_k %x k(2) : (tensor<2x3xf32>) -> tensor<2x3xi32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 1 [3, 2] comes from here}}
// expected-note @+1 {{operand 0 [2, 3] comes from here}}
hgraph.outlined @take_c1(%x: tensor<2x3xf32>, %i: tensor<3x2xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.take' op (C1) the indices must be the axes of x [2, 3] with any last one, found [3, 2]}}
  %0 = hgraph.take %x, %i : (tensor<2x3xf32>, tensor<3x2xi32>) -> tensor<3x2xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [] comes from here}}
hgraph.outlined @take_c1_rank(%x: tensor<f32>, %i: tensor<i32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.take' op (C1) x must be [..., length], found []}}
  %0 = hgraph.take %x, %i : (tensor<f32>, tensor<i32>) -> tensor<f32>
  hgraph.return
}

// -----

hgraph.outlined @take_c2(%x: tensor<2x3xf32>, %i: tensor<2x4xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.take' op (C2) found the output type 'tensor<2x3xf32>', expected 'tensor<2x4xf32>'}}
  %0 = hgraph.take %x, %i : (tensor<2x3xf32>, tensor<2x4xi32>) -> tensor<2x3xf32>
  hgraph.return
}

// -----

hgraph.outlined @take_floats(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.take' op operand #1 must be ranked tensor of 32-bit signless integer values, but got 'tensor<2x3xf32>'}}
  %0 = hgraph.take %x, %x : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  hgraph.return
}
