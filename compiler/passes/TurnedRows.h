// Rotary positions behind a product: what its kernel can turn as it stores.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_PASSES_TURNEDROWS_H
#define HEDDLE_COMPILER_PASSES_TURNEDROWS_H

#include "dialects/graph/Graph.h"

#include <optional>
#include <string>

namespace heddle::passes {

/// A linear whose result alone is split into heads, which alone are turned.
struct TurnedRows {
  graph::LinearOp linear;
  graph::SplitHeadsOp split;
  graph::RopeOp rope;
  /// What puts the heads into rows again, where that alone reads them; or null.
  graph::MergeHeadsOp merge;
};
std::optional<TurnedRows> turnedRows(graph::LinearOp linear);

/// Why kernels of linears have no form for it; empty where they have.
std::string turnProblem(const TurnedRows &turned);

} // namespace heddle::passes

#endif // HEDDLE_COMPILER_PASSES_TURNEDROWS_H
