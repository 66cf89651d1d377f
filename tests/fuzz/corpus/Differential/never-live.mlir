// A mask that leaves no key to any query: the loops over keys vanished.
hgraph.model @NeverLive {dims = [#hgraph.dim<"seq", 1, 131>]} {
  hgraph.entry @main(%q: tensor<2x4x?x3xf32, #hgraph.dims<"2", "4", "seq", "3">> {hgraph.name = "q"}, %k: tensor<2x1x1x3xf32> {hgraph.name = "k"}, %t: tensor<?xf32, #hgraph.dims<"seq">> {hgraph.name = "t"}) -> (tensor<2x4x?x3xf32, #hgraph.dims<"2", "4", "seq", "3">> {hgraph.name = "y"}) {
    %0 = hgraph.attention %q, %k, %k scale(0.125) : (tensor<2x4x?x3xf32, #hgraph.dims<"2", "4", "seq", "3">>, tensor<2x1x1x3xf32>, tensor<2x1x1x3xf32>) -> tensor<2x4x?x3xf32, #hgraph.dims<"2", "4", "seq", "3">> {
    ^bb0(%score: f32, %b: index, %h: index, %i: index, %j: index):
      %c9 = arith.constant 9 : index
      %ahead = arith.addi %i, %c9 : index
      %live = arith.cmpi sle, %ahead, %j : index
      hgraph.score %score where %live
    }
    hgraph.return %0 : tensor<2x4x?x3xf32, #hgraph.dims<"2", "4", "seq", "3">>
  }
}
