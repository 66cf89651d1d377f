// What is printed reads back the same, in both forms.
// RUN: heddle-opt %s | heddle-opt | FileCheck %s
// RUN: heddle-opt %s -mlir-print-op-generic | heddle-opt | FileCheck %s

// CHECK-LABEL: host.program @tiny dims {batch = [1, 64], seq = [1, 512]} {
host.program @tiny dims {batch = [1, 64], seq = [1, 512]} {
  // CHECK-NEXT: %[[W:.*]] = host.weight "w0" tensors ["a.weight", "b.weight"] recipe ["concat 0", "transpose", "pack 48", "pad 0 16", "reshape 16 384 48"] : f32 ["16", "384", "48"]
  %w = host.weight "w0" tensors ["a.weight", "b.weight"] recipe ["concat 0", "transpose", "pack 48", "pad 0 16", "reshape 16 384 48"] : f32 ["16", "384", "48"]
  // CHECK-NEXT: host.entry @main {
  host.entry @main {
    // CHECK-NEXT: %[[X:.*]] = host.input "tokens" range [0, 30521] : i32 ["batch", "seq"]
    %x = host.input "tokens" range [0, 30521] : i32 ["batch", "seq"]
    // CHECK-NEXT: %[[M:.*]] = host.input "mask" : i1 ["batch", "seq"]
    %m = host.input "mask" : i1 ["batch", "seq"]
    // CHECK-NEXT: %[[S:.*]] = host.slot 0 space "host" : f32 ["batch", "seq", "384"]
    %s = host.slot 0 space "host" : f32 ["batch", "seq", "384"]
    // CHECK-NEXT: %[[T:.*]] = host.slot 1 space "host" : bf16 ["batch"]
    %t = host.slot 1 space "host" : bf16 ["batch"]
    // CHECK-NEXT: host.dispatch @k0 ins(%[[X]], %[[W]]) scalars ["batch * seq"] outs(%[[S]]) views {{\[}}["batch * seq"], ["48", "384", "16"], ["384", "batch * seq"]] {flops = "589824 * batch * seq", values = [7]}
    host.dispatch @k0 ins(%x, %w) scalars ["batch * seq"] outs(%s) views [["batch * seq"], ["48", "384", "16"], ["384", "batch * seq"]] {values = [7], flops = "589824 * batch * seq"}
    // CHECK-NEXT: host.dispatch @k0 ins(%[[S]], %[[M]]) scalars [] outs(%[[T]]) views {{\[}}["384 * batch * seq"], ["seq", "batch"], ["batch"]] {instead = [{callee = @k0, size = "batch", up_to = 4 : i64}]}
    host.dispatch @k0 ins(%s, %m) scalars [] outs(%t) views [["384 * batch * seq"], ["seq", "batch"], ["batch"]] {instead = [{callee = @k0, size = "batch", up_to = 4}]}
    // CHECK-NEXT: host.output "states" %[[S]]
    host.output "states" %s
    // CHECK-NEXT: host.output "again" %[[S]]
    host.output "again" %s
    // CHECK-NEXT: host.output "embedding" %[[T]]
    host.output "embedding" %t
  }
}

// CHECK-LABEL: host.program @cut
host.program @cut dims {batch = [1, 64]} {
  // CHECK-NEXT: host.entry @main slices "batch" {
  host.entry @main slices "batch" {
    %x = host.input "x" : f32 ["batch", "4"]
    %w = host.input "w" : f32 ["4"]
    %s = host.slot 0 space "host" : f32 ["batch", "4"]
    host.dispatch @k0 ins(%x, %w) scalars [] outs(%s) views [["4", "batch"], ["4"], ["4", "batch"]]
    host.output "y" %s
  }
}

hgraph.outlined @k0(%x: tensor<2x3xf32>) -> tensor<2x3xf32> attributes {dims = [], family = "elementwise"} {
  %y = hgraph.relu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  hgraph.return %y : tensor<2x3xf32>
}
