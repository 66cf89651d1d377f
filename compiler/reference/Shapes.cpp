// Moves, rotations and matrix products: see Shapes.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/Shapes.h"

#include "compiler/reference/Kernels.h"
#include <algorithm>
#include <cmath>

namespace heddle::reference {

static double scaled(double frequency, const Frequencies &how) {
  frequency /= how.linear;
  if (!how.llama3)
    return frequency;
  auto [factor, low, high, length] = *how.llama3;
  double wave = 2 * M_PI / frequency;
  if (wave < length / high)
    return frequency;
  if (wave > length / low)
    return frequency / factor;
  double smooth = (length / wave - low) / (high - low);
  return (1 - smooth) * frequency / factor + smooth * frequency;
}

template <typename Scalar>
Tensor<Scalar> angleTable(int64_t rows, int64_t width,
                          const Frequencies &frequencies, bool rotary) {
  Tensor<Scalar> out = Tensor<Scalar>::floatsLike({rows, width});
  int64_t half = width / 2;
  for (int64_t j = 0; j < half; ++j) {
    double exponent =
        -2.0 * static_cast<double>(j) / static_cast<double>(width);
    double frequency =
        scaled(std::pow(frequencies.base, exponent), frequencies);
    for (int64_t p = 0; p < rows; ++p) {
      double angle = static_cast<double>(p) * frequency;
      Scalar *row = out.floats.data() + p * width;
      row[rotary ? j : 2 * j + 1] = static_cast<Scalar>(std::cos(angle));
      row[rotary ? half + j : 2 * j] = static_cast<Scalar>(std::sin(angle));
    }
  }
  return out;
}

template <typename Scalar>
Tensor<Scalar> rope(const Tensor<Scalar> &x, const Tensor<Scalar> &table,
                    const Tensor<Scalar> *positions, int64_t first,
                    bool adjacent) {
  Tensor<Scalar> out = x;
  int64_t batch = x.extent(0), heads = x.extent(1), length = x.extent(2);
  int64_t width = x.extent(3), half = table.extent(1) / 2;
  bool perBatch = positions && positions->shape.size() == 2;
  Scalar *row = out.floats.data();
  for (int64_t i = 0; i < batch * heads * length; ++i, row += width) {
    int64_t t = i % length, b = i / (heads * length);
    int64_t place = first + t;
    if (positions)
      place =
          std::clamp<int64_t>(positions->ints[perBatch ? b * length + t : t], 0,
                              table.extent(0) - 1);
    const Scalar *turn = table.floats.data() + place * 2 * half;
    for (int64_t j = 0; j < half; ++j) {
      Scalar &u = row[adjacent ? 2 * j : j];
      Scalar &v = row[adjacent ? 2 * j + 1 : j + half];
      Scalar c = turn[j], s = turn[half + j], before = u;
      u = before * c - v * s;
      v = v * c + before * s;
    }
  }
  return out;
}

/// The next index in row-major order.
static void advance(Index &index, const std::vector<int64_t> &shape) {
  for (size_t axis = index.size(); axis-- > 0;) {
    if (++index[axis] < shape[axis])
      return;
    index[axis] = 0;
  }
}

static int64_t flatten(const Index &index, const std::vector<int64_t> &shape) {
  int64_t flat = 0;
  for (size_t axis = 0; axis < shape.size(); ++axis)
    flat = flat * shape[axis] + index[axis];
  return flat;
}

template <typename Scalar>
Tensor<Scalar>
gather(const Tensor<Scalar> &x, const std::vector<int64_t> &shape,
       const std::function<std::optional<Index>(const Index &)> &from,
       double value) {
  Tensor<Scalar> out{x.element, shape, {}, {}};
  Index index(shape.size(), 0);
  for (int64_t i = countOf(shape); i > 0; --i, advance(index, shape)) {
    std::optional<Index> source = from(index);
    int64_t at = source ? flatten(*source, x.shape) : 0;
    if (x.element == Element::Float)
      out.floats.push_back(source ? x.floats[at] : Scalar(value));
    else
      out.ints.push_back(source ? x.ints[at] : static_cast<int32_t>(value));
  }
  return out;
}

template <typename Scalar>
Tensor<Scalar> concat(const std::vector<const Tensor<Scalar> *> &parts,
                      int64_t axis) {
  Tensor<Scalar> out{parts[0]->element, parts[0]->shape, {}, {}};
  int64_t outer = 1;
  for (int64_t i = 0; i < axis; ++i)
    outer *= out.shape[i];
  out.shape[axis] = 0;
  for (const Tensor<Scalar> *part : parts)
    out.shape[axis] += part->shape[axis];
  // A run is all of a part under one choice of the outer indices.
  for (int64_t o = 0; o < outer; ++o)
    for (const Tensor<Scalar> *part : parts) {
      int64_t run = part->count() / outer;
      if (out.element == Element::Float)
        out.floats.insert(out.floats.end(), part->floats.begin() + o * run,
                          part->floats.begin() + (o + 1) * run);
      else
        out.ints.insert(out.ints.end(), part->ints.begin() + o * run,
                        part->ints.begin() + (o + 1) * run);
    }
  return out;
}

/// The matrices of x, each in row-major order as the product reads them.
template <typename Scalar>
static Tensor<Scalar> oriented(const Tensor<Scalar> &x, bool transpose) {
  if (!transpose)
    return x;
  std::vector<int64_t> shape = x.shape;
  std::swap(shape[shape.size() - 1], shape[shape.size() - 2]);
  return gather<Scalar>(x, shape, [](Index index) {
    std::swap(index[index.size() - 1], index[index.size() - 2]);
    return index;
  });
}

template <typename Scalar>
Tensor<Scalar> batchedMatmul(const Tensor<Scalar> &a, const Tensor<Scalar> &b,
                             bool transposeA, bool transposeB) {
  Tensor<Scalar> left = oriented(a, transposeA),
                 right = oriented(b, transposeB);
  int64_t m = left.extent(-2), k = left.extent(-1), n = right.extent(-1);
  std::vector<int64_t> aBatch(left.shape.begin(), left.shape.end() - 2);
  std::vector<int64_t> bBatch(right.shape.begin(), right.shape.end() - 2);
  size_t rank = std::max(aBatch.size(), bBatch.size());
  aBatch.insert(aBatch.begin(), rank - aBatch.size(), 1);
  bBatch.insert(bBatch.begin(), rank - bBatch.size(), 1);
  std::vector<int64_t> shape(rank);
  for (size_t i = 0; i < rank; ++i)
    shape[i] = aBatch[i] == 1 ? bBatch[i] : aBatch[i];
  std::vector<int64_t> batch = shape;
  shape.insert(shape.end(), {m, n});
  Tensor<Scalar> out = Tensor<Scalar>::floatsLike(shape);
  Index index(rank, 0);
  for (int64_t i = 0; i < countOf(batch); ++i, advance(index, batch)) {
    Index inA = index, inB = index;
    for (size_t axis = 0; axis < rank; ++axis) {
      if (aBatch[axis] == 1)
        inA[axis] = 0;
      if (bBatch[axis] == 1)
        inB[axis] = 0;
    }
    matmul(m, n, k, left.floats.data() + flatten(inA, aBatch) * m * k,
           right.floats.data() + flatten(inB, bBatch) * k * n,
           out.floats.data() + i * m * n);
  }
  return out;
}

// NOLINTBEGIN(bugprone-macro-parentheses): a type takes no parentheses
#define INSTANTIATE(Scalar)                                                    \
  template Tensor<Scalar> angleTable(int64_t, int64_t, const Frequencies &,    \
                                     bool);                                    \
  template Tensor<Scalar> rope(const Tensor<Scalar> &, const Tensor<Scalar> &, \
                               const Tensor<Scalar> *, int64_t, bool);         \
  template Tensor<Scalar> gather(                                              \
      const Tensor<Scalar> &, const std::vector<int64_t> &,                    \
      const std::function<std::optional<Index>(const Index &)> &, double);     \
  template Tensor<Scalar> concat(const std::vector<const Tensor<Scalar> *> &,  \
                                 int64_t);                                     \
  template Tensor<Scalar> batchedMatmul(const Tensor<Scalar> &,                \
                                        const Tensor<Scalar> &, bool, bool);

INSTANTIATE(double)
INSTANTIATE(float)
#undef INSTANTIATE
// NOLINTEND(bugprone-macro-parentheses)

} // namespace heddle::reference
