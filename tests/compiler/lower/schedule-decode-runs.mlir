// Values of bf16 are read in four runs of a chunk, each fetched ahead by a part
// of what one run would be.
// RUN: heddle-opt %s --heddle-group-kernels --heddle-lower-graph-to-host --heddle-lower-graph-to-halide --heddle-schedule-kernels | FileCheck %s

!q = tensor<1x4x1x64xf32>
!half = tensor<1x2x?x64xbf16, #hgraph.dims<"1", "2", "n", "64">>
!whole = tensor<1x2x?x64xf32, #hgraph.dims<"1", "2", "n", "64">>
// CHECK: heddle.family = "decode"
// CHECK: halide.stream %arg1 at %value_sum stage 1 [rk] ahead 1024 lines 2 : !halide.buffer<64x?x2x1xbf16>
// CHECK: halide.stream %arg1 at %value_sum stage 1 [rk] ahead 5120 lines 2 : !halide.buffer<64x?x2x1xbf16>
// CHECK: halide.stream %arg1 at %value_sum stage 1 [rk] ahead 9216 lines 2 : !halide.buffer<64x?x2x1xbf16>
// CHECK: halide.stream %arg1 at %value_sum stage 1 [rk] ahead 13312 lines 2 : !halide.buffer<64x?x2x1xbf16>
hgraph.model @Runs {dims = [#hgraph.dim<"n", 1, 4096>]} {
  hgraph.entry @main(%q: !q {hgraph.name = "q"}, %k: !half {hgraph.name = "k"}, %v: !half {hgraph.name = "v"}) -> (!q {hgraph.name = "y"}) {
    %f = hgraph.cast %k : (!half) -> !whole
    %g = hgraph.cast %v : (!half) -> !whole
    %y = hgraph.attention %q, %f, %g scale(1.0) : (!q, !whole, !whole) -> !q {
    ^bb0(%score: f32, %b: index, %h: index, %i: index, %j: index):
      hgraph.score %score
    }
    hgraph.return %y : !q
  }
}
