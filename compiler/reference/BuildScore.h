// From an attention's score region to a score program.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_REFERENCE_BUILDSCORE_H
#define HEDDLE_COMPILER_REFERENCE_BUILDSCORE_H

#include "compiler/reference/Score.h"
#include "mlir/IR/Value.h"
#include "mlir/Support/LLVM.h"

namespace heddle::graph {
class AttentionOp;
}

namespace heddle::reference {

/// The program of `attention`'s region; `tensorOf` gives the tensors that it
/// reads, which must outlive the program.
template <typename Scalar>
mlir::FailureOr<ScoreProgram<Scalar>>
buildScore(graph::AttentionOp attention,
           llvm::function_ref<const Tensor<Scalar> *(mlir::Value)> tensorOf);

} // namespace heddle::reference

#endif // HEDDLE_COMPILER_REFERENCE_BUILDSCORE_H
