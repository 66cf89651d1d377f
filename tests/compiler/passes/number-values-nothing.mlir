// Without a model there is nothing to number.
// RUN: heddle-opt %s --heddle-number-values | FileCheck %s

// CHECK: hgraph.outlined @k0
// CHECK: hgraph.relu %{{[^ ]*}} :
hgraph.outlined @k0(%x: tensor<2xf32>) -> tensor<2xf32> attributes {dims = []} {
  %y = hgraph.relu %x : (tensor<2xf32>) -> tensor<2xf32>
  hgraph.return %y : tensor<2xf32>
}
