// Type constraints of hgraph; the types themselves are builtin tensors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_DIALECTS_GRAPH_GRAPHTYPES_TD
#define HEDDLE_DIALECTS_GRAPH_GRAPHTYPES_TD

include "dialects/graph/GraphAttrs.td"
include "mlir/IR/CommonTypeConstraints.td"
include "mlir/IR/CommonAttrConstraints.td"

// Element types: f32 computes, i32 counts and indexes, i1 decides; bf16 is what
// inputs and outputs may lie in memory as.
def HGraph_Float : AnyTypeOf<[F32]>;
def HGraph_Element : AnyTypeOf<[F32, I32, I1]>;

def HGraph_Tensor : RankedTensorOf<[HGraph_Element]>;
def HGraph_StoredTensor : RankedTensorOf<[F32, I32, I1, BF16]>;
def HGraph_FloatTensor : RankedTensorOf<[HGraph_Float]>;
def HGraph_NumberTensor : RankedTensorOf<[F32, I32]>;
def HGraph_BoolTensor : RankedTensorOf<[I1]>;
def HGraph_IndexTensor : RankedTensorOf<[I32]>;
def HGraph_MaskTensor : RankedTensorOf<[I32, I1]>;

def HGraph_DimArray : TypedArrayAttrBase<HGraph_DimAttr, "declared dims">;

#endif // HEDDLE_DIALECTS_GRAPH_GRAPHTYPES_TD
