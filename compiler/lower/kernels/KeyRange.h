// Which keys the positions let a block of queries see.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_KERNELS_KEYRANGE_H
#define HEDDLE_COMPILER_LOWER_KERNELS_KEYRANGE_H

#include "compiler/lower/kernels/ScoreRegion.h"
#include "schedules/cpu/Attention.h"

#include <optional>

namespace heddle::lower {

/// query + first <= key <= query + last, where the mask says so, of tiles of
/// `tile.queryBlock` queries and `tile.chunk` keys.
class KeyRange {
public:
  KeyRange(KernelBuilder &builder, const ScoreRegion &region,
           const schedule::AttentionShape &tile, Expr keys)
      : builder(builder), tile(tile), keys(keys), first(region.firstOffset()),
        last(region.lastOffset()) {}

  bool hasFirst() const { return first.has_value(); }
  bool isBounded() const { return first || last; }
  /// Keys from start to limit - 1 may be seen by some query of block `qb`: the
  /// loops over keys and chunks keep to them.
  Expr start(Expr qb) const;
  Expr limit(Expr qb) const;
  /// Whether some key of chunk `c` is among them; empty where all are.
  Expr reaches(Expr c, Expr qb) const;
  /// 0 for a key that the query may see, `masked` for others. Asks first
  /// whether the whole chunk may be seen by the whole block, which is one
  /// answer for the chunk: loops are partitioned by it, and such chunks carry
  /// no mask.
  Expr mask(Expr c, Expr qb, Expr query, Expr key, double masked) const;

private:
  KernelBuilder &builder;
  schedule::AttentionShape tile;
  Expr keys;
  std::optional<int64_t> first, last;
};

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_KERNELS_KEYRANGE_H
