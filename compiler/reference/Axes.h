// What the ops along one axis compute: reductions, softmax, norms, choices of
// the largest. No MLIR: shapes fit, the verifier saw to it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_REFERENCE_AXES_H
#define HEDDLE_COMPILER_REFERENCE_AXES_H

#include "compiler/reference/Tensor.h"

namespace heddle::reference {

enum class Reduce { Sum, Mean, Var, Largest, Smallest, Argmax };

/// Along `axis`, of the elements whose mask is not 0; `mask` has leading
/// extents of x, `axis` included, or is null. With `keep` the axis stays, with
/// extent 1. Argmax gives i32.
template <typename Scalar>
Tensor<Scalar> reduce(Reduce op, const Tensor<Scalar> &x, int64_t axis,
                      const Tensor<Scalar> *mask, bool keep = false);

/// In place, over `count` elements `stride` apart; zeros where all are -inf.
template <typename Scalar>
void softmaxRow(Scalar *row, int64_t count, int64_t stride);

template <typename Scalar>
Tensor<Scalar> softmax(const Tensor<Scalar> &x, int64_t axis);
template <typename Scalar>
Tensor<Scalar> logSoftmax(const Tensor<Scalar> &x, int64_t axis);

/// `bias` may be null.
template <typename Scalar>
Tensor<Scalar> layerNorm(const Tensor<Scalar> &x, const Tensor<Scalar> &weight,
                         const Tensor<Scalar> *bias, double eps);
template <typename Scalar>
Tensor<Scalar> rmsNorm(const Tensor<Scalar> &x, const Tensor<Scalar> &weight,
                       double eps);
template <typename Scalar>
Tensor<Scalar> l2Normalize(const Tensor<Scalar> &x, double eps);

/// Indices of the k largest along the last axis, the first of equals first; NaN
/// counts as the largest.
template <typename Scalar>
Tensor<Scalar> topK(const Tensor<Scalar> &x, int64_t k);

/// Elements of the last axis by indices, clamped.
template <typename Scalar>
Tensor<Scalar> take(const Tensor<Scalar> &x, const Tensor<Scalar> &indices);

} // namespace heddle::reference

#endif // HEDDLE_COMPILER_REFERENCE_AXES_H
