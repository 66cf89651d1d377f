// The tensor operations of hgraph, and what holds them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_DIALECTS_GRAPH_GRAPHOPS_TD
#define HEDDLE_DIALECTS_GRAPH_GRAPHOPS_TD

include "dialects/graph/GraphConvolution.td"
include "dialects/graph/GraphElementwise.td"
include "dialects/graph/GraphReductions.td"
include "dialects/graph/GraphShapes.td"

def HGraph_WeightOp : HGraph_Op<"weight", [Pure]> {
  let summary = "a tensor of the weight file";
  let description = [{
    output = the tensor called `path` in the weight file, converted to the
    element type. Its data never enters the IR.
    * (C1) The path is not empty.
    * (C2) The shape is constant.

    Example:
    ```mlir
    %w = hgraph.weight "encoder.layer.0.output.dense.weight" : tensor<384x1536xf32>
    ```
  }];
  let arguments = (ins StrAttr:$path);
  let results = (outs HGraph_FloatTensor:$output);
  let assemblyFormat = "$path attr-dict `:` type($output)";
  let hasVerifier = 1;
}

def HGraph_ConstantOp : HGraph_Op<"constant", [
    Pure, ConstantLike, AllTypesMatch<["value", "output"]>]> {
  let summary = "a small tensor written in the model";
  let description = [{
    output = value.
    * (C1) At most 4096 elements, dense.

    Example:
    ```mlir
    %c = hgraph.constant dense<0.5> : tensor<f32>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs HGraph_Tensor:$output);
  let assemblyFormat = "attr-dict $value";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def HGraph_EmbedOp : HGraph_ComputeOp<"embed"> {
  let summary = "rows of a table chosen by tokens";
  let description = [{
    output[..., d] = table[tokens[...], d].
    Shapes: tokens [...], table [V, D], output [..., D].
    A token outside [0, V) is an error of the caller, found before any kernel
    runs, where the tokens are an input; computed ones are clamped.
    * (C1) The operands have these shapes.
    * (C2) The output has this shape.

    Example:
    ```mlir
    %e = hgraph.embed %tokens, %table : (tensor<2x5xi32>, tensor<100x8xf32>) -> tensor<2x5x8xf32>
    ```
  }];
  let arguments = (ins HGraph_IndexTensor:$tokens, HGraph_FloatTensor:$table);
  let assemblyFormat = [{ $tokens `,` $table attr-dict `:`
                          functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$tokens, "::mlir::Value":$table)>];
  let extraClassDeclaration = [{
    static InferredType inferType(EmitError emitError, ::mlir::Value tokens,
                              ::mlir::Value table);
  }];
}

def HGraph_PositionsOp : HGraph_ComputeOp<"positions"> {
  let summary = "the first rows of a table, one a position";
  let description = [{
    output[t, d] = table[t, d] for t < T.
    Shapes: table [P, D], output [T, D]. T is the extent in the result's type.
    * (C1) The table has this shape and T is at most P, whatever the dims are.
    * (C2) The output has this shape.

    Example:
    ```mlir
    %p = hgraph.positions %table : (tensor<512x8xf32>) -> tensor<17x8xf32>
    ```
  }];
  let arguments = (ins HGraph_FloatTensor:$table);
  let assemblyFormat = "$table attr-dict `:` functional-type(operands, results)";
  let builders = [OpBuilder<(ins "::mlir::Value":$table,
                                 "const ::heddle::shape::Dim &":$length)>];
  let extraClassDeclaration = [{
    static InferredType inferType(EmitError emitError, ::mlir::Value table,
                              const ::heddle::shape::Dim &length);
    /// T, the number of positions.
    ::heddle::shape::Dim length();
  }];
}

def HGraph_RowOp : HGraph_ComputeOp<"row"> {
  let summary = "one row of a table";
  let description = [{
    output[d] = table[index, d].
    Shapes: table [P, D], output [D].
    * (C1) The table has this shape and 0 <= index < P.
    * (C2) The output has this shape.

    Example:
    ```mlir
    %r = hgraph.row %table[0] : (tensor<2x8xf32>) -> tensor<8xf32>
    ```
  }];
  let arguments = (ins HGraph_FloatTensor:$table, I64Attr:$index);
  let assemblyFormat = [{ $table `[` $index `]` attr-dict `:`
                          functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$table, "int64_t":$index)>];
  let extraClassDeclaration = [{
    static InferredType inferType(EmitError emitError, ::mlir::Value table,
                              int64_t index);
  }];
}

def HGraph_LinearOp : HGraph_ComputeOp<"linear"> {
  let summary = "an affine map of the last axis";
  let description = [{
    output[..., n] = sum over k of x[..., k] * W[k, n] + bias[n], where W[k, n]
    is weight[n, k] in layout out_in and weight[k, n] in layout in_out.
    Shapes: x [..., K], weight [N, K] or [K, N], bias [N], output [..., N].
    Sums in f32, in any order. `compute` says what a kernel computes products
    of: f32, which no `compute` means too, or bf16: x and W rounded to the nearest
    bf16, ties to even; or int8: each row of x and each column of W rounded to
    whole multiples of its largest magnitude / 127, ties to even, and summed as
    integers. The bias and all else stay f32.
    * (C1) The operands have these shapes.
    * (C2) The output has this shape.

    Example:
    ```mlir
    %y = hgraph.linear %x, %w, %b layout(out_in) compute(bf16) : (tensor<2x8xf32>, tensor<4x8xf32>, tensor<4xf32>) -> tensor<2x4xf32>
    ```
  }];
  let arguments = (ins HGraph_FloatTensor:$x, HGraph_FloatTensor:$weight,
                       Optional<HGraph_FloatTensor>:$bias,
                       HGraph_LayoutAttr:$layout,
                       OptionalAttr<HGraph_PrecisionAttr>:$compute);
  let assemblyFormat = [{ $x `,` $weight (`,` $bias^)? `layout` `(` custom<Choice>($layout) `)`
                          (`compute` `(` custom<Choice>($compute)^ `)`)?
                          attr-dict `:` functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::mlir::Value":$weight,
                                 "::mlir::Value":$bias, "Layout":$layout)>];
  let extraClassDeclaration = [{
    /// `bias` may be null.
    static InferredType inferType(EmitError emitError, ::mlir::Value x,
                              ::mlir::Value weight, ::mlir::Value bias,
                              Layout layout);
    /// What products are computed of.
    Precision precision() {
      return getCompute().value_or(Precision::F32);
    }
    /// K and N.
    ::heddle::shape::Dim inFeatures();
    ::heddle::shape::Dim outFeatures();
  }];
}

def HGraph_LayerNormOp : HGraph_ComputeOp<"layer_norm"> {
  let summary = "normalisation of the last axis to mean 0 and variance 1";
  let description = [{
    output = (x - mean) / sqrt(variance + eps) * weight + bias, with the mean and
    the biased variance of the last axis.
    Shapes: x [..., D], weight [D], bias [D], output as x.
    Variance of the differences from the mean, in f32.
    * (C1) The operands have these shapes.
    * (C2) The output has x's shape.
    * (C3) eps is finite and not negative.

    Example:
    ```mlir
    %y = hgraph.layer_norm %x, %w, %b eps(1.0e-12) : (tensor<2x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
    ```
  }];
  let arguments = (ins HGraph_FloatTensor:$x, HGraph_FloatTensor:$weight,
                       Optional<HGraph_FloatTensor>:$bias, F64Attr:$eps);
  let assemblyFormat = [{ $x `,` $weight (`,` $bias^)? `eps` `(` $eps `)`
                          attr-dict `:` functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::mlir::Value":$weight,
                                 "::mlir::Value":$bias, "double":$eps)>];
  let extraClassDeclaration = [{
    /// `bias` may be null.
    static InferredType inferType(EmitError emitError, ::mlir::Value x,
                              ::mlir::Value weight, ::mlir::Value bias);
    /// eps as a number.
    double epsilon() { return getEps().convertToDouble(); }
  }];
}

def HGraph_SplitHeadsOp : HGraph_ComputeOp<"split_heads"> {
  let summary = "features regrouped into heads";
  let description = [{
    output[b, h, t, d] = x[b, t, h * D + d].
    Shapes: x [B, T, H * D], output [B, H, T, D] with H = heads.
    * (C1) x has 3 axes; heads is at least 1 and divides the features.
    * (C2) The output has this shape.

    Example:
    ```mlir
    %y = hgraph.split_heads %x heads(2) : (tensor<1x5x8xf32>) -> tensor<1x2x5x4xf32>
    ```
  }];
  let arguments = (ins HGraph_FloatTensor:$x, I64Attr:$heads);
  let assemblyFormat = [{ $x `heads` `(` $heads `)` attr-dict `:`
                          functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "int64_t":$heads)>];
  let hasFolder = 1;
  let extraClassDeclaration = [{
    static InferredType inferType(EmitError emitError, ::mlir::Value x,
                              int64_t heads);
  }];
}

def HGraph_MergeHeadsOp : HGraph_ComputeOp<"merge_heads"> {
  let summary = "heads laid side by side as features";
  let description = [{
    output[b, t, h * D + d] = x[b, h, t, d].
    Shapes: x [B, H, T, D], output [B, T, H * D].
    * (C1) x has 4 axes.
    * (C2) The output has this shape.

    Example:
    ```mlir
    %y = hgraph.merge_heads %x : (tensor<1x2x5x4xf32>) -> tensor<1x5x8xf32>
    ```
  }];
  let arguments = (ins HGraph_FloatTensor:$x);
  let assemblyFormat = "$x attr-dict `:` functional-type(operands, results)";
  let builders = [OpBuilder<(ins "::mlir::Value":$x)>];
  let extraClassDeclaration = [{
    static InferredType inferType(EmitError emitError, ::mlir::Value x);
  }];
  let hasFolder = 1;
}

def HGraph_AttentionOp : HGraph_ComputeOp<"attention", [SingleBlock]> {
  let summary = "scaled dot-product attention with grouped heads";
  let description = [{
    output = softmax(region(scale * q * transpose(k), b, h, q, k)) * v, a query
    head; the region gives the score and whether the key is live.
    Query head h reads key/value head h / (Hq / Hkv).
    Shapes: q [B, Hq, Tq, D], k [B, Hkv, Tk, D], v [B, Hkv, Tk, Dv], output
    [B, Hq, Tq, Dv].
    Scores and softmax over Tk in f32 whatever the element type; a key that is
    not live has weight 0, and a query without a live key gives zeros. The region
    sees the scaled score; its indices are those of the output's row and the key.
    `compute` says what a kernel computes both products of: f32, which no
    `compute` means too, or bf16: q, k, v and the weights rounded to the nearest
    bf16, ties to even.
    * (C1) q, k and v have these shapes, Hq a multiple of Hkv.
    * (C2) The output has this shape.
    * (C3) scale is finite.
    * (C4) The region takes (score: f32, b, h, q, k: index).
    * (C5) The region holds scalar arith and math (see isScoreArithmetic),
      hgraph.at and hgraph.score, and reads from outside through hgraph.at only.
    * (C6) compute is f32 or bf16.

    Example:
    ```mlir
    %o = hgraph.attention %q, %k, %v scale(0.5) : (tensor<2x4x5x4xf32>, tensor<2x2x7x4xf32>, tensor<2x2x7x3xf32>) -> tensor<2x4x5x3xf32> {
    ^bb0(%score: f32, %b: index, %h: index, %i: index, %j: index):
      %m = hgraph.at %mask[%b, %j] : tensor<2x7xi32> -> i32
      %zero = arith.constant 0 : i32
      %live = arith.cmpi ne, %m, %zero : i32
      hgraph.score %score where %live
    }
    ```
  }];
  let arguments = (ins HGraph_FloatTensor:$q, HGraph_FloatTensor:$k,
                       HGraph_FloatTensor:$v, F64Attr:$scale,
                       OptionalAttr<HGraph_PrecisionAttr>:$compute);
  let regions = (region SizedRegion<1>:$score);
  let assemblyFormat = [{ $q `,` $k `,` $v `scale` `(` $scale `)`
                          (`compute` `(` custom<Choice>($compute)^ `)`)?
                          attr-dict `:`
                          functional-type(operands, results) $score }];
  let builders = [OpBuilder<(ins "::mlir::Value":$q, "::mlir::Value":$k,
      "::mlir::Value":$v, "double":$scale, CArg<"ScoreBody", "nullptr">:$body)>];
  let extraClassDeclaration = [{
    static InferredType inferType(EmitError emitError, ::mlir::Value q,
                              ::mlir::Value k, ::mlir::Value v);
    /// scale as a number.
    double scaleValue() { return getScale().convertToDouble(); }
    /// What products are computed of.
    Precision precision() {
      return getCompute().value_or(Precision::F32);
    }
    /// The region's terminator.
    ScoreOp scoreOp();
    /// Tensors the region reads, each once, in the order of the text.
    ::llvm::SmallVector<::mlir::Value> captures();
  }];
  let hasRegionVerifier = 1;
}

def HGraph_AtOp : HGraph_Op<"at", [Pure, HasParent<"AttentionOp">]> {
  let summary = "one element of a tensor, inside a score region";
  let description = [{
    element = tensor[indices]; an index outside its extent is clamped.
    * (C1) One index an axis.
    * (C2) The element has the tensor's element type.
    * (C3) An index that is an attention's b, h, q or k runs over an axis of the
      extent it has there.

    Example:
    ```mlir
    %m = hgraph.at %mask[%b, %k] : tensor<2x7xi32> -> i32
    ```
  }];
  let arguments = (ins HGraph_Tensor:$tensor, Variadic<Index>:$indices);
  let results = (outs HGraph_Element:$element);
  let assemblyFormat = [{ $tensor `[` $indices `]` attr-dict `:` type($tensor)
                          `->` type($element) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$tensor,
                                 "::mlir::ValueRange":$indices)>];
  let hasVerifier = 1;
}

def HGraph_ScoreOp : HGraph_Op<"score", [
    Pure, Terminator, HasParent<"AttentionOp">]> {
  let summary = "the end of a score region";
  let description = [{
    Gives the score and, after `where`, whether the key is live; without it every
    key is.

    Example: see hgraph.attention
  }];
  let arguments = (ins F32:$score, Optional<I1>:$live);
  let assemblyFormat = "$score (`where` $live^)? attr-dict";
}

def HGraph_L2NormalizeOp : HGraph_ComputeOp<"l2_normalize"> {
  let summary = "vectors of the last axis scaled to length 1";
  let description = [{
    output = x / max(sqrt(sum of x^2), eps) along the last axis.
    Shapes: x [..., D], output as x.
    Sums in f32, in any order.
    * (C1) x has at least 1 axis.
    * (C2) The output has x's shape.
    * (C3) eps is finite and not negative.

    Example:
    ```mlir
    %y = hgraph.l2_normalize %x eps(1.0e-12) : (tensor<2x8xf32>) -> tensor<2x8xf32>
    ```
  }];
  let arguments = (ins HGraph_FloatTensor:$x, F64Attr:$eps);
  let assemblyFormat = [{ $x `eps` `(` $eps `)` attr-dict `:`
                          functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "double":$eps)>];
  let extraClassDeclaration = [{
    static InferredType inferType(EmitError emitError, ::mlir::Value x);
    /// eps as a number.
    double epsilon() { return getEps().convertToDouble(); }
  }];
}

#endif // HEDDLE_DIALECTS_GRAPH_GRAPHOPS_TD
