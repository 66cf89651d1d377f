// The map of an attention's blocks, which `heddle inspect --blocks` draws: the
// formulas of the kernel's own bounds.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_KERNELS_BLOCKMAP_H
#define HEDDLE_COMPILER_LOWER_KERNELS_BLOCKMAP_H

#include "compiler/lower/kernels/KeyRange.h"
#include "compiler/lower/kernels/ScoreTiles.h"

namespace heddle::lower {

/// What the map of a kernel says beside its bounds.
struct BlockMap {
  KeyBounds<BlockText> bounds; ///< over `block`, `tile` and `keys`
  shape::Dim queries, keys;
  int64_t groupKeys = 1; ///< keys that are left out or computed together
  BlockText live;        ///< what groups have that numbers alone leave in
  BlockText full;        ///< tiles that ask no pair of the mask
  std::vector<std::string> byData; ///< what else, decided by the data
};

/// The bounds in text that are these in the kernel's code.
KeyBounds<BlockText> textOf(const KeyBounds<Expr> &bounds);
/// The map of a kernel that asks the region's conditions wherever it has some.
/// Without `groupKeys` it leaves out whole tiles.
BlockMap mapOf(const KeyRange &range, ScoreRegion &region,
               const ScoreTiles::Words &words, int64_t groupKeys = 0);

/// Keeps the map on the pipeline.
void keepBlocks(PipelineBuilder &builder, const BlockMap &map);
/// The map on a pipeline as JSON; empty where it has none.
std::string blocksJson(mlir::Operation *pipeline);

/// The attribute that holds it.
constexpr llvm::StringLiteral blocksAttr = "heddle.blocks";

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_KERNELS_BLOCKMAP_H
