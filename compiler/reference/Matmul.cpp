// The one product that models spend their time in. Each sum runs over k in
// order, in plain arithmetic (no fused multiply-add), so that the result does
// not depend on the machine; the vectors are along n.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/Kernels.h"

#include <algorithm>

namespace heddle::reference {

/// Rows and columns of a block whose sums stay in the L1 cache.
static constexpr int64_t blockRows = 4, blockColumns = 128;

template <typename Scalar>
[[gnu::always_inline]] static inline void
multiplyBlock(int64_t rows, int64_t columns, int64_t n, int64_t k,
              const Scalar *a, const Scalar *b, Scalar *out) {
  Scalar sums[blockRows][blockColumns] = {};
  for (int64_t i = 0; i < k; ++i)
    for (int64_t row = 0; row < rows; ++row) {
      Scalar factor = a[row * k + i];
      for (int64_t column = 0; column < columns; ++column)
        sums[row][column] += factor * b[i * n + column];
    }
  for (int64_t row = 0; row < rows; ++row)
    std::copy(sums[row], sums[row] + columns, out + row * n);
}

template <typename Scalar>
[[gnu::always_inline]] static inline void
multiply(int64_t m, int64_t n, int64_t k, const Scalar *a, const Scalar *b,
         Scalar *out) {
  for (int64_t row = 0; row < m; row += blockRows)
    for (int64_t column = 0; column < n; column += blockColumns) {
      int64_t rows = std::min(blockRows, m - row);
      int64_t columns = std::min(blockColumns, n - column);
      const Scalar *left = a + row * k, *right = b + column;
      Scalar *block = out + row * n + column;
      if (rows == blockRows && columns == blockColumns) // constant loops
        multiplyBlock(blockRows, blockColumns, n, k, left, right, block);
      else
        multiplyBlock(rows, columns, n, k, left, right, block);
    }
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] static void multiplyAvx2(int64_t m, int64_t n,
                                                 int64_t k, const double *a,
                                                 const double *b, double *out) {
  multiply(m, n, k, a, b, out);
}
[[gnu::target("avx2")]] static void multiplyAvx2(int64_t m, int64_t n,
                                                 int64_t k, const float *a,
                                                 const float *b, float *out) {
  multiply(m, n, k, a, b, out);
}
#endif

template <typename Scalar>
static void dispatch(int64_t m, int64_t n, int64_t k, const Scalar *a,
                     const Scalar *b, Scalar *out) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2"))
    return multiplyAvx2(m, n, k, a, b, out);
#endif
  multiply(m, n, k, a, b, out);
}

void matmul(int64_t m, int64_t n, int64_t k, const double *a, const double *b,
            double *out) {
  dispatch(m, n, k, a, b, out);
}

void matmul(int64_t m, int64_t n, int64_t k, const float *a, const float *b,
            float *out) {
  dispatch(m, n, k, a, b, out);
}

} // namespace heddle::reference
