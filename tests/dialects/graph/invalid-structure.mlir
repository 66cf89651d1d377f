// Rules of the ops that hold others, and of the attributes.
// RUN: heddle-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{(R1) found the dim name "2 * n", expected an identifier}}
hgraph.model @M {dims = [#hgraph.dim<"2 * n", 1, 4>]} {}

// -----

// expected-error @+1 {{(R2) found the range 0..4 of dim "n", expected 1 <= min <= max}}
hgraph.model @M {dims = [#hgraph.dim<"n", 0, 4>]} {}

// -----

// expected-error @+1 {{(R2) found the range 5..4 of dim "n", expected 1 <= min <= max}}
hgraph.model @M {dims = [#hgraph.dim<"n", 5, 4>]} {}

// -----

// expected-error @+1 {{(D1) found 1 extents for a tensor of 2 dimensions}}
hgraph.outlined @f(%x: tensor<?x2xf32, #hgraph.dims<"n">>) attributes {dims = []} {
  hgraph.return
}

// -----

// expected-error @+1 {{(D1) found the extent "3" at axis 1, where the tensor has 2}}
hgraph.outlined @f(%x: tensor<?x2xf32, #hgraph.dims<"n", "3">>) attributes {dims = []} {
  hgraph.return
}

// -----

// expected-error @+1 {{(D1) found the extent "3" at axis 0, where the tensor has ?}}
hgraph.outlined @f(%x: tensor<?xf32, #hgraph.dims<"3">>) attributes {dims = []} {
  hgraph.return
}

// -----

// expected-error @+1 {{(D1) found the extent "n" at axis 0, where the tensor has 4, expected ?}}
hgraph.outlined @f(%x: tensor<4xf32, #hgraph.dims<"n">>) attributes {dims = []} {
  hgraph.return
}

// -----

// expected-error @+1 {{(D2) found the extent "n +", expected sums of products of names and integers}}
hgraph.outlined @f(%x: tensor<?xf32, #hgraph.dims<"n +">>) attributes {dims = []} {
  hgraph.return
}

// -----

// expected-error @+1 {{(D2) found the extent "n+n", expected its canonical text "2 * n"}}
hgraph.outlined @f(%x: tensor<?xf32, #hgraph.dims<"n+n">>) attributes {dims = []} {
  hgraph.return
}

// -----

// expected-error @+1 {{'hgraph.model' op (M1) declares the dim "n" twice}}
hgraph.model @M {dims = [#hgraph.dim<"n", 1, 4>, #hgraph.dim<"n", 1, 8>]} {}

// -----

// expected-note @+1 {{dims are declared here}}
hgraph.model @M {dims = [#hgraph.dim<"n", 1, 4>]} {
  // expected-error @+1 {{(M2) found the extent "m + n" over the dim "m", which is not declared}}
  hgraph.entry @main(%x: tensor<?xf32, #hgraph.dims<"m + n">> {hgraph.name = "x"}) {
    hgraph.return
  }
}

// -----

hgraph.model @M {dims = [#hgraph.dim<"n", 1, 4294967296>]} {
  // expected-error @+1 {{(M2) found the shape [n, n] with more than 2^40 elements at the ends of the ranges}}
  hgraph.entry @main(%x: tensor<?x?xf32, #hgraph.dims<"n", "n">> {hgraph.name = "x"}) {
    hgraph.return
  }
}

// -----

hgraph.model @M {dims = []} {
  // expected-error @+1 {{(M2) found the type 'tensor<?xf32>', expected #hgraph.dims<...> for its ?}}
  hgraph.entry @main(%x: tensor<?xf32> {hgraph.name = "x"}) {
    hgraph.return
  }
}

// -----

hgraph.model @M {dims = []} {
  hgraph.entry @main() {
    // expected-note @+1 {{it is used here}}
    %0 = hgraph.weight "w" : tensor<2xf32>
    // expected-error @+1 {{'hgraph.weight' op (M3) has the type 'tensor<3xf32>', another use of the path has 'tensor<2xf32>'}}
    %1 = hgraph.weight "w" : tensor<3xf32>
    hgraph.return
  }
}

// -----

hgraph.model @M {dims = []} {
  // expected-error @+1 {{'hgraph.weight' op (M4) stands in a model, which holds states and entries only}}
  %0 = hgraph.weight "w" : tensor<2xf32>
}

// -----

hgraph.model @M {dims = []} {
  // expected-error @+1 {{'hgraph.entry' op (E1) has no hgraph.name on argument 0}}
  hgraph.entry @main(%x: tensor<2xf32>) {
    hgraph.return
  }
}

// -----

hgraph.model @M {dims = []} {
  // expected-error @+1 {{'hgraph.entry' op (E1) has the name "y" on two results}}
  hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x"}) -> (tensor<2xf32> {hgraph.name = "y"}, tensor<2xf32> {hgraph.name = "y"}) {
    hgraph.return %x, %x : tensor<2xf32>, tensor<2xf32>
  }
}

// -----

hgraph.model @M {dims = []} {
  // expected-note @+1 {{the result types are declared here}}
  hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x"}) -> (tensor<3xf32> {hgraph.name = "y"}) {
    // expected-error @+1 {{'hgraph.return' op (E2) found the types ('tensor<2xf32>'), expected ('tensor<3xf32>')}}
    hgraph.return %x : tensor<2xf32>
  }
}

// -----

hgraph.model @M {dims = []} {
  // expected-error @+1 {{'hgraph.entry' op (E3) found 'f32' in the signature, expected a tensor of f32, i32, i1 or bf16}}
  hgraph.entry @main(%x: f32 {hgraph.name = "x"}) {
    hgraph.return
  }
}

// -----

// expected-note @+1 {{the result types are declared here}}
hgraph.outlined @f(%x: tensor<2xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.return' op (U1) found the types ('tensor<2xf32>'), expected ()}}
  hgraph.return %x : tensor<2xf32>
}

// -----

// expected-error @+1 {{'hgraph.outlined' op (U2) found 'tensor<2xf64>' in the signature, expected a tensor of f32, i32, i1 or bf16}}
hgraph.outlined @f(%x: tensor<2xf64>) attributes {dims = []} {
  hgraph.return
}

// -----

// expected-error @+2 {{(U3) found the extent "n" over the dim "n", which is not declared}}
// expected-note @+1 {{dims are declared here}}
hgraph.outlined @f(%x: tensor<?xf32, #hgraph.dims<"n">>) attributes {dims = []} {
  hgraph.return
}

// -----

hgraph.model @M {dims = []} {
  hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x"}) {
    // expected-note @+1 {{the result types are declared here}}
    %0 = hgraph.kernel -> (tensor<3xf32>) {
      %1 = hgraph.relu %x : (tensor<2xf32>) -> tensor<2xf32>
      // expected-error @+1 {{'hgraph.yield' op (K1) found the types ('tensor<2xf32>'), expected ('tensor<3xf32>')}}
      hgraph.yield %1 : tensor<2xf32>
    }
    hgraph.return
  }
}

// -----

hgraph.model @M {dims = []} {
  // expected-note @+1 {{it comes from here}}
  hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x"}) {
    // expected-error @+1 {{'hgraph.kernel' op (K2) yields as result 0 a value from outside}}
    %0 = hgraph.kernel -> (tensor<2xf32>) {
      hgraph.yield %x : tensor<2xf32>
    }
    hgraph.return
  }
}

// -----

hgraph.model @M {dims = []} {
  hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x"}) {
    %0 = hgraph.kernel -> (tensor<2xf32>) {
      // K3
      // expected-error @+1 {{'hgraph.kernel' op expects parent op 'hgraph.entry'}}
      %1 = hgraph.kernel -> (tensor<2xf32>) {
        %2 = hgraph.relu %x : (tensor<2xf32>) -> tensor<2xf32>
        hgraph.yield %2 : tensor<2xf32>
      }
      hgraph.yield %1 : tensor<2xf32>
    }
    hgraph.return
  }
}

// -----

hgraph.model @M {dims = []} {
  hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x"}) {
    // expected-error @+1 {{has hgraph.id -1 : i64, expected an i64 that is not negative}}
    %1 = hgraph.relu %x {hgraph.id = -1 : i64} : (tensor<2xf32>) -> tensor<2xf32>
    hgraph.return
  }
}

// -----

hgraph.model @M {dims = []} {
  hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x"}) {
    // expected-error @+1 {{has the attribute "hgraph.colour", which hgraph does not know here}}
    %1 = hgraph.relu %x {hgraph.colour = 1 : i64} : (tensor<2xf32>) -> tensor<2xf32>
    hgraph.return
  }
}

// -----

hgraph.model @M {dims = []} {
  // expected-error @+1 {{has hgraph.name "", expected a string that is not empty}}
  hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = ""}) {
    hgraph.return
  }
}

// -----

hgraph.model @M {dims = []} {
  // expected-error @+1 {{has the attribute "hgraph.id" in its signature, expected hgraph.name or, on an input, hgraph.range}}
  hgraph.entry @main(%x: tensor<2xf32> {hgraph.id = 3 : i64}) {
    hgraph.return
  }
}

// -----

hgraph.model @M {dims = []} {
  // expected-error @+1 {{has hgraph.range array<i64: 3, 2>, expected array<i64: least, greatest>}}
  hgraph.entry @main(%x: tensor<2xi32> {hgraph.name = "x", hgraph.range = array<i64: 3, 2>}) {
    hgraph.return
  }
}

// -----

hgraph.model @M {dims = []} {
  // expected-error @+1 {{has hgraph.range on argument 0 of type 'tensor<2xf32>', expected i32 elements}}
  hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x", hgraph.range = array<i64: 0, 2>}) {
    hgraph.return
  }
}

// -----

// expected-error @+1 {{has hgraph.range, which only an entry's inputs have}}
hgraph.outlined @k(%x: tensor<2xi32> {hgraph.range = array<i64: 0, 2>}) attributes {dims = []} {
  hgraph.return
}

// -----

hgraph.model @M {dims = []} {
  hgraph.entry @main() {
    // expected-error @+1 {{'arith.constant' op (E4) stands among hgraph operations, which is where only hgraph operations may}}
    %0 = arith.constant 1 : i32
    hgraph.return
  }
}

// -----

hgraph.outlined @f() attributes {dims = []} {
  // expected-error @+1 {{'arith.constant' op (U4) stands among hgraph operations}}
  %0 = arith.constant 1 : i32
  hgraph.return
}

// -----

hgraph.model @M {dims = []} {
  hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x"}) {
    %0 = hgraph.kernel -> (tensor<2xf32>) {
      // expected-error @+1 {{'arith.constant' op (K4) stands among hgraph operations}}
      %c = arith.constant 1 : i32
      %1 = hgraph.relu %x : (tensor<2xf32>) -> tensor<2xf32>
      hgraph.yield %1 : tensor<2xf32>
    }
    hgraph.return
  }
}

// -----

hgraph.outlined @f(%x: tensor<2xf32>) attributes {dims = []} {
  // expected-error @+1 {{'hgraph.at' op expects parent op 'hgraph.attention'}}
  %0 = hgraph.at %x[] : tensor<2xf32> -> f32
  hgraph.return
}

// -----

// No body, which only the generic form can write.
// expected-error @+1 {{region #0 ('body') failed to verify constraint: region with 1 blocks}}
"hgraph.outlined"() <{sym_name = "f", function_type = () -> (), dims = []}> ({
}) : () -> ()

// -----

// expected-error @+1 {{has "hgraph.doc" 1 : i64, expected a string}}
hgraph.model @doc {dims = [], hgraph.doc = 1 : i64} {
}

// -----

// expected-error @+1 {{has hgraph.dim_docs "n", expected {dim = "text", ...}}}
hgraph.model @dim_docs {dims = [#hgraph.dim<"n", 1, 4>], hgraph.dim_docs = "n"} {
}

// -----

// expected-error @+1 {{has hgraph.dim_docs of "m", which is no dim here}}
hgraph.model @dim_docs_unknown {dims = [#hgraph.dim<"n", 1, 4>], hgraph.dim_docs = {m = "rows"}} {
}

// -----

// expected-error @+1 {{has "n" 3 : i64, expected a string}}
hgraph.model @dim_docs_text {dims = [#hgraph.dim<"n", 1, 4>], hgraph.dim_docs = {n = 3 : i64}} {
}

// -----

hgraph.model @argument_doc {dims = []} {
  // expected-error @+1 {{has "hgraph.doc" unit, expected a string}}
  hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x", hgraph.doc}) -> (tensor<2xf32> {hgraph.name = "y"}) {
    hgraph.return %x : tensor<2xf32>
  }
}
