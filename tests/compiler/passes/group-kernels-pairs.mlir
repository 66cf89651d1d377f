// Two linears whose results meet are one kernel where they read one input, and
// a value that a norm and others read stands beside the norm's.
// RUN: heddle-opt %s --heddle-group-kernels=kernel-time=1000 | FileCheck %s
// RUN: heddle-opt %s --heddle-group-kernels=on-device=true | FileCheck %s --check-prefix=DEVICE

// DEVICE-LABEL: hgraph.model @Gate
// DEVICE-COUNT-4: family("gemm") -> (tensor<3x8xf32>) {
// CHECK-LABEL: hgraph.model @Gate
hgraph.model @Gate {dims = []} {
  hgraph.entry @main(%x: tensor<3x8xf32> {hgraph.name = "x"}, %z: tensor<3x8xf32> {hgraph.name = "z"}) -> (tensor<3x8xf32> {hgraph.name = "y"}, tensor<3x8xf32> {hgraph.name = "u"}) {
    %a = hgraph.weight "a" : tensor<8x8xf32>
    %b = hgraph.weight "b" : tensor<8x8xf32>
    // CHECK: family("gemm") -> (tensor<3x8xf32>)
    // CHECK-NEXT: %[[G:.*]] = hgraph.linear %[[X:.*]], %{{.*}} layout(out_in)
    // CHECK-NEXT: %[[S:.*]] = hgraph.silu %[[G]]
    // CHECK-NEXT: %[[U:.*]] = hgraph.linear %[[X]], %{{.*}} layout(in_out)
    // CHECK-NEXT: %[[M:.*]] = hgraph.mul %[[S]], %[[U]]
    // CHECK-NEXT: %[[R:.*]] = hgraph.add %[[M]]
    // CHECK-NEXT: hgraph.yield %[[R]]
    %g = hgraph.linear %x, %a layout(out_in) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
    %s = hgraph.silu %g : (tensor<3x8xf32>) -> tensor<3x8xf32>
    %u = hgraph.linear %x, %b layout(in_out) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
    %m = hgraph.mul %s, %u : (tensor<3x8xf32>, tensor<3x8xf32>) -> tensor<3x8xf32>
    %r = hgraph.add %m, %z : (tensor<3x8xf32>, tensor<3x8xf32>) -> tensor<3x8xf32>
    // Of two inputs: a kernel each.
    // CHECK: family("gemm")
    // CHECK-NEXT: hgraph.linear
    // CHECK-NEXT: hgraph.yield
    // CHECK: family("gemm")
    // CHECK-NEXT: hgraph.linear
    // CHECK-NEXT: hgraph.mul
    // CHECK-NEXT: hgraph.yield
    %v = hgraph.linear %z, %a layout(in_out) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
    %w = hgraph.linear %x, %b layout(out_in) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
    %n = hgraph.mul %v, %w : (tensor<3x8xf32>, tensor<3x8xf32>) -> tensor<3x8xf32>
    hgraph.return %r, %n : tensor<3x8xf32>, tensor<3x8xf32>
  }
}

// Products of one weight, of bf16 and int8, or with another reader stay apart;
// those of bf16 do not.
// CHECK-LABEL: hgraph.model @Apart
// CHECK-COUNT-6: family("gemm") -> (tensor<3x8xf32>) {
// CHECK: family("gemm") -> (tensor<3x8xf32>) {
// CHECK-NEXT: hgraph.linear {{.*}} compute(bf16)
// CHECK-NEXT: hgraph.linear {{.*}} compute(bf16)
// CHECK-NEXT: hgraph.mul
// CHECK-NOT: hgraph.kernel
// CHECK: hgraph.return
hgraph.model @Apart {dims = []} {
  hgraph.entry @main(%x: tensor<3x8xf32> {hgraph.name = "x"}) -> (tensor<3x8xf32> {hgraph.name = "y"}, tensor<3x8xf32> {hgraph.name = "z"}, tensor<3x8xf32> {hgraph.name = "g"}, tensor<3x8xf32> {hgraph.name = "w"}) {
    %a = hgraph.weight "a" : tensor<8x8xf32>
    %b = hgraph.weight "b" : tensor<8x8xf32>
    %0 = hgraph.linear %x, %a layout(out_in) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
    %1 = hgraph.linear %x, %a layout(in_out) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
    %2 = hgraph.mul %0, %1 : (tensor<3x8xf32>, tensor<3x8xf32>) -> tensor<3x8xf32>
    %3 = hgraph.linear %x, %a layout(out_in) compute(bf16) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
    %4 = hgraph.linear %x, %b layout(in_out) compute(int8) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
    %5 = hgraph.mul %3, %4 : (tensor<3x8xf32>, tensor<3x8xf32>) -> tensor<3x8xf32>
    %6 = hgraph.linear %x, %a layout(out_in) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
    %7 = hgraph.linear %x, %b layout(in_out) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
    %8 = hgraph.mul %6, %7 : (tensor<3x8xf32>, tensor<3x8xf32>) -> tensor<3x8xf32>
    %9 = hgraph.linear %8, %a layout(out_in) compute(bf16) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
    %10 = hgraph.linear %8, %b layout(in_out) compute(bf16) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
    %11 = hgraph.mul %9, %10 : (tensor<3x8xf32>, tensor<3x8xf32>) -> tensor<3x8xf32>
    hgraph.return %2, %5, %6, %11 : tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>, tensor<3x8xf32>
  }
}

// DEVICE-LABEL: hgraph.model @Residual
// DEVICE: family("norm")
// CHECK-LABEL: hgraph.model @Residual
hgraph.model @Residual {dims = []} {
  hgraph.entry @main(%x: tensor<3x8xf32> {hgraph.name = "x"}) -> (tensor<3x8xf32> {hgraph.name = "y"}) {
    %a = hgraph.weight "a" : tensor<8x8xf32>
    %b = hgraph.weight "b" : tensor<8x8xf32>
    %n = hgraph.weight "n" : tensor<8xf32>
    // CHECK: %[[K:.*]]:2 = hgraph.kernel family("gemm") -> (tensor<3x8xf32>, tensor<3x8xf32>)
    // CHECK: %[[R:.*]] = hgraph.add
    // CHECK: %[[H:.*]] = hgraph.rms_norm %[[R]]
    // CHECK: hgraph.yield %[[R]], %[[H]]
    // CHECK: hgraph.kernel family("gemm")
    // CHECK: hgraph.linear %[[K]]#1
    // CHECK: hgraph.add %[[K]]#0
    // CHECK-NOT: family("norm")
    %o = hgraph.linear %x, %a layout(out_in) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
    %r = hgraph.add %x, %o : (tensor<3x8xf32>, tensor<3x8xf32>) -> tensor<3x8xf32>
    %h = hgraph.rms_norm %r, %n eps(1.0e-5) : (tensor<3x8xf32>, tensor<8xf32>) -> tensor<3x8xf32>
    %f = hgraph.linear %h, %b layout(out_in) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
    %y = hgraph.add %r, %f : (tensor<3x8xf32>, tensor<3x8xf32>) -> tensor<3x8xf32>
    hgraph.return %y : tensor<3x8xf32>
  }
}

// A norm whose factor comes from what it would stand beside does not.
// CHECK-LABEL: hgraph.model @Circle
// CHECK-COUNT-3: hgraph.kernel family({{.*}}) -> (tensor<{{[0-9x]*}}xf32>) {
hgraph.model @Circle {dims = []} {
  hgraph.entry @main(%x: tensor<3x8xf32> {hgraph.name = "x"}) -> (tensor<3x8xf32> {hgraph.name = "y"}) {
    %a = hgraph.weight "a" : tensor<8x8xf32>
    %r = hgraph.linear %x, %a layout(out_in) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
    %f = hgraph.sum %r over(0) : (tensor<3x8xf32>) -> tensor<8xf32>
    %y = hgraph.rms_norm %r, %f eps(1.0e-5) : (tensor<3x8xf32>, tensor<8xf32>) -> tensor<3x8xf32>
    hgraph.return %y : tensor<3x8xf32>
  }
}
