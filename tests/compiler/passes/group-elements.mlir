// Element-wise ops of any element type follow a linear, the rms_norm that ends
// its rows too; reductions and choices of the largest are kernels of their own.
// RUN: heddle-opt %s --heddle-group-kernels | FileCheck %s

!rows = tensor<?x8xf32, #hgraph.dims<"n", "8">>
!wide = tensor<?x16xf32, #hgraph.dims<"n", "16">>
!truth = tensor<?x8xi1, #hgraph.dims<"n", "8">>
!best = tensor<?x2xi32, #hgraph.dims<"n", "2">>
// CHECK-LABEL: hgraph.model @Elements
hgraph.model @Elements {dims = [#hgraph.dim<"n", 1, 64>]} {
  hgraph.entry @main(%x: !rows {hgraph.name = "x"}, %keep: !truth {hgraph.name = "keep"})
      -> (!rows {hgraph.name = "y"}, !truth {hgraph.name = "t"}, tensor<8xf32> {hgraph.name = "s"}, !best {hgraph.name = "i"}) {
    %gate = hgraph.weight "gate" : tensor<16x8xf32>
    %up = hgraph.weight "up" : tensor<16x8xf32>
    %down = hgraph.weight "down" : tensor<8x16xf32>
    %n = hgraph.weight "n" : tensor<8xf32>
    // Two linears of one input that meet are one kernel.
    // CHECK: %[[P:.*]] = hgraph.kernel family("gemm")
    // CHECK-NEXT: hgraph.linear
    // CHECK-NEXT: hgraph.linear
    // CHECK-NEXT: hgraph.silu
    // CHECK-NEXT: hgraph.mul
    // CHECK-NEXT: hgraph.yield
    // CHECK: %[[Y:.*]] = hgraph.kernel family("gemm")
    // CHECK-NEXT: hgraph.linear %[[P]]
    // CHECK-NEXT: hgraph.select
    // CHECK-NEXT: hgraph.rms_norm
    // CHECK-NEXT: hgraph.yield
    %u = hgraph.linear %x, %up layout(out_in) : (!rows, tensor<16x8xf32>) -> !wide
    %g = hgraph.linear %x, %gate layout(out_in) : (!rows, tensor<16x8xf32>) -> !wide
    %s = hgraph.silu %g : (!wide) -> !wide
    %p = hgraph.mul %s, %u : (!wide, !wide) -> !wide
    %d = hgraph.linear %p, %down layout(out_in) : (!wide, tensor<8x16xf32>) -> !rows
    %c = hgraph.select %keep, %d, %x : (!truth, !rows, !rows) -> !rows
    %y = hgraph.rms_norm %c, %n eps(1.0e-6) : (!rows, tensor<8xf32>) -> !rows
    // CHECK: hgraph.kernel family("elementwise")
    // CHECK-NEXT: hgraph.neg
    // CHECK-NEXT: hgraph.compare
    // CHECK-NEXT: hgraph.not
    // CHECK-NEXT: hgraph.yield
    %m = hgraph.neg %y : (!rows) -> !rows
    %l = hgraph.compare %m, %n sign(lt) : (!rows, tensor<8xf32>) -> !truth
    %t = hgraph.not %l : (!truth) -> !truth
    // CHECK: hgraph.kernel family("reduce")
    // CHECK-NEXT: hgraph.largest %[[Y]]
    // CHECK-NEXT: hgraph.yield
    %most = hgraph.largest %y over(0) where %t : (!rows, !truth) -> tensor<8xf32>
    // CHECK: hgraph.kernel family("reduce")
    // CHECK-NEXT: hgraph.top_k %[[Y]]
    // CHECK-NEXT: hgraph.yield
    %i = hgraph.top_k %y k(2) : (!rows) -> !best
    hgraph.return %y, %t, %most, %i : !rows, !truth, tensor<8xf32>, !best
  }
}
