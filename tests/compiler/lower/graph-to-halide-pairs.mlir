// Two products of one input: the first one's panel waits for the second one's.
// What has no form is refused.
// RUN: heddle-opt %s -split-input-file -verify-diagnostics --heddle-lower-graph-to-host --heddle-lower-graph-to-halide | FileCheck %s

// CHECK-LABEL: host.program @Gate
// CHECK: views {{\[}}["8", "3"], ["48", "8", "1"], ["48", "8", "1"], ["48", "1", "3"]]
// CHECK-SAME: flops = "4608"
// CHECK: halide.pipeline @k0
// CHECK: halide.func "acc" {{.*}}heddle.role = "accumulator"
// CHECK: halide.func "panel" {{.*}}heddle.role = "panel"
// CHECK: halide.func "acc1" {{.*}}heddle.role = "accumulator"
// CHECK: halide.func "out"
hgraph.model @Gate {dims = []} {
  hgraph.entry @main(%x: tensor<3x8xf32> {hgraph.name = "x"}) -> (tensor<3x48xf32> {hgraph.name = "y"}) {
    %a = hgraph.weight "a" : tensor<8x48xf32>
    %b = hgraph.weight "b" : tensor<8x48xf32>
    %0 = hgraph.kernel family("gemm") -> (tensor<3x48xf32>) {
      %g = hgraph.linear %x, %a layout(in_out) : (tensor<3x8xf32>, tensor<8x48xf32>) -> tensor<3x48xf32>
      %u = hgraph.linear %x, %b layout(in_out) : (tensor<3x8xf32>, tensor<8x48xf32>) -> tensor<3x48xf32>
      %m = hgraph.mul %g, %u : (tensor<3x48xf32>, tensor<3x48xf32>) -> tensor<3x48xf32>
      hgraph.yield %m : tensor<3x48xf32>
    }
    hgraph.return %0 : tensor<3x48xf32>
  }
}

// -----

// Both read the same rounded rows; of bytes each has scales and offsets.
// CHECK-LABEL: host.program @Narrow
// CHECK: halide.pipeline @k0({{.*}}%arg3: !halide.buffer<48x1xf32>{{.*}}%arg4: !halide.buffer<48x1xi32>{{.*}}%arg5: !halide.buffer<48x1xf32>{{.*}}%arg6: !halide.buffer<48x1xi32>
// CHECK: %narrow = halide.func "narrow"
// CHECK: halide.func "acc"
// CHECK: halide.at %narrow
// CHECK: halide.func "panel"
// CHECK: halide.at %arg4
// CHECK-NOT: halide.func "narrow
// CHECK: halide.func "acc1"
// CHECK: halide.at %narrow
// CHECK: halide.func "out"
// CHECK: halide.at %arg6
hgraph.model @Narrow {dims = []} {
  hgraph.entry @main(%x: tensor<3x64xf32> {hgraph.name = "x"}) -> (tensor<3x48xf32> {hgraph.name = "y"}) {
    %a = hgraph.weight "a" : tensor<64x48xf32>
    %b = hgraph.weight "b" : tensor<64x48xf32>
    %0 = hgraph.kernel family("gemm") -> (tensor<3x48xf32>) {
      %g = hgraph.linear %x, %a layout(in_out) compute(int8) : (tensor<3x64xf32>, tensor<64x48xf32>) -> tensor<3x48xf32>
      %u = hgraph.linear %x, %b layout(in_out) compute(int8) : (tensor<3x64xf32>, tensor<64x48xf32>) -> tensor<3x48xf32>
      %m = hgraph.mul %g, %u : (tensor<3x48xf32>, tensor<3x48xf32>) -> tensor<3x48xf32>
      hgraph.yield %m : tensor<3x48xf32>
    }
    hgraph.return %0 : tensor<3x48xf32>
  }
}

// -----

// Two results are a func of two elements.
// CHECK-LABEL: host.program @Residual
// CHECK: views {{\[}}["8", "3"], ["16", "8", "1"], ["16", "1"], ["16", "1", "3"], ["16", "1", "3"]]
// CHECK: halide.func "row" {{.*}}heddle.role = "row"
// CHECK: halide.func "out" {{.*}} : f32, f32
// CHECK: halide.output %out : !halide.buffer<16x1x3xf32>, !halide.buffer<16x1x3xf32>
hgraph.model @Residual {dims = []} {
  hgraph.entry @main(%x: tensor<3x8xf32> {hgraph.name = "x"}) -> (tensor<3x16xf32> {hgraph.name = "r"}, tensor<3x16xf32> {hgraph.name = "h"}) {
    %a = hgraph.weight "a" : tensor<8x16xf32>
    %n = hgraph.weight "n" : tensor<16xf32>
    %0:2 = hgraph.kernel family("gemm") -> (tensor<3x16xf32>, tensor<3x16xf32>) {
      %r = hgraph.linear %x, %a layout(in_out) : (tensor<3x8xf32>, tensor<8x16xf32>) -> tensor<3x16xf32>
      %h = hgraph.rms_norm %r, %n eps(1.0e-5) : (tensor<3x16xf32>, tensor<16xf32>) -> tensor<3x16xf32>
      hgraph.yield %r, %h : tensor<3x16xf32>, tensor<3x16xf32>
    }
    hgraph.return %0#0, %0#1 : tensor<3x16xf32>, tensor<3x16xf32>
  }
}

// -----

hgraph.model @Inputs {dims = []} {
  hgraph.entry @main(%x: tensor<3x8xf32> {hgraph.name = "x"}, %z: tensor<3x8xf32> {hgraph.name = "z"}) -> (tensor<3x8xf32> {hgraph.name = "y"}) {
    %a = hgraph.weight "a" : tensor<8x8xf32>
    %b = hgraph.weight "b" : tensor<8x8xf32>
    %0 = hgraph.kernel family("gemm") -> (tensor<3x8xf32>) {
      %g = hgraph.linear %x, %a layout(in_out) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
      // expected-error @+1 {{has no lowering: linears in one kernel; expected two of one input, shape and precision, on a CPU}}
      %u = hgraph.linear %z, %b layout(in_out) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
      %m = hgraph.mul %g, %u : (tensor<3x8xf32>, tensor<3x8xf32>) -> tensor<3x8xf32>
      hgraph.yield %m : tensor<3x8xf32>
    }
    hgraph.return %0 : tensor<3x8xf32>
  }
}

// -----

hgraph.model @Norm {dims = []} {
  hgraph.entry @main(%x: tensor<3x8xf32> {hgraph.name = "x"}) -> (tensor<3x8xf32> {hgraph.name = "y"}) {
    %a = hgraph.weight "a" : tensor<8x8xf32>
    %b = hgraph.weight "b" : tensor<8x8xf32>
    %n = hgraph.weight "n" : tensor<8xf32>
    %0 = hgraph.kernel family("gemm") -> (tensor<3x8xf32>) {
      %g = hgraph.linear %x, %a layout(in_out) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
      %u = hgraph.linear %x, %b layout(in_out) : (tensor<3x8xf32>, tensor<8x8xf32>) -> tensor<3x8xf32>
      %m = hgraph.mul %g, %u : (tensor<3x8xf32>, tensor<3x8xf32>) -> tensor<3x8xf32>
      // expected-error @+1 {{has no lowering: a norm behind two products}}
      %h = hgraph.rms_norm %m, %n eps(1.0e-5) : (tensor<3x8xf32>, tensor<8xf32>) -> tensor<3x8xf32>
      hgraph.yield %h : tensor<3x8xf32>
    }
    hgraph.return %0 : tensor<3x8xf32>
  }
}

// -----

hgraph.model @Conv {dims = []} {
  hgraph.entry @main(%x: tensor<2x3x5xf32> {hgraph.name = "x"}) -> (tensor<2x3x5xf32> {hgraph.name = "a"}, tensor<2x3x5xf32> {hgraph.name = "b"}) {
    %w = hgraph.weight "w" : tensor<3x3x1xf32>
    // expected-error @+1 {{has no lowering: several results of an attention, a conv or a device's kernel}}
    %0:2 = hgraph.kernel family("conv") -> (tensor<2x3x5xf32>, tensor<2x3x5xf32>) {
      %c = hgraph.conv %x, %w stride [1] padding [0] dilation [1] groups(1) : (tensor<2x3x5xf32>, tensor<3x3x1xf32>) -> tensor<2x3x5xf32>
      %r = hgraph.relu %c : (tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
      hgraph.yield %c, %r : tensor<2x3x5xf32>, tensor<2x3x5xf32>
    }
    hgraph.return %0#0, %0#1 : tensor<2x3x5xf32>, tensor<2x3x5xf32>
  }
}
