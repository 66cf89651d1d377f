// The one tolerance table: how far a computed tensor may be from the
// reference. Every numeric test and `verify` take their bound from here.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_REFERENCE_TOLERANCE_H
#define HEDDLE_COMPILER_REFERENCE_TOLERANCE_H

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace heddle::reference {

/// Arithmetic a kernel computes in. Appended to, never renumbered.
enum class Dtype { F32, BF16, Int8 };

/// Unit roundoff: the largest relative error of one rounding.
inline double unitRoundoff(Dtype dtype) {
  switch (dtype) {
  case Dtype::F32:
    return 0x1p-24;
  case Dtype::BF16:
    return 0x1p-9;
  case Dtype::Int8: // of rows whose largest element is twice their rms or so
    return 0x1p-7;
  }
  return 0;
}

/// The bound t of |found - expected| <= t * (|expected| + rms(expected)) for
/// values that come out of sums of `reductionLength` terms in all (along the
/// longest path; 1 for element by element ops).
///
/// Derivation: roundings of a sum of n terms are independent in sign, so its
/// error is about u * sqrt(n) times the size of the terms' norm (Higham and
/// Mary 2019: lambda * u * sqrt(n) holds with probability 1 - 2 exp(-lambda^2
/// / 2) for each step), whatever the order of summation; errors of the steps
/// before it are of the same form, and squares add up, hence the length of the
/// path. The result itself may be small by cancellation, while the error
/// follows the terms: the tensor's root mean square stands for their norm.
/// lambda = 8 covers transcendentals within 4 u and the choice of formula.
inline double tolerance(Dtype dtype, int64_t reductionLength) {
  double n = static_cast<double>(reductionLength < 1 ? 1 : reductionLength);
  return 8.0 * unitRoundoff(dtype) * (1.0 + std::sqrt(n));
}

/// What lies on the way to a value.
struct Path {
  int64_t terms = 0; ///< of sums, which are all in f32
  int64_t bf16 = 0;  ///< products of numbers rounded to bf16
  int64_t int8 = 0;  ///< products of rows and columns rounded to int8

  bool isNarrow() const { return bf16 || int8; }
};

/// The longest of both ways, and one after the other.
inline Path longest(const Path &a, const Path &b) {
  return {std::max(a.terms, b.terms), std::max(a.bf16, b.bf16),
          std::max(a.int8, b.int8)};
}
inline Path operator+(const Path &a, const Path &b) {
  return {a.terms + b.terms, a.bf16 + b.bf16, a.int8 + b.int8};
}

/// The bound for a value at the end of a path. Rounding its operands disturbs
/// each term of a product by u of its size with a sign of its own, so the sum
/// by u of the terms' norm, however many they are: such a product counts as one
/// rounding, and its sum in f32 as any other.
inline double tolerance(const Path &path) {
  return tolerance(Dtype::F32, path.terms) +
         (path.bf16 ? tolerance(Dtype::BF16, path.bf16) : 0) +
         (path.int8 ? tolerance(Dtype::Int8, path.int8) : 0);
}

/// The least cosine between an output and its reference where something is
/// computed of less than f32.
constexpr double leastCosine = 0.99;

/// The worst element of a tensor against the reference.
struct Difference {
  bool within = true;  ///< Every element is within the bound.
  int64_t index = 0;   ///< The worst one, in C order.
  double expected = 0; ///< Its values.
  double found = 0;
  double allowed = 0; ///< Largest |found - expected| there.
  double largest = 0; ///< Largest |found - expected| anywhere.
};

/// Root mean square; 0 for nothing.
template <typename Scalar>
double rootMeanSquare(const std::vector<Scalar> &values) {
  double squares = 0;
  for (Scalar value : values)
    squares += static_cast<double>(value) * value;
  return values.empty() ? 0 : std::sqrt(squares / values.size());
}

/// The cosine between two tensors as vectors; 1 where either is zero.
template <typename Found>
double cosine(const std::vector<double> &expected, const Found *found) {
  double product = 0, a = 0, b = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    double value = static_cast<double>(found[i]);
    product += expected[i] * value;
    a += expected[i] * expected[i];
    b += value * value;
  }
  return a > 0 && b > 0 ? product / std::sqrt(a * b) : 1;
}

/// Compares all elements under `bound` (from `tolerance`). NaN equals NaN only,
/// an infinity itself only. `floor` is a difference that is always allowed:
/// for graphs that may cancel all that they compute (x + 1 - x), some times
/// what f32 was measured to differ from double by, in the reference itself.
template <typename Found>
Difference compare(const std::vector<double> &expected, const Found *found,
                   double bound, double floor = 0) {
  Difference worst;
  double rms = rootMeanSquare(expected), worstRatio = -1;
  if (!std::isfinite(rms))
    rms = 0; // non-finite elements say nothing of the others' size
  for (size_t i = 0; i < expected.size(); ++i) {
    double want = expected[i], got = static_cast<double>(found[i]);
    if (want == got || (std::isnan(want) && std::isnan(got)))
      continue;
    double allowed = std::fmax(bound * (std::fabs(want) + rms), floor);
    double error = std::fabs(got - want);
    // Not finite on one side: infinitely far.
    double ratio = std::isfinite(error) ? error / (allowed + 1e-300) : INFINITY;
    worst.largest =
        std::isnan(error) ? INFINITY : std::fmax(worst.largest, error);
    if (ratio <= worstRatio)
      continue;
    worstRatio = ratio;
    worst = {ratio <= 1,   static_cast<int64_t>(i), want, got, allowed,
             worst.largest};
  }
  return worst;
}

} // namespace heddle::reference

#endif // HEDDLE_COMPILER_REFERENCE_TOLERANCE_H
