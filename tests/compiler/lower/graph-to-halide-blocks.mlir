// RUN: heddle-opt %s -split-input-file --heddle-group-kernels --heddle-lower-graph-to-host --heddle-lower-graph-to-halide | FileCheck %s
// The map of an attention's blocks stands on its pipelines.

// CHECK-LABEL: halide.pipeline @k0(
// CHECK-SAME: heddle.blocks = {from = "max(block * 32 - 9, 0)"
// CHECK-SAME: full = "tile * 384 + 384 <= block * 32 & block * 32 + 23 <= tile * 384"
// CHECK-SAME: keys = "t", queries = "t", query_block = 32 : i64, tile_keys = 384 : i64
// CHECK-SAME: to = "min(keys, block * 32 + 32)"
// CHECK-SAME: visited = "tile * 384 < min(keys, block * 32 + 32) & max(block * 32 - 9, 0) < tile * 384 + 384"}
hgraph.model @Window {dims = [#hgraph.dim<"t", 1, 600>]} {
  hgraph.entry @main(%q: tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">> {hgraph.name = "q"}) -> (tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">> {hgraph.name = "y"}) {
    %0 = hgraph.attention %q, %q, %q scale(0.25) : (tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">>, tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">>, tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">>) -> tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">> {
    ^bb0(%score: f32, %b: index, %h: index, %i: index, %j: index):
      %isBefore = arith.cmpi sle, %j, %i : index
      %near = arith.constant -9 : index
      %least = arith.addi %i, %near : index
      %isNear = arith.cmpi sge, %j, %least : index
      %live = arith.andi %isBefore, %isNear : i1
      hgraph.score %score where %live
    }
    hgraph.return %0 : tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">>
  }
}

// -----

// What numbers decide is a formula, what tensors decide is words.
// CHECK-LABEL: halide.pipeline @k0(
// CHECK-SAME: heddle.blocks = {by_data = ["input0[batch, key] > 0.5 | key < input1[batch, query]"]
// CHECK-SAME: full = "false", group_keys = 8 : i64
// CHECK-SAME: live = "least(key / 64) <= greatest(mod(query, 64))"
hgraph.model @Data {dims = [#hgraph.dim<"t", 1, 600>]} {
  hgraph.entry @main(%q: tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">> {hgraph.name = "q"}, %w: tensor<1x?xf32, #hgraph.dims<"1", "t">> {hgraph.name = "w"}, %n: tensor<1x?xi32, #hgraph.dims<"1", "t">> {hgraph.name = "n"}) -> (tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">> {hgraph.name = "y"}) {
    %0 = hgraph.attention %q, %q, %q scale(0.25) : (tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">>, tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">>, tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">>) -> tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">> {
    ^bb0(%score: f32, %b: index, %h: index, %i: index, %j: index):
      %at = hgraph.at %w[%b, %j] : tensor<1x?xf32, #hgraph.dims<"1", "t">> -> f32
      %half = arith.constant 5.000000e-01 : f32
      %isHeavy = arith.cmpf ogt, %at, %half : f32
      %size = arith.constant 64 : index
      %rest = arith.remsi %i, %size : index
      %part = arith.floordivsi %j, %size : index
      %isAbove = arith.cmpi sge, %rest, %part : index
      %length = hgraph.at %n[%b, %i] : tensor<1x?xi32, #hgraph.dims<"1", "t">> -> i32
      %last = arith.index_cast %length : i32 to index
      %isIn = arith.cmpi slt, %j, %last : index
      %either = arith.ori %isHeavy, %isIn : i1
      %live = arith.andi %either, %isAbove : i1
      hgraph.score %score where %live
    }
    hgraph.return %0 : tensor<1x2x?x16xf32, #hgraph.dims<"1", "2", "t", "16">>
  }
}
