// The hgraph dialect: what the model author said.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_DIALECTS_GRAPH_GRAPHDIALECT_TD
#define HEDDLE_DIALECTS_GRAPH_GRAPHDIALECT_TD

include "mlir/IR/DialectBase.td"

def HGraph_Dialect : Dialect {
  let name = "hgraph";
  let summary = "what the model author said: tensors, no layout, no target";
  let description = [{
    A model holds entry points; an entry holds tensor operations with value
    semantics. Every extent is an integer polynomial over the model's dims, kept
    in the tensor's encoding. These discardable attributes belong to the dialect:
    `hgraph.name` on arguments and results of an entry, `hgraph.range` on
    arguments of i32 (least and greatest value, checked before a run),
    `hgraph.id` on operations that compute a tensor, and what the author wrote
    about them: `hgraph.doc` on a model and on arguments and results of an entry,
    `hgraph.dim_docs` on a model, a text a dim.
  }];
  let cppNamespace = "::heddle::graph";
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
  let hasConstantMaterializer = 1;
  let extraClassDeclaration = "void registerAttrs();";
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
}

#endif // HEDDLE_DIALECTS_GRAPH_GRAPHDIALECT_TD
