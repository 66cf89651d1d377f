// Ops that work element by element on broadcast operands.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/Elementwise.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace heddle::reference {
namespace {

using Shape = std::vector<int64_t>;

/// Steps of an operand in the output's index space: 0 where it repeats.
Shape broadcastStrides(const Shape &shape, size_t rank) {
  Shape strides(rank, 0);
  int64_t step = 1;
  for (size_t i = 0; i < shape.size(); ++i) {
    int64_t extent = shape[shape.size() - 1 - i];
    strides[rank - 1 - i] = extent == 1 ? 0 : step;
    step *= extent;
  }
  return strides;
}

Shape broadcastShape(std::initializer_list<const Shape *> shapes) {
  Shape result;
  for (const Shape *shape : shapes) {
    if (shape->size() > result.size())
      result.insert(result.begin(), shape->size() - result.size(), 1);
    for (size_t i = 0; i < shape->size(); ++i) {
      int64_t &extent = result[result.size() - 1 - i];
      if (extent == 1)
        extent = (*shape)[shape->size() - 1 - i];
    }
  }
  return result;
}

/// For each element of `shape` in C order, the element of each operand there.
template <size_t Count> class Walk {
public:
  Walk(const Shape &shape, const Shape *const (&operands)[Count])
      : shape(shape), index(shape.size(), 0) {
    for (size_t i = 0; i < Count; ++i)
      steps[i] = broadcastStrides(*operands[i], shape.size());
  }
  int64_t operator[](size_t operand) const { return at[operand]; }
  /// Counts like an odometer.
  void next() {
    for (size_t axis = shape.size(); axis-- > 0;) {
      for (size_t i = 0; i < Count; ++i)
        at[i] += steps[i][axis];
      if (++index[axis] < shape[axis])
        return;
      for (size_t i = 0; i < Count; ++i)
        at[i] -= steps[i][axis] * shape[axis];
      index[axis] = 0;
    }
  }

private:
  const Shape &shape;
  Shape index, steps[Count];
  int64_t at[Count] = {};
};

template <typename Scalar>
Tensor<Scalar> zeros(Element element, const Shape &shape) {
  Tensor<Scalar> out{element, shape, {}, {}};
  if (element == Element::Float)
    out.floats.resize(countOf(shape));
  else
    out.ints.resize(countOf(shape));
  return out;
}

/// Of f32, or, in 64 bits, of i32.
template <typename Number> Number apply(Binary op, Number a, Number b) {
  switch (op) {
  case Binary::Add:
    return a + b;
  case Binary::Sub:
    return a - b;
  case Binary::Mul:
    return a * b;
  case Binary::Min:
    return std::isnan(a) || std::isnan(b) ? a + b : std::min(a, b);
  case Binary::Max:
    return std::isnan(a) || std::isnan(b) ? a + b : std::max(a, b);
  case Binary::And:
    return a != 0 && b != 0;
  case Binary::Or:
    return a != 0 || b != 0;
  case Binary::Div:
  case Binary::Pow:
    break;
  }
  if constexpr (std::is_floating_point_v<Number>)
    return op == Binary::Div ? a / b : std::pow(a, b);
  return 0;
}

template <typename Number> bool holds(Sign op, Number a, Number b) {
  switch (op) {
  case Sign::Less:
    return a < b;
  case Sign::LessEqual:
    return a <= b;
  case Sign::Greater:
    return a > b;
  case Sign::GreaterEqual:
    return a >= b;
  case Sign::Equal:
    return a == b;
  case Sign::NotEqual:
    return a != b;
  }
  return false;
}

template <typename Scalar> Scalar apply(Unary op, Scalar x) {
  const Scalar half = Scalar(0.5), one = Scalar(1);
  switch (op) {
  case Unary::Relu:
    return x < 0 ? 0 : x; // NaN stays
  case Unary::GeluErf:
    return half * x * (one + std::erf(x * Scalar(M_SQRT1_2)));
  case Unary::GeluTanh: {
    Scalar inner = Scalar(M_2_SQRTPI * M_SQRT1_2) *
                   (x + Scalar(0.044715) * x * x * x); // sqrt(2 / pi)
    return half * x * (one + std::tanh(inner));
  }
  case Unary::Neg:
    return -x;
  case Unary::Abs:
    return std::fabs(x);
  case Unary::Sqrt:
    return std::sqrt(x);
  case Unary::Exp:
    return std::exp(x);
  case Unary::Log:
    return std::log(x);
  case Unary::Sin:
    return std::sin(x);
  case Unary::Cos:
    return std::cos(x);
  case Unary::Tanh:
    return std::tanh(x);
  case Unary::Sigmoid:
    return one / (one + std::exp(-x));
  case Unary::Silu:
    return x / (one + std::exp(-x));
  case Unary::Not:
    break;
  }
  return 0;
}

int32_t apply(Unary op, int32_t x) {
  if (op == Unary::Not)
    return x == 0;
  return op == Unary::Neg || x < 0 ? -x : x;
}

/// Towards zero, to the nearest end outside i32; NaN is 0.
template <typename Scalar> int32_t toWhole(Scalar x) {
  constexpr double least = std::numeric_limits<int32_t>::min();
  constexpr double most = std::numeric_limits<int32_t>::max();
  if (std::isnan(x))
    return 0;
  return static_cast<int32_t>(std::clamp(static_cast<double>(x), least, most));
}

} // namespace

template <typename Scalar>
Tensor<Scalar> binary(Binary op, const Tensor<Scalar> &a,
                      const Tensor<Scalar> &b) {
  Shape shape = broadcastShape({&a.shape, &b.shape});
  Tensor<Scalar> out = zeros<Scalar>(a.element, shape);
  Walk<2> walk(shape, {&a.shape, &b.shape});
  for (Scalar &value : out.floats) {
    value = apply(op, a.floats[walk[0]], b.floats[walk[1]]);
    walk.next();
  }
  for (int32_t &value : out.ints) {
    value = static_cast<int32_t>(
        apply<int64_t>(op, a.ints[walk[0]], b.ints[walk[1]]));
    walk.next();
  }
  return out;
}

template <typename Scalar>
Tensor<Scalar> compare(Sign op, const Tensor<Scalar> &a,
                       const Tensor<Scalar> &b) {
  Shape shape = broadcastShape({&a.shape, &b.shape});
  Tensor<Scalar> out = zeros<Scalar>(Element::Bool, shape);
  Walk<2> walk(shape, {&a.shape, &b.shape});
  bool isFloat = a.element == Element::Float;
  for (int32_t &value : out.ints) {
    value = isFloat ? holds(op, a.floats[walk[0]], b.floats[walk[1]])
                    : holds(op, a.ints[walk[0]], b.ints[walk[1]]);
    walk.next();
  }
  return out;
}

template <typename Scalar>
Tensor<Scalar> select(const Tensor<Scalar> &condition, const Tensor<Scalar> &a,
                      const Tensor<Scalar> &b) {
  Shape shape = broadcastShape({&condition.shape, &a.shape, &b.shape});
  Tensor<Scalar> out = zeros<Scalar>(a.element, shape);
  Walk<3> walk(shape, {&condition.shape, &a.shape, &b.shape});
  for (Scalar &value : out.floats) {
    value = condition.ints[walk[0]] ? a.floats[walk[1]] : b.floats[walk[2]];
    walk.next();
  }
  for (int32_t &value : out.ints) {
    value = condition.ints[walk[0]] ? a.ints[walk[1]] : b.ints[walk[2]];
    walk.next();
  }
  return out;
}

template <typename Scalar>
Tensor<Scalar> unary(Unary op, const Tensor<Scalar> &x) {
  Tensor<Scalar> out = x;
  for (Scalar &value : out.floats)
    value = apply(op, value);
  for (int32_t &value : out.ints)
    value = apply(op, value);
  return out;
}

template <typename Scalar>
Tensor<Scalar> cast(const Tensor<Scalar> &x, Element element) {
  Tensor<Scalar> out = zeros<Scalar>(element, x.shape);
  bool isFloat = x.element == Element::Float;
  for (size_t i = 0; i < out.floats.size(); ++i)
    out.floats[i] = isFloat ? x.floats[i] : static_cast<Scalar>(x.ints[i]);
  for (size_t i = 0; i < out.ints.size(); ++i) {
    if (element == Element::Bool)
      out.ints[i] = isFloat ? x.floats[i] != 0 : x.ints[i] != 0;
    else
      out.ints[i] = isFloat ? toWhole(x.floats[i]) : x.ints[i];
  }
  return out;
}

// NOLINTBEGIN(bugprone-macro-parentheses): a type takes no parentheses
#define INSTANTIATE(Scalar)                                                    \
  template Tensor<Scalar> binary(Binary, const Tensor<Scalar> &,               \
                                 const Tensor<Scalar> &);                      \
  template Tensor<Scalar> compare(Sign, const Tensor<Scalar> &,                \
                                  const Tensor<Scalar> &);                     \
  template Tensor<Scalar> select(                                              \
      const Tensor<Scalar> &, const Tensor<Scalar> &, const Tensor<Scalar> &); \
  template Tensor<Scalar> unary(Unary, const Tensor<Scalar> &);                \
  template Tensor<Scalar> cast(const Tensor<Scalar> &, Element);

INSTANTIATE(double)
INSTANTIATE(float)
#undef INSTANTIATE
// NOLINTEND(bugprone-macro-parentheses)

} // namespace heddle::reference
