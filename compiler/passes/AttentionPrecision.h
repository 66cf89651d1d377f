// What an attention asked for in bf16 is computed of; changes no IR.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_PASSES_ATTENTIONPRECISION_H
#define HEDDLE_COMPILER_PASSES_ATTENTIONPRECISION_H

#include "dialects/graph/Graph.h"

#include <string>

namespace heddle::passes {

/// When an attention of bf16 is computed in f32 all the same, and why, for a
/// remark; empty where it never is.
std::string computedInF32(graph::AttentionOp attention);

} // namespace heddle::passes

#endif // HEDDLE_COMPILER_PASSES_ATTENTIONPRECISION_H
