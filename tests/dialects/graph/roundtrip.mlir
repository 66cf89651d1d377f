// Every op prints what it parses.
// RUN: heddle-opt %s | heddle-opt | FileCheck %s
// RUN: heddle-opt %s -mlir-print-op-generic | heddle-opt | FileCheck %s
// RUN: heddle-opt %s -emit-bytecode | heddle-opt | FileCheck %s

// CHECK-LABEL: hgraph.model @Tiny {dims = [#hgraph.dim<"batch", 1, 64>, #hgraph.dim<"seq", 1, 512>]}
hgraph.model @Tiny {dims = [#hgraph.dim<"batch", 1, 64>, #hgraph.dim<"seq", 1, 512>]} {
  // CHECK: hgraph.entry @main(%[[TOKENS:.*]]: tensor<?x?xi32, #hgraph.dims<"batch", "seq">> {hgraph.name = "tokens"}, %[[MASK:.*]]: tensor<?x?xi32, #hgraph.dims<"batch", "seq">> {hgraph.name = "mask"})
  // CHECK-SAME: -> (tensor<?x8xf32, #hgraph.dims<"batch", "8">> {hgraph.name = "embedding"})
  hgraph.entry @main(%tokens: tensor<?x?xi32, #hgraph.dims<"batch", "seq">> {hgraph.name = "tokens"},
                     %mask: tensor<?x?xi32, #hgraph.dims<"batch", "seq">> {hgraph.name = "mask"})
      -> (tensor<?x8xf32, #hgraph.dims<"batch", "8">> {hgraph.name = "embedding"}) {
    // CHECK: %[[WORDS:.*]] = hgraph.weight "words" : tensor<100x8xf32>
    %words = hgraph.weight "words" : tensor<100x8xf32>
    %places = hgraph.weight "places" : tensor<512x8xf32>
    %types = hgraph.weight "types" : tensor<2x8xf32>
    %square = hgraph.weight "square" : tensor<8x8xf32>
    %vector = hgraph.weight "vector" : tensor<8xf32>
    // CHECK: hgraph.embed %[[TOKENS]], %[[WORDS]] {hgraph.id = 0 : i64} : (tensor<?x?xi32, #hgraph.dims<"batch", "seq">>, tensor<100x8xf32>) -> tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>
    %e = hgraph.embed %tokens, %words {hgraph.id = 0 : i64} : (tensor<?x?xi32, #hgraph.dims<"batch", "seq">>, tensor<100x8xf32>) -> tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>
    // CHECK: hgraph.positions %{{.*}} : (tensor<512x8xf32>) -> tensor<?x8xf32, #hgraph.dims<"seq", "8">>
    %p = hgraph.positions %places : (tensor<512x8xf32>) -> tensor<?x8xf32, #hgraph.dims<"seq", "8">>
    // CHECK: hgraph.row %{{.*}}[1] : (tensor<2x8xf32>) -> tensor<8xf32>
    %r = hgraph.row %types[1] : (tensor<2x8xf32>) -> tensor<8xf32>
    // CHECK: hgraph.constant dense<2.000000e+00> : tensor<f32>
    %two = hgraph.constant dense<2.0> : tensor<f32>
    // CHECK: hgraph.add %
    %a = hgraph.add %e, %p : (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>, tensor<?x8xf32, #hgraph.dims<"seq", "8">>) -> tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>
    // CHECK: hgraph.sub %
    %s = hgraph.sub %a, %r : (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>, tensor<8xf32>) -> tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>
    // CHECK: hgraph.mul %
    %m = hgraph.mul %s, %two : (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>, tensor<f32>) -> tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>
    // CHECK: hgraph.div %
    %d = hgraph.div %m, %two : (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>, tensor<f32>) -> tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>
    // CHECK: %[[KERNEL:.*]]:2 = hgraph.kernel family("norm") -> (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>, tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>) {
    %k:2 = hgraph.kernel family("norm") -> (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>, tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>) {
      // CHECK: hgraph.layer_norm %{{.*}}, %{{.*}}, %{{.*}} eps({{9.99[0-9E.-]+}}) :
      %0 = hgraph.layer_norm %d, %vector, %vector eps(1.0e-12) : (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>
      // CHECK: hgraph.layer_norm %{{.*}}, %{{.*}} eps(1.000000e+00) : (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>, tensor<8xf32>) ->
      %1 = hgraph.layer_norm %d, %vector eps(1.0) : (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>, tensor<8xf32>) -> tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>
      // CHECK: hgraph.yield %{{.*}}, %{{.*}} : tensor
      hgraph.yield %0, %1 : tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>, tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>
    }
    // CHECK: hgraph.linear %[[KERNEL]]#0, %{{.*}} layout(out_in) : (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>, tensor<8x8xf32>) ->
    %l = hgraph.linear %k#0, %square layout(out_in) : (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>, tensor<8x8xf32>) -> tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>
    // CHECK: hgraph.linear %[[KERNEL]]#1, %{{.*}}, %{{.*}} layout(in_out) :
    %n = hgraph.linear %k#1, %square, %vector layout(in_out) : (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>, tensor<8x8xf32>, tensor<8xf32>) -> tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>
    // CHECK: hgraph.linear %[[KERNEL]]#1, %{{.*}} layout(in_out) compute(bf16) :
    %narrow = hgraph.linear %k#1, %square layout(in_out) compute(bf16) : (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>, tensor<8x8xf32>) -> tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>
    // CHECK: hgraph.gelu %{{.*}} approximate(none) :
    %g = hgraph.gelu %l approximate(none) : (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>) -> tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>
    // CHECK: hgraph.gelu %{{.*}} approximate(tanh) :
    %t = hgraph.gelu %n approximate(tanh) : (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>) -> tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>
    // CHECK: hgraph.relu %
    %u = hgraph.relu %t : (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>) -> tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>
    // CHECK: hgraph.softmax %{{.*}} axis(2) :
    %f = hgraph.softmax %u axis(2) : (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>) -> tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>
    // CHECK: hgraph.split_heads %{{.*}} heads(2) : (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>) -> tensor<?x2x?x4xf32, #hgraph.dims<"batch", "2", "seq", "4">>
    %q = hgraph.split_heads %f heads(2) : (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>) -> tensor<?x2x?x4xf32, #hgraph.dims<"batch", "2", "seq", "4">>
    // CHECK: hgraph.attention %{{.*}}, %{{.*}}, %{{.*}} scale(5.000000e-01) : (
    // CHECK-NEXT: ^bb0(%[[SCORE:.*]]: f32, %[[B:.*]]: index, %[[H:.*]]: index, %[[Q:.*]]: index, %[[K:.*]]: index):
    %o = hgraph.attention %q, %q, %q scale(0.5) : (tensor<?x2x?x4xf32, #hgraph.dims<"batch", "2", "seq", "4">>, tensor<?x2x?x4xf32, #hgraph.dims<"batch", "2", "seq", "4">>, tensor<?x2x?x4xf32, #hgraph.dims<"batch", "2", "seq", "4">>) -> tensor<?x2x?x4xf32, #hgraph.dims<"batch", "2", "seq", "4">> {
    ^bb0(%score: f32, %b: index, %h: index, %i: index, %j: index):
      // CHECK: %[[AT:.*]] = hgraph.at %[[MASK]][%[[B]], %[[K]]] : tensor<?x?xi32, #hgraph.dims<"batch", "seq">> -> i32
      %at = hgraph.at %mask[%b, %j] : tensor<?x?xi32, #hgraph.dims<"batch", "seq">> -> i32
      %zero = arith.constant 0 : i32
      %live = arith.cmpi ne, %at, %zero : i32
      // CHECK: hgraph.score %[[SCORE]] where %
      hgraph.score %score where %live
    }
    // CHECK: hgraph.attention {{.*}} scale(5.000000e-01) compute(bf16) : (
    %o2 = hgraph.attention %o, %q, %q scale(0.5) compute(bf16) : (tensor<?x2x?x4xf32, #hgraph.dims<"batch", "2", "seq", "4">>, tensor<?x2x?x4xf32, #hgraph.dims<"batch", "2", "seq", "4">>, tensor<?x2x?x4xf32, #hgraph.dims<"batch", "2", "seq", "4">>) -> tensor<?x2x?x4xf32, #hgraph.dims<"batch", "2", "seq", "4">> {
    ^bb0(%score: f32, %b: index, %h: index, %i: index, %j: index):
      // CHECK: hgraph.score %{{[^ ]*}}{{$}}
      hgraph.score %score
    }
    // CHECK: hgraph.merge_heads %
    %h = hgraph.merge_heads %o2 : (tensor<?x2x?x4xf32, #hgraph.dims<"batch", "2", "seq", "4">>) -> tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>
    %sum = hgraph.add %h, %g : (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>, tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>) -> tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>
    // CHECK: hgraph.mean %{{.*}} over(1) where %[[MASK]] : (
    %mean = hgraph.mean %sum over(1) where %mask : (tensor<?x?x8xf32, #hgraph.dims<"batch", "seq", "8">>, tensor<?x?xi32, #hgraph.dims<"batch", "seq">>) -> tensor<?x8xf32, #hgraph.dims<"batch", "8">>
    // CHECK: hgraph.mean %{{[^ ]*}} over(1) : (
    %plain = hgraph.mean %mean over(1) : (tensor<?x8xf32, #hgraph.dims<"batch", "8">>) -> tensor<?xf32, #hgraph.dims<"batch">>
    // CHECK: hgraph.l2_normalize %{{.*}} eps({{9.99[0-9E.-]+}}) :
    %unit = hgraph.l2_normalize %mean eps(1.0e-12) : (tensor<?x8xf32, #hgraph.dims<"batch", "8">>) -> tensor<?x8xf32, #hgraph.dims<"batch", "8">>
    // CHECK: hgraph.return %{{.*}} : tensor<?x8xf32, #hgraph.dims<"batch", "8">>
    hgraph.return %unit : tensor<?x8xf32, #hgraph.dims<"batch", "8">>
  }
}

// CHECK-LABEL: hgraph.outlined @k0(%{{.*}}: tensor<?x3xf32, #hgraph.dims<"n", "3">>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">> attributes {dims = [#hgraph.dim<"n", 1, 9>], family = "elementwise"}
hgraph.outlined @k0(%x: tensor<?x3xf32, #hgraph.dims<"n", "3">>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
    attributes {dims = [#hgraph.dim<"n", 1, 9>], family = "elementwise"} {
  %y = hgraph.relu %x : (tensor<?x3xf32, #hgraph.dims<"n", "3">>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  hgraph.return %y : tensor<?x3xf32, #hgraph.dims<"n", "3">>
}
