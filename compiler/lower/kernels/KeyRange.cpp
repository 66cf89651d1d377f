// Bounds by position: see KeyRange.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/KeyRange.h"

namespace heddle::lower {

Expr KeyRange::start(Expr qb) const {
  Expr zero = builder.index(0);
  if (!first)
    return zero;
  return max(qb * double(tile.queryBlock) + double(*first), zero);
}

Expr KeyRange::limit(Expr qb) const {
  if (!last)
    return keys;
  Expr limit = qb * double(tile.queryBlock) + double(tile.queryBlock + *last);
  return min(keys, limit);
}

Expr KeyRange::reaches(Expr c, Expr qb) const {
  Expr from = c * double(tile.chunk), result;
  if (last)
    result = from < limit(qb);
  if (first) {
    Expr isBehind = start(qb) < from + double(tile.chunk);
    result = last ? result & isBehind : isBehind;
  }
  return result;
}

Expr KeyRange::mask(Expr c, Expr qb, Expr query, Expr key,
                    double masked) const {
  Expr chunkStart = c * double(tile.chunk),
       start = qb * double(tile.queryBlock);
  Expr whole, seen;
  auto also = [](Expr &all, Expr one) { all = all.value ? all & one : one; };
  if (last) {
    also(whole, chunkStart + double(tile.chunk) <= start + double(*last));
    also(seen, key <= query + double(*last));
  }
  if (first) {
    also(whole, start + double(tile.queryBlock + *first) <= chunkStart);
    also(seen, query + double(*first) <= key);
  }
  return select(likely(whole) | seen, builder.real(0.0), builder.real(masked));
}

} // namespace heddle::lower
