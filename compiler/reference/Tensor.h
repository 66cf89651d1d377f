// Tensors of the reference evaluator: plain vectors in C order.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_REFERENCE_TENSOR_H
#define HEDDLE_COMPILER_REFERENCE_TENSOR_H

#include <cstdint>
#include <vector>

namespace heddle::reference {

/// What a tensor holds.
enum class Element { Float, Int32, Bool };

/// The number of elements of a shape.
inline int64_t countOf(const std::vector<int64_t> &shape) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

/// A dense tensor, last axis fastest. Floats are computed in `Scalar`, double
/// for the meaning of an op, float to see what f32 itself costs. Integers and
/// booleans (0 or 1) are in `ints`.
template <typename Scalar> struct Tensor {
  Element element = Element::Float;
  std::vector<int64_t> shape;
  std::vector<Scalar> floats; ///< For Element::Float, else empty.
  std::vector<int32_t> ints;  ///< For the others, else empty.

  static Tensor ofFloats(std::vector<int64_t> shape,
                         std::vector<Scalar> values) {
    return {Element::Float, std::move(shape), std::move(values), {}};
  }
  static Tensor ofInts(std::vector<int64_t> shape,
                       std::vector<int32_t> values) {
    return {Element::Int32, std::move(shape), {}, std::move(values)};
  }
  /// Zeros.
  static Tensor floatsLike(std::vector<int64_t> shape) {
    std::vector<Scalar> values(countOf(shape));
    return ofFloats(std::move(shape), std::move(values));
  }

  int64_t count() const { return countOf(shape); }
  /// Extent of an axis; a negative one counts from the last.
  int64_t extent(int axis) const {
    return shape[axis < 0 ? axis + static_cast<int>(shape.size()) : axis];
  }
};

/// The same tensor with another scalar.
template <typename To, typename From>
Tensor<To> convert(const Tensor<From> &from) {
  Tensor<To> to{from.element, from.shape, {}, from.ints};
  to.floats.assign(from.floats.begin(), from.floats.end());
  return to;
}

} // namespace heddle::reference

#endif // HEDDLE_COMPILER_REFERENCE_TENSOR_H
