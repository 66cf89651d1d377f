// Which keys the positions let a block of queries see.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_KERNELS_KEYRANGE_H
#define HEDDLE_COMPILER_LOWER_KERNELS_KEYRANGE_H

#include "compiler/lower/kernels/KeyBounds.h"
#include "compiler/lower/kernels/ScoreRegion.h"
#include "schedules/cpu/Attention.h"

namespace heddle::lower {

/// query + first <= key <= query + last, where the mask says so, of tiles of
/// `tile.queryBlock` queries and `tile.chunk` keys.
class KeyRange {
public:
  KeyRange(KernelBuilder &builder, const ScoreRegion &region,
           const schedule::AttentionShape &tile, Expr keys)
      : builder(builder), known{tile.queryBlock,      tile.chunk,
                                region.firstOffset(), region.lastOffset(),
                                builder.index(0),     keys} {}

  bool hasFirst() const { return known.first.has_value(); }
  bool isBounded() const { return known.first || known.last; }
  const KeyBounds<Expr> &bounds() const { return known; }
  /// Keys from start to limit - 1 may be seen by some query of block `qb`: the
  /// loops over keys and chunks keep to them.
  Expr start(Expr qb) const { return known.from(qb); }
  Expr limit(Expr qb) const { return known.to(qb); }
  /// Whether some key of chunk `c` is among them; empty where all are.
  Expr reaches(Expr c, Expr qb) const { return known.isVisited(c, qb); }
  /// 0 for a key that the query may see, `masked` for others. Asks first
  /// whether the whole chunk may be seen by the whole block, which is one
  /// answer for the chunk: loops are partitioned by it, and such chunks carry
  /// no mask.
  Expr mask(Expr c, Expr qb, Expr query, Expr key, double masked) const;

private:
  KernelBuilder &builder;
  KeyBounds<Expr> known;
};

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_KERNELS_KEYRANGE_H
