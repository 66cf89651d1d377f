// Ops that work on elements and rows.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/Kernels.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace heddle::reference {

float roundToBf16(float value) {
  if (std::isnan(value))
    return value;
  uint32_t bits = std::bit_cast<uint32_t>(value);
  bits += 0x7fff + (bits >> 16 & 1);
  return std::bit_cast<float>(bits & 0xffff0000);
}

template <typename Scalar>
void roundToInt8(Tensor<Scalar> &tensor, bool columns) {
  int64_t width = tensor.extent(-1), count = int64_t(tensor.floats.size());
  int64_t lines = columns ? width : count / std::max<int64_t>(width, 1);
  int64_t length = columns ? count / width : width;
  for (int64_t line = 0; line < lines; ++line) {
    auto at = [&](int64_t i) -> Scalar & {
      return tensor.floats[columns ? i * width + line : line * width + i];
    };
    Scalar largest = 0;
    for (int64_t i = 0; i < length; ++i)
      largest = std::max(largest, std::abs(at(i)));
    Scalar scale = largest / 127;
    for (int64_t i = 0; i < length && scale > 0; ++i)
      at(i) = std::nearbyint(at(i) / scale) * scale;
  }
}

template <typename Scalar>
std::optional<Tensor<Scalar>> embed(const Tensor<Scalar> &tokens,
                                    const Tensor<Scalar> &table,
                                    int32_t &badToken) {
  std::vector<int64_t> shape = tokens.shape;
  int64_t width = table.extent(1);
  shape.push_back(width);
  Tensor<Scalar> out = Tensor<Scalar>::floatsLike(shape);
  for (size_t i = 0; i < tokens.ints.size(); ++i) {
    int32_t token = tokens.ints[i];
    if (token < 0 || token >= table.extent(0)) {
      badToken = token;
      return std::nullopt;
    }
    std::copy_n(table.floats.begin() + token * width, width,
                out.floats.begin() + i * width);
  }
  return out;
}

template <typename Scalar>
Tensor<Scalar> rows(const Tensor<Scalar> &table, int64_t first, int64_t count) {
  int64_t width = table.extent(1);
  auto begin = table.floats.begin() + first * width;
  return Tensor<Scalar>::ofFloats({count, width},
                                  {begin, begin + count * width});
}

template <typename Scalar>
Tensor<Scalar> linear(const Tensor<Scalar> &x, const Tensor<Scalar> &weight,
                      const Tensor<Scalar> *bias, bool outIn) {
  int64_t in = x.extent(-1), out = weight.extent(outIn ? 0 : 1);
  std::vector<int64_t> shape = x.shape;
  shape.back() = out;
  Tensor<Scalar> result = Tensor<Scalar>::floatsLike(shape);
  std::vector<Scalar> transposed;
  if (outIn) {
    transposed.resize(weight.floats.size());
    for (int64_t n = 0; n < out; ++n)
      for (int64_t k = 0; k < in; ++k)
        transposed[k * out + n] = weight.floats[n * in + k];
  }
  int64_t rowCount = countOf(shape) / out;
  matmul(rowCount, out, in, x.floats.data(),
         outIn ? transposed.data() : weight.floats.data(),
         result.floats.data());
  if (bias)
    for (int64_t i = 0; i < rowCount * out; ++i)
      result.floats[i] += bias->floats[i % out];
  return result;
}

/// Swaps the middle axes of [B, M, N, D].
template <typename Scalar>
static void swapMiddle(const Scalar *x, Scalar *out, int64_t b, int64_t m,
                       int64_t n, int64_t d) {
  for (int64_t i = 0; i < b; ++i)
    for (int64_t j = 0; j < m; ++j)
      for (int64_t k = 0; k < n; ++k)
        std::copy_n(x + ((i * m + j) * n + k) * d, d,
                    out + ((i * n + k) * m + j) * d);
}

template <typename Scalar>
Tensor<Scalar> splitHeads(const Tensor<Scalar> &x, int64_t heads) {
  int64_t batch = x.extent(0), length = x.extent(1);
  int64_t width = x.extent(2) / heads;
  Tensor<Scalar> out =
      Tensor<Scalar>::floatsLike({batch, heads, length, width});
  swapMiddle(x.floats.data(), out.floats.data(), batch, length, heads, width);
  return out;
}

template <typename Scalar> Tensor<Scalar> mergeHeads(const Tensor<Scalar> &x) {
  int64_t batch = x.extent(0), heads = x.extent(1), length = x.extent(2);
  int64_t width = x.extent(3);
  Tensor<Scalar> out =
      Tensor<Scalar>::floatsLike({batch, length, heads * width});
  swapMiddle(x.floats.data(), out.floats.data(), batch, heads, length, width);
  return out;
}

/// out [queries, width] = weights [queries, keys] times v [keys, width]; a key
/// of weight 0 is left out even where its value is no number.
template <typename Scalar>
static void weighValues(int64_t queries, int64_t width, int64_t keys,
                        const Scalar *weights, const Scalar *v, Scalar *out) {
  if (std::all_of(v, v + keys * width,
                  [](Scalar value) { return std::isfinite(value); }))
    return matmul(queries, width, keys, weights, v, out);
  std::fill_n(out, queries * width, Scalar(0));
  for (int64_t i = 0; i < queries; ++i)
    for (int64_t j = 0; j < keys; ++j)
      for (int64_t d = 0; d < width && weights[i * keys + j] != 0; ++d)
        out[i * width + d] += weights[i * keys + j] * v[j * width + d];
}

/// One head: q [Tq, D], k [Tk, D], v [Tk, Dv]; a few query rows at a time.
template <typename Scalar>
static void attendHead(const Scalar *q, const Scalar *k, const Scalar *v,
                       Scalar *out, int64_t queries, int64_t keys,
                       int64_t width, int64_t valueWidth, Scalar scale,
                       int64_t b, int64_t h, ScoreRow<Scalar> &score,
                       bool roundsWeights) {
  constexpr int64_t block = 64;
  std::vector<Scalar> transposed(keys * width), scores(block * keys);
  for (int64_t j = 0; j < keys; ++j)
    for (int64_t d = 0; d < width; ++d)
      transposed[d * keys + j] = k[j * width + d];
  for (int64_t first = 0; first < queries; first += block) {
    int64_t count = std::min(block, queries - first);
    matmul(count, keys, width, q + first * width, transposed.data(),
           scores.data());
    for (int64_t i = 0; i < count; ++i) {
      Scalar *row = scores.data() + i * keys;
      for (int64_t j = 0; j < keys; ++j)
        row[j] *= scale;
      score.run(b, h, first + i, row);
      softmaxRow(row, keys, 1);
      for (int64_t j = 0; j < keys && roundsWeights; ++j)
        row[j] = roundToBf16(float(row[j]));
    }
    weighValues(count, valueWidth, keys, scores.data(), v,
                out + first * valueWidth);
  }
}

template <typename Scalar>
Tensor<Scalar> attention(const Tensor<Scalar> &q, const Tensor<Scalar> &k,
                         const Tensor<Scalar> &v, double scale,
                         const ScoreProgram<Scalar> &score,
                         bool roundsWeights) {
  int64_t batch = q.extent(0), heads = q.extent(1), queries = q.extent(2);
  int64_t width = q.extent(3), keys = k.extent(2), valueWidth = v.extent(3);
  int64_t group = heads / k.extent(1);
  Tensor<Scalar> out =
      Tensor<Scalar>::floatsLike({batch, heads, queries, valueWidth});
  ScoreRow<Scalar> row(score, keys);
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t h = 0; h < heads; ++h) {
      int64_t kv = b * k.extent(1) + h / group;
      attendHead(q.floats.data() + (b * heads + h) * queries * width,
                 k.floats.data() + kv * keys * width,
                 v.floats.data() + kv * keys * valueWidth,
                 out.floats.data() + (b * heads + h) * queries * valueWidth,
                 queries, keys, width, valueWidth, Scalar(scale), b, h, row,
                 roundsWeights);
    }
  return out;
}

// NOLINTBEGIN(bugprone-macro-parentheses): a type takes no parentheses
#define INSTANTIATE(Scalar)                                                    \
  template std::optional<Tensor<Scalar>> embed(                                \
      const Tensor<Scalar> &, const Tensor<Scalar> &, int32_t &);              \
  template Tensor<Scalar> rows(const Tensor<Scalar> &, int64_t, int64_t);      \
  template void roundToInt8(Tensor<Scalar> &, bool);                           \
  template Tensor<Scalar> linear(const Tensor<Scalar> &,                       \
                                 const Tensor<Scalar> &,                       \
                                 const Tensor<Scalar> *, bool);                \
  template Tensor<Scalar> splitHeads(const Tensor<Scalar> &, int64_t);         \
  template Tensor<Scalar> mergeHeads(const Tensor<Scalar> &);                  \
  template Tensor<Scalar> attention(                                           \
      const Tensor<Scalar> &, const Tensor<Scalar> &, const Tensor<Scalar> &,  \
      double, const ScoreProgram<Scalar> &, bool);

INSTANTIATE(double)
INSTANTIATE(float)
#undef INSTANTIATE
// NOLINTEND(bugprone-macro-parentheses)

} // namespace heddle::reference
