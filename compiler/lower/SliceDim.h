// The dim along which a large call of an entry may be cut into slices.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_SLICEDIM_H
#define HEDDLE_COMPILER_LOWER_SLICEDIM_H

#include "dialects/graph/Graph.h"

#include <optional>
#include <string>

namespace heddle::lower {

/// The first declared dim of `ranges` along which every op of `entry` works
/// index by index: each tensor that depends on it has it as its outermost
/// extent and nowhere else, all outputs and an input do, and one value of it is
/// a call. None where there is no such dim; ops not known to be so count as if
/// they were not.
std::optional<std::string> sliceDim(graph::EntryOp entry,
                                    const std::vector<shape::DimRange> &ranges);

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_SLICEDIM_H
