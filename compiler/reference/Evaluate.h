// The reference evaluator: what an entry computes, op by op, slowly and
// plainly. It is the meaning of every op and the oracle of the numeric tests.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_REFERENCE_EVALUATE_H
#define HEDDLE_COMPILER_REFERENCE_EVALUATE_H

#include "compiler/reference/Tensor.h"
#include "compiler/shape/Dim.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/FunctionExtras.h"
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mlir {
class FunctionOpInterface;
}

namespace heddle::reference {

/// Fills `values` with the weight `path` of `shape`, in C order. Returns what
/// is wrong, empty when nothing is.
using WeightProvider = std::function<std::string(
    std::string_view path, const std::vector<int64_t> &shape,
    std::vector<float> &values)>;

/// What an evaluation needs besides its inputs.
template <typename Scalar> struct Surroundings {
  /// Asked once for each hgraph.weight that is evaluated.
  WeightProvider weights;
  /// Given every value that has an `hgraph.id`, in the order of evaluation;
  /// may be empty. The tensor lives for the call only.
  std::function<void(int64_t id, const Tensor<Scalar> &value)> observe;
  /// What each state holds, by name: read at the start of an evaluation,
  /// replaced when it succeeds. Null, or no value of a name: zeros.
  std::map<std::string, Tensor<Scalar>> *states = nullptr;
};

/// Evaluates an hgraph.entry (through its kernels) or an hgraph.outlined on
/// `inputs`, in signature order, with the dims given. Inputs that do not have
/// the declared shapes, tokens outside their table and missing weights are
/// errors at the op concerned.
template <typename Scalar>
mlir::FailureOr<std::vector<Tensor<Scalar>>>
evaluate(mlir::FunctionOpInterface function, std::vector<Tensor<Scalar>> inputs,
         const shape::DimValues &dims,
         const Surroundings<Scalar> &surroundings);

} // namespace heddle::reference

#endif // HEDDLE_COMPILER_REFERENCE_EVALUATE_H
