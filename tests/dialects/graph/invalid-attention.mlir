// Each labelled constraint of attention and of element reads.
// RUN: heddle-opt %s -split-input-file -verify-diagnostics

// expected-note @+2 {{operand 0}}
// expected-note @+1 {{operand 1}}
hgraph.outlined @c1_heads(%q: tensor<1x6x8x16xf32>, %k: tensor<1x4x8x16xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.attention' op (C1) query heads are no multiple of key heads: 6 against 4 in [1, 6, 8, 16] and [1, 4, 8, 16]}}
  %o = hgraph.attention %q, %k, %k scale(0.25) : (tensor<1x6x8x16xf32>, tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>) -> tensor<1x6x8x16xf32> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    hgraph.score %s
  }
  hgraph.return
}

// -----

// expected-note @+2 {{operand 0}}
// expected-note @+1 {{operand 1}}
hgraph.outlined @c1_batch(%q: tensor<1x4x8x16xf32>, %k: tensor<2x4x8x16xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.attention' op (C1) batches of q and k differ: 1 against 2}}
  %o = hgraph.attention %q, %k, %k scale(0.25) : (tensor<1x4x8x16xf32>, tensor<2x4x8x16xf32>, tensor<2x4x8x16xf32>) -> tensor<1x4x8x16xf32> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    hgraph.score %s
  }
  hgraph.return
}

// -----

hgraph.outlined @c2(%q: tensor<1x4x8x16xf32>, %v: tensor<1x4x8x3xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.attention' op (C2) found the output type 'tensor<1x4x8x16xf32>', expected 'tensor<1x4x8x3xf32>'}}
  %o = hgraph.attention %q, %q, %v scale(0.25) : (tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>, tensor<1x4x8x3xf32>) -> tensor<1x4x8x16xf32> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    hgraph.score %s
  }
  hgraph.return
}

// -----

hgraph.outlined @c3(%q: tensor<1x4x8x16xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.attention' op (C3) found scale}}
  %o = hgraph.attention %q, %q, %q scale(0x7FF8000000000000) : (tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>) -> tensor<1x4x8x16xf32> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    hgraph.score %s
  }
  hgraph.return
}

// -----

hgraph.outlined @c6(%q: tensor<1x4x8x16xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.attention' op (C6) found compute(int8), expected f32 or bf16}}
  %o = hgraph.attention %q, %q, %q scale(1.0) compute(int8) : (tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>) -> tensor<1x4x8x16xf32> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    hgraph.score %s
  }
  hgraph.return
}

// -----

hgraph.outlined @c4(%q: tensor<1x4x8x16xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.attention' op (C4) found score region arguments ('f32', 'index'), expected ('f32', 'index', 'index', 'index', 'index')}}
  %o = hgraph.attention %q, %q, %q scale(1.0) : (tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>) -> tensor<1x4x8x16xf32> {
  ^bb0(%s: f32, %b: index):
    hgraph.score %s
  }
  hgraph.return
}

// -----

hgraph.outlined @c5_op(%q: tensor<1x4x8x16xf32>) attributes {dims = []} {
  %o = hgraph.attention %q, %q, %q scale(1.0) : (tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>) -> tensor<1x4x8x16xf32> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    // expected-error @+1 {{'math.erf' op (C5) stands in a score region, which holds scalar arith and math, hgraph.at and hgraph.score only}}
    %e = math.erf %s : f32
    hgraph.score %e
  }
  hgraph.return
}

// -----

hgraph.outlined @c5_type(%q: tensor<1x4x8x16xf32>) attributes {dims = []} {
  %o = hgraph.attention %q, %q, %q scale(1.0) : (tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>) -> tensor<1x4x8x16xf32> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    // expected-error @+1 {{'arith.constant' op (C5) found the type 'f64', expected f32, i32, i1 or index}}
    %e = arith.constant 1.0 : f64
    hgraph.score %s
  }
  hgraph.return
}

// -----

hgraph.outlined @c5_capture(%q: tensor<1x4x8x16xf32>) attributes {dims = []} {
  // expected-note @+1 {{the value comes from here}}
  %live = arith.constant true
  %o = hgraph.attention %q, %q, %q scale(1.0) : (tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>) -> tensor<1x4x8x16xf32> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    // expected-error @+1 {{'hgraph.score' op (C5) reads a value from outside the score region, expected hgraph.at}}
    hgraph.score %s where %live
  }
  hgraph.return
}

// -----

hgraph.outlined @c5_unsigned(%q: tensor<1x4x8x16xf32>) attributes {dims = []} {
  %o = hgraph.attention %q, %q, %q scale(1.0) : (tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>) -> tensor<1x4x8x16xf32> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    // expected-error @+1 {{'arith.cmpi' op (C5) found the predicate ule, expected eq, ne or a signed one}}
    %live = arith.cmpi ule, %j, %i : index
    hgraph.score %s where %live
  }
  hgraph.return
}

// -----

hgraph.outlined @at_c1(%q: tensor<1x4x8x16xf32>, %m: tensor<1x8xi1>) attributes {dims = []} {
  %o = hgraph.attention %q, %q, %q scale(1.0) : (tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>) -> tensor<1x4x8x16xf32> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    // expected-error @+1 {{'hgraph.at' op (C1) found 1 indices for a tensor of 2 axes}}
    %live = hgraph.at %m[%b] : tensor<1x8xi1> -> i1
    hgraph.score %s where %live
  }
  hgraph.return
}

// -----

hgraph.outlined @at_c2(%q: tensor<1x4x8x16xf32>, %m: tensor<1x8xi32>) attributes {dims = []} {
  %o = hgraph.attention %q, %q, %q scale(1.0) : (tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>) -> tensor<1x4x8x16xf32> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    // expected-error @+1 {{'hgraph.at' op (C2) found the element type 'i1', expected 'i32'}}
    %live = hgraph.at %m[%b, %j] : tensor<1x8xi32> -> i1
    hgraph.score %s where %live
  }
  hgraph.return
}

// -----

// expected-note @+1 {{the tensor comes from here}}
hgraph.outlined @at_c3(%q: tensor<1x4x8x16xf32>, %k: tensor<1x4x9x16xf32>, %m: tensor<1x8xi1>) attributes {dims = []} {
  %o = hgraph.attention %q, %k, %k scale(1.0) : (tensor<1x4x8x16xf32>, tensor<1x4x9x16xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x8x16xf32> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    // expected-error @+1 {{'hgraph.at' op (C3) found an index over 9 at axis 1 of the extent 8}}
    %live = hgraph.at %m[%b, %j] : tensor<1x8xi1> -> i1
    hgraph.score %s where %live
  }
  hgraph.return
}
