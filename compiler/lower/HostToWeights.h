// host.program to what compiler/weights has to write.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_HOSTTOWEIGHTS_H
#define HEDDLE_COMPILER_LOWER_HOSTTOWEIGHTS_H

#include "compiler/lower/HostToBuffers.h"
#include "compiler/weights/Recipe.h"

namespace heddle::lower {

/// The weights in the order of their offsets, which rise.
std::vector<weights::WeightRequest> weightRequests(const HostTables &tables);

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_HOSTTOWEIGHTS_H
