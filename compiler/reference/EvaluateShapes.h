// The ops of GraphShapes.td among the reference's, by their operands' values.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_REFERENCE_EVALUATESHAPES_H
#define HEDDLE_COMPILER_REFERENCE_EVALUATESHAPES_H

#include "compiler/reference/Tensor.h"
#include "dialects/graph/Graph.h"
#include <functional>

namespace heddle::reference {

/// The value of a value that is computed already.
template <typename Scalar>
using ReadValue = std::function<const Tensor<Scalar> &(mlir::Value)>;

/// The op's result, whose extents are `shape`; an error for an op that is not
/// of GraphShapes.td. `dims` has all dims of the op's attributes.
template <typename Scalar>
mlir::FailureOr<Tensor<Scalar>>
evaluateShapes(mlir::Operation *op, const std::vector<int64_t> &shape,
               const shape::DimValues &dims, const ReadValue<Scalar> &get);

} // namespace heddle::reference

#endif // HEDDLE_COMPILER_REFERENCE_EVALUATESHAPES_H
