// Attributes of hgraph: declared dims, extents of a tensor, small choices.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_DIALECTS_GRAPH_GRAPHATTRS_TD
#define HEDDLE_DIALECTS_GRAPH_GRAPHATTRS_TD

include "dialects/graph/GraphDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/TensorEncoding.td"

class HGraph_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<HGraph_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

def HGraph_DimAttr : HGraph_Attr<"Dim", "dim"> {
  let summary = "a declared dim and its inclusive range";
  let description = [{
    * (R1) The name is an identifier.
    * (R2) 1 <= min <= max.

    Example: `#hgraph.dim<"batch", 1, 64>`
  }];
  let parameters = (ins "::mlir::StringAttr":$name, "int64_t":$min,
                        "int64_t":$max);
  let assemblyFormat = "`<` $name `,` $min `,` $max `>`";
  let genVerifyDecl = 1;
}

def HGraph_DimsAttr : HGraph_Attr<"Dims", "dims",
    [DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let summary = "the extents of a tensor, outermost first";
  let description = [{
    One canonical text of an integer polynomial over dim names an extent. MLIR's
    `?` loses which dim it was; this keeps it.
    * (D1) One extent a dimension; a constant one equals the static extent, one
      with a name stands where the tensor is dynamic.
    * (D2) Each text is canonical, as `heddle::shape::Dim` prints it.

    Example: `#hgraph.dims<"batch", "seq", "384">`
  }];
  let parameters = (ins ArrayRefParameter<"::mlir::StringAttr">:$dims);
  let assemblyFormat = "`<` $dims `>`";
  let genVerifyDecl = 1;
}

def HGraph_LayoutEnum : I32EnumAttr<"Layout", "order of a linear weight's axes", [
    I32EnumAttrCase<"OutIn", 0, "out_in">,
    I32EnumAttrCase<"InOut", 1, "in_out">]> {
  let cppNamespace = "::heddle::graph";
  let genSpecializedAttr = 0;
}

def HGraph_LayoutAttr : EnumAttr<HGraph_Dialect, HGraph_LayoutEnum, "layout"> {
  let summary = "order of a linear weight's axes: out_in or in_out";
}

def HGraph_PrecisionEnum : I32EnumAttr<"Precision", "numbers that products are computed of", [
    I32EnumAttrCase<"F32", 0, "f32">,
    I32EnumAttrCase<"BF16", 1, "bf16">,
    I32EnumAttrCase<"Int8", 2, "int8">]> {
  let cppNamespace = "::heddle::graph";
  let genSpecializedAttr = 0;
}

def HGraph_PrecisionAttr : EnumAttr<HGraph_Dialect, HGraph_PrecisionEnum, "precision"> {
  let summary = "numbers that products are computed of: f32, bf16 or int8";
}

def HGraph_GeluEnum : I32EnumAttr<"GeluForm", "formula of gelu", [
    I32EnumAttrCase<"None", 0, "none">,
    I32EnumAttrCase<"Tanh", 1, "tanh">]> {
  let cppNamespace = "::heddle::graph";
  let genSpecializedAttr = 0;
}

def HGraph_GeluAttr : EnumAttr<HGraph_Dialect, HGraph_GeluEnum, "gelu"> {
  let summary = "formula of gelu: none (exact, by erf) or tanh";
}

def HGraph_AnglesEnum : I32EnumAttr<"Angles", "order of an angle table's columns", [
    I32EnumAttrCase<"Rotary", 0, "rotary">,
    I32EnumAttrCase<"Sinusoid", 1, "sinusoid">]> {
  let cppNamespace = "::heddle::graph";
  let genSpecializedAttr = 0;
}

def HGraph_AnglesAttr : EnumAttr<HGraph_Dialect, HGraph_AnglesEnum, "angles"> {
  let summary = "columns of an angle table: rotary (cosines, then sines) or sinusoid (sine, cosine, sine, ...)";
}

def HGraph_PairsEnum : I32EnumAttr<"Pairs", "which features rope turns together", [
    I32EnumAttrCase<"Half", 0, "half">,
    I32EnumAttrCase<"Adjacent", 1, "adjacent">]> {
  let cppNamespace = "::heddle::graph";
  let genSpecializedAttr = 0;
}

def HGraph_PairsAttr : EnumAttr<HGraph_Dialect, HGraph_PairsEnum, "pairs"> {
  let summary = "features that rope turns together: half (j, j + R / 2) or adjacent (2 j, 2 j + 1)";
}

def HGraph_CompareEnum : I32EnumAttr<"CompareSign", "how two numbers stand", [
    I32EnumAttrCase<"Less", 0, "lt">,
    I32EnumAttrCase<"LessEqual", 1, "le">,
    I32EnumAttrCase<"Greater", 2, "gt">,
    I32EnumAttrCase<"GreaterEqual", 3, "ge">,
    I32EnumAttrCase<"Equal", 4, "eq">,
    I32EnumAttrCase<"NotEqual", 5, "ne">]> {
  let cppNamespace = "::heddle::graph";
  let genSpecializedAttr = 0;
}

def HGraph_CompareAttr : EnumAttr<HGraph_Dialect, HGraph_CompareEnum, "comparison"> {
  let summary = "how two numbers stand: lt, le, gt, ge, eq or ne";
}

#endif // HEDDLE_DIALECTS_GRAPH_GRAPHATTRS_TD
