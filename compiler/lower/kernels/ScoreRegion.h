// The score region of an attention as kernel expressions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_KERNELS_SCOREREGION_H
#define HEDDLE_COMPILER_LOWER_KERNELS_SCOREREGION_H

#include "compiler/lower/kernels/Kernel.h"

namespace heddle::lower {

/// Evaluates a region at indices of the kernel being built.
class ScoreRegion {
public:
  ScoreRegion(KernelBuilder &builder, graph::AttentionOp op)
      : builder(builder), op(op) {}

  /// Fails with a diagnostic on an op that has no expression.
  static mlir::LogicalResult check(graph::AttentionOp op);

  /// True when the region gives back the score it was given.
  bool keepsScore();
  /// True when the region says which keys are live.
  bool masks();
  Expr score(Expr score, Expr b, Expr h, Expr q, Expr k);
  Expr live(Expr score, Expr b, Expr h, Expr q, Expr k);

private:
  Expr evaluate(mlir::Value value, llvm::DenseMap<mlir::Value, Expr> &known);
  llvm::DenseMap<mlir::Value, Expr> arguments(Expr score, Expr b, Expr h,
                                              Expr q, Expr k);

  KernelBuilder &builder;
  graph::AttentionOp op;
};

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_KERNELS_SCOREREGION_H
