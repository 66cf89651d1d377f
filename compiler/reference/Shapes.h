// What the ops that move elements, turn pairs and multiply matrices compute,
// plainly. No MLIR; every function exists for Scalar = double and float.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_REFERENCE_SHAPES_H
#define HEDDLE_COMPILER_REFERENCE_SHAPES_H

#include "compiler/reference/Tensor.h"
#include <array>
#include <functional>
#include <optional>

namespace heddle::reference {

/// The frequencies of an angle table of `width` columns.
struct Frequencies {
  double base = 10000;
  double linear = 1; ///< divides all
  /// factor, low, high, length
  std::optional<std::array<double, 4>> llama3 = std::nullopt;
};

/// [rows, width]: cosines then sines when `rotary`, else sine and cosine in
/// turn.
template <typename Scalar>
Tensor<Scalar> angleTable(int64_t rows, int64_t width,
                          const Frequencies &frequencies, bool rotary);

/// Turns pairs of x [B, H, T, D] by rows of the rotary `table` [P, R]: row
/// first + t, or positions [B, T] or [T] clamped to the table.
template <typename Scalar>
Tensor<Scalar> rope(const Tensor<Scalar> &x, const Tensor<Scalar> &table,
                    const Tensor<Scalar> *positions, int64_t first,
                    bool adjacent);

using Index = std::vector<int64_t>;

/// A tensor of `shape` whose element at an index is x's at `from(index)`, and
/// `value` where that gives nothing. Any element type.
template <typename Scalar>
Tensor<Scalar>
gather(const Tensor<Scalar> &x, const std::vector<int64_t> &shape,
       const std::function<std::optional<Index>(const Index &)> &from,
       double value = 0);

template <typename Scalar>
Tensor<Scalar> concat(const std::vector<const Tensor<Scalar> *> &parts,
                      int64_t axis);

/// a [..., M, K] times b [..., K, N], leading axes broadcast.
template <typename Scalar>
Tensor<Scalar> batchedMatmul(const Tensor<Scalar> &a, const Tensor<Scalar> &b,
                             bool transposeA, bool transposeB);

} // namespace heddle::reference

#endif // HEDDLE_COMPILER_REFERENCE_SHAPES_H
