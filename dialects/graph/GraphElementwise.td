// The operations that work element by element on broadcast operands.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_DIALECTS_GRAPH_GRAPHELEMENTWISE_TD
#define HEDDLE_DIALECTS_GRAPH_GRAPHELEMENTWISE_TD

include "dialects/graph/GraphCompute.td"

// What fuses before and behind other ops, an element at a time.
def HGraph_Elementwise : NativeOpTrait<"Elementwise"> {
  let cppNamespace = "::heddle::graph";
}

class HGraph_ElementwiseOp<string mnemonic, list<Trait> traits = []>
    : HGraph_ComputeOp<mnemonic, [HGraph_Elementwise] # traits>;

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

class HGraph_UnaryOp<string mnemonic, list<Trait> traits = []>
    : HGraph_ElementwiseOp<mnemonic, traits> {
  let arguments = (ins HGraph_FloatTensor:$x);
  let assemblyFormat = "$x attr-dict `:` functional-type(operands, results)";
  let builders = [OpBuilder<(ins "::mlir::Value":$x), [{
    buildInferred($_state, x, [&](EmitError emitError) {
      return inferType(emitError, x);
    });
  }]>];
  let extraClassDeclaration = [{
    static InferredType inferType(EmitError emitError, ::mlir::Value x);
  }];
  let extraClassDefinition = [{
    ::heddle::graph::InferredType $cppClass::inferType(EmitError, ::mlir::Value x) {
      return inferLike(x);
    }
    ::mlir::LogicalResult $cppClass::verify() {
      return verifyResult(*this, [&] { return inferLike(getX()); });
    }
  }];
}

// A function of f32: its name, formula and numeric rule.
class HGraph_FunctionOfX<string mnemonic, string noun, string formula,
                         string numericRule>
    : HGraph_UnaryOp<mnemonic> {
  let summary = noun;
  let description = "\n    output = " # formula # ", element by element.\n    " #
                    numericRule # [{
    Shapes: output as x.
    * (C2) The output has x's type.

    Example:
    ```mlir
    %y = hgraph.}] # mnemonic # [{ %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
    ```
  }];
}

def HGraph_SqrtOp : HGraph_FunctionOfX<"sqrt", "square root", "sqrt(x)",
    "NaN below 0.">;
def HGraph_ExpOp : HGraph_FunctionOfX<"exp", "power of e", "e^x",
    "Infinity above 88.72, 0 below -87.33; NaN stays NaN.">;
def HGraph_LogOp : HGraph_FunctionOfX<"log", "natural logarithm", "log(x)",
    "-infinity at 0 and below 2^-126, NaN below 0; NaN stays NaN.">;
def HGraph_SinOp : HGraph_FunctionOfX<"sin", "sine", "sin(x)",
    "For |x| <= 1e9; NaN for infinities; NaN stays NaN.">;
def HGraph_CosOp : HGraph_FunctionOfX<"cos", "cosine", "cos(x)",
    "For |x| <= 1e9; NaN for infinities; NaN stays NaN.">;
def HGraph_TanhOp : HGraph_FunctionOfX<"tanh", "hyperbolic tangent", "tanh(x)",
    "NaN stays NaN.">;
def HGraph_SigmoidOp : HGraph_FunctionOfX<"sigmoid", "logistic function",
    "1 / (1 + e^-x)", "NaN stays NaN.">;
def HGraph_SiluOp : HGraph_FunctionOfX<"silu", "x weighted by its sigmoid",
    "x / (1 + e^-x)", "NaN stays NaN; NaN at -infinity.">;

def HGraph_ReluOp : HGraph_UnaryOp<"relu"> {
  let summary = "the larger of x and 0";
  let description = [{
    output = max(x, 0); NaN stays NaN.
    Shapes: output as x.
    * (C2) The output has x's type.

    Example:
    ```mlir
    %y = hgraph.relu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
    ```
  }];
  let hasFolder = 1;
}

class HGraph_NumberUnaryOp<string mnemonic, string noun, string formula>
    : HGraph_UnaryOp<mnemonic> {
  let summary = noun;
  let description = "\n    output = " # formula # [{, element by element, of f32 or i32.
    Exact; of i32, -2^31 is not to be given.
    Shapes: output as x.
    * (C2) The output has x's type.

    Example:
    ```mlir
    %y = hgraph.}] # mnemonic # [{ %x : (tensor<2x3xi32>) -> tensor<2x3xi32>
    ```
  }];
  let arguments = (ins HGraph_NumberTensor:$x);
  let results = (outs HGraph_NumberTensor:$output);
}

def HGraph_NegOp : HGraph_NumberUnaryOp<"neg", "x with the other sign", "-x">;
def HGraph_AbsOp : HGraph_NumberUnaryOp<"abs", "x without its sign", "|x|">;

def HGraph_NotOp : HGraph_UnaryOp<"not"> {
  let summary = "negation of truth values";
  let description = [{
    output = !x, element by element.
    Shapes: output as x.
    * (C2) The output has x's type.

    Example:
    ```mlir
    %y = hgraph.not %x : (tensor<2x3xi1>) -> tensor<2x3xi1>
    ```
  }];
  let arguments = (ins HGraph_BoolTensor:$x);
  let results = (outs HGraph_BoolTensor:$output);
}

def HGraph_GeluOp : HGraph_UnaryOp<"gelu"> {
  let summary = "x weighted by the normal distribution function at x";
  let description = [{
    approximate none: output = x * (1 + erf(x / sqrt(2))) / 2.
    approximate tanh: output = x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2.
    Shapes: output as x.
    * (C2) The output has x's type.

    Example:
    ```mlir
    %y = hgraph.gelu %x approximate(none) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins HGraph_FloatTensor:$x, HGraph_GeluAttr:$approximate);
  let assemblyFormat = [{ $x `approximate` `(` custom<Choice>($approximate) `)` attr-dict `:`
                          functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "GeluForm":$approximate), [{
    $_state.addAttribute(getApproximateAttrName($_state.name),
                         GeluFormAttr::get($_builder.getContext(), approximate));
    buildInferred($_state, x, [&](EmitError emitError) {
      return inferType(emitError, x);
    });
  }]>];
}

def HGraph_CastOp : HGraph_ElementwiseOp<"cast"> {
  let summary = "elements as another type";
  let description = [{
    output = x in the output's element type: f32, i32, i1 or bf16.
    f32 to i32: towards zero; what lies outside i32 becomes its nearest end, NaN
    0. i32 to f32: to the nearest. To i1: whether x is not 0 (NaN is not). From
    i1: 0 or 1. f32 to bf16: to the nearest, ties to even.
    Shapes: output as x.
    * (C2) The output has x's shape.
    * (C3) On the other side of bf16 is f32.

    Example:
    ```mlir
    %y = hgraph.cast %x : (tensor<2x3xi32>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins HGraph_StoredTensor:$x);
  let results = (outs HGraph_StoredTensor:$output);
  let assemblyFormat = "$x attr-dict `:` functional-type(operands, results)";
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::mlir::Type":$element), [{
    buildInferred($_state, x, [&](EmitError) { return inferLike(x, element); });
  }]>];
  let extraClassDeclaration = [{
    /// True where the elements of an input are read as f32.
    bool widens() { return getX().getType().getElementType().isBF16(); }
  }];
  let extraClassDefinition = [{
    ::mlir::LogicalResult $cppClass::verify() {
      ::mlir::Type from = getX().getType().getElementType();
      ::mlir::Type to = getType().getElementType();
      if ((from.isBF16() && !to.isF32()) || (to.isBF16() && !from.isF32()))
        return emitOpError("(C3) makes ")
               << to << " of " << from << ", expected f32 beside bf16";
      return verifyResult(*this, [&] {
        return inferLike(getX(), getType().getElementType());
      });
    }
  }];
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Two operands
//===----------------------------------------------------------------------===//

class HGraph_BinaryOp<string mnemonic, list<Trait> traits = []>
    : HGraph_ElementwiseOp<mnemonic, traits> {
  let assemblyFormat = [{ $a `,` $b attr-dict `:`
                          functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$a, "::mlir::Value":$b), [{
    buildInferred($_state, {a, b}, [&](EmitError emitError) {
      return inferType(emitError, a, b);
    });
  }]>];
  let extraClassDeclaration = [{
    static InferredType inferType(EmitError emitError, ::mlir::Value a,
                              ::mlir::Value b);
  }];
  let extraClassDefinition = [{
    ::heddle::graph::InferredType $cppClass::inferType(
        EmitError emitError, ::mlir::Value a, ::mlir::Value b) {
      return inferBroadcast(emitError, {a, b});
    }
    ::mlir::LogicalResult $cppClass::verify() {
      return verifyResult(*this, [&] {
        return inferType([&] { return emitOpError(); }, getA(), getB());
      });
    }
  }];
}

// Arithmetic: of f32, or, where `type` says so, of i32 as well.
class HGraph_ArithmeticOp<string mnemonic, string noun, string formula,
                          string numericRule, TypeConstraint type,
                          list<Trait> traits = []>
    : HGraph_BinaryOp<mnemonic, traits> {
  let summary = noun # " with broadcasting";
  let description = "\n    output = " # formula # [{, element by element.
    Shapes: a and b broadcast as numpy does: aligned at the last axis, an extent
    1 or a missing axis repeats.
    }] # numericRule # "\n" # [{
    * (C1) Aligned extents are equal, or one of them is 1.
    * (C2) The output has the broadcast shape and the operands' element type.
    * (C3) a and b have one element type.

    Example:
    ```mlir
    %y = hgraph.}] # mnemonic # [{ %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins type:$a, type:$b);
  let results = (outs type:$output);
}

defvar wholeRule = "Rounded once; an i32 outside its range is unspecified.";
def HGraph_AddOp : HGraph_ArithmeticOp<"add", "sum", "a + b", wholeRule,
                                       HGraph_NumberTensor, [Commutative]>;
def HGraph_SubOp : HGraph_ArithmeticOp<"sub", "difference", "a - b", wholeRule,
                                       HGraph_NumberTensor>;
def HGraph_MulOp : HGraph_ArithmeticOp<"mul", "product", "a * b", wholeRule,
                                       HGraph_NumberTensor, [Commutative]>;
def HGraph_DivOp : HGraph_ArithmeticOp<"div", "quotient", "a / b",
    "Division by zero follows IEEE 754.", HGraph_FloatTensor>;
def HGraph_PowOp : HGraph_ArithmeticOp<"pow", "power", "a^b",
    "As C's pow, but for the sign of a 0 or infinity that a = 0 gives; NaN for\n"
    "    a < 0 and b no integer, 1 for b = 0 or a = 1 even with NaN.",
    HGraph_FloatTensor>;
def HGraph_MinOp : HGraph_ArithmeticOp<"min", "the smaller", "min(a, b)",
    "NaN where either is.", HGraph_NumberTensor, [Commutative]>;
def HGraph_MaxOp : HGraph_ArithmeticOp<"max", "the larger", "max(a, b)",
    "NaN where either is.", HGraph_NumberTensor, [Commutative]>;

class HGraph_LogicalOp<string mnemonic, string noun, string formula>
    : HGraph_BinaryOp<mnemonic, [Commutative]> {
  let summary = noun # " of truth values with broadcasting";
  let description = "\n    output = " # formula # [{, element by element.
    Shapes: a and b broadcast as numpy does.
    * (C1) Aligned extents are equal, or one of them is 1.
    * (C2) The output has the broadcast shape.

    Example:
    ```mlir
    %y = hgraph.}] # mnemonic # [{ %a, %b : (tensor<2x3xi1>, tensor<3xi1>) -> tensor<2x3xi1>
    ```
  }];
  let arguments = (ins HGraph_BoolTensor:$a, HGraph_BoolTensor:$b);
  let results = (outs HGraph_BoolTensor:$output);
}

def HGraph_AndOp : HGraph_LogicalOp<"and", "conjunction", "a & b">;
def HGraph_OrOp : HGraph_LogicalOp<"or", "disjunction", "a | b">;

def HGraph_CompareOp : HGraph_ElementwiseOp<"compare"> {
  let summary = "a comparison with broadcasting";
  let description = [{
    output = whether a stands to b as `sign` says, element by element: lt a < b,
    le a <= b, gt a > b, ge a >= b, eq a = b, ne a not equal b.
    Shapes: a and b broadcast as numpy does.
    With a NaN only ne is true.
    * (C1) Aligned extents are equal, or one of them is 1.
    * (C2) The output has the broadcast shape.
    * (C3) a and b have one element type.

    Example:
    ```mlir
    %y = hgraph.compare %a, %b sign(lt) : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>
    ```
  }];
  let arguments = (ins HGraph_NumberTensor:$a, HGraph_NumberTensor:$b,
                       HGraph_CompareAttr:$sign);
  let results = (outs HGraph_BoolTensor:$output);
  let assemblyFormat = [{ $a `,` $b `sign` `(` custom<Choice>($sign) `)`
                          attr-dict `:` functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$a, "::mlir::Value":$b,
                                 "CompareSign":$sign), [{
    $_state.addAttribute(getSignAttrName($_state.name),
                         CompareSignAttr::get($_builder.getContext(), sign));
    buildInferred($_state, {a, b}, [&](EmitError emitError) {
      return inferComparison(emitError, a, b);
    });
  }]>];
  let extraClassDefinition = [{
    ::mlir::LogicalResult $cppClass::verify() {
      return verifyResult(*this, [&] {
        return inferComparison([&] { return emitOpError(); }, getA(), getB());
      });
    }
  }];
}

//===----------------------------------------------------------------------===//
// Three operands
//===----------------------------------------------------------------------===//

def HGraph_SelectOp : HGraph_ElementwiseOp<"select"> {
  let summary = "one of two tensors, element by element";
  let description = [{
    output = a where the condition holds, b elsewhere.
    Shapes: the three broadcast as numpy does.
    The element that is not chosen does not matter, even when it is NaN.
    * (C1) Aligned extents are equal, or 1.
    * (C2) The output has the broadcast shape and a's element type.
    * (C3) a and b have one element type.

    Example:
    ```mlir
    %y = hgraph.select %c, %a, %b : (tensor<2x3xi1>, tensor<3xf32>, tensor<f32>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins HGraph_BoolTensor:$condition, HGraph_Tensor:$a,
                       HGraph_Tensor:$b);
  let results = (outs HGraph_Tensor:$output);
  let assemblyFormat = [{ $condition `,` $a `,` $b attr-dict `:`
                          functional-type(operands, results) }];
  let builders = [OpBuilder<(ins "::mlir::Value":$condition, "::mlir::Value":$a,
                                 "::mlir::Value":$b), [{
    buildInferred($_state, {condition, a, b}, [&](EmitError emitError) {
      return inferBroadcast(emitError, {a, b, condition}, 2);
    });
  }]>];
  let extraClassDefinition = [{
    ::mlir::LogicalResult $cppClass::verify() {
      return verifyResult(*this, [&] {
        return inferBroadcast([&] { return emitOpError(); },
                              {getA(), getB(), getCondition()}, 2);
      });
    }
  }];
}

#endif // HEDDLE_DIALECTS_GRAPH_GRAPHELEMENTWISE_TD
