// Each labelled constraint of the tensor operations.
// RUN: heddle-opt %s -split-input-file -verify-diagnostics

hgraph.outlined @weight_c1() attributes {dims = []} {
  // expected-error @+1 {{'hgraph.weight' op (C1) found an empty path}}
  %w = hgraph.weight "" : tensor<2xf32>
  hgraph.return
}

// -----

hgraph.outlined @weight_c2() attributes {dims = [#hgraph.dim<"n", 1, 4>]} {
  // expected-error @+1 {{'hgraph.weight' op (C2) found the type 'tensor<?xf32, #hgraph.dims<"n">>', expected a constant shape}}
  %w = hgraph.weight "w" : tensor<?xf32, #hgraph.dims<"n">>
  hgraph.return
}

// -----

hgraph.outlined @constant_c1() attributes {dims = []} {
  // expected-error @+1 {{'hgraph.constant' op (C1) found 4097 elements, expected at most 4096}}
  %c = hgraph.constant dense<0.0> : tensor<4097xf32>
  hgraph.return
}

// -----

hgraph.outlined @constant_c1_sparse() attributes {dims = []} {
  // expected-error @+1 {{'hgraph.constant' op (C1) found sparse<0, 1.000000e+00> : tensor<4xf32>, expected dense<...>}}
  %c = hgraph.constant sparse<0, 1.0> : tensor<4xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 1 [4] comes from here}}
hgraph.outlined @embed_c1(%t: tensor<2xi32>, %w: tensor<4xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.embed' op (C1) the table must be [rows, width], found [4]}}
  %0 = hgraph.embed %t, %w : (tensor<2xi32>, tensor<4xf32>) -> tensor<2xf32>
  hgraph.return
}

// -----

hgraph.outlined @embed_c2(%t: tensor<2xi32>, %w: tensor<4x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.embed' op (C2) found the output type 'tensor<2x7xf32>', expected 'tensor<2x8xf32>'}}
  %0 = hgraph.embed %t, %w : (tensor<2xi32>, tensor<4x8xf32>) -> tensor<2x7xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{the table comes from here}}
hgraph.outlined @positions_c1(%w: tensor<8x4xf32>) attributes {dims = [#hgraph.dim<"n", 1, 9>]} {
  // expected-error @+1 {{'hgraph.positions' op (C1) the table [8, 4] has 8 rows, too few for the length n, which may be 9}}
  %0 = hgraph.positions %w : (tensor<8x4xf32>) -> tensor<?x4xf32, #hgraph.dims<"n", "4">>
  hgraph.return
}

// -----

hgraph.outlined @positions_c2(%w: tensor<8x4xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.positions' op (C2) found the output type 'tensor<8xf32>', expected 2 axes with known extents}}
  %0 = hgraph.positions %w : (tensor<8x4xf32>) -> tensor<8xf32>
  hgraph.return
}

// -----

hgraph.outlined @positions_c2_width(%w: tensor<8x4xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.positions' op (C2) found the output type 'tensor<8x5xf32>', expected 'tensor<8x4xf32>'}}
  %0 = hgraph.positions %w : (tensor<8x4xf32>) -> tensor<8x5xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [2, 8] comes from here}}
hgraph.outlined @row_c1(%w: tensor<2x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.row' op (C1) row 2 is not in the table [2, 8] of 2 rows}}
  %0 = hgraph.row %w[2] : (tensor<2x8xf32>) -> tensor<8xf32>
  hgraph.return
}

// -----

hgraph.outlined @row_c2(%w: tensor<2x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.row' op (C2) found the output type 'tensor<2x8xf32>', expected 'tensor<8xf32>'}}
  %0 = hgraph.row %w[1] : (tensor<2x8xf32>) -> tensor<2x8xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0 [n, 3] comes from here}}
// expected-note @+1 {{operand 1 [m, 3] comes from here}}
hgraph.outlined @add_c1(%a: tensor<?x3xf32, #hgraph.dims<"n", "3">>, %b: tensor<?x3xf32, #hgraph.dims<"m", "3">>) attributes {dims = [#hgraph.dim<"n", 1, 9>, #hgraph.dim<"m", 1, 9>]} {
  // expected-error @+1 {{'hgraph.add' op (C1) shapes [n, 3] and [m, 3] do not broadcast: n against m}}
  %0 = hgraph.add %a, %b : (tensor<?x3xf32, #hgraph.dims<"n", "3">>, tensor<?x3xf32, #hgraph.dims<"m", "3">>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  hgraph.return
}

// -----

hgraph.outlined @add_c2(%a: tensor<2x1xf32>, %b: tensor<3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.add' op (C2) found the output type 'tensor<2x1xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.add %a, %b : (tensor<2x1xf32>, tensor<3xf32>) -> tensor<2x1xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0}}
// expected-note @+1 {{operand 1}}
hgraph.outlined @sub_c1(%a: tensor<2xf32>, %b: tensor<3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.sub' op (C1) shapes [2] and [3] do not broadcast}}
  %0 = hgraph.sub %a, %b : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0}}
// expected-note @+1 {{operand 1}}
hgraph.outlined @mul_c1(%a: tensor<2xf32>, %b: tensor<3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.mul' op (C1) shapes [2] and [3] do not broadcast}}
  %0 = hgraph.mul %a, %b : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0}}
// expected-note @+1 {{operand 1}}
hgraph.outlined @div_c1(%a: tensor<2xf32>, %b: tensor<3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.div' op (C1) shapes [2] and [3] do not broadcast}}
  %0 = hgraph.div %a, %b : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0 [5, 8] comes from here}}
// expected-note @+1 {{operand 1 [4, 7] comes from here}}
hgraph.outlined @linear_c1(%x: tensor<5x8xf32>, %w: tensor<4x7xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.linear' op (C1) x [5, 8] has 8 features, the weight [4, 7], read as [out, in], takes 7}}
  %0 = hgraph.linear %x, %w layout(out_in) : (tensor<5x8xf32>, tensor<4x7xf32>) -> tensor<5x4xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 2 [8] comes from here}}
// expected-note @+1 {{operand 1 [8, 4] comes from here}}
hgraph.outlined @linear_c1_bias(%x: tensor<5x8xf32>, %w: tensor<8x4xf32>, %b: tensor<8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.linear' op (C1) the bias must be [4] for the weight [8, 4], found [8]}}
  %0 = hgraph.linear %x, %w, %b layout(in_out) : (tensor<5x8xf32>, tensor<8x4xf32>, tensor<8xf32>) -> tensor<5x4xf32>
  hgraph.return
}

// -----

hgraph.outlined @linear_c2(%x: tensor<5x8xf32>, %w: tensor<8x4xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.linear' op (C2) found the output type 'tensor<5x8xf32>', expected 'tensor<5x4xf32>'}}
  %0 = hgraph.linear %x, %w layout(in_out) : (tensor<5x8xf32>, tensor<8x4xf32>) -> tensor<5x8xf32>
  hgraph.return
}

// -----

hgraph.outlined @linear_layout(%x: tensor<5x8xf32>, %w: tensor<8x4xf32>) attributes {dims = []} {
  // expected-error @+1 {{expected one of [out_in, in_out] for order of a linear weight's axes, got: sideways}}
  %0 = hgraph.linear %x, %w layout(sideways) : (tensor<5x8xf32>, tensor<8x4xf32>) -> tensor<5x4xf32>
  hgraph.return
}

// -----

hgraph.outlined @linear_compute(%x: tensor<5x8xf32>, %w: tensor<8x4xf32>) attributes {dims = []} {
  // expected-error @+1 {{expected one of [f32, bf16, int8] for numbers that products are computed of, got: f64}}
  %0 = hgraph.linear %x, %w layout(in_out) compute(f64) : (tensor<5x8xf32>, tensor<8x4xf32>) -> tensor<5x4xf32>
  hgraph.return %0 : tensor<5x4xf32>
}

// -----

// expected-note @+2 {{operand 0}}
// expected-note @+1 {{operand 1}}
hgraph.outlined @layer_norm_c1(%x: tensor<5x8xf32>, %w: tensor<7xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.layer_norm' op (C1) the weight must be [8] for x [5, 8], found [7]}}
  %0 = hgraph.layer_norm %x, %w eps(0.0) : (tensor<5x8xf32>, tensor<7xf32>) -> tensor<5x8xf32>
  hgraph.return
}

// -----

hgraph.outlined @layer_norm_c2(%x: tensor<5x8xf32>, %w: tensor<8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.layer_norm' op (C2) found the output type 'tensor<8xf32>', expected 'tensor<5x8xf32>'}}
  %0 = hgraph.layer_norm %x, %w eps(0.0) : (tensor<5x8xf32>, tensor<8xf32>) -> tensor<8xf32>
  hgraph.return
}

// -----

hgraph.outlined @layer_norm_c3(%x: tensor<5x8xf32>, %w: tensor<8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.layer_norm' op (C3) found eps -1.000000e+00, expected a finite number that is not negative}}
  %0 = hgraph.layer_norm %x, %w eps(-1.0) : (tensor<5x8xf32>, tensor<8xf32>) -> tensor<5x8xf32>
  hgraph.return
}

// -----

hgraph.outlined @relu_c2(%x: tensor<5x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.relu' op (C2) found the output type 'tensor<5xf32>', expected 'tensor<5x8xf32>'}}
  %0 = hgraph.relu %x : (tensor<5x8xf32>) -> tensor<5xf32>
  hgraph.return
}

// -----

hgraph.outlined @gelu_c2(%x: tensor<5x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.gelu' op (C2) found the output type 'tensor<5xf32>', expected 'tensor<5x8xf32>'}}
  %0 = hgraph.gelu %x approximate(none) : (tensor<5x8xf32>) -> tensor<5xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [5, 8] comes from here}}
hgraph.outlined @softmax_c1(%x: tensor<5x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.softmax' op (C1) axis 2 is not in x [5, 8]}}
  %0 = hgraph.softmax %x axis(2) : (tensor<5x8xf32>) -> tensor<5x8xf32>
  hgraph.return
}

// -----

hgraph.outlined @softmax_c2(%x: tensor<5x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.softmax' op (C2) found the output type 'tensor<5xf32>', expected 'tensor<5x8xf32>'}}
  %0 = hgraph.softmax %x axis(1) : (tensor<5x8xf32>) -> tensor<5xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [1, 5, 8] comes from here}}
hgraph.outlined @split_heads_c1(%x: tensor<1x5x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.split_heads' op (C1) the 8 features of x [1, 5, 8] do not divide into 3 heads}}
  %0 = hgraph.split_heads %x heads(3) : (tensor<1x5x8xf32>) -> tensor<1x3x5x2xf32>
  hgraph.return
}

// -----

hgraph.outlined @split_heads_c2(%x: tensor<1x5x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.split_heads' op (C2) found the output type 'tensor<1x5x2x4xf32>', expected 'tensor<1x2x5x4xf32>'}}
  %0 = hgraph.split_heads %x heads(2) : (tensor<1x5x8xf32>) -> tensor<1x5x2x4xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [1, 5, 8] comes from here}}
hgraph.outlined @merge_heads_c1(%x: tensor<1x5x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.merge_heads' op (C1) x must be [batch, heads, length, width], found [1, 5, 8]}}
  %0 = hgraph.merge_heads %x : (tensor<1x5x8xf32>) -> tensor<5x8xf32>
  hgraph.return
}

// -----

hgraph.outlined @merge_heads_c2(%x: tensor<1x2x5x4xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.merge_heads' op (C2) found the output type 'tensor<1x8x5xf32>', expected 'tensor<1x5x8xf32>'}}
  %0 = hgraph.merge_heads %x : (tensor<1x2x5x4xf32>) -> tensor<1x8x5xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [5, 8] comes from here}}
hgraph.outlined @mean_c1_axis(%x: tensor<5x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.mean' op (C1) axis 3 is not in x [5, 8]}}
  %0 = hgraph.mean %x over(3) : (tensor<5x8xf32>) -> tensor<5xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0}}
// expected-note @+1 {{operand 1}}
hgraph.outlined @mean_c1_mask(%x: tensor<2x5x8xf32>, %m: tensor<2x4xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.mean' op (C1) the mask must be [2, 5], or have more axes of x, for axis 1 of x [2, 5, 8], found [2, 4]}}
  %0 = hgraph.mean %x over(1) where %m : (tensor<2x5x8xf32>, tensor<2x4xi32>) -> tensor<2x8xf32>
  hgraph.return
}

// -----

hgraph.outlined @mean_c2(%x: tensor<2x5x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.mean' op (C2) found the output type 'tensor<2x5xf32>', expected 'tensor<2x8xf32>'}}
  %0 = hgraph.mean %x over(1) : (tensor<2x5x8xf32>) -> tensor<2x5xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [] comes from here}}
hgraph.outlined @l2_normalize_c1(%x: tensor<f32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.l2_normalize' op (C1) x must be [..., width], found []}}
  %0 = hgraph.l2_normalize %x eps(0.0) : (tensor<f32>) -> tensor<f32>
  hgraph.return
}

// -----

hgraph.outlined @l2_normalize_c2(%x: tensor<3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.l2_normalize' op (C2) found the output type 'tensor<f32>', expected 'tensor<3xf32>'}}
  %0 = hgraph.l2_normalize %x eps(0.0) : (tensor<3xf32>) -> tensor<f32>
  hgraph.return
}

// -----

hgraph.outlined @l2_normalize_c3(%x: tensor<3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.l2_normalize' op (C3) found eps}}
  %0 = hgraph.l2_normalize %x eps(0x7FF0000000000000) : (tensor<3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @operand_without_dims() attributes {dims = []} {
  %0 = "hgraph.weight"() {path = "w"} : () -> tensor<3xf32>
  // expected-error @+1 {{'hgraph.relu' op (C2) found the output type 'tensor<?xf32>', expected 'tensor<3xf32>'}}
  %1 = hgraph.relu %0 : (tensor<3xf32>) -> tensor<?xf32>
  hgraph.return
}

// -----

hgraph.outlined @argument_without_dims(%x: tensor<?xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.relu' op (C1) found the type 'tensor<?xf32>', expected #hgraph.dims<...> for its ?}}
  %1 = hgraph.relu %x : (tensor<?xf32>) -> tensor<?xf32>
  hgraph.return
}

// -----

hgraph.outlined @element_type(%x: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.relu' op operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<3xi32>'}}
  %1 = hgraph.relu %x : (tensor<3xi32>) -> tensor<3xi32>
  hgraph.return
}
