// Rows of equal elements: a mean by the reciprocal of the count left 1 ulp,
// which the root of eps made large.
hgraph.model @ConstantRows {dims = [#hgraph.dim<"seq", 1, 17>]} {
  hgraph.entry @main(%m: tensor<?x97xi1, #hgraph.dims<"seq", "97">> {hgraph.name = "m"}) -> (tensor<?x97xf32, #hgraph.dims<"seq", "97">> {hgraph.name = "y"}) {
    %0 = hgraph.not %m : (tensor<?x97xi1, #hgraph.dims<"seq", "97">>) -> tensor<?x97xi1, #hgraph.dims<"seq", "97">>
    %1 = hgraph.or %m, %0 : (tensor<?x97xi1, #hgraph.dims<"seq", "97">>, tensor<?x97xi1, #hgraph.dims<"seq", "97">>) -> tensor<?x97xi1, #hgraph.dims<"seq", "97">>
    %2 = hgraph.cast %1 : (tensor<?x97xi1, #hgraph.dims<"seq", "97">>) -> tensor<?x97xf32, #hgraph.dims<"seq", "97">>
    %3 = hgraph.weight "w.weight" : tensor<97xf32>
    %4 = hgraph.layer_norm %2, %3 eps(1.0e-5) : (tensor<?x97xf32, #hgraph.dims<"seq", "97">>, tensor<97xf32>) -> tensor<?x97xf32, #hgraph.dims<"seq", "97">>
    hgraph.return %4 : tensor<?x97xf32, #hgraph.dims<"seq", "97">>
  }
}
