// Attention of bf16 fetches the next block's queries and what is packed next,
// by the bytes of a row; of keys inside rows of several heads nothing.
// RUN: heddle-opt %s --heddle-group-kernels --heddle-lower-graph-to-host --heddle-lower-graph-to-halide --heddle-schedule-kernels | FileCheck %s

!q = tensor<1x2x?x64xf32, #hgraph.dims<"1", "2", "n", "64">>
!rows = tensor<1x?x128xf32, #hgraph.dims<"1", "n", "128">>
!half = tensor<1x2x?x64xbf16, #hgraph.dims<"1", "2", "n", "64">>
// CHECK: key_bytes = 0 : i64
// CHECK: halide.stream %[[V:.*]] at %value_pack[g] ahead 2048 lines 4 : !halide.buffer<64x?x2x1xbf16>
// CHECK-NOT: halide.stream {{.*}} at %key_rows
// CHECK: halide.stream %[[Q:.*]] at %query_narrow[qi] ahead 2048 lines 4 : !halide.buffer<64x?x2x1xf32>
hgraph.model @Narrow {dims = [#hgraph.dim<"n", 1, 4096>]} {
  hgraph.entry @main(%q: !q {hgraph.name = "q"}, %k: !rows {hgraph.name = "k"}, %v: !half {hgraph.name = "v"}) -> (!q {hgraph.name = "y"}) {
    %s = hgraph.split_heads %k heads(2) : (!rows) -> !q
    %f = hgraph.cast %v : (!half) -> !q
    %y = hgraph.attention %q, %s, %f scale(1.0) compute(bf16) : (!q, !q, !q) -> !q {
    ^bb0(%score: f32, %b: index, %h: index, %i: index, %j: index):
      hgraph.score %score
    }
    hgraph.return %y : !q
  }
}
