// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The two kernels written by hand as .mlir: sizes, and what they compute.

#ifndef HEDDLE_TESTS_COMPILER_TRANSLATE_PROTOTYPES_H
#define HEDDLE_TESTS_COMPILER_TRANSLATE_PROTOTYPES_H

#include "tests/support/KernelRunner.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace heddle::test {

/// Depth of the attention kernels.
inline constexpr int attentionDepth = 64;

/// Uniform in [-1, 1], from a seed.
inline std::vector<float> randomFloats(size_t count, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> values(count);
  for (float &value : values)
    value = uniform(engine);
  return values;
}

/// C = A B in double; A [rows, depth], B [panels][depth][width].
inline double gemmAt(const std::vector<float> &a, const std::vector<float> &b,
                     int depth, int width, int row, int column) {
  double sum = 0;
  const float *panel = &b[size_t(column / width) * depth * width];
  for (int k = 0; k < depth; ++k)
    sum += double(a[size_t(row) * depth + k]) *
           panel[size_t(k) * width + column % width];
  return sum;
}

/// One row of softmax(q k' / sqrt(depth)) v over `keys` keys, in double.
inline std::vector<double> attentionRow(const float *q, const float *k,
                                        const float *v, int keys, int depth) {
  std::vector<double> weights(size_t(keys), 0), result(size_t(depth), 0);
  double max = -1e30, sum = 0;
  for (int i = 0; i < keys; ++i) {
    for (int d = 0; d < depth; ++d)
      weights[size_t(i)] += double(q[d]) * k[size_t(i) * depth + d];
    weights[size_t(i)] /= std::sqrt(double(depth));
    max = std::max(max, weights[size_t(i)]);
  }
  for (double &weight : weights)
    sum += weight = std::exp(weight - max);
  for (int i = 0; i < keys; ++i)
    for (int d = 0; d < depth; ++d)
      result[size_t(d)] += weights[size_t(i)] / sum * v[size_t(i) * depth + d];
  return result;
}

/// What rounding may do to a sum of `terms` products of values up to 1.
inline double sumTolerance(int terms) { return terms * std::ldexp(1, -24); }

} // namespace heddle::test

#endif // HEDDLE_TESTS_COMPILER_TRANSLATE_PROTOTYPES_H
