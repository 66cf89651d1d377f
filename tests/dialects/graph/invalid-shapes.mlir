// Each labelled constraint of the ops of GraphShapes.td.
// RUN: heddle-opt %s -split-input-file -verify-diagnostics

hgraph.outlined @angle_table_c1() attributes {dims = []} {
  // expected-error @+1 {{'hgraph.angle_table' op (C1) found the type 'tensor<4x3xf32>', expected [rows, width] with constant rows and an even width}}
  %0 = hgraph.angle_table form(rotary) base(1.0e4) : tensor<4x3xf32>
  hgraph.return
}

// -----

hgraph.outlined @angle_table_c1_rank() attributes {dims = []} {
  // expected-error @+1 {{'hgraph.angle_table' op (C1) found the type 'tensor<4xf32>', expected [rows, width]}}
  %0 = hgraph.angle_table form(sinusoid) base(1.0e4) : tensor<4xf32>
  hgraph.return
}

// -----

hgraph.outlined @angle_table_c2() attributes {dims = []} {
  // expected-error @+1 {{'hgraph.angle_table' op (C2) found 0.000000e+00, expected a finite number above 0}}
  %0 = hgraph.angle_table form(rotary) base(0.0) : tensor<4x2xf32>
  hgraph.return
}

// -----

hgraph.outlined @angle_table_c2_linear() attributes {dims = []} {
  // expected-error @+1 {{'hgraph.angle_table' op (C2) found -2.000000e+00, expected a finite number above 0}}
  %0 = hgraph.angle_table form(rotary) base(1.0) linear(-2.0) : tensor<4x2xf32>
  hgraph.return
}

// -----

hgraph.outlined @angle_table_c3() attributes {dims = []} {
  // expected-error @+1 {{'hgraph.angle_table' op (C3) found llama3 [8.000000e+00, 4.000000e+00, 1.000000e+00, 1.000000e+02], expected factor, low, high and length, finite and above 0, low below high}}
  %0 = hgraph.angle_table form(rotary) base(1.0) llama3 [8.0, 4.0, 1.0, 100.0] : tensor<4x2xf32>
  hgraph.return
}

// -----

hgraph.outlined @angle_table_c3_count() attributes {dims = []} {
  // expected-error @+1 {{'hgraph.angle_table' op (C3) found llama3 [8.000000e+00], expected factor}}
  %0 = hgraph.angle_table form(rotary) base(1.0) llama3 [8.0] : tensor<4x2xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [2, 4, 8] comes from here}}
hgraph.outlined @rope_c1(%x: tensor<2x4x8xf32>, %t: tensor<9x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.rope' op (C1) x must be [batch, heads, length, width], found [2, 4, 8]}}
  %0 = hgraph.rope %x, %t pairs(half) : (tensor<2x4x8xf32>, tensor<9x8xf32>) -> tensor<2x4x8xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 1 [9] comes from here}}
hgraph.outlined @rope_c1_table(%x: tensor<2x1x4x8xf32>, %t: tensor<9xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.rope' op (C1) the table must be [rows, width], found [9]}}
  %0 = hgraph.rope %x, %t pairs(half) : (tensor<2x1x4x8xf32>, tensor<9xf32>) -> tensor<2x1x4x8xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0 [2, 1, 4, 8] comes from here}}
// expected-note @+1 {{operand 1 [9, 10] comes from here}}
hgraph.outlined @rope_c1_width(%x: tensor<2x1x4x8xf32>, %t: tensor<9x10xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.rope' op (C1) the width 10 to be turned must be even and at most the width 8 of x [2, 1, 4, 8]}}
  %0 = hgraph.rope %x, %t pairs(half) : (tensor<2x1x4x8xf32>, tensor<9x10xf32>) -> tensor<2x1x4x8xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 2 [3, 4] comes from here}}
// expected-note @+1 {{operand 0 [2, 1, 4, 8] comes from here}}
hgraph.outlined @rope_c1_positions(%x: tensor<2x1x4x8xf32>, %t: tensor<9x8xf32>, %p: tensor<3x4xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.rope' op (C1) the positions must be [2, 4] or [4] for x [2, 1, 4, 8], found [3, 4]}}
  %0 = hgraph.rope %x, %t at %p pairs(half) : (tensor<2x1x4x8xf32>, tensor<9x8xf32>, tensor<3x4xi32>) -> tensor<2x1x4x8xf32>
  hgraph.return
}

// -----

hgraph.outlined @rope_c2(%x: tensor<2x1x4x8xf32>, %t: tensor<9x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.rope' op (C2) found the output type 'tensor<2x1x4x7xf32>', expected 'tensor<2x1x4x8xf32>'}}
  %0 = hgraph.rope %x, %t pairs(half) : (tensor<2x1x4x8xf32>, tensor<9x8xf32>) -> tensor<2x1x4x7xf32>
  hgraph.return
}

// -----

hgraph.outlined @rope_c3(%x: tensor<2x1x4x8xf32>, %t: tensor<9x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.rope' op (C3) the positions end at 10, the table has 9 rows}}
  %0 = hgraph.rope %x, %t pairs(half) offset("6") : (tensor<2x1x4x8xf32>, tensor<9x8xf32>) -> tensor<2x1x4x8xf32>
  hgraph.return
}

// -----

hgraph.outlined @rope_c3_negative(%x: tensor<2x1x4x8xf32>, %t: tensor<9x8xf32>) attributes {dims = [#hgraph.dim<"n", 1, 4>]} {
  // expected-error @+1 {{'hgraph.rope' op (C3) the offset n - 2 may be less than 0}}
  %0 = hgraph.rope %x, %t pairs(half) offset("n - 2") : (tensor<2x1x4x8xf32>, tensor<9x8xf32>) -> tensor<2x1x4x8xf32>
  hgraph.return
}

// -----

hgraph.outlined @rope_c3_text(%x: tensor<2x1x4x8xf32>, %t: tensor<9x8xf32>) attributes {dims = [#hgraph.dim<"n", 1, 4>]} {
  // expected-error @+1 {{'hgraph.rope' op (C3) found '1 + n', expected the canonical text of a dim}}
  %0 = hgraph.rope %x, %t pairs(half) offset("1 + n") : (tensor<2x1x4x8xf32>, tensor<9x8xf32>) -> tensor<2x1x4x8xf32>
  hgraph.return
}

// -----

hgraph.outlined @rope_c3_unknown(%x: tensor<2x1x4x8xf32>, %t: tensor<9x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.rope' op (C3) found 'n', and 'n' is no dim here}}
  %0 = hgraph.rope %x, %t pairs(half) offset("n") : (tensor<2x1x4x8xf32>, tensor<9x8xf32>) -> tensor<2x1x4x8xf32>
  hgraph.return
}

// -----

hgraph.outlined @rope_c3_both(%x: tensor<2x1x4x8xf32>, %t: tensor<9x8xf32>, %p: tensor<4xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.rope' op (C3) found the offset '1' beside positions, expected one of them}}
  %0 = hgraph.rope %x, %t at %p pairs(half) offset("1") : (tensor<2x1x4x8xf32>, tensor<9x8xf32>, tensor<4xi32>) -> tensor<2x1x4x8xf32>
  hgraph.return
}

// -----

hgraph.outlined @dropout_c2(%x: tensor<2xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.dropout' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2xf32>'}}
  %0 = hgraph.dropout %x rate(0.5) : (tensor<2xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @dropout_c3(%x: tensor<2xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.dropout' op (C3) found rate 1.000000e+00, expected 0 <= rate < 1}}
  %0 = hgraph.dropout %x rate(1.0) : (tensor<2xf32>) -> tensor<2xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [2, 3] comes from here}}
hgraph.outlined @reshape_c1(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.reshape' op (C1) x [2, 3] has 6 elements, [2, 4] has 8}}
  %0 = hgraph.reshape %x : (tensor<2x3xf32>) -> tensor<2x4xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [n, 3] comes from here}}
hgraph.outlined @reshape_c1_dims(%x: tensor<?x3xf32, #hgraph.dims<"n", "3">>) attributes {dims = [#hgraph.dim<"n", 1, 4>, #hgraph.dim<"m", 1, 4>]} {
  // expected-error @+1 {{'hgraph.reshape' op (C1) x [n, 3] has 3 * n elements, [m, 3] has 3 * m}}
  %0 = hgraph.reshape %x : (tensor<?x3xf32, #hgraph.dims<"n", "3">>) -> tensor<?x3xf32, #hgraph.dims<"m", "3">>
  hgraph.return
}

// -----

hgraph.outlined @reshape_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.reshape' op (C2) found the output type 'tensor<6xi32>', expected 'tensor<6xf32>'}}
  %0 = hgraph.reshape %x : (tensor<2x3xf32>) -> tensor<6xi32>
  hgraph.return
}

// -----

hgraph.outlined @reshape_c2_encoding(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.reshape' op (C2) found the output type 'tensor<?xf32>', expected #hgraph.dims<...> for its ?}}
  %0 = hgraph.reshape %x : (tensor<2x3xf32>) -> tensor<?xf32>
  hgraph.return
}

// -----

hgraph.outlined @reshape_c1_encoding(%x: tensor<?x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.reshape' op (C1) found the type 'tensor<?x3xf32>', expected #hgraph.dims<...> for its ?}}
  %0 = hgraph.reshape %x : (tensor<?x3xf32>) -> tensor<6xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [2, 3] comes from here}}
hgraph.outlined @transpose_c1(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.transpose' op (C1) the order [0, 0] does not name each axis of x [2, 3] once}}
  %0 = hgraph.transpose %x order [0, 0] : (tensor<2x3xf32>) -> tensor<2x2xf32>
  hgraph.return
}

// -----

hgraph.outlined @transpose_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.transpose' op (C2) found the output type 'tensor<2x3xf32>', expected 'tensor<3x2xf32>'}}
  %0 = hgraph.transpose %x order [1, 0] : (tensor<2x3xf32>) -> tensor<2x3xf32>
  hgraph.return
}

// -----

hgraph.outlined @concat_c1_none() attributes {dims = []} {
  // expected-error @+1 {{'hgraph.concat' op (C1) there is nothing to join}}
  %0 = hgraph.concat axis(0) : () -> tensor<2x3xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [2, 3] comes from here}}
hgraph.outlined @concat_c1_axis(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.concat' op (C1) axis 2 is not in x [2, 3]}}
  %0 = hgraph.concat %x axis(2) : (tensor<2x3xf32>) -> tensor<2x3xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0 [2, 3] comes from here}}
// expected-note @+1 {{operand 1 [2, 4] comes from here}}
hgraph.outlined @concat_c1_shape(%x: tensor<2x3xf32>, %y: tensor<2x4xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.concat' op (C1) [2, 3] and [2, 4] do not join along axis 0}}
  %0 = hgraph.concat %x, %y axis(0) : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<4x3xf32>
  hgraph.return
}

// -----

hgraph.outlined @concat_c1_type(%x: tensor<2xf32>, %y: tensor<2xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.concat' op (C1) joins 'f32' and 'i32', expected one element type}}
  %0 = hgraph.concat %x, %y axis(0) : (tensor<2xf32>, tensor<2xi32>) -> tensor<4xf32>
  hgraph.return
}

// -----

hgraph.outlined @concat_c2(%x: tensor<2xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.concat' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<4xf32>'}}
  %0 = hgraph.concat %x, %x axis(0) : (tensor<2xf32>, tensor<2xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [2, 8] comes from here}}
hgraph.outlined @slice_c1_axis(%x: tensor<2x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.slice' op (C1) axis -1 is not in x [2, 8]}}
  %0 = hgraph.slice %x axis(-1) from("0") : (tensor<2x8xf32>) -> tensor<2x3xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [2, 8] comes from here}}
hgraph.outlined @slice_c1_end(%x: tensor<2x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.slice' op (C1) the slice ends at 9, axis 1 of x [2, 8] at 8}}
  %0 = hgraph.slice %x axis(1) from("6") : (tensor<2x8xf32>) -> tensor<2x3xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [2, 8] comes from here}}
hgraph.outlined @slice_c1_start(%x: tensor<2x8xf32>) attributes {dims = [#hgraph.dim<"n", 1, 4>]} {
  // expected-error @+1 {{'hgraph.slice' op (C1) the start n - 2 may be less than 0}}
  %0 = hgraph.slice %x axis(1) from("n - 2") : (tensor<2x8xf32>) -> tensor<2x3xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [2, 8] comes from here}}
hgraph.outlined @slice_c1_empty(%x: tensor<2x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.slice' op (C1) the slice from 1 to 1 of axis 1 may have no element}}
  %0 = hgraph.slice %x axis(1) from("1") : (tensor<2x8xf32>) -> tensor<2x0xf32>
  hgraph.return
}

// -----

hgraph.outlined @slice_c1_text(%x: tensor<2x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.slice' op (C1) found 'one', and 'one' is no dim here}}
  %0 = hgraph.slice %x axis(1) from("one") : (tensor<2x8xf32>) -> tensor<2x3xf32>
  hgraph.return
}

// -----

hgraph.outlined @slice_c2(%x: tensor<2x8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.slice' op (C2) found the output type 'tensor<3x3xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.slice %x axis(1) from("1") : (tensor<2x8xf32>) -> tensor<3x3xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [8] comes from here}}
hgraph.outlined @pad_c1_axis(%x: tensor<8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.pad' op (C1) axis 1 is not in x [8]}}
  %0 = hgraph.pad %x axis(1) before("0") after("1") value(0.0) : (tensor<8xf32>) -> tensor<9xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [8] comes from here}}
hgraph.outlined @pad_c1_before(%x: tensor<8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.pad' op (C1) the padding before -1 may be less than 0}}
  %0 = hgraph.pad %x axis(0) before("-1") after("1") value(0.0) : (tensor<8xf32>) -> tensor<8xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [8] comes from here}}
hgraph.outlined @pad_c1_after(%x: tensor<8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.pad' op (C1) the padding after -1 may be less than 0}}
  %0 = hgraph.pad %x axis(0) before("1") after("-1") value(0.0) : (tensor<8xf32>) -> tensor<8xf32>
  hgraph.return
}

// -----

hgraph.outlined @pad_c1_text(%x: tensor<8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.pad' op (C1) found '', expected the canonical text of a dim}}
  %0 = hgraph.pad %x axis(0) before("") after("1") value(0.0) : (tensor<8xf32>) -> tensor<8xf32>
  hgraph.return
}

// -----

hgraph.outlined @pad_c2(%x: tensor<8xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.pad' op (C2) found the output type 'tensor<8xf32>', expected 'tensor<9xf32>'}}
  %0 = hgraph.pad %x axis(0) before("0") after("1") value(0.0) : (tensor<8xf32>) -> tensor<8xf32>
  hgraph.return
}

// -----

hgraph.outlined @pad_c3(%x: tensor<8xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.pad' op (C3) found the value 5.000000e-01, expected one of 'i32'}}
  %0 = hgraph.pad %x axis(0) before("0") after("1") value(0.5) : (tensor<8xi32>) -> tensor<9xi32>
  hgraph.return
}

// -----

hgraph.outlined @pad_c3_bool(%x: tensor<8xi1>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.pad' op (C3) found the value 2.000000e+00, expected one of 'i1'}}
  %0 = hgraph.pad %x axis(0) before("0") after("1") value(2.0) : (tensor<8xi1>) -> tensor<9xi1>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [2, 3] comes from here}}
hgraph.outlined @broadcast_to_c1(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.broadcast_to' op (C1) x [2, 3] does not broadcast to [4, 3]}}
  %0 = hgraph.broadcast_to %x : (tensor<2x3xf32>) -> tensor<4x3xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [2, 3] comes from here}}
hgraph.outlined @broadcast_to_c1_grows(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.broadcast_to' op (C1) x [2, 3] does not broadcast to [1, 3]}}
  %0 = hgraph.broadcast_to %x : (tensor<2x3xf32>) -> tensor<1x3xf32>
  hgraph.return
}

// -----

hgraph.outlined @broadcast_to_c2(%x: tensor<3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.broadcast_to' op (C2) found the output type 'tensor<2x3xi1>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.broadcast_to %x : (tensor<3xf32>) -> tensor<2x3xi1>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 0 [3] comes from here}}
hgraph.outlined @matmul_c1_left(%x: tensor<3xf32>, %y: tensor<3x4xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.matmul' op (C1) the left operand must be [..., m, k], found [3]}}
  %0 = hgraph.matmul %x, %y : (tensor<3xf32>, tensor<3x4xf32>) -> tensor<4xf32>
  hgraph.return
}

// -----

// expected-note @+1 {{operand 1 [4] comes from here}}
hgraph.outlined @matmul_c1_right(%x: tensor<3x4xf32>, %y: tensor<4xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.matmul' op (C1) the right operand must be [..., n, k], found [4]}}
  %0 = hgraph.matmul %x, %y transpose_b : (tensor<3x4xf32>, tensor<4xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0 [3, 4] comes from here}}
// expected-note @+1 {{operand 1 [4, 5] comes from here}}
hgraph.outlined @matmul_c1_inner(%x: tensor<3x4xf32>, %y: tensor<4x5xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.matmul' op (C1) inner extents differ: 3 against 4 in [3, 4] transposed and [4, 5]}}
  %0 = hgraph.matmul %x, %y transpose_a : (tensor<3x4xf32>, tensor<4x5xf32>) -> tensor<4x5xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0 [2, 3, 4] comes from here}}
// expected-note @+1 {{operand 1 [3, 4, 5] comes from here}}
hgraph.outlined @matmul_c1_batch(%x: tensor<2x3x4xf32>, %y: tensor<3x4x5xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.matmul' op (C1) shapes [2] and [3] do not broadcast: 2 against 3}}
  %0 = hgraph.matmul %x, %y : (tensor<2x3x4xf32>, tensor<3x4x5xf32>) -> tensor<2x3x5xf32>
  hgraph.return
}

// -----

hgraph.outlined @matmul_c2(%x: tensor<3x4xf32>, %y: tensor<4x5xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.matmul' op (C2) found the output type 'tensor<3x4xf32>', expected 'tensor<3x5xf32>'}}
  %0 = hgraph.matmul %x, %y : (tensor<3x4xf32>, tensor<4x5xf32>) -> tensor<3x4xf32>
  hgraph.return
}
