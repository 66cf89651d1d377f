// Ids follow the text through every entry; weights, constants and element reads
// have none; a nested module keeps what it has.
// RUN: heddle-opt %s --heddle-number-values | FileCheck %s

// CHECK-LABEL: hgraph.model @M
hgraph.model @M {dims = []} {
  // CHECK: hgraph.entry @first
  hgraph.entry @first(%x: tensor<2x3xf32> {hgraph.name = "x"}) -> (tensor<2x3xf32> {hgraph.name = "y"}) {
    // CHECK: hgraph.weight "w" : tensor<3xf32>
    %w = hgraph.weight "w" : tensor<3xf32>
    // CHECK: hgraph.constant dense
    %c = hgraph.constant dense<1.0> : tensor<f32>
    // CHECK: hgraph.add {{.*}} {hgraph.id = 0 : i64}
    %0 = hgraph.add %x, %w : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
    // CHECK: hgraph.mul {{.*}} {hgraph.id = 1 : i64}
    %1 = hgraph.mul %0, %c {hgraph.id = 70 : i64} : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
    hgraph.return %1 : tensor<2x3xf32>
  }
  // CHECK: hgraph.entry @second
  hgraph.entry @second(%q: tensor<1x1x2x3xf32> {hgraph.name = "q"}, %m: tensor<1x2xi32> {hgraph.name = "m"}) -> (tensor<1x1x2x3xf32> {hgraph.name = "o"}) {
    // CHECK: hgraph.attention {{.*}} {hgraph.id = 2 : i64}
    %o = hgraph.attention %q, %q, %q scale(1.0) : (tensor<1x1x2x3xf32>, tensor<1x1x2x3xf32>, tensor<1x1x2x3xf32>) -> tensor<1x1x2x3xf32> {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index):
      // CHECK: hgraph.at %{{.*}}[%{{.*}}, %{{.*}}] : tensor<1x2xi32> -> i32
      %a = hgraph.at %m[%b, %j] : tensor<1x2xi32> -> i32
      %z = arith.constant 0 : i32
      %l = arith.cmpi ne, %a, %z : i32
      hgraph.score %s where %l
    }
    hgraph.return %o : tensor<1x1x2x3xf32>
  }
}

// CHECK-LABEL: module @source
module @source {
  hgraph.model @M {dims = []} {
    hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x"}) -> (tensor<2xf32> {hgraph.name = "y"}) {
      // CHECK: hgraph.relu %{{[^ ]*}} :
      %y = hgraph.relu %x : (tensor<2xf32>) -> tensor<2xf32>
      hgraph.return %y : tensor<2xf32>
    }
  }
}
