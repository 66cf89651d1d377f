// A window whose sides leave nothing between them.
hgraph.model @EmptyWindow {dims = []} {
  hgraph.entry @main(%q: tensor<1x2x40x8xf32> {hgraph.name = "q"}) -> (tensor<1x2x40x8xf32> {hgraph.name = "y"}) {
    %0 = hgraph.attention %q, %q, %q scale(0.5) : (tensor<1x2x40x8xf32>, tensor<1x2x40x8xf32>, tensor<1x2x40x8xf32>) -> tensor<1x2x40x8xf32> {
    ^bb0(%score: f32, %b: index, %h: index, %i: index, %j: index):
      %c25 = arith.constant 25 : index
      %low = arith.addi %i, %c25 : index
      %above = arith.cmpi sle, %low, %j : index
      %high = arith.subi %i, %c25 : index
      %below = arith.cmpi sle, %j, %high : index
      %live = arith.andi %above, %below : i1
      hgraph.score %score where %live
    }
    hgraph.return %0 : tensor<1x2x40x8xf32>
  }
}
