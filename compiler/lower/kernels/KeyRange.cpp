// Bounds by position: see KeyRange.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/KeyRange.h"

namespace heddle::lower {

Expr KeyRange::mask(Expr c, Expr qb, Expr query, Expr key,
                    double masked) const {
  Expr seen;
  if (known.last)
    seen = key <= query + double(*known.last);
  if (known.first)
    seen = allOf(seen, query + double(*known.first) <= key);
  // The value is what is likely, not the condition: loops are partitioned by
  // the conditions on the way to it.
  Expr mixed = select(seen, builder.real(0.0), builder.real(masked));
  return select(known.isFull(c, qb), likely(builder.real(0.0)), mixed);
}

} // namespace heddle::lower
