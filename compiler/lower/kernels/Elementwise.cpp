// The element-wise ops of hgraph as expressions: what all families share.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/Kernel.h"
#include "compiler/lower/kernels/Transcendentals.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace heddle::lower {

namespace {

bool isFloat(Expr e) { return isa<FloatType>(e.value.getType()); }

Expr gelu(graph::GeluOp op, Expr x) {
  if (op.getApproximate() == graph::GeluForm::None)
    return x * 0.5 * (errorFunction(x * std::sqrt(0.5)) + 1.0);
  Expr inner = (x * x * 0.044715 + 1.0) * x * 0.7978845608028654;
  return x * 0.5 * (hyperbolicTangent(inner) + 1.0);
}

/// Strict, and never <= of floats, which would be taken for the negation of >:
/// a NaN makes all but `ne` false.
Expr compare(graph::CompareSign sign, Expr a, Expr b) {
  using Sign = graph::CompareSign;
  if (sign == Sign::Greater || sign == Sign::GreaterEqual)
    std::swap(a, b);
  switch (sign) {
  case Sign::Less:
  case Sign::Greater:
    return isFloat(a) ? strict(a < b) : a < b;
  case Sign::LessEqual:
  case Sign::GreaterEqual:
    return isFloat(a) ? strict(a < b) | strict(a == b) : a <= b;
  case Sign::Equal:
    return isFloat(a) ? strict(a == b) : a == b;
  case Sign::NotEqual:
    return isFloat(a) ? !strict(a == b) : a != b;
  }
  llvm_unreachable("a comparison of no sign");
}

/// Towards zero, to the nearest end outside i32; NaN is 0.
Expr floatToInt(Expr x) {
  constexpr double least = std::numeric_limits<int32_t>::min();
  constexpr double most = 2147483520.0; // the largest f32 below 2^31
  PipelineBuilder &builder = *x.owner;
  Expr inside = toInt(clamp(x, builder.real(least), builder.real(most)));
  inside = select(x <= most, inside,
                  builder.index(std::numeric_limits<int32_t>::max()));
  return select(isNan(x), builder.index(0), inside);
}

Expr castTo(Type element, Expr x) {
  Type from = x.value.getType();
  if (from == element)
    return x;
  if (element.isBF16())
    return toBf16(x);
  if (from.isBF16())
    return fromBf16(x);
  if (element.isInteger(1)) // by its size, which NaN has
    return isFloat(x) ? strict(x != x.owner->real(0.0)) : isNonZero(x);
  if (from.isInteger(1))
    x = truthAsInt(x);
  if (element.isInteger(32))
    return isFloat(x) ? floatToInt(x) : x;
  return toFloat(x);
}

/// A constant exponent, the same for all elements.
std::optional<double> constantExponent(graph::PowOp op) {
  auto constant = op.getB().getDefiningOp<graph::ConstantOp>();
  auto values =
      constant ? dyn_cast<DenseElementsAttr>(constant.getValue()) : nullptr;
  if (!values || !values.isSplat())
    return std::nullopt;
  return values.getSplatValue<APFloat>().convertToDouble();
}

/// x^n for n >= 1, by squaring.
Expr wholePower(Expr x, int64_t n) {
  if (n == 1)
    return x;
  Expr half = wholePower(x, n / 2);
  Expr square = half * half;
  return n % 2 ? square * x : square;
}

Expr powerOf(graph::PowOp op, Expr a, Expr b) {
  constexpr double mostProducts = 16; // each rounds: the error grows with them
  std::optional<double> exponent = constantExponent(op);
  if (!exponent)
    return power(a, b);
  if (*exponent == 0.5)
    return squareRoot(a);
  double size = std::fabs(*exponent);
  if (size < 1 || size > mostProducts || size != std::floor(size))
    return power(a, b);
  Expr product = wholePower(a, int64_t(size));
  return *exponent > 0 ? product : a.owner->real(1.0) / product;
}

Expr absoluteOf(Expr x) { return isFloat(x) ? absolute(x) : max(x, -x); }

} // namespace

Expr applyElementwise(Operation *op, const std::vector<Expr> &operands) {
  Expr a = operands[0], b = operands.size() > 1 ? operands[1] : Expr();
  return llvm::TypeSwitch<Operation *, Expr>(op)
      .Case([&](graph::AddOp) { return a + b; })
      .Case([&](graph::SubOp) { return a - b; })
      .Case([&](graph::MulOp) { return a * b; })
      .Case([&](graph::DivOp) { return a / b; })
      .Case([&](graph::PowOp op) { return powerOf(op, a, b); })
      .Case([&](graph::MinOp) { return min(a, b); })
      .Case([&](graph::MaxOp) { return max(a, b); })
      .Case([&](graph::AndOp) { return a & b; })
      .Case([&](graph::OrOp) { return a | b; })
      .Case([&](graph::NotOp) { return !a; })
      .Case([&](graph::CompareOp op) { return compare(op.getSign(), a, b); })
      .Case([&](graph::SelectOp) { return select(a, b, operands[2]); })
      .Case([&](graph::CastOp op) {
        return castTo(op.getType().getElementType(), a);
      })
      .Case([&](graph::DropoutOp) { return a; })
      .Case([&](graph::ReluOp) { return max(a, a.owner->real(0.0)); })
      .Case([&](graph::GeluOp op) { return gelu(op, a); })
      .Case([&](graph::NegOp) { return -a; })
      .Case([&](graph::AbsOp) { return absoluteOf(a); })
      .Case([&](graph::SqrtOp) { return squareRoot(a); })
      .Case([&](graph::ExpOp) { return exponential(a); })
      .Case([&](graph::LogOp) { return logarithm(a); })
      .Case([&](graph::SinOp) { return sine(a); })
      .Case([&](graph::CosOp) { return cosine(a); })
      .Case([&](graph::TanhOp) { return hyperbolicTangent(a); })
      .Case([&](graph::SigmoidOp) {
        return a.owner->real(1.0) / (exponential(-a) + 1.0);
      })
      .Case([&](graph::SiluOp) { return a / (exponential(-a) + 1.0); });
}

} // namespace heddle::lower
