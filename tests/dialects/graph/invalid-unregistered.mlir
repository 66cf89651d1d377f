// An op of no dialect ends no body of ours.
// RUN: heddle-opt %s -split-input-file -verify-diagnostics -allow-unregistered-dialect

hgraph.outlined @f() attributes {dims = []} {
  // expected-error @+1 {{'foo.end' op (U4) stands among hgraph operations}}
  "foo.end"() : () -> ()
}

// -----

hgraph.model @M {dims = []} {
  hgraph.entry @main() {
    // expected-error @+1 {{'foo.end' op (E4) stands among hgraph operations}}
    "foo.end"() : () -> ()
  }
}

// -----

hgraph.model @M {dims = []} {
  hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x"}) {
    %0 = hgraph.kernel -> (tensor<2xf32>) {
      // expected-error @+1 {{'foo.end' op (K4) stands among hgraph operations}}
      "foo.end"(%x) : (tensor<2xf32>) -> ()
    }
    hgraph.return
  }
}

// -----

hgraph.outlined @g(%q: tensor<1x4x8x16xf32>) attributes {dims = []} {
  %o = hgraph.attention %q, %q, %q scale(1.0) : (tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>, tensor<1x4x8x16xf32>) -> tensor<1x4x8x16xf32> {
  ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
    // expected-error @+1 {{'foo.end' op (C5) stands in a score region}}
    "foo.end"(%s) : (f32) -> ()
  }
  hgraph.return
}
