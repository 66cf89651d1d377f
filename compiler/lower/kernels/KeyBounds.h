// Which keys, and which tiles of keys, a block of queries meets by position:
// stated once, for the kernel's code and for the map of it that people read.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_KERNELS_KEYBOUNDS_H
#define HEDDLE_COMPILER_LOWER_KERNELS_KEYBOUNDS_H

#include "compiler/lower/kernels/Expr.h"

#include <optional>

namespace heddle::lower {

/// A formula that is there, or one that says nothing.
inline bool isSet(const Expr &formula) { return bool(formula.value); }
/// Both; of two that say nothing, nothing.
template <typename T> T allOf(const T &a, const T &b) {
  return !isSet(a) ? b : !isSet(b) ? a : a & b;
}

/// Blocks of queries and tiles of keys, and what a mask says of positions:
/// query + first <= key <= query + last. T is Expr or BlockText.
template <typename T> struct KeyBounds {
  int64_t queryBlock = 1, chunk = 1;
  std::optional<int64_t> first, last;
  T zero, keys;

  /// Keys from `from` to `to` - 1 may be seen by some query of a block: the
  /// loops over keys and tiles keep to them.
  T from(T block) const {
    if (!first)
      return zero;
    return max(block * double(queryBlock) + double(*first), zero);
  }
  T to(T block) const {
    if (!last)
      return keys;
    return min(keys, block * double(queryBlock) + double(queryBlock + *last));
  }
  /// Whether a tile holds one of these keys; not set where each does.
  T isVisited(T tile, T block) const {
    T start = tile * double(chunk), visited;
    if (last)
      visited = start < to(block);
    if (first)
      visited = allOf(visited, from(block) < start + double(chunk));
    return visited;
  }
  /// Whether every query of a block may see every key of a tile; not set where
  /// positions exclude none.
  T isFull(T tile, T block) const {
    T keyStart = tile * double(chunk), start = block * double(queryBlock), full;
    if (last)
      full = keyStart + double(chunk) <= start + double(*last);
    if (first)
      full = allOf(full, start + double(queryBlock + *first) <= keyStart);
    return full;
  }
};

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_KERNELS_KEYBOUNDS_H
