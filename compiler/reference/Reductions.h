// How many terms are summed on the way to each value: what the tolerance of a
// comparison depends on.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_REFERENCE_REDUCTIONS_H
#define HEDDLE_COMPILER_REFERENCE_REDUCTIONS_H

#include "compiler/shape/Dim.h"
#include <map>

namespace mlir {
class FunctionOpInterface;
}

namespace heddle::reference {

/// Terms summed along the longest path to each value, by `hgraph.id`, with the
/// dims given; under -1, the largest of all. An op that does not sum counts 1.
std::map<int64_t, int64_t> reductionLengths(mlir::FunctionOpInterface function,
                                            const shape::DimValues &dims);

} // namespace heddle::reference

#endif // HEDDLE_COMPILER_REFERENCE_REDUCTIONS_H
