// With explain, an attention asked for in bf16 says where it is computed in f32
// and why; one of f32 and one that always has tiles say nothing of it.
// RUN: heddle-opt %s --heddle-group-kernels='explain=true' --verify-diagnostics

!few = tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "n", "16">>
!narrow = tensor<1x2x?x24xf32, #hgraph.dims<"1", "2", "m", "24">>
!many = tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "m", "16">>
hgraph.model @M {dims = [#hgraph.dim<"n", 16, 64>, #hgraph.dim<"m", 17, 64>]} {
  hgraph.entry @main(%x: !few {hgraph.name = "x"}, %z: !narrow {hgraph.name = "z"}, %u: !many {hgraph.name = "u"}) -> (!few {hgraph.name = "a"}, !narrow {hgraph.name = "b"}, !many {hgraph.name = "c"}, !few {hgraph.name = "d"}) {
    // expected-remark @+2 {{attention of bf16: computed in f32 for up to 16 queries, since rounding keys and values would take longer than using them}}
    // expected-remark @+1 {{attention kernel of 1 ops}}
    %a = hgraph.attention %x, %x, %x scale(1.0) compute(bf16) : (!few, !few, !few) -> !few {
    ^bb0(%score: f32, %b0: index, %h: index, %i: index, %j: index):
      hgraph.score %score
    }
    // expected-remark @+2 {{attention of bf16: computed in f32, since value heads of 24 are no whole 16s}}
    // expected-remark @+1 {{attention kernel of 1 ops}}
    %b = hgraph.attention %z, %z, %z scale(1.0) compute(bf16) : (!narrow, !narrow, !narrow) -> !narrow {
    ^bb0(%score: f32, %b0: index, %h: index, %i: index, %j: index):
      hgraph.score %score
    }
    // expected-remark @+1 {{attention kernel of 1 ops}}
    %c = hgraph.attention %u, %u, %u scale(1.0) compute(bf16) : (!many, !many, !many) -> !many {
    ^bb0(%score: f32, %b0: index, %h: index, %i: index, %j: index):
      hgraph.score %score
    }
    // expected-remark @+1 {{attention kernel of 1 ops}}
    %d = hgraph.attention %x, %x, %x scale(1.0) compute(f32) : (!few, !few, !few) -> !few {
    ^bb0(%score: f32, %b0: index, %h: index, %i: index, %j: index):
      hgraph.score %score
    }
    hgraph.return %a, %b, %c, %d : !few, !narrow, !many, !few
  }
}
