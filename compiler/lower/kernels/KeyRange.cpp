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
  return select(likely(known.isFull(c, qb)) | seen, builder.real(0.0),
                builder.real(masked));
}

} // namespace heddle::lower
