// Every op along an axis prints what it parses.
// RUN: heddle-opt %s | heddle-opt | FileCheck %s
// RUN: heddle-opt %s -mlir-print-op-generic | heddle-opt | FileCheck %s

!x = tensor<?x3x4xf32, #hgraph.dims<"n", "3", "4">>
!r = tensor<?x4xf32, #hgraph.dims<"n", "4">>
!k = tensor<?x1x4xf32, #hgraph.dims<"n", "1", "4">>
!m = tensor<?x3xi1, #hgraph.dims<"n", "3">>
!all = tensor<?x3x4xi32, #hgraph.dims<"n", "3", "4">>
// CHECK-LABEL: hgraph.outlined @axes
hgraph.outlined @axes(%x: !x, %m: !m, %all: !all, %w: tensor<4xf32>) attributes {dims = [#hgraph.dim<"n", 2, 9>]} {
  // CHECK: hgraph.sum %{{[^ ]*}} over(1) : (
  %0 = hgraph.sum %x over(1) : (!x) -> !r
  // CHECK: hgraph.sum %{{[^ ]*}} over(1) where %{{[^ ]*}} : (
  %1 = hgraph.sum %x over(1) where %m : (!x, !m) -> !r
  // CHECK: hgraph.sum %{{[^ ]*}} over(1) keep where %{{[^ ]*}} : (
  %2 = hgraph.sum %x over(1) keep where %all : (!x, !all) -> !k
  // CHECK: hgraph.mean %{{[^ ]*}} over(1) : (
  %3 = hgraph.mean %x over(1) : (!x) -> !r
  // CHECK: hgraph.mean %{{[^ ]*}} over(1) where %{{[^ ]*}} : (
  %4 = hgraph.mean %x over(1) where %m : (!x, !m) -> !r
  // CHECK: hgraph.mean %{{[^ ]*}} over(1) keep where %{{[^ ]*}} : (
  %5 = hgraph.mean %x over(1) keep where %all : (!x, !all) -> !k
  // CHECK: hgraph.var %{{[^ ]*}} over(1) : (
  %6 = hgraph.var %x over(1) : (!x) -> !r
  // CHECK: hgraph.var %{{[^ ]*}} over(1) where %{{[^ ]*}} : (
  %7 = hgraph.var %x over(1) where %m : (!x, !m) -> !r
  // CHECK: hgraph.var %{{[^ ]*}} over(1) keep where %{{[^ ]*}} : (
  %8 = hgraph.var %x over(1) keep where %all : (!x, !all) -> !k
  // CHECK: hgraph.largest %{{[^ ]*}} over(1) : (
  %9 = hgraph.largest %x over(1) : (!x) -> !r
  // CHECK: hgraph.largest %{{[^ ]*}} over(1) where %{{[^ ]*}} : (
  %10 = hgraph.largest %x over(1) where %m : (!x, !m) -> !r
  // CHECK: hgraph.largest %{{[^ ]*}} over(1) keep where %{{[^ ]*}} : (
  %11 = hgraph.largest %x over(1) keep where %all : (!x, !all) -> !k
  // CHECK: hgraph.smallest %{{[^ ]*}} over(1) : (
  %12 = hgraph.smallest %x over(1) : (!x) -> !r
  // CHECK: hgraph.smallest %{{[^ ]*}} over(1) where %{{[^ ]*}} : (
  %13 = hgraph.smallest %x over(1) where %m : (!x, !m) -> !r
  // CHECK: hgraph.smallest %{{[^ ]*}} over(1) keep where %{{[^ ]*}} : (
  %14 = hgraph.smallest %x over(1) keep where %all : (!x, !all) -> !k
  // CHECK: hgraph.argmax %{{[^ ]*}} over(0) : (tensor<?x3x4xf32, #hgraph.dims<"n", "3", "4">>) -> tensor<3x4xi32>
  %15 = hgraph.argmax %x over(0) : (!x) -> tensor<3x4xi32>
  // CHECK: hgraph.argmax %{{[^ ]*}} over(0) keep : (
  %16 = hgraph.argmax %x over(0) keep : (!x) -> tensor<1x3x4xi32>
  // CHECK: hgraph.softmax %{{[^ ]*}} axis(0) : (
  %17 = hgraph.softmax %x axis(0) : (!x) -> !x
  // CHECK: hgraph.log_softmax %{{[^ ]*}} axis(0) : (
  %18 = hgraph.log_softmax %x axis(0) : (!x) -> !x
  // CHECK: hgraph.rms_norm %{{[^ ]*}}, %{{[^ ]*}} eps(5.000000e-01) : (
  %19 = hgraph.rms_norm %x, %w eps(0.5) : (!x, tensor<4xf32>) -> !x
  // CHECK: %[[PLACES:.*]] = hgraph.top_k %{{[^ ]*}} k(2) : (
  %places = hgraph.top_k %x k(2) : (!x) -> tensor<?x3x2xi32, #hgraph.dims<"n", "3", "2">>
  // CHECK: hgraph.take %{{[^ ]*}}, %[[PLACES]] : (
  %best = hgraph.take %x, %places : (!x, tensor<?x3x2xi32, #hgraph.dims<"n", "3", "2">>) -> tensor<?x3x2xf32, #hgraph.dims<"n", "3", "2">>
  hgraph.return
}
