// What all tensor operations have in common.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_DIALECTS_GRAPH_GRAPHCOMPUTE_TD
#define HEDDLE_DIALECTS_GRAPH_GRAPHCOMPUTE_TD

include "dialects/graph/GraphStructureOps.td"

// A tensor operation: its result type follows from its operands by inferType,
// which builders and verifier share.
class HGraph_ComputeOp<string mnemonic, list<Trait> traits = []>
    : HGraph_Op<mnemonic, [Pure] # traits> {
  let results = (outs HGraph_FloatTensor:$output);
  let hasVerifier = 1;
}

#endif // HEDDLE_DIALECTS_GRAPH_GRAPHCOMPUTE_TD
