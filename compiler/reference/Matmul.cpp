// The one product that models spend their time in. Each sum runs over k in
// order, in plain arithmetic (no fused multiply-add), so that the result does
// not depend on the machine; the vectors are along n.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/Kernels.h"

#include <algorithm>
#include <cstring>

namespace heddle::reference {

/// Columns of a block: one vector, 8 doubles or 16 floats.
template <typename Scalar> struct Lanes {
  static constexpr int64_t count = 64 / sizeof(Scalar);
  typedef Scalar Vector __attribute__((vector_size(64)));
};

/// A block whose sums stay in registers: `rows` rows of a, times a panel of b
/// with its lanes side by side. `columns` of the lanes are stored.
template <int64_t rows, typename Scalar>
[[gnu::always_inline]] static inline void
multiplyBlock(int64_t columns, int64_t n, int64_t k, const Scalar *a,
              const Scalar *panel, Scalar *out) {
  using Vector = typename Lanes<Scalar>::Vector;
  Vector sums[rows] = {};
  for (int64_t i = 0; i < k; ++i) {
    Vector right;
    std::memcpy(&right, panel + i * Lanes<Scalar>::count, sizeof right);
    for (int64_t row = 0; row < rows; ++row)
      sums[row] += a[row * k + i] * right;
  }
  for (int64_t row = 0; row < rows; ++row)
    std::memcpy(out + row * n, &sums[row], columns * sizeof(Scalar));
}

template <int64_t blockRows, typename Scalar>
[[gnu::always_inline]] static inline void
multiply(int64_t m, int64_t n, int64_t k, const Scalar *a, const Scalar *b,
         Scalar *out) {
  constexpr int64_t lanes = Lanes<Scalar>::count;
  std::vector<Scalar> panel(k * lanes);
  for (int64_t column = 0; column < n; column += lanes) {
    int64_t columns = std::min(lanes, n - column);
    for (int64_t i = 0; i < k; ++i)
      std::copy_n(b + i * n + column, columns, panel.data() + i * lanes);
    int64_t row = 0;
    for (; row + blockRows <= m; row += blockRows)
      multiplyBlock<blockRows>(columns, n, k, a + row * k, panel.data(),
                               out + row * n + column);
    for (; row < m; ++row)
      multiplyBlock<1>(columns, n, k, a + row * k, panel.data(),
                       out + row * n + column);
  }
}

// The same code for vectors of three sizes; as many rows as there are registers
// for sums. The results are the same.
#if defined(__x86_64__)
template <typename Scalar>
[[gnu::target("avx512f")]] static void
multiplyAvx512(int64_t m, int64_t n, int64_t k, const Scalar *a,
               const Scalar *b, Scalar *out) {
  multiply<12>(m, n, k, a, b, out);
}
template <typename Scalar>
[[gnu::target("avx2")]] static void multiplyAvx2(int64_t m, int64_t n,
                                                 int64_t k, const Scalar *a,
                                                 const Scalar *b, Scalar *out) {
  multiply<4>(m, n, k, a, b, out);
}
#endif

template <typename Scalar>
static void dispatch(int64_t m, int64_t n, int64_t k, const Scalar *a,
                     const Scalar *b, Scalar *out) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f"))
    return multiplyAvx512(m, n, k, a, b, out);
  if (__builtin_cpu_supports("avx2"))
    return multiplyAvx2(m, n, k, a, b, out);
#endif
  multiply<2>(m, n, k, a, b, out);
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
