// The operations along one axis: reductions, norms, choices of the largest.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_DIALECTS_GRAPH_GRAPHREDUCTIONS_TD
#define HEDDLE_DIALECTS_GRAPH_GRAPHREDUCTIONS_TD

include "dialects/graph/GraphCompute.td"

//===----------------------------------------------------------------------===//
// One value for a whole axis
//===----------------------------------------------------------------------===//

// x, an optional mask, an axis, and whether it is kept with the extent 1.
def HGraph_Reduction : NativeOpTrait<"Reduction"> {
  let cppNamespace = "::heddle::graph";
}

class HGraph_ReduceOp<string mnemonic, string noun, string formula,
                      string numericRule, string element = "f32">
    : HGraph_ComputeOp<mnemonic, [HGraph_Reduction]> {
  let summary = noun # " along an axis, of chosen elements";
  let description = "\n    output = " # formula # [{ along `axis`, over the elements whose mask is
    not 0; all of them without a mask. One that is not chosen does not count even
    when it is NaN.
    Shapes: x [...], mask x's extents from the first axis to `axis` or a later
    one, output x's shape without `axis`; with `keep`, 1 stands in its place.
    }] # numericRule # "\n" # [{
    * (C1) 0 <= axis < rank of x and the mask has this shape.
    * (C2) The output has this shape.

    Example:
    ```mlir
    %y = hgraph.}] # mnemonic # [{ %x over(1) where %mask : (tensor<2x5x8xf32>, tensor<2x5xi32>) -> tensor<2x8x}] # element # [{>
    ```
  }];
  let arguments = (ins HGraph_FloatTensor:$x, Optional<HGraph_MaskTensor>:$mask,
                       I64Attr:$axis, UnitAttr:$keep);
  let assemblyFormat = [{ $x `over` `(` $axis `)` (`keep` $keep^)? (`where` $mask^)?
                          attr-dict `:` functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::mlir::Value":$mask,
                                 "int64_t":$axis, CArg<"bool", "false">:$keep), [{
    addInteger($_builder, $_state, getAxisAttrName($_state.name), axis);
    if (keep)
      $_state.addAttribute(getKeepAttrName($_state.name), $_builder.getUnitAttr());
    buildInferred($_state, {x, mask}, [&](EmitError emitError) {
      return inferType(emitError, x, mask, axis, keep);
    });
  }]>];
  let extraClassDeclaration = [{
    /// `mask` may be null.
    static InferredType inferType(EmitError emitError, ::mlir::Value x,
                              ::mlir::Value mask, int64_t axis, bool keep);
  }];
  let extraClassDefinition = [{
    ::heddle::graph::InferredType $cppClass::inferType(
        EmitError emitError, ::mlir::Value x, ::mlir::Value mask, int64_t axis,
        bool keep) {
      return inferReduction(emitError, x, mask, axis, keep,
                            }] # !if(!eq(element, "i32"), "true", "false") # [{);
    }
    ::mlir::LogicalResult $cppClass::verify() {
      return verifyResult(*this, [&] {
        return inferType([&] { return emitOpError(); }, getX(), getMask(),
                         static_cast<int64_t>(getAxis()), getKeep());
      });
    }
  }];
}

defvar inAnyOrder = "Sums in f32, in any order.";
def HGraph_SumOp : HGraph_ReduceOp<"sum", "the sum", "the sum of x",
    inAnyOrder # " 0 where nothing is chosen.">;
def HGraph_MeanOp : HGraph_ReduceOp<"mean", "the mean", "the mean of x",
    inAnyOrder # " 0 where nothing is chosen.">;
def HGraph_VarOp : HGraph_ReduceOp<"var", "the variance",
    "the mean of (x - mean)^2",
    inAnyOrder # " 0 where nothing is chosen.">;
def HGraph_LargestOp : HGraph_ReduceOp<"largest", "the largest element",
    "the largest x",
    "NaN where one is chosen, -infinity where nothing is.">;
def HGraph_SmallestOp : HGraph_ReduceOp<"smallest", "the smallest element",
    "the smallest x",
    "NaN where one is chosen, infinity where nothing is.">;
def HGraph_ArgmaxOp : HGraph_ReduceOp<"argmax", "the index of the largest element",
    "the least index of the largest x",
    "NaN counts as the largest; 0 where nothing is chosen.", "i32">  {
  let results = (outs HGraph_IndexTensor:$output);
}

//===----------------------------------------------------------------------===//
// As much as before
//===----------------------------------------------------------------------===//

class HGraph_SoftmaxFamilyOp<string mnemonic> : HGraph_ComputeOp<mnemonic> {
  let arguments = (ins HGraph_FloatTensor:$x, I64Attr:$axis);
  let assemblyFormat = [{ $x `axis` `(` $axis `)` attr-dict `:`
                          functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "int64_t":$axis), [{
    addInteger($_builder, $_state, getAxisAttrName($_state.name), axis);
    buildInferred($_state, x, [&](EmitError emitError) {
      return inferType(emitError, x, axis);
    });
  }]>];
  let extraClassDeclaration = [{
    static InferredType inferType(EmitError emitError, ::mlir::Value x,
                              int64_t axis);
  }];
  let extraClassDefinition = [{
    ::heddle::graph::InferredType $cppClass::inferType(
        EmitError emitError, ::mlir::Value x, int64_t axis) {
      return inferAlongAxis(emitError, x, axis);
    }
    ::mlir::LogicalResult $cppClass::verify() {
      return verifyResult(*this, [&] {
        return inferType([&] { return emitOpError(); }, getX(),
                         static_cast<int64_t>(getAxis()));
      });
    }
  }];
}

def HGraph_SoftmaxOp : HGraph_SoftmaxFamilyOp<"softmax"> {
  let summary = "exponentials along an axis, scaled to sum to 1";
  let description = [{
    output = exp(x - max) / sum of exp(x - max), max and sum along `axis`.
    Shapes: output as x.
    In f32. An axis that is all -inf gives zeros.
    * (C1) 0 <= axis < rank of x.
    * (C2) The output has x's shape.

    Example:
    ```mlir
    %y = hgraph.softmax %x axis(1) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    ```
  }];
}

def HGraph_LogSoftmaxOp : HGraph_SoftmaxFamilyOp<"log_softmax"> {
  let summary = "the logarithm of softmax";
  let description = [{
    output = x - max - log(sum of exp(x - max)), max and sum along `axis`.
    Shapes: output as x.
    In f32. An axis that is all -inf stays -inf.
    * (C1) 0 <= axis < rank of x.
    * (C2) The output has x's shape.

    Example:
    ```mlir
    %y = hgraph.log_softmax %x axis(1) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    ```
  }];
}

def HGraph_RmsNormOp : HGraph_ComputeOp<"rms_norm"> {
  let summary = "rows of the last axis scaled to mean square 1";
  let description = [{
    output = x / sqrt(mean of x^2 + eps) * weight, the mean along the last axis.
    Shapes: x [..., D], weight [D], output as x.
    Sums in f32, in any order.
    * (C1) The operands have these shapes.
    * (C2) The output has x's shape.
    * (C3) eps is finite and not negative.

    Example:
    ```mlir
    %y = hgraph.rms_norm %x, %w eps(1.0e-6) : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
    ```
  }];
  let arguments = (ins HGraph_FloatTensor:$x, HGraph_FloatTensor:$weight,
                       F64Attr:$eps);
  let assemblyFormat = [{ $x `,` $weight `eps` `(` $eps `)`
                          attr-dict `:` functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::mlir::Value":$weight,
                                 "double":$eps), [{
    $_state.addAttribute(getEpsAttrName($_state.name),
                         $_builder.getF64FloatAttr(eps));
    buildInferred($_state, {x, weight}, [&](EmitError emitError) {
      return inferType(emitError, x, weight);
    });
  }]>];
  let extraClassDeclaration = [{
    static InferredType inferType(EmitError emitError, ::mlir::Value x,
                              ::mlir::Value weight);
    /// eps as a number.
    double epsilon() { return getEps().convertToDouble(); }
  }];
}

//===----------------------------------------------------------------------===//
// The largest elements
//===----------------------------------------------------------------------===//

def HGraph_TopKOp : HGraph_ComputeOp<"top_k"> {
  let summary = "where the largest elements of the last axis stand";
  let description = [{
    output[..., j] = the index of the j-th largest x along the last axis, of
    equal ones the first. hgraph.take reads the elements.
    Shapes: x [..., N], output [..., k].
    NaN counts as the largest.
    * (C1) x has at least 1 axis and 1 <= k <= N, whatever the dims are.
    * (C2) The output has this shape.

    Example:
    ```mlir
    %i = hgraph.top_k %x k(2) : (tensor<3x8xf32>) -> tensor<3x2xi32>
    ```
  }];
  let arguments = (ins HGraph_FloatTensor:$x, I64Attr:$k);
  let results = (outs HGraph_IndexTensor:$output);
  let assemblyFormat = [{ $x `k` `(` $k `)` attr-dict `:`
                          functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "int64_t":$k), [{
    addInteger($_builder, $_state, getKAttrName($_state.name), k);
    buildInferred($_state, x, [&](EmitError emitError) {
      return inferType(emitError, x, k, nullptr);
    });
  }]>];
  let extraClassDeclaration = [{
    /// Without `ranges` a dynamic axis is taken to be long enough.
    static InferredType inferType(
        EmitError emitError, ::mlir::Value x, int64_t k,
        const ::std::vector<::heddle::shape::DimRange> *ranges);
  }];
}

def HGraph_TakeOp : HGraph_ComputeOp<"take"> {
  let summary = "elements of the last axis chosen by indices";
  let description = [{
    output[..., j] = x[..., indices[..., j]]; an index outside the axis is
    clamped.
    Shapes: x [..., N], indices [..., K], output as indices.
    * (C1) The operands have these shapes, at least 1 axis.
    * (C2) The output has this shape.

    Example:
    ```mlir
    %v = hgraph.take %x, %i : (tensor<3x8xf32>, tensor<3x2xi32>) -> tensor<3x2xf32>
    ```
  }];
  let arguments = (ins HGraph_FloatTensor:$x, HGraph_IndexTensor:$indices);
  let assemblyFormat = [{ $x `,` $indices attr-dict `:`
                          functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::mlir::Value":$indices), [{
    buildInferred($_state, {x, indices}, [&](EmitError emitError) {
      return inferType(emitError, x, indices);
    });
  }]>];
  let extraClassDeclaration = [{
    static InferredType inferType(EmitError emitError, ::mlir::Value x,
                              ::mlir::Value indices);
  }];
}

#endif // HEDDLE_DIALECTS_GRAPH_GRAPHREDUCTIONS_TD
