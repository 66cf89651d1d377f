// What linears of bf16 alone read of a linear is kept in bf16 between their
// kernels; what something else reads as well, or a linear of f32, is not.
// RUN: heddle-opt %s --heddle-store-rounded | FileCheck %s
// RUN: heddle-opt %s --heddle-store-rounded --heddle-group-kernels | FileCheck %s --check-prefix=KERNELS

!rows = tensor<?x8xf32, #hgraph.dims<"n", "8">>
// CHECK-LABEL: hgraph.model @Stored
// KERNELS-LABEL: hgraph.model @Stored
hgraph.model @Stored {dims = [#hgraph.dim<"n", 1, 64>]} {
  hgraph.entry @main(%x: !rows {hgraph.name = "x"}) -> (!rows {hgraph.name = "y"}, !rows {hgraph.name = "z"}) {
    %w = hgraph.weight "w" : tensor<8x8xf32>
    // CHECK: %[[A:.*]] = hgraph.linear
    // CHECK-NEXT: %[[G:.*]] = hgraph.gelu %[[A]]
    // CHECK-NEXT: %[[N:.*]] = hgraph.cast %[[G]] {{.*}}xbf16
    // CHECK-NEXT: %[[W:.*]] = hgraph.cast %[[N]] {{.*}}xf32
    // CHECK-NEXT: hgraph.linear %[[W]], {{.*}} compute(bf16)
    // CHECK-NEXT: hgraph.linear %[[W]], {{.*}} compute(bf16)
    // CHECK-NOT: hgraph.cast
    // KERNELS: hgraph.kernel family("gemm")
    // KERNELS: hgraph.gelu
    // KERNELS-NEXT: %[[N:.*]] = hgraph.cast
    // KERNELS-NEXT: hgraph.yield %[[N]]
    // KERNELS: hgraph.kernel family("gemm")
    // KERNELS-NEXT: hgraph.cast
    // KERNELS-NEXT: hgraph.linear
    // KERNELS: hgraph.kernel family("gemm")
    // KERNELS-NEXT: hgraph.cast
    // KERNELS-NEXT: hgraph.linear
    %a = hgraph.linear %x, %w layout(out_in) compute(bf16) : (!rows, tensor<8x8xf32>) -> !rows
    %g = hgraph.gelu %a approximate(none) : (!rows) -> !rows
    %b = hgraph.linear %g, %w layout(out_in) compute(bf16) : (!rows, tensor<8x8xf32>) -> !rows
    %c = hgraph.linear %g, %w layout(out_in) compute(bf16) : (!rows, tensor<8x8xf32>) -> !rows
    %d = hgraph.linear %b, %w layout(out_in) compute(f32) : (!rows, tensor<8x8xf32>) -> !rows
    %e = hgraph.linear %c, %w layout(out_in) compute(bf16) : (!rows, tensor<8x8xf32>) -> !rows
    %s = hgraph.add %e, %c : (!rows, !rows) -> !rows
    // What no product gave is not in a kernel that could round it.
    %n = hgraph.relu %x : (!rows) -> !rows
    %f = hgraph.linear %n, %w layout(out_in) compute(bf16) : (!rows, tensor<8x8xf32>) -> !rows
    %t = hgraph.add %f, %d : (!rows, !rows) -> !rows
    hgraph.return %s, %t : !rows, !rows
  }
}
