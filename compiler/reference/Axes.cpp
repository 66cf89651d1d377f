// Ops along one axis.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/Axes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace heddle::reference {
namespace {

/// An axis with what lies outside and inside of it.
struct Axis {
  int64_t outer = 1, extent = 1, inner = 1;

  Axis(const std::vector<int64_t> &shape, int64_t axis) : extent(shape[axis]) {
    for (int64_t i = 0; i < static_cast<int64_t>(shape.size()); ++i)
      (i < axis ? outer : inner) *= i == axis ? 1 : shape[i];
  }
  int64_t at(int64_t o, int64_t t, int64_t i) const {
    return (o * extent + t) * inner + i;
  }
};

/// NaN is above everything but itself.
template <typename Scalar> bool isAbove(Scalar a, Scalar b) {
  return a > b || (std::isnan(a) && !std::isnan(b));
}

template <typename Scalar> Scalar sumOf(const std::vector<Scalar> &values) {
  Scalar sum = 0;
  for (Scalar value : values)
    sum += value;
  return sum;
}

/// The largest with sign 1, the smallest with -1; NaN where there is one.
template <typename Scalar>
Scalar farthest(const std::vector<Scalar> &values, Scalar sign) {
  Scalar most = -std::numeric_limits<Scalar>::infinity();
  for (Scalar value : values)
    if (isAbove(sign * value, most))
      most = sign * value;
  return sign * most;
}

template <typename Scalar>
Scalar reduceValues(Reduce op, const std::vector<Scalar> &values) {
  Scalar count = static_cast<Scalar>(values.size());
  switch (op) {
  case Reduce::Sum:
    return sumOf(values);
  case Reduce::Mean:
    return values.empty() ? Scalar(0) : sumOf(values) / count;
  case Reduce::Var: {
    if (values.empty())
      return 0;
    Scalar mean = sumOf(values) / count, squares = 0;
    for (Scalar value : values)
      squares += (value - mean) * (value - mean);
    return squares / count;
  }
  case Reduce::Largest:
    return farthest(values, Scalar(1));
  case Reduce::Smallest:
    return farthest(values, Scalar(-1));
  case Reduce::Argmax:
    break;
  }
  return 0;
}

template <typename Scalar>
Scalar largestOf(const Scalar *row, int64_t count, int64_t stride) {
  Scalar most = -std::numeric_limits<Scalar>::infinity();
  for (int64_t i = 0; i < count; ++i)
    if (!(row[i * stride] <= most)) // takes a NaN as well
      most = row[i * stride];
  return most;
}

template <typename Scalar, typename Row>
Tensor<Scalar> eachRow(const Tensor<Scalar> &x, int64_t axis, Row row) {
  Tensor<Scalar> out = x;
  Axis along(x.shape, axis);
  for (int64_t o = 0; o < along.outer; ++o)
    for (int64_t i = 0; i < along.inner; ++i)
      row(out.floats.data() + along.at(o, 0, i), along.extent, along.inner);
  return out;
}

/// Contiguous rows of the last axis.
template <typename Scalar, typename Row>
Tensor<Scalar> eachLastRow(const Tensor<Scalar> &x, Row row) {
  return eachRow(
      x, static_cast<int64_t>(x.shape.size()) - 1,
      [&](Scalar *data, int64_t width, int64_t) { row(data, width); });
}

template <typename Scalar>
void logSoftmaxRow(Scalar *row, int64_t count, int64_t stride) {
  Scalar most = largestOf(row, count, stride), sum = 0;
  if (most == -std::numeric_limits<Scalar>::infinity())
    return;
  for (int64_t i = 0; i < count; ++i)
    sum += std::exp(row[i * stride] - most);
  for (int64_t i = 0; i < count; ++i)
    row[i * stride] = row[i * stride] - most - std::log(sum);
}

} // namespace

template <typename Scalar>
Tensor<Scalar> reduce(Reduce op, const Tensor<Scalar> &x, int64_t axis,
                      const Tensor<Scalar> *mask, bool keep) {
  Axis along(x.shape, axis);
  Tensor<Scalar> out;
  out.shape = x.shape;
  out.shape[axis] = 1;
  if (!keep)
    out.shape.erase(out.shape.begin() + axis);
  if (op == Reduce::Argmax)
    out.element = Element::Int32;
  // A mask element covers so many elements of x.
  int64_t covered = mask && mask->count() ? x.count() / mask->count() : 1;
  std::vector<Scalar> values;
  std::vector<int32_t> places;
  for (int64_t o = 0; o < along.outer; ++o)
    for (int64_t i = 0; i < along.inner; ++i) {
      values.clear();
      places.clear();
      for (int64_t t = 0; t < along.extent; ++t) {
        int64_t at = along.at(o, t, i);
        if (mask && mask->ints[at / covered] == 0)
          continue;
        values.push_back(x.floats[at]);
        places.push_back(static_cast<int32_t>(t));
      }
      if (op != Reduce::Argmax) {
        out.floats.push_back(reduceValues(op, values));
        continue;
      }
      auto best =
          std::max_element(values.begin(), values.end(),
                           [](Scalar a, Scalar b) { return isAbove(b, a); });
      out.ints.push_back(values.empty() ? 0 : places[best - values.begin()]);
    }
  return out;
}

template <typename Scalar>
void softmaxRow(Scalar *row, int64_t count, int64_t stride) {
  Scalar most = largestOf(row, count, stride), sum = 0;
  if (most == -std::numeric_limits<Scalar>::infinity()) {
    for (int64_t i = 0; i < count; ++i)
      row[i * stride] = 0;
    return;
  }
  for (int64_t i = 0; i < count; ++i)
    sum += row[i * stride] = std::exp(row[i * stride] - most);
  for (int64_t i = 0; i < count; ++i)
    row[i * stride] /= sum;
}

template <typename Scalar>
Tensor<Scalar> softmax(const Tensor<Scalar> &x, int64_t axis) {
  return eachRow(x, axis, softmaxRow<Scalar>);
}

template <typename Scalar>
Tensor<Scalar> logSoftmax(const Tensor<Scalar> &x, int64_t axis) {
  return eachRow(x, axis, logSoftmaxRow<Scalar>);
}

template <typename Scalar>
Tensor<Scalar> layerNorm(const Tensor<Scalar> &x, const Tensor<Scalar> &weight,
                         const Tensor<Scalar> *bias, double eps) {
  return eachLastRow(x, [&](Scalar *row, int64_t width) {
    Scalar sum = 0, squares = 0;
    for (int64_t i = 0; i < width; ++i)
      sum += row[i];
    Scalar mean = sum / Scalar(width);
    for (int64_t i = 0; i < width; ++i)
      squares += (row[i] - mean) * (row[i] - mean);
    Scalar scale = 1 / std::sqrt(squares / Scalar(width) + Scalar(eps));
    for (int64_t i = 0; i < width; ++i)
      row[i] = (row[i] - mean) * scale * weight.floats[i] +
               (bias ? bias->floats[i] : Scalar(0));
  });
}

template <typename Scalar>
Tensor<Scalar> rmsNorm(const Tensor<Scalar> &x, const Tensor<Scalar> &weight,
                       double eps) {
  return eachLastRow(x, [&](Scalar *row, int64_t width) {
    Scalar squares = 0;
    for (int64_t i = 0; i < width; ++i)
      squares += row[i] * row[i];
    Scalar scale = 1 / std::sqrt(squares / Scalar(width) + Scalar(eps));
    for (int64_t i = 0; i < width; ++i)
      row[i] = row[i] * scale * weight.floats[i];
  });
}

template <typename Scalar>
Tensor<Scalar> l2Normalize(const Tensor<Scalar> &x, double eps) {
  return eachLastRow(x, [&](Scalar *row, int64_t width) {
    Scalar squares = 0;
    for (int64_t i = 0; i < width; ++i)
      squares += row[i] * row[i];
    // The form keeps a NaN: fmax would drop it.
    Scalar length = std::sqrt(squares);
    if (length < Scalar(eps))
      length = Scalar(eps);
    for (int64_t i = 0; i < width; ++i)
      row[i] /= length;
  });
}

template <typename Scalar>
Tensor<Scalar> topK(const Tensor<Scalar> &x, int64_t k) {
  int64_t width = x.extent(-1);
  Tensor<Scalar> out;
  out.element = Element::Int32;
  out.shape = x.shape;
  out.shape.back() = k;
  std::vector<int32_t> order(width);
  for (int64_t first = 0; first < x.count(); first += width) {
    const Scalar *row = x.floats.data() + first;
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
      return isAbove(row[a], row[b]);
    });
    out.ints.insert(out.ints.end(), order.begin(), order.begin() + k);
  }
  return out;
}

template <typename Scalar>
Tensor<Scalar> take(const Tensor<Scalar> &x, const Tensor<Scalar> &indices) {
  Tensor<Scalar> out = Tensor<Scalar>::floatsLike(indices.shape);
  int64_t width = x.extent(-1), count = indices.extent(-1);
  for (int64_t i = 0; i < out.count(); ++i) {
    int64_t index = std::clamp<int64_t>(indices.ints[i], 0, width - 1);
    out.floats[i] = x.floats[i / count * width + index];
  }
  return out;
}

// NOLINTBEGIN(bugprone-macro-parentheses): a type takes no parentheses
#define INSTANTIATE(Scalar)                                                    \
  template Tensor<Scalar> reduce(Reduce, const Tensor<Scalar> &, int64_t,      \
                                 const Tensor<Scalar> *, bool);                \
  template void softmaxRow(Scalar *, int64_t, int64_t);                        \
  template Tensor<Scalar> softmax(const Tensor<Scalar> &, int64_t);            \
  template Tensor<Scalar> logSoftmax(const Tensor<Scalar> &, int64_t);         \
  template Tensor<Scalar> layerNorm(const Tensor<Scalar> &,                    \
                                    const Tensor<Scalar> &,                    \
                                    const Tensor<Scalar> *, double);           \
  template Tensor<Scalar> rmsNorm(const Tensor<Scalar> &,                      \
                                  const Tensor<Scalar> &, double);             \
  template Tensor<Scalar> l2Normalize(const Tensor<Scalar> &, double);         \
  template Tensor<Scalar> topK(const Tensor<Scalar> &, int64_t);               \
  template Tensor<Scalar> take(const Tensor<Scalar> &, const Tensor<Scalar> &);

INSTANTIATE(double)
INSTANTIATE(float)
#undef INSTANTIATE
// NOLINTEND(bugprone-macro-parentheses)

} // namespace heddle::reference
