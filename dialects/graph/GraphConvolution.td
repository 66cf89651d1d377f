// Convolutions: windows of one or two axes.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_DIALECTS_GRAPH_GRAPHCONVOLUTION_TD
#define HEDDLE_DIALECTS_GRAPH_GRAPHCONVOLUTION_TD

include "dialects/graph/GraphCompute.td"

def HGraph_ConvOp : HGraph_ComputeOp<"conv"> {
  let summary = "sums of windows of one or two axes against weights";
  let description = [{
    output[b, o, i...] = bias[o] + sum over c, j... of weight[o, c, j...] *
    x[b, c + C * (o / (O / groups)), i * stride + j * dilation - padding...], where
    an element outside of x is 0.
    Shapes: x [B, groups * C, L...], weight [O, C, K...], bias [O], output
    [B, O, (L + 2 * padding - dilation * (K - 1) - 1) / stride + 1...], rounded
    down; one or two axes stand for the dots, and stride, padding and dilation hold
    a number for each.
    Sums in f32, in any order.
    * (C1) The operands have these shapes, the weight's constant; groups divides O;
      each axis has room for a window, whatever the dims are, and where L holds
      dims the stride divides all but its constant part.
    * (C2) The output has this shape.
    * (C3) A number for each axis: strides and dilations of 1 to 65536, paddings of
      0 to 65536; 1 group or more.

    Example:
    ```mlir
    %y = hgraph.conv %x, %w, %b stride [2] padding [1] dilation [1] groups(1) : (tensor<2x4x8xf32>, tensor<6x4x3xf32>, tensor<6xf32>) -> tensor<2x6x4xf32>
    ```
  }];
  let arguments = (ins HGraph_FloatTensor:$x, HGraph_FloatTensor:$weight,
                       Optional<HGraph_FloatTensor>:$bias,
                       DenseI64ArrayAttr:$stride, DenseI64ArrayAttr:$padding,
                       DenseI64ArrayAttr:$dilation, I64Attr:$groups);
  let assemblyFormat = [{ $x `,` $weight (`,` $bias^)? `stride` $stride
                          `padding` $padding `dilation` $dilation
                          `groups` `(` $groups `)` attr-dict `:`
                          functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::mlir::Value":$weight,
                                 "::mlir::Value":$bias,
                                 "const ::heddle::shape::Windows &":$windows)>];
  let extraClassDeclaration = [{
    /// `bias` may be null, and so may `ranges`: any dim is then large enough.
    static InferredType inferType(
        EmitError emitError, ::mlir::Value x, ::mlir::Value weight,
        ::mlir::Value bias, const ::heddle::shape::Windows &windows,
        const ::std::vector<::heddle::shape::DimRange> *ranges);
    /// The attributes as numbers.
    ::heddle::shape::Windows windows();
    /// Terms of one sum, without the bias.
    int64_t terms();
  }];
}

#endif // HEDDLE_DIALECTS_GRAPH_GRAPHCONVOLUTION_TD
