// What the element-wise ops compute, with numpy's broadcasting. No MLIR: shapes
// and element types fit, the verifier saw to it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_REFERENCE_ELEMENTWISE_H
#define HEDDLE_COMPILER_REFERENCE_ELEMENTWISE_H

#include "compiler/reference/Tensor.h"

namespace heddle::reference {

/// Div and Pow are of floats, And and Or of truth values, the others of floats
/// or of i32, whose results are cut to 32 bits.
enum class Binary { Add, Sub, Mul, Div, Pow, Min, Max, And, Or };
template <typename Scalar>
Tensor<Scalar> binary(Binary op, const Tensor<Scalar> &a,
                      const Tensor<Scalar> &b);

/// In the order of hgraph's enum.
enum class Sign { Less, LessEqual, Greater, GreaterEqual, Equal, NotEqual };
template <typename Scalar>
Tensor<Scalar> compare(Sign op, const Tensor<Scalar> &a,
                       const Tensor<Scalar> &b);

/// a where the condition holds, b elsewhere.
template <typename Scalar>
Tensor<Scalar> select(const Tensor<Scalar> &condition, const Tensor<Scalar> &a,
                      const Tensor<Scalar> &b);

/// Neg and Abs are of i32 too, Not of truth values.
enum class Unary {
  Relu,
  GeluErf,
  GeluTanh,
  Neg,
  Abs,
  Sqrt,
  Exp,
  Log,
  Sin,
  Cos,
  Tanh,
  Sigmoid,
  Silu,
  Not
};
template <typename Scalar>
Tensor<Scalar> unary(Unary op, const Tensor<Scalar> &x);

/// x's elements as another type: see hgraph.cast.
template <typename Scalar>
Tensor<Scalar> cast(const Tensor<Scalar> &x, Element element);

} // namespace heddle::reference

#endif // HEDDLE_COMPILER_REFERENCE_ELEMENTWISE_H
