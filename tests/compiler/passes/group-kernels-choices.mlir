// With explain, each choice says what was taken, with both times at the
// smallest and the largest extents.
// RUN: heddle-opt %s --heddle-group-kernels=explain=true --verify-diagnostics

hgraph.model @M {dims = [#hgraph.dim<"n", 1, 1000>]} {
  hgraph.entry @main(%x: tensor<?x768xf32, #hgraph.dims<"n", "768">> {hgraph.name = "x"}) -> (tensor<?x768xf32, #hgraph.dims<"n", "768">> {hgraph.name = "y"}, tensor<?x768xf32, #hgraph.dims<"n", "768">> {hgraph.name = "z"}, tensor<?x768xf32, #hgraph.dims<"n", "768">> {hgraph.name = "b"}) {
    %a = hgraph.weight "a" : tensor<768x768xf32>
    %b = hgraph.weight "b" : tensor<768x768xf32>
    %c = hgraph.weight "c" : tensor<768x768xf32>
    %f = hgraph.weight "f" : tensor<768xf32>
    // expected-remark @+1 {{gemm kernel of 3 ops: the next op is hgraph.linear}}
    %0 = hgraph.linear %x, %a layout(out_in) : (tensor<?x768xf32, #hgraph.dims<"n", "768">>, tensor<768x768xf32>) -> tensor<?x768xf32, #hgraph.dims<"n", "768">>
    %1 = hgraph.linear %x, %b layout(out_in) : (tensor<?x768xf32, #hgraph.dims<"n", "768">>, tensor<768x768xf32>) -> tensor<?x768xf32, #hgraph.dims<"n", "768">>
    // expected-remark-re @+1 {{two linears of one input: one kernel, 236.{{.*}} us against 236.{{.*}} us (n=1); {{.*}} ms against {{.*}} ms (n=1000)}}
    %2 = hgraph.mul %0, %1 : (tensor<?x768xf32, #hgraph.dims<"n", "768">>, tensor<?x768xf32, #hgraph.dims<"n", "768">>) -> tensor<?x768xf32, #hgraph.dims<"n", "768">>
    // expected-remark @+1 {{gemm kernel of 2 ops: a layer_norm ends a gemm}}
    %3 = hgraph.linear %2, %c layout(out_in) : (tensor<?x768xf32, #hgraph.dims<"n", "768">>, tensor<768x768xf32>) -> tensor<?x768xf32, #hgraph.dims<"n", "768">>
    // expected-remark-re @+1 {{layer_norm of a linear: one kernel, {{.*}} us against {{.*}} us (n=1); {{.*}} ms against {{.*}} ms (n=1000)}}
    %4 = hgraph.layer_norm %3, %f eps(1.0e-5) : (tensor<?x768xf32, #hgraph.dims<"n", "768">>, tensor<768xf32>) -> tensor<?x768xf32, #hgraph.dims<"n", "768">>
    // expected-remark @+1 {{gemm kernel of 1 ops: a rms_norm apart is cheaper}}
    %5 = hgraph.linear %4, %b layout(out_in) : (tensor<?x768xf32, #hgraph.dims<"n", "768">>, tensor<768x768xf32>) -> tensor<?x768xf32, #hgraph.dims<"n", "768">>
    // expected-remark-re @+2 {{rms_norm of a linear, whose result others read as well: apart, {{.*}} us against {{.*}} us (n=1); {{.*}} ms against {{.*}} ms (n=1000)}}
    // expected-remark @+1 {{norm kernel of 1 ops}}
    %6 = hgraph.rms_norm %5, %f eps(1.0e-5) : (tensor<?x768xf32, #hgraph.dims<"n", "768">>, tensor<768xf32>) -> tensor<?x768xf32, #hgraph.dims<"n", "768">>
    // expected-remark @+1 {{gemm kernel of 3 ops: its result has several users}}
    %7 = hgraph.linear %x, %a layout(out_in) compute(int8) : (tensor<?x768xf32, #hgraph.dims<"n", "768">>, tensor<768x768xf32>) -> tensor<?x768xf32, #hgraph.dims<"n", "768">>
    %8 = hgraph.linear %x, %b layout(out_in) compute(int8) : (tensor<?x768xf32, #hgraph.dims<"n", "768">>, tensor<768x768xf32>) -> tensor<?x768xf32, #hgraph.dims<"n", "768">>
    // expected-remark-re @+1 {{two linears of one input: one kernel, 59.{{.*}} us against 59.{{.*}} us (n=1); {{.*}} ms against {{.*}} ms (n=1000)}}
    %9 = hgraph.mul %7, %8 : (tensor<?x768xf32, #hgraph.dims<"n", "768">>, tensor<?x768xf32, #hgraph.dims<"n", "768">>) -> tensor<?x768xf32, #hgraph.dims<"n", "768">>
    // expected-remark @+1 {{gemm kernel of 2 ops: its result is an output of the entry}}
    %10 = hgraph.linear %9, %a layout(out_in) compute(int8) : (tensor<?x768xf32, #hgraph.dims<"n", "768">>, tensor<768x768xf32>) -> tensor<?x768xf32, #hgraph.dims<"n", "768">>
    // expected-remark @+1 {{gemm kernel of 1 ops: the next op is in a kernel already}}
    %11 = hgraph.linear %9, %b layout(out_in) compute(bf16) : (tensor<?x768xf32, #hgraph.dims<"n", "768">>, tensor<768x768xf32>) -> tensor<?x768xf32, #hgraph.dims<"n", "768">>
    // expected-remark @+1 {{two linears of one input: apart, since one is of int8, the other of bf16}}
    %12 = hgraph.mul %10, %11 : (tensor<?x768xf32, #hgraph.dims<"n", "768">>, tensor<?x768xf32, #hgraph.dims<"n", "768">>) -> tensor<?x768xf32, #hgraph.dims<"n", "768">>
    hgraph.return %5, %6, %12 : tensor<?x768xf32, #hgraph.dims<"n", "768">>, tensor<?x768xf32, #hgraph.dims<"n", "768">>, tensor<?x768xf32, #hgraph.dims<"n", "768">>
  }
}
