// Which tiles of queries and keys may hold a pair that the mask lets through.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_KERNELS_SCORETILES_H
#define HEDDLE_COMPILER_LOWER_KERNELS_SCORETILES_H

#include "compiler/lower/kernels/BlockText.h"
#include "schedules/cpu/Attention.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include <map>

namespace heddle::lower {

/// Decides for whole tiles what the data say, such as documents, lengths and
/// padding. A condition on keys or on queries alone holds in a tile if it holds
/// for one of them; a comparison of a value of the query with one of the key,
/// if the ranges that the two have in the tile allow it. The ranges are tables
/// that are made once a call, O(tiles) of them from O(queries + keys) values.
class ScoreTiles {
public:
  ScoreTiles(KernelBuilder &builder, ScoreRegion &region);

  /// False where nothing of the mask can be decided for a tile.
  bool isUseful() const { return !decided.empty(); }
  /// True where queries see keys of their own, as in documents, so that most
  /// tiles may be dead and small ones pay.
  bool isSparse() const;
  /// What the decided conditions are made from.
  ScoreRegion::Uses uses() const;
  /// Makes the tables, of tiles of `queryBlock` queries and `chunk` keys.
  void build(const schedule::AttentionShape &tile, Expr queries, Expr keys);
  /// False only if no key of chunk `c` is live for a query of block `qb`.
  Expr mayLive(Expr c, Expr qb, Expr h, Expr b);

  /// The same as text: `live` holds what numbers alone decide, with least(x),
  /// greatest(x) and any(x) over the queries or keys of a tile; `byData` what
  /// is decided when the kernel runs.
  struct Words {
    BlockText live;
    std::vector<std::string> byData;
  };
  Words words();

  /// What a value becomes over the queries or the keys of a tile.
  enum class Bound { Any, Least, Greatest };

private:
  enum class Side { Query, Key };

  bool isDecided(mlir::Value condition) const;
  bool isSparse(mlir::Value condition) const;
  Side sideOf(mlir::Value value) const {
    return region.usesOf(value).key ? Side::Key : Side::Query;
  }
  /// Whether the comparison is one of a query's value with a key's.
  bool isSeparable(mlir::arith::CmpIOp compare) const;
  /// Whether a condition may hold in a tile, from what its values become there;
  /// T is Expr or BlockText.
  template <typename T>
  T mayHold(mlir::Value condition,
            llvm::function_ref<T(mlir::Value, Bound)> bound);
  Expr bound(mlir::Value value, Bound bound, const Point &tile);
  /// Makes the tables that `mayHold` reads.
  void addTables(mlir::Value condition);
  void addTable(mlir::Value value, Bound bound);

  KernelBuilder &builder;
  ScoreRegion &region;
  schedule::AttentionShape shape;
  Expr queries, keys;
  llvm::SmallVector<mlir::Value> decided; ///< hold together
  std::map<std::pair<void *, Bound>, Func> tables;
};

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_KERNELS_SCORETILES_H
