// Every element-wise op prints what it parses.
// RUN: heddle-opt %s | heddle-opt | FileCheck %s
// RUN: heddle-opt %s -mlir-print-op-generic | heddle-opt | FileCheck %s

!x = tensor<?x3xf32, #hgraph.dims<"n", "3">>
!i = tensor<?x3xi32, #hgraph.dims<"n", "3">>
!b = tensor<?x3xi1, #hgraph.dims<"n", "3">>
// CHECK-LABEL: hgraph.outlined @elementwise
hgraph.outlined @elementwise(%x: !x, %i: !i, %b: !b, %row: tensor<3xf32>, %one: tensor<f32>) attributes {dims = [#hgraph.dim<"n", 1, 9>]} {
  // CHECK: hgraph.add %{{.*}}, %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>, tensor<3xf32>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %0 = hgraph.add %x, %row : (!x, tensor<3xf32>) -> !x
  // CHECK: hgraph.sub %{{.*}}, %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>, tensor<3xf32>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %1 = hgraph.sub %x, %row : (!x, tensor<3xf32>) -> !x
  // CHECK: hgraph.mul %{{.*}}, %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>, tensor<3xf32>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %2 = hgraph.mul %x, %row : (!x, tensor<3xf32>) -> !x
  // CHECK: hgraph.div %{{.*}}, %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>, tensor<3xf32>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %3 = hgraph.div %x, %row : (!x, tensor<3xf32>) -> !x
  // CHECK: hgraph.pow %{{.*}}, %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>, tensor<3xf32>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %4 = hgraph.pow %x, %row : (!x, tensor<3xf32>) -> !x
  // CHECK: hgraph.min %{{.*}}, %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>, tensor<3xf32>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %5 = hgraph.min %x, %row : (!x, tensor<3xf32>) -> !x
  // CHECK: hgraph.max %{{.*}}, %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>, tensor<3xf32>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %6 = hgraph.max %x, %row : (!x, tensor<3xf32>) -> !x
  // CHECK: hgraph.add %{{.*}}, %{{.*}} : (tensor<?x3xi32, #hgraph.dims<"n", "3">>, tensor<?x3xi32, #hgraph.dims<"n", "3">>) -> tensor<?x3xi32, #hgraph.dims<"n", "3">>
  %7 = hgraph.add %i, %i : (!i, !i) -> !i
  // CHECK: hgraph.sub %{{.*}}, %{{.*}} : (tensor<?x3xi32, #hgraph.dims<"n", "3">>, tensor<?x3xi32, #hgraph.dims<"n", "3">>) -> tensor<?x3xi32, #hgraph.dims<"n", "3">>
  %8 = hgraph.sub %i, %i : (!i, !i) -> !i
  // CHECK: hgraph.mul %{{.*}}, %{{.*}} : (tensor<?x3xi32, #hgraph.dims<"n", "3">>, tensor<?x3xi32, #hgraph.dims<"n", "3">>) -> tensor<?x3xi32, #hgraph.dims<"n", "3">>
  %9 = hgraph.mul %i, %i : (!i, !i) -> !i
  // CHECK: hgraph.min %{{.*}}, %{{.*}} : (tensor<?x3xi32, #hgraph.dims<"n", "3">>, tensor<?x3xi32, #hgraph.dims<"n", "3">>) -> tensor<?x3xi32, #hgraph.dims<"n", "3">>
  %10 = hgraph.min %i, %i : (!i, !i) -> !i
  // CHECK: hgraph.max %{{.*}}, %{{.*}} : (tensor<?x3xi32, #hgraph.dims<"n", "3">>, tensor<?x3xi32, #hgraph.dims<"n", "3">>) -> tensor<?x3xi32, #hgraph.dims<"n", "3">>
  %11 = hgraph.max %i, %i : (!i, !i) -> !i
  // CHECK: hgraph.compare %{{.*}}, %{{.*}} sign(lt) : (tensor<?x3xf32, #hgraph.dims<"n", "3">>, tensor<f32>) -> tensor<?x3xi1, #hgraph.dims<"n", "3">>
  %12 = hgraph.compare %x, %one sign(lt) : (!x, tensor<f32>) -> !b
  // CHECK: hgraph.compare %{{.*}}, %{{.*}} sign(le) : (tensor<?x3xf32, #hgraph.dims<"n", "3">>, tensor<f32>) -> tensor<?x3xi1, #hgraph.dims<"n", "3">>
  %13 = hgraph.compare %x, %one sign(le) : (!x, tensor<f32>) -> !b
  // CHECK: hgraph.compare %{{.*}}, %{{.*}} sign(gt) : (tensor<?x3xf32, #hgraph.dims<"n", "3">>, tensor<f32>) -> tensor<?x3xi1, #hgraph.dims<"n", "3">>
  %14 = hgraph.compare %x, %one sign(gt) : (!x, tensor<f32>) -> !b
  // CHECK: hgraph.compare %{{.*}}, %{{.*}} sign(ge) : (tensor<?x3xf32, #hgraph.dims<"n", "3">>, tensor<f32>) -> tensor<?x3xi1, #hgraph.dims<"n", "3">>
  %15 = hgraph.compare %x, %one sign(ge) : (!x, tensor<f32>) -> !b
  // CHECK: hgraph.compare %{{.*}}, %{{.*}} sign(eq) : (tensor<?x3xf32, #hgraph.dims<"n", "3">>, tensor<f32>) -> tensor<?x3xi1, #hgraph.dims<"n", "3">>
  %16 = hgraph.compare %x, %one sign(eq) : (!x, tensor<f32>) -> !b
  // CHECK: hgraph.compare %{{.*}}, %{{.*}} sign(ne) : (tensor<?x3xf32, #hgraph.dims<"n", "3">>, tensor<f32>) -> tensor<?x3xi1, #hgraph.dims<"n", "3">>
  %17 = hgraph.compare %x, %one sign(ne) : (!x, tensor<f32>) -> !b
  // CHECK: hgraph.and %{{.*}}, %{{.*}} : (
  %18 = hgraph.and %b, %b : (!b, !b) -> !b
  // CHECK: hgraph.or %{{.*}}, %{{.*}} : (
  %19 = hgraph.or %b, %b : (!b, !b) -> !b
  // CHECK: hgraph.not %{{.*}} : (
  %20 = hgraph.not %b : (!b) -> !b
  // CHECK: hgraph.select %{{.*}}, %{{.*}}, %{{.*}} : (tensor<?x3xi1, #hgraph.dims<"n", "3">>, tensor<?x3xf32, #hgraph.dims<"n", "3">>, tensor<f32>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %21 = hgraph.select %b, %x, %one : (!b, !x, tensor<f32>) -> !x
  // CHECK: hgraph.select
  %22 = hgraph.select %b, %i, %i : (!b, !i, !i) -> !i
  // CHECK: hgraph.cast %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>) -> tensor<?x3xi32, #hgraph.dims<"n", "3">>
  %23 = hgraph.cast %x : (!x) -> !i
  // CHECK: hgraph.cast %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>) -> tensor<?x3xi1, #hgraph.dims<"n", "3">>
  %24 = hgraph.cast %x : (!x) -> !b
  // CHECK: hgraph.cast %{{.*}} : (tensor<?x3xi32, #hgraph.dims<"n", "3">>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %25 = hgraph.cast %i : (!i) -> !x
  // CHECK: hgraph.cast %{{.*}} : (tensor<?x3xi32, #hgraph.dims<"n", "3">>) -> tensor<?x3xi1, #hgraph.dims<"n", "3">>
  %26 = hgraph.cast %i : (!i) -> !b
  // CHECK: hgraph.cast %{{.*}} : (tensor<?x3xi1, #hgraph.dims<"n", "3">>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %27 = hgraph.cast %b : (!b) -> !x
  // CHECK: hgraph.cast %{{.*}} : (tensor<?x3xi1, #hgraph.dims<"n", "3">>) -> tensor<?x3xi32, #hgraph.dims<"n", "3">>
  %28 = hgraph.cast %b : (!b) -> !i
  // CHECK: hgraph.cast %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>) -> tensor<?x3xbf16, #hgraph.dims<"n", "3">>
  %42 = hgraph.cast %x : (!x) -> tensor<?x3xbf16, #hgraph.dims<"n", "3">>
  // CHECK: hgraph.cast %{{.*}} : (tensor<?x3xbf16, #hgraph.dims<"n", "3">>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %43 = hgraph.cast %42 : (tensor<?x3xbf16, #hgraph.dims<"n", "3">>) -> !x
  // CHECK: hgraph.neg %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %29 = hgraph.neg %x : (!x) -> !x
  // CHECK: hgraph.abs %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %30 = hgraph.abs %x : (!x) -> !x
  // CHECK: hgraph.sqrt %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %31 = hgraph.sqrt %x : (!x) -> !x
  // CHECK: hgraph.exp %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %32 = hgraph.exp %x : (!x) -> !x
  // CHECK: hgraph.log %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %33 = hgraph.log %x : (!x) -> !x
  // CHECK: hgraph.sin %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %34 = hgraph.sin %x : (!x) -> !x
  // CHECK: hgraph.cos %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %35 = hgraph.cos %x : (!x) -> !x
  // CHECK: hgraph.tanh %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %36 = hgraph.tanh %x : (!x) -> !x
  // CHECK: hgraph.sigmoid %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %37 = hgraph.sigmoid %x : (!x) -> !x
  // CHECK: hgraph.silu %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %38 = hgraph.silu %x : (!x) -> !x
  // CHECK: hgraph.relu %{{.*}} : (tensor<?x3xf32, #hgraph.dims<"n", "3">>) -> tensor<?x3xf32, #hgraph.dims<"n", "3">>
  %39 = hgraph.relu %x : (!x) -> !x
  // CHECK: hgraph.neg %{{.*}} : (tensor<?x3xi32, #hgraph.dims<"n", "3">>) -> tensor<?x3xi32, #hgraph.dims<"n", "3">>
  %40 = hgraph.neg %i : (!i) -> !i
  // CHECK: hgraph.abs %{{.*}} : (tensor<?x3xi32, #hgraph.dims<"n", "3">>) -> tensor<?x3xi32, #hgraph.dims<"n", "3">>
  %41 = hgraph.abs %i : (!i) -> !i
  hgraph.return
}
