// Folders: what disappears without changing a number.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "dialects/graph/Graph.h"

using namespace mlir;
using namespace heddle::graph;

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

OpFoldResult ReluOp::fold(FoldAdaptor) {
  return getX().getDefiningOp<ReluOp>() ? getX() : Value();
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  return getX().getType() == getType() ? getX() : Value();
}

/// split(merge(x)) is x where the heads are the same.
OpFoldResult SplitHeadsOp::fold(FoldAdaptor) {
  auto merge = getX().getDefiningOp<MergeHeadsOp>();
  if (!merge || merge.getX().getType() != getType())
    return {};
  return merge.getX();
}

/// merge(split(x)) is x.
OpFoldResult MergeHeadsOp::fold(FoldAdaptor) {
  auto split = getX().getDefiningOp<SplitHeadsOp>();
  if (!split || split.getX().getType() != getType())
    return {};
  return split.getX();
}
