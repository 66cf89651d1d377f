// Each labelled constraint of the element-wise operations.
// RUN: heddle-opt %s -split-input-file -verify-diagnostics

// expected-note @+2 {{operand 0 [2, 3] comes from here}}
// expected-note @+1 {{operand 1 [2] comes from here}}
hgraph.outlined @sub_c1(%a: tensor<2x3xf32>, %b: tensor<2xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.sub' op (C1) shapes [2, 3] and [2] do not broadcast: 3 against 2}}
  %0 = hgraph.sub %a, %b : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0 [2, 3] comes from here}}
// expected-note @+1 {{operand 1 [2] comes from here}}
hgraph.outlined @mul_c1(%a: tensor<2x3xf32>, %b: tensor<2xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.mul' op (C1) shapes [2, 3] and [2] do not broadcast: 3 against 2}}
  %0 = hgraph.mul %a, %b : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0 [2, 3] comes from here}}
// expected-note @+1 {{operand 1 [2] comes from here}}
hgraph.outlined @div_c1(%a: tensor<2x3xf32>, %b: tensor<2xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.div' op (C1) shapes [2, 3] and [2] do not broadcast: 3 against 2}}
  %0 = hgraph.div %a, %b : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0 [2, 3] comes from here}}
// expected-note @+1 {{operand 1 [2] comes from here}}
hgraph.outlined @pow_c1(%a: tensor<2x3xf32>, %b: tensor<2xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.pow' op (C1) shapes [2, 3] and [2] do not broadcast: 3 against 2}}
  %0 = hgraph.pow %a, %b : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0 [2, 3] comes from here}}
// expected-note @+1 {{operand 1 [2] comes from here}}
hgraph.outlined @min_c1(%a: tensor<2x3xf32>, %b: tensor<2xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.min' op (C1) shapes [2, 3] and [2] do not broadcast: 3 against 2}}
  %0 = hgraph.min %a, %b : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0 [2, 3] comes from here}}
// expected-note @+1 {{operand 1 [2] comes from here}}
hgraph.outlined @max_c1(%a: tensor<2x3xf32>, %b: tensor<2xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.max' op (C1) shapes [2, 3] and [2] do not broadcast: 3 against 2}}
  %0 = hgraph.max %a, %b : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  hgraph.return
}

// -----

hgraph.outlined @add_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.add' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.add %x, %x : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @sub_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.sub' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.sub %x, %x : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @mul_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.mul' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.mul %x, %x : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @div_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.div' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.div %x, %x : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @pow_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.pow' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.pow %x, %x : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @min_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.min' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.min %x, %x : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @max_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.max' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.max %x, %x : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @add_c3(%a: tensor<3xf32>, %b: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.add' op (C3) found the element types 'f32' and 'i32', expected one}}
  %0 = hgraph.add %a, %b : (tensor<3xf32>, tensor<3xi32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @add_c2_element(%a: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.add' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<3xi32>'}}
  %0 = hgraph.add %a, %a : (tensor<3xi32>, tensor<3xi32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @add_truth(%a: tensor<3xi1>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.add' op operand #0 must be ranked tensor of 32-bit float or 32-bit signless integer values, but got 'tensor<3xi1>'}}
  %0 = hgraph.add %a, %a : (tensor<3xi1>, tensor<3xi1>) -> tensor<3xi1>
  hgraph.return
}

// -----

hgraph.outlined @sub_c3(%a: tensor<3xf32>, %b: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.sub' op (C3) found the element types 'f32' and 'i32', expected one}}
  %0 = hgraph.sub %a, %b : (tensor<3xf32>, tensor<3xi32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @sub_c2_element(%a: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.sub' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<3xi32>'}}
  %0 = hgraph.sub %a, %a : (tensor<3xi32>, tensor<3xi32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @sub_truth(%a: tensor<3xi1>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.sub' op operand #0 must be ranked tensor of 32-bit float or 32-bit signless integer values, but got 'tensor<3xi1>'}}
  %0 = hgraph.sub %a, %a : (tensor<3xi1>, tensor<3xi1>) -> tensor<3xi1>
  hgraph.return
}

// -----

hgraph.outlined @mul_c3(%a: tensor<3xf32>, %b: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.mul' op (C3) found the element types 'f32' and 'i32', expected one}}
  %0 = hgraph.mul %a, %b : (tensor<3xf32>, tensor<3xi32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @mul_c2_element(%a: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.mul' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<3xi32>'}}
  %0 = hgraph.mul %a, %a : (tensor<3xi32>, tensor<3xi32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @mul_truth(%a: tensor<3xi1>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.mul' op operand #0 must be ranked tensor of 32-bit float or 32-bit signless integer values, but got 'tensor<3xi1>'}}
  %0 = hgraph.mul %a, %a : (tensor<3xi1>, tensor<3xi1>) -> tensor<3xi1>
  hgraph.return
}

// -----

hgraph.outlined @min_c3(%a: tensor<3xf32>, %b: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.min' op (C3) found the element types 'f32' and 'i32', expected one}}
  %0 = hgraph.min %a, %b : (tensor<3xf32>, tensor<3xi32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @min_c2_element(%a: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.min' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<3xi32>'}}
  %0 = hgraph.min %a, %a : (tensor<3xi32>, tensor<3xi32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @min_truth(%a: tensor<3xi1>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.min' op operand #0 must be ranked tensor of 32-bit float or 32-bit signless integer values, but got 'tensor<3xi1>'}}
  %0 = hgraph.min %a, %a : (tensor<3xi1>, tensor<3xi1>) -> tensor<3xi1>
  hgraph.return
}

// -----

hgraph.outlined @max_c3(%a: tensor<3xf32>, %b: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.max' op (C3) found the element types 'f32' and 'i32', expected one}}
  %0 = hgraph.max %a, %b : (tensor<3xf32>, tensor<3xi32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @max_c2_element(%a: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.max' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<3xi32>'}}
  %0 = hgraph.max %a, %a : (tensor<3xi32>, tensor<3xi32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @max_truth(%a: tensor<3xi1>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.max' op operand #0 must be ranked tensor of 32-bit float or 32-bit signless integer values, but got 'tensor<3xi1>'}}
  %0 = hgraph.max %a, %a : (tensor<3xi1>, tensor<3xi1>) -> tensor<3xi1>
  hgraph.return
}

// -----

hgraph.outlined @div_whole(%a: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.div' op operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<3xi32>'}}
  %0 = hgraph.div %a, %a : (tensor<3xi32>, tensor<3xi32>) -> tensor<3xi32>
  hgraph.return
}

// -----

hgraph.outlined @pow_whole(%a: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.pow' op operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<3xi32>'}}
  %0 = hgraph.pow %a, %a : (tensor<3xi32>, tensor<3xi32>) -> tensor<3xi32>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0 [2, 3] comes from here}}
// expected-note @+1 {{operand 1 [2] comes from here}}
hgraph.outlined @compare_c1(%a: tensor<2x3xf32>, %b: tensor<2xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.compare' op (C1) shapes [2, 3] and [2] do not broadcast: 3 against 2}}
  %0 = hgraph.compare %a, %b sign(lt) : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xi1>
  hgraph.return
}

// -----

hgraph.outlined @compare_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.compare' op (C2) found the output type 'tensor<3xi1>', expected 'tensor<2x3xi1>'}}
  %0 = hgraph.compare %x, %x sign(eq) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<3xi1>
  hgraph.return
}

// -----

hgraph.outlined @compare_c3(%a: tensor<3xf32>, %b: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.compare' op (C3) found the element types 'f32' and 'i32', expected one}}
  %0 = hgraph.compare %a, %b sign(ne) : (tensor<3xf32>, tensor<3xi32>) -> tensor<3xi1>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0 [2, 3] comes from here}}
// expected-note @+1 {{operand 1 [2] comes from here}}
hgraph.outlined @and_c1(%a: tensor<2x3xi1>, %b: tensor<2xi1>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.and' op (C1) shapes [2, 3] and [2] do not broadcast: 3 against 2}}
  %0 = hgraph.and %a, %b : (tensor<2x3xi1>, tensor<2xi1>) -> tensor<2x3xi1>
  hgraph.return
}

// -----

hgraph.outlined @and_c2(%x: tensor<2x3xi1>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.and' op (C2) found the output type 'tensor<3xi1>', expected 'tensor<2x3xi1>'}}
  %0 = hgraph.and %x, %x : (tensor<2x3xi1>, tensor<2x3xi1>) -> tensor<3xi1>
  hgraph.return
}

// -----

hgraph.outlined @and_numbers(%x: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.and' op operand #0 must be ranked tensor of 1-bit signless integer values, but got 'tensor<3xi32>'}}
  %0 = hgraph.and %x, %x : (tensor<3xi32>, tensor<3xi32>) -> tensor<3xi1>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0 [2, 3] comes from here}}
// expected-note @+1 {{operand 1 [2] comes from here}}
hgraph.outlined @or_c1(%a: tensor<2x3xi1>, %b: tensor<2xi1>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.or' op (C1) shapes [2, 3] and [2] do not broadcast: 3 against 2}}
  %0 = hgraph.or %a, %b : (tensor<2x3xi1>, tensor<2xi1>) -> tensor<2x3xi1>
  hgraph.return
}

// -----

hgraph.outlined @or_c2(%x: tensor<2x3xi1>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.or' op (C2) found the output type 'tensor<3xi1>', expected 'tensor<2x3xi1>'}}
  %0 = hgraph.or %x, %x : (tensor<2x3xi1>, tensor<2x3xi1>) -> tensor<3xi1>
  hgraph.return
}

// -----

hgraph.outlined @or_numbers(%x: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.or' op operand #0 must be ranked tensor of 1-bit signless integer values, but got 'tensor<3xi32>'}}
  %0 = hgraph.or %x, %x : (tensor<3xi32>, tensor<3xi32>) -> tensor<3xi1>
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0 [3] comes from here}}
// expected-note @+1 {{operand 1 [] comes from here}}
hgraph.outlined @select_c1(%c: tensor<4xi1>, %a: tensor<3xf32>, %b: tensor<f32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.select' op (C1) shapes [3] and [4] do not broadcast: 3 against 4}}
  %0 = hgraph.select %c, %a, %b : (tensor<4xi1>, tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @select_c2(%c: tensor<2x1xi1>, %a: tensor<3xf32>, %b: tensor<f32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.select' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.select %c, %a, %b : (tensor<2x1xi1>, tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @select_c3(%c: tensor<3xi1>, %a: tensor<3xf32>, %b: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.select' op (C3) found the element types 'f32' and 'i32', expected one}}
  %0 = hgraph.select %c, %a, %b : (tensor<3xi1>, tensor<3xf32>, tensor<3xi32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @select_condition(%a: tensor<3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.select' op operand #0 must be ranked tensor of 1-bit signless integer values, but got 'tensor<3xf32>'}}
  %0 = hgraph.select %a, %a, %a : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @cast_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.cast' op (C2) found the output type 'tensor<3xi32>', expected 'tensor<2x3xi32>'}}
  %0 = hgraph.cast %x : (tensor<2x3xf32>) -> tensor<3xi32>
  hgraph.return
}

// -----

hgraph.outlined @neg_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.neg' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.neg %x : (tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @abs_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.abs' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.abs %x : (tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @sqrt_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.sqrt' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.sqrt %x : (tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @exp_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.exp' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.exp %x : (tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @log_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.log' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.log %x : (tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @sin_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.sin' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.sin %x : (tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @cos_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.cos' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.cos %x : (tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @tanh_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.tanh' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.tanh %x : (tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @sigmoid_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.sigmoid' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.sigmoid %x : (tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @silu_c2(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.silu' op (C2) found the output type 'tensor<3xf32>', expected 'tensor<2x3xf32>'}}
  %0 = hgraph.silu %x : (tensor<2x3xf32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @sqrt_whole(%x: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.sqrt' op operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<3xi32>'}}
  %0 = hgraph.sqrt %x : (tensor<3xi32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @exp_whole(%x: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.exp' op operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<3xi32>'}}
  %0 = hgraph.exp %x : (tensor<3xi32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @log_whole(%x: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.log' op operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<3xi32>'}}
  %0 = hgraph.log %x : (tensor<3xi32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @sin_whole(%x: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.sin' op operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<3xi32>'}}
  %0 = hgraph.sin %x : (tensor<3xi32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @cos_whole(%x: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.cos' op operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<3xi32>'}}
  %0 = hgraph.cos %x : (tensor<3xi32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @tanh_whole(%x: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.tanh' op operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<3xi32>'}}
  %0 = hgraph.tanh %x : (tensor<3xi32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @sigmoid_whole(%x: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.sigmoid' op operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<3xi32>'}}
  %0 = hgraph.sigmoid %x : (tensor<3xi32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @silu_whole(%x: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.silu' op operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<3xi32>'}}
  %0 = hgraph.silu %x : (tensor<3xi32>) -> tensor<3xf32>
  hgraph.return
}

// -----

hgraph.outlined @not_c2(%x: tensor<2x3xi1>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.not' op (C2) found the output type 'tensor<3xi1>', expected 'tensor<2x3xi1>'}}
  %0 = hgraph.not %x : (tensor<2x3xi1>) -> tensor<3xi1>
  hgraph.return
}

// -----

hgraph.outlined @not_numbers(%x: tensor<2x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.not' op operand #0 must be ranked tensor of 1-bit signless integer values, but got 'tensor<2x3xf32>'}}
  %0 = hgraph.not %x : (tensor<2x3xf32>) -> tensor<2x3xi1>
  hgraph.return
}

// -----

hgraph.outlined @bf16_is_stored_f32(%x: tensor<3xbf16>, %i: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.cast' op (C3) makes 'i32' of 'bf16', expected f32 beside bf16}}
  %0 = hgraph.cast %x : (tensor<3xbf16>) -> tensor<3xi32>
  hgraph.return
}

// -----

hgraph.outlined @nothing_else_becomes_bf16(%i: tensor<3xi32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.cast' op (C3) makes 'bf16' of 'i32', expected f32 beside bf16}}
  %0 = hgraph.cast %i : (tensor<3xi32>) -> tensor<3xbf16>
  hgraph.return
}

// -----

hgraph.outlined @bf16_is_not_computed_with(%x: tensor<3xbf16>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.relu' op operand #0 must be ranked tensor of 32-bit float values, but got 'tensor<3xbf16>'}}
  %0 = hgraph.relu %x : (tensor<3xbf16>) -> tensor<3xbf16>
  hgraph.return
}
