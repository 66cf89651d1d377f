// What decoding fetches ahead is counted in bytes: of keys and values of bf16
// twice as many elements in half of the lines, each by its own type.
// RUN: heddle-opt %s --heddle-group-kernels --heddle-lower-graph-to-host --heddle-lower-graph-to-halide --heddle-schedule-kernels | FileCheck %s

!q = tensor<1x4x1x64xf32>
!half = tensor<1x2x?x64xbf16, #hgraph.dims<"1", "2", "n", "64">>
!whole = tensor<1x2x?x64xf32, #hgraph.dims<"1", "2", "n", "64">>
// CHECK: heddle.family = "decode"
// CHECK: halide.stream %arg0 at %score_lanes[keys] ahead 4096 lines 2 : !halide.buffer<64x?x2x1xbf16>
// CHECK: halide.stream %arg2 at %value_sum stage 1 [rk] ahead 2048 lines 4 : !halide.buffer<64x?x2x1xf32>
hgraph.model @Decode {dims = [#hgraph.dim<"n", 1, 4096>]} {
  hgraph.entry @main(%q: !q {hgraph.name = "q"}, %k: !half {hgraph.name = "k"}, %v: !whole {hgraph.name = "v"}) -> (!q {hgraph.name = "y"}) {
    %f = hgraph.cast %k : (!half) -> !whole
    %y = hgraph.attention %q, %f, %v scale(1.0) : (!q, !whole, !whole) -> !q {
    ^bb0(%score: f32, %b: index, %h: index, %i: index, %j: index):
      hgraph.score %score
    }
    hgraph.return %y : !q
  }
}
