// The ops of hgraph that come in families, on given operands.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_REFERENCE_EVALUATEFAMILIES_H
#define HEDDLE_COMPILER_REFERENCE_EVALUATEFAMILIES_H

#include "compiler/reference/Tensor.h"
#include "mlir/IR/Operation.h"
#include <optional>

namespace heddle::reference {

/// What a tensor of an hgraph type holds.
Element elementOf(mlir::Type tensor);

/// An element-wise op, or one along an axis; nothing for other ops. `operands`
/// are in the op's order.
template <typename Scalar>
std::optional<Tensor<Scalar>>
evaluateFamily(mlir::Operation *op,
               mlir::ArrayRef<const Tensor<Scalar> *> operands);

} // namespace heddle::reference

#endif // HEDDLE_COMPILER_REFERENCE_EVALUATEFAMILIES_H
