// What each op computes, plainly. No MLIR: shapes fit, the verifier saw to it.
// Every function exists for Scalar = double and float.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_REFERENCE_KERNELS_H
#define HEDDLE_COMPILER_REFERENCE_KERNELS_H

#include "compiler/reference/Axes.h"
#include "compiler/reference/Elementwise.h"
#include "compiler/reference/Score.h"
#include "compiler/reference/Tensor.h"
#include <optional>

namespace heddle::reference {

/// out[m, n] = sum over k of a[m, k] * b[k, n], each sum in the order of k.
/// All in C order; `out` is overwritten.
void matmul(int64_t m, int64_t n, int64_t k, const double *a, const double *b,
            double *out);
void matmul(int64_t m, int64_t n, int64_t k, const float *a, const float *b,
            float *out);

/// The nearest bf16, ties to even; NaN stays NaN.
float roundToBf16(float value);

/// Rows of the last axis, or the columns of a matrix, to the nearest whole
/// multiples of their largest magnitude over 127.
template <typename Scalar>
void roundToInt8(Tensor<Scalar> &tensor, bool columns);

/// Rows of `table` [V, D]. Nothing when a token is outside [0, V); then
/// `badToken` is the first such one.
template <typename Scalar>
std::optional<Tensor<Scalar>> embed(const Tensor<Scalar> &tokens,
                                    const Tensor<Scalar> &table,
                                    int32_t &badToken);

/// Rows first .. first + count - 1 of `table` [P, D].
template <typename Scalar>
Tensor<Scalar> rows(const Tensor<Scalar> &table, int64_t first, int64_t count);

/// `bias` may be null. The weight is [out, in] when `outIn`.
template <typename Scalar>
Tensor<Scalar> linear(const Tensor<Scalar> &x, const Tensor<Scalar> &weight,
                      const Tensor<Scalar> *bias, bool outIn);

/// [B, T, H * D] to [B, H, T, D] and back.
template <typename Scalar>
Tensor<Scalar> splitHeads(const Tensor<Scalar> &x, int64_t heads);
template <typename Scalar> Tensor<Scalar> mergeHeads(const Tensor<Scalar> &x);

/// q [B, Hq, Tq, D], k [B, Hkv, Tk, D], v [B, Hkv, Tk, Dv]; `score` gives
/// scores and live keys from the scaled products. With `roundsWeights` the
/// weights of the values are rounded to bf16.
template <typename Scalar>
Tensor<Scalar> attention(const Tensor<Scalar> &q, const Tensor<Scalar> &k,
                         const Tensor<Scalar> &v, double scale,
                         const ScoreProgram<Scalar> &score,
                         bool roundsWeights = false);

} // namespace heddle::reference

#endif // HEDDLE_COMPILER_REFERENCE_KERNELS_H
