// Masks that can be seen to let no key through.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_DSL_MASKPROOF_H
#define HEDDLE_COMPILER_DSL_MASKPROOF_H

#include "compiler/dsl/ScoreRegion.h"

#include <array>

namespace heddle::dsl {

/// True when the region's `live` is provably false for every batch, head,
/// query and key below `extents`, whatever tensors hold. Looks at bounds of
/// indices and at comparisons that exclude each other, as in
/// `causal & k > q`; false says nothing.
bool isNeverTrue(const ScoreRegion &region,
                 const std::array<int64_t, 4> &extents);

} // namespace heddle::dsl

#endif // HEDDLE_COMPILER_DSL_MASKPROOF_H
