// Nothing to group: no op that computes, a module that keeps the source, or
// kernels already there (an error).
// RUN: heddle-opt %s --heddle-group-kernels --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: hgraph.model @Empty
// CHECK-NOT: hgraph.kernel
hgraph.model @Empty {dims = []} {
  hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x"}) {
    hgraph.return
  }
}
// CHECK-LABEL: module @source
// CHECK-NOT: hgraph.kernel
module @source {
  hgraph.model @M {dims = []} {
    hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x"}) -> (tensor<2xf32> {hgraph.name = "y"}) {
      %y = hgraph.relu %x : (tensor<2xf32>) -> tensor<2xf32>
      hgraph.return %y : tensor<2xf32>
    }
  }
}

// -----

hgraph.model @M {dims = []} {
  // expected-error @+1 {{'hgraph.entry' op holds kernels already}}
  hgraph.entry @main(%x: tensor<2xf32> {hgraph.name = "x"}) -> (tensor<2xf32> {hgraph.name = "y"}) {
    %0 = hgraph.kernel -> (tensor<2xf32>) {
      %y = hgraph.relu %x : (tensor<2xf32>) -> tensor<2xf32>
      hgraph.yield %y : tensor<2xf32>
    }
    hgraph.return %0 : tensor<2xf32>
  }
}
