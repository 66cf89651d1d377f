// The score region of an attention as kernel expressions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_KERNELS_SCOREREGION_H
#define HEDDLE_COMPILER_LOWER_KERNELS_SCOREREGION_H

#include "compiler/lower/kernels/Kernel.h"

namespace heddle::lower {

/// Evaluates a region at indices of the kernel being built.
class ScoreRegion {
public:
  ScoreRegion(KernelBuilder &builder, graph::AttentionOp op);

  /// Fails with a diagnostic on an op that has no expression.
  static mlir::LogicalResult check(graph::AttentionOp op);

  graph::AttentionOp attention() { return op; }
  /// True when the region gives back the score it was given.
  bool keepsScore();
  /// Offsets o of conditions `key <= query + o` and `key >= query + o` that
  /// every live key meets: they bound the loops over keys instead of being
  /// asked for each.
  std::optional<int64_t> lastOffset() const { return last; }
  std::optional<int64_t> firstOffset() const { return first; }
  /// True when the region says more of live keys than that.
  bool masks() const { return !conditions.empty(); }
  /// Values of the region that are computed elsewhere, at the point asked for.
  using Known = llvm::DenseMap<mlir::Value, Expr>;
  Expr score(Expr score, Expr b, Expr h, Expr q, Expr k,
             const Known &staged = Known());
  /// The conditions beside those two; needs `masks()`.
  Expr live(Expr score, Expr b, Expr h, Expr q, Expr k,
            const Known &staged = Known());
  /// Reads of tensors that are the same for all keys.
  llvm::SmallVector<mlir::Value> readsOfQueries() { return readsOf(false); }
  /// Reads of tensors that are the same for all queries.
  llvm::SmallVector<mlir::Value> readsOfKeys() { return readsOf(true); }
  llvm::ArrayRef<mlir::Value> otherConditions() const { return conditions; }

  /// Which of the region's arguments a value of it is made from.
  struct Uses {
    bool score = false, batch = false, head = false, query = false, key = false;
  };
  Uses usesOf(mlir::Value value);
  /// A value of the region that is not made from the score.
  Expr valueAt(mlir::Value value, Expr b, Expr h, Expr q, Expr k);

private:
  void addCondition(mlir::Value condition);
  bool isNeverLive();
  llvm::SmallVector<mlir::Value> readsOf(bool keys);
  Expr evaluate(mlir::Value value, llvm::DenseMap<mlir::Value, Expr> &known);
  llvm::DenseMap<mlir::Value, Expr> arguments(Expr score, Expr b, Expr h,
                                              Expr q, Expr k);

  KernelBuilder &builder;
  graph::AttentionOp op;
  std::optional<int64_t> first, last;
  llvm::SmallVector<mlir::Value> conditions; ///< hold together
  llvm::SmallVector<mlir::Value> bounds;     ///< what `first` and `last` say
};

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_KERNELS_SCOREREGION_H
