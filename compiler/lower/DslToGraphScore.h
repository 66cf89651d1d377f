// The score region of an attention, from the language to hgraph.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_DSLTOGRAPHSCORE_H
#define HEDDLE_COMPILER_LOWER_DSLTOGRAPHSCORE_H

#include "compiler/dsl/Program.h"
#include "mlir/IR/Builders.h"

namespace heddle::lower {

/// Writes the nodes of `score` and the terminator of a region; `args` are the
/// score, b, h, q and k, `values` the tensors by dsl::ValueId.
void writeScoreRegion(const dsl::ScoreRegion &score, mlir::OpBuilder &builder,
                      mlir::Location loc, mlir::ValueRange args,
                      llvm::ArrayRef<mlir::Value> values);

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_DSLTOGRAPHSCORE_H
