// Inputs for a check: tokens that are in their tables, masks with rows of
// random length, numbers of size 1.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_REFERENCE_RANDOMINPUTS_H
#define HEDDLE_COMPILER_REFERENCE_RANDOMINPUTS_H

#include "compiler/reference/Tensor.h"
#include "compiler/shape/Dim.h"
#include <optional>
#include <utility>

namespace mlir {
class BlockArgument;
class FunctionOpInterface;
} // namespace mlir

namespace heddle::reference {

/// The inclusive range of an input's values that its declared range and every
/// table they choose rows of allow; nothing for inputs that are not tokens.
std::optional<std::pair<int64_t, int64_t>>
tokenRange(mlir::BlockArgument input);

/// Inputs in signature order, the same on every machine. Tokens are in their
/// range; other integers are masks: in each row of the last axis the first
/// few, at least one in seven of eight rows, are 1. Floats are in [-1, 1) and
/// are f32 values.
std::vector<Tensor<double>> randomInputs(mlir::FunctionOpInterface function,
                                         const shape::DimValues &dims,
                                         uint64_t seed);

/// Random values of the dims, each in its range and at most `most`.
shape::DimValues randomDims(const std::vector<shape::DimRange> &ranges,
                            int64_t most, uint64_t seed);

} // namespace heddle::reference

#endif // HEDDLE_COMPILER_REFERENCE_RANDOMINPUTS_H
