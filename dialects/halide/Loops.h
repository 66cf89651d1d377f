// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The loops of every stage while a schedule is applied: what each is called and
// whether it runs over a reduction. The verifier and the translator share it.

#ifndef HEDDLE_DIALECTS_HALIDE_LOOPS_H
#define HEDDLE_DIALECTS_HALIDE_LOOPS_H

#include "dialects/halide/Halide.h"

#include "llvm/ADT/DenseMap.h"

namespace heddle::halide {

/// One loop of a stage.
struct Loop {
  std::string name;
  /// Over a reduction dimension, or made of one that is.
  bool reduction = false;
};

using LoopList = llvm::SmallVector<Loop>;

/// The loops of each stage of each func, as of the directives applied so far.
class LoopTable {
public:
  /// Loops of all definitions of a pipeline, before any directive.
  explicit LoopTable(PipelineOp pipeline);

  /// The loops of a stage, no order promised; null when there is no such stage.
  LoopList *find(mlir::Value func, uint64_t stage);
  /// A loop by name, or null.
  const Loop *find(mlir::Value func, uint64_t stage, llvm::StringRef name);

  /// Checks one directive (not what is nested in it) and applies it; a
  /// diagnostic with the label of ScheduleOp's constraint when it cannot be.
  mlir::LogicalResult apply(mlir::Operation *directive);

  /// C2 and C3: the stage exists and has the loop.
  mlir::LogicalResult requireLoop(mlir::Operation *op, mlir::Value func,
                                  uint64_t stage, llvm::StringRef name);

private:
  /// One split, whichever op it comes from.
  struct Split {
    llvm::StringRef dim, outer, inner;
    int64_t factor;
    llvm::StringRef tail;
  };

  mlir::LogicalResult requireStage(mlir::Operation *op, mlir::Value func,
                                   uint64_t stage);
  mlir::LogicalResult split(mlir::Operation *op, mlir::Value func,
                            uint64_t stage, const Split &s);
  template <typename Tile> mlir::LogicalResult tile(Tile op);
  template <typename Marks> mlir::LogicalResult mark(Marks op);
  template <typename Marks> mlir::LogicalResult markBy(Marks op);
  mlir::LogicalResult fuse(FuseOp op);
  mlir::LogicalResult rename(RenameOp op);
  mlir::LogicalResult rfactor(RfactorOp op);
  mlir::LogicalResult wrap(mlir::Operation *op, mlir::Value subject,
                           mlir::Value result);
  mlir::LogicalResult applyPlacement(mlir::Operation *directive);
  mlir::LogicalResult applyBounds(mlir::Operation *directive);

  llvm::DenseMap<mlir::Value, llvm::SmallVector<LoopList>> stages;
};

} // namespace heddle::halide

#endif // HEDDLE_DIALECTS_HALIDE_LOOPS_H
