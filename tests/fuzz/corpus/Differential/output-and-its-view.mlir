// An output that reshapes a value, before the value itself; an input and a
// constant as they are.
hgraph.model @Views {dims = [#hgraph.dim<"seq", 1, 7>]} {
  hgraph.entry @main(%x: tensor<?x16xf32, #hgraph.dims<"seq", "16">> {hgraph.name = "x"}) -> (tensor<?xf32, #hgraph.dims<"16 * seq">> {hgraph.name = "a"}, tensor<?x16xf32, #hgraph.dims<"seq", "16">> {hgraph.name = "b"}, tensor<?x16xf32, #hgraph.dims<"seq", "16">> {hgraph.name = "c"}, tensor<2xi32> {hgraph.name = "d"}) {
    %0 = hgraph.relu %x : (tensor<?x16xf32, #hgraph.dims<"seq", "16">>) -> tensor<?x16xf32, #hgraph.dims<"seq", "16">>
    %1 = hgraph.reshape %0 : (tensor<?x16xf32, #hgraph.dims<"seq", "16">>) -> tensor<?xf32, #hgraph.dims<"16 * seq">>
    %2 = hgraph.constant dense<[3, 4]> : tensor<2xi32>
    hgraph.return %1, %0, %x, %2 : tensor<?xf32, #hgraph.dims<"16 * seq">>, tensor<?x16xf32, #hgraph.dims<"seq", "16">>, tensor<?x16xf32, #hgraph.dims<"seq", "16">>, tensor<2xi32>
  }
}
