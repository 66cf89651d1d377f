// Which keys of a tile the data let a block of queries see: those from the
// first to the last that may be live, in groups.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_KERNELS_LIVEKEYS_H
#define HEDDLE_COMPILER_LOWER_KERNELS_LIVEKEYS_H

#include "compiler/lower/kernels/ScoreTiles.h"

namespace heddle::lower {

/// Two tables, made once a call where queries do not count, else once a block
/// of queries. Loops over keys keep to them, and scores outside are not
/// computed. Says nothing where the mask tells nothing of whole groups.
class LiveKeys {
public:
  /// Keys of a group: as many as scores are computed for together.
  static constexpr int64_t group = 8;

  LiveKeys(KernelBuilder &builder, ScoreTiles &tiles,
           const schedule::AttentionShape &tile, Expr queries, Expr keys);

  bool isUseful() const { return first.value != nullptr; }
  /// Whether a tile (c, qb, h, b) may hold a live pair.
  Expr isAny(const Point &tile) const {
    return at(first, tile) < at(end, tile);
  }
  /// Whether key `k` of the tile is one of its keys.
  Expr contains(Expr k, const Point &tile) const {
    return (at(first, tile) <= k) & (k < at(end, tile));
  }

  /// Whether the group of key `k` is: one answer for all its keys.
  Expr containsGroup(Expr k, const Point &tile) const {
    return contains(floorDiv(k, group) * double(group), tile);
  }

private:
  Expr at(const Func &table, const Point &tile) const;
  Func table(bool isFirst, ScoreTiles &tiles, Expr keys);

  KernelBuilder &builder;
  int64_t chunk;
  ScoreRegion::Uses uses; ///< what the tables depend on
  Func first, end; ///< of a tile, from its first key; chunk and 0 where none is
};

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_KERNELS_LIVEKEYS_H
