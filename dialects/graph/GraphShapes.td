// Operations that move elements without computing on them, and those that know
// positions: rotary embeddings and tables of sines.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_DIALECTS_GRAPH_GRAPHSHAPES_TD
#define HEDDLE_DIALECTS_GRAPH_GRAPHSHAPES_TD

include "dialects/graph/GraphCompute.td"

//===----------------------------------------------------------------------===//
// Positions
//===----------------------------------------------------------------------===//

def HGraph_AngleTableOp : HGraph_Op<"angle_table", [Pure]> {
  let summary = "a table of sines and cosines, one row a position";
  let description = [{
    With the angle a(p, j) = p * f(j), f(j) = base^(-2 j / W), for j < W / 2:
    rotary: output[p, j] = cos a(p, j), output[p, W / 2 + j] = sin a(p, j);
    sinusoid: output[p, 2 j] = sin a(p, j), output[p, 2 j + 1] = cos a(p, j).
    `linear(F)` divides every f(j) by F. `llama3 [F, low, high, N]` divides f by F
    where its wavelength 2 pi / f is above N / low, keeps it where that is below
    N / high, and between takes (1 - s) f / F + s f with
    s = (N f / (2 pi) - low) / (high - low).
    Computed in f64 when the artefact is written and rounded once; the table is
    stored with the weights and never enters the IR.
    * (C1) The shape is [P, W], constant, and W is even.
    * (C2) base and the linear factor are finite and above 0.
    * (C3) llama3 holds four finite numbers above 0 and low < high.

    Example:
    ```mlir
    %t = hgraph.angle_table form(rotary) base(1.0e4) : tensor<512x64xf32>
    ```
  }];
  let arguments = (ins HGraph_AnglesAttr:$form, F64Attr:$base,
                       OptionalAttr<F64Attr>:$linear,
                       OptionalAttr<DenseF64ArrayAttr>:$llama3);
  let results = (outs HGraph_FloatTensor:$output);
  let assemblyFormat = [{ `form` `(` custom<Choice>($form) `)` `base` `(` $base `)`
                          (`linear` `(` $linear^ `)`)? (`llama3` $llama3^)?
                          attr-dict `:` type($output) }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The generating recipe step of the table, which is its identity too.
    ::std::string recipe();
  }];
}

def HGraph_RopeOp : HGraph_ComputeOp<"rope"> {
  let summary = "pairs of features turned by the angle of their position";
  let description = [{
    The R first features of each row are pairs, pair j of the features
    (j, j + R / 2) with pairs(half) and (2 j, 2 j + 1) with pairs(adjacent). With
    c = table[p, j] and s = table[p, R / 2 + j] the pair (u, v) becomes
    (u c - v s, v c + u s); the features from R on stay. The position p of row t
    is offset + t, or with `at` positions[b, t] or positions[t], clamped to the
    table's rows.
    Shapes: x [B, H, T, D], table [P, R], positions [B, T] or [T], output as x.
    * (C1) The operands have these shapes, R is even and at most D.
    * (C2) The output has x's shape.
    * (C3) The offset is canonical text over declared dims, at least 0 and with T
      at most P whatever the dims are; with `at` there is none.

    Example:
    ```mlir
    %y = hgraph.rope %x, %t pairs(half) : (tensor<2x4x5x8xf32>, tensor<16x8xf32>) -> tensor<2x4x5x8xf32>
    ```
  }];
  let arguments = (ins HGraph_FloatTensor:$x, HGraph_FloatTensor:$table,
                       Optional<HGraph_IndexTensor>:$positions,
                       HGraph_PairsAttr:$pairs, OptionalAttr<StrAttr>:$offset);
  let assemblyFormat = [{ $x `,` $table (`at` $positions^)?
                          `pairs` `(` custom<Choice>($pairs) `)`
                          (`offset` `(` $offset^ `)`)? attr-dict `:`
                          functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::mlir::Value":$table,
                                 "::mlir::Value":$positions, "Pairs":$pairs,
                                 "const ::heddle::shape::Dim &":$offset)>];
  let extraClassDeclaration = [{
    /// `positions` may be null.
    static InferredType inferType(EmitError emitError, ::mlir::Value x,
                              ::mlir::Value table, ::mlir::Value positions);
    /// The position of the first row, 0 where none is given.
    ::heddle::shape::Dim firstPosition();
  }];
}

def HGraph_DropoutOp : HGraph_ComputeOp<"dropout"> {
  let summary = "what training drops at random; nothing at inference";
  let description = [{
    output = x. The rate is kept for who reads the model; no kernel holds the op.
    Shapes: output as x.
    * (C2) The output has x's shape.
    * (C3) 0 <= rate < 1.

    Example:
    ```mlir
    %y = hgraph.dropout %x rate(0.1) : (tensor<2x8xf32>) -> tensor<2x8xf32>
    ```
  }];
  let arguments = (ins HGraph_FloatTensor:$x, F64Attr:$rate);
  let assemblyFormat = [{ $x `rate` `(` $rate `)` attr-dict `:`
                          functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "double":$rate)>];
  let extraClassDeclaration = [{
    static InferredType inferType(EmitError emitError, ::mlir::Value x);
    /// rate as a number.
    double rateValue() { return getRate().convertToDouble(); }
  }];
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Moves: any element type, every output element is one of an input's
//===----------------------------------------------------------------------===//

class HGraph_MoveOp<string mnemonic, list<Trait> traits = []>
    : HGraph_Op<mnemonic, [Pure] # traits> {
  let results = (outs HGraph_Tensor:$output);
  let hasVerifier = 1;
}

def HGraph_ReshapeOp : HGraph_MoveOp<"reshape"> {
  let summary = "the same elements in the same order under other extents";
  let description = [{
    output's elements in row-major order are x's.
    Shapes: output's extents are those of the result type.
    * (C1) The products of both shapes' extents are equal as polynomials.
    * (C2) The output has x's element type.

    Example:
    ```mlir
    %y = hgraph.reshape %x : (tensor<2x6xf32>) -> tensor<2x2x3xf32>
    ```
  }];
  let arguments = (ins HGraph_Tensor:$x);
  let assemblyFormat = "$x attr-dict `:` functional-type(operands, results)";
  let builders = [OpBuilder<(ins "::mlir::Value":$x,
                                 "const ::heddle::shape::Shape &":$shape)>];
  let extraClassDeclaration = [{
    static InferredType inferType(EmitError emitError, ::mlir::Value x,
                              const ::heddle::shape::Shape &shape);
  }];
  let hasFolder = 1;
}

def HGraph_TransposeOp : HGraph_MoveOp<"transpose"> {
  let summary = "the axes in another order";
  let description = [{
    Axis i of the output is axis order[i] of x.
    Shapes: x [...], output's extents those of x in that order.
    * (C1) order names every axis of x once.
    * (C2) The output has this shape and x's element type.

    Example:
    ```mlir
    %y = hgraph.transpose %x order [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>
    ```
  }];
  let arguments = (ins HGraph_Tensor:$x, DenseI64ArrayAttr:$order);
  let assemblyFormat = [{ $x `order` $order attr-dict `:`
                          functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x,
                                 "::llvm::ArrayRef<int64_t>":$order)>];
  let extraClassDeclaration = [{
    static InferredType inferType(EmitError emitError, ::mlir::Value x,
                              ::llvm::ArrayRef<int64_t> order);
  }];
}

def HGraph_ConcatOp : HGraph_MoveOp<"concat"> {
  let summary = "tensors one after the other along an axis";
  let description = [{
    output[..., i, ...] is the element of the operand that i falls in.
    Shapes: the operands' extents are equal but for `axis`; the output's is their
    sum there.
    * (C1) There is an operand, all have these shapes and one element type, and
      0 <= axis < rank.
    * (C2) The output has this shape and the operands' element type.

    Example:
    ```mlir
    %y = hgraph.concat %a, %b axis(1) : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x7xf32>
    ```
  }];
  let arguments = (ins Variadic<HGraph_Tensor>:$parts, I64Attr:$axis);
  let assemblyFormat = [{ $parts `axis` `(` $axis `)` attr-dict `:`
                          functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::ValueRange":$parts,
                                 "int64_t":$axis)>];
  let extraClassDeclaration = [{
    static InferredType inferType(EmitError emitError, ::mlir::ValueRange parts,
                              int64_t axis);
  }];
}

def HGraph_SliceOp : HGraph_MoveOp<"slice"> {
  let summary = "a run of indices of an axis";
  let description = [{
    output[..., i, ...] = x[..., from + i, ...].
    Shapes: x [...], the output's but for the extent L of `axis` in its type.
    * (C1) 0 <= axis < rank, L is at least 1, from at least 0, and from + L at most
      x's extent there, whatever the dims are; from is canonical text over declared
      dims.
    * (C2) The output has x's other extents and x's element type.

    Example:
    ```mlir
    %y = hgraph.slice %x axis(1) from("2") : (tensor<2x8xf32>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins HGraph_Tensor:$x, I64Attr:$axis, StrAttr:$from);
  let assemblyFormat = [{ $x `axis` `(` $axis `)` `from` `(` $from `)` attr-dict `:`
                          functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "int64_t":$axis,
                                 "const ::heddle::shape::Dim &":$from,
                                 "const ::heddle::shape::Dim &":$length)>];
  let extraClassDeclaration = [{
    static InferredType inferType(EmitError emitError, ::mlir::Value x,
                              int64_t axis, const ::heddle::shape::Dim &length);
    /// `from` as a dim; the verifier has read it.
    ::heddle::shape::Dim first();
  }];
}

def HGraph_PadOp : HGraph_MoveOp<"pad"> {
  let summary = "an axis made longer by a constant";
  let description = [{
    output[..., i, ...] = x[..., i - before, ...] where that is in x, else `value`.
    Shapes: x [...], the output's extent of `axis` is before + x's + after.
    * (C1) 0 <= axis < rank; before and after are canonical text over declared dims
      and at least 0 whatever the dims are.
    * (C2) The output has this shape and x's element type.
    * (C3) The value is one of the element type: a finite f32, an i32, 0 or 1.

    Example:
    ```mlir
    %y = hgraph.pad %x axis(1) before("1") after("2") value(0.0) : (tensor<2x8xf32>) -> tensor<2x11xf32>
    ```
  }];
  let arguments = (ins HGraph_Tensor:$x, I64Attr:$axis, StrAttr:$before,
                       StrAttr:$after, F64Attr:$value);
  let assemblyFormat = [{ $x `axis` `(` $axis `)` `before` `(` $before `)`
                          `after` `(` $after `)` `value` `(` $value `)` attr-dict
                          `:` functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "int64_t":$axis,
                                 "const ::heddle::shape::Dim &":$before,
                                 "const ::heddle::shape::Dim &":$after,
                                 "double":$value)>];
  let extraClassDeclaration = [{
    static InferredType inferType(EmitError emitError, ::mlir::Value x,
                              int64_t axis, const ::heddle::shape::Dim &before,
                              const ::heddle::shape::Dim &after);
    /// The attributes as dims and as a number.
    ::heddle::shape::Dim beforeDim();
    ::heddle::shape::Dim afterDim();
    double valueNumber() { return getValue().convertToDouble(); }
  }];
}

def HGraph_BroadcastToOp : HGraph_MoveOp<"broadcast_to"> {
  let summary = "a tensor repeated to a shape";
  let description = [{
    output[i...] is x at the same indices, aligned at the last axis; an extent 1 of
    x, or a missing axis, repeats.
    Shapes: output's extents are those of the result type.
    * (C1) x broadcasts to the output's shape and the shape does not grow by it.
    * (C2) The output has x's element type.

    Example:
    ```mlir
    %y = hgraph.broadcast_to %x : (tensor<1x3xf32>) -> tensor<2x5x3xf32>
    ```
  }];
  let arguments = (ins HGraph_StoredTensor:$x);
  let results = (outs HGraph_StoredTensor:$output);
  let assemblyFormat = "$x attr-dict `:` functional-type(operands, results)";
  let builders = [OpBuilder<(ins "::mlir::Value":$x,
                                 "const ::heddle::shape::Shape &":$shape)>];
  let extraClassDeclaration = [{
    static InferredType inferType(EmitError emitError, ::mlir::Value x,
                              const ::heddle::shape::Shape &shape);
  }];
}

//===----------------------------------------------------------------------===//
// Products of two computed tensors
//===----------------------------------------------------------------------===//

def HGraph_MatmulOp : HGraph_ComputeOp<"matmul"> {
  let summary = "products of matrices, batches broadcast";
  let description = [{
    output[..., m, n] = sum over k of a[..., m, k] * b[..., k, n]; transpose_a reads
    a as [..., K, M], transpose_b reads b as [..., N, K].
    Shapes: a [..., M, K], b [..., K, N], leading axes broadcast as numpy does,
    output [..., M, N].
    Sums in f32, in any order.
    * (C1) The operands have these shapes.
    * (C2) The output has this shape.

    Example:
    ```mlir
    %y = hgraph.matmul %a, %b transpose_b : (tensor<2x3x8xf32>, tensor<5x8xf32>) -> tensor<2x3x5xf32>
    ```
  }];
  let arguments = (ins HGraph_FloatTensor:$a, HGraph_FloatTensor:$b,
                       UnitAttr:$transposeA, UnitAttr:$transposeB);
  let assemblyFormat = [{ $a `,` $b (`transpose_a` $transposeA^)?
                          (`transpose_b` $transposeB^)? attr-dict `:`
                          functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$a, "::mlir::Value":$b,
                                 "bool":$transposeA, "bool":$transposeB)>];
  let extraClassDeclaration = [{
    static InferredType inferType(EmitError emitError, ::mlir::Value a,
                              ::mlir::Value b, bool transposeA, bool transposeB);
  }];
}

#endif // HEDDLE_DIALECTS_GRAPH_GRAPHSHAPES_TD
