// Transcendental functions as expressions: see Transcendentals.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/Transcendentals.h"

#include <initializer_list>
#include <limits>

namespace heddle::lower {

namespace {

/// c0 + c1 x + c2 x^2 + ..., by Horner's rule.
Expr polynomial(Expr x, std::initializer_list<double> coefficients) {
  const double *c = coefficients.end();
  Expr sum = x.owner->real(*--c);
  while (c != coefficients.begin())
    sum = sum * x + *--c;
  return sum;
}

/// 2^(whole + fraction), fraction in [-0.5, 0.5]: a minimax polynomial of
/// degree 5 (relative error 2.1e-7), the exponent put in by an integer add.
Expr scaledPower(Expr whole, Expr fraction) {
  Expr power =
      polynomial(fraction, {1.0, 0.693146967, 0.240221197, 0.0555071328,
                            0.00967554131, 0.00132764691});
  Expr shift = whole * double(1 << 23);
  return bitsToFloat(floatToBits(power) + shift);
}

/// x P(x^2) / Q(x^2), an odd rational function.
Expr oddRational(Expr x, std::initializer_list<double> numerator,
                 std::initializer_list<double> denominator) {
  Expr square = x * x;
  return x * polynomial(square, numerator) / polynomial(square, denominator);
}

} // namespace

Expr zeroOrNaN(Expr x) {
  Expr zero = x.owner->real(0.0);
  return max(min(x, zero), zero);
}

Expr exp2OfNonPositive(Expr x) {
  x = max(x, x.owner->real(-125.0));
  // Rounds to nearest for x <= 0, without a rounding instruction.
  Expr whole = toInt(x - 0.5);
  return scaledPower(whole, x - toFloat(whole));
}

Expr powerOfTwo(Expr x) {
  Expr power = clamp(x, x.owner->real(-126.0), x.owner->real(127.0));
  Expr whole = roundToInt(power);
  Expr value = scaledPower(toInt(whole), power - whole);
  value = select(x < -126.0, x.owner->real(0.0), value);
  value = select(x <= 127.0, value,
                 x * x.owner->real(std::numeric_limits<float>::max()));
  return value + zeroOrNaN(x);
}

Expr exponential(Expr x) {
  Expr power = x * 1.4426950408889634;
  power = clamp(power, x.owner->real(-126.0), x.owner->real(128.0));
  Expr whole = roundToInt(power);
  // x log2(e) - whole in two parts, so that large x keep their digits.
  Expr rest = x - whole * 0.693145751953125;
  rest = (rest - whole * 1.42860682030941723e-6) * 1.4426950408889634;
  rest = clamp(rest, x.owner->real(-0.5), x.owner->real(0.5));
  Expr value = scaledPower(toInt(whole), rest);
  value = select(x < -87.33654, x.owner->real(0.0), value);
  value = select(x <= 88.72283, value,
                 x * x.owner->real(std::numeric_limits<float>::max()));
  return value + zeroOrNaN(x);
}

Expr logarithm(Expr x) {
  PipelineBuilder &builder = *x.owner;
  // x = 2^e m with m in [sqrt(1/2), sqrt(2)): the bits of sqrt(1/2) are put at
  // the exponent's border. log m = 2 atanh(s), s = (m - 1) / (m + 1).
  constexpr int64_t border = 0x3f3504f3;
  Expr bits = floatToBits(x) - double(border);
  Expr exponent = floorDiv(bits, 1 << 23);
  Expr mantissa = bitsToFloat(floatToBits(x) - exponent * double(1 << 23));
  Expr s = (mantissa - 1.0) / (mantissa + 1.0);
  Expr series =
      polynomial(s * s, {2.0, 2.0 / 3, 2.0 / 5, 2.0 / 7, 2.0 / 9, 2.0 / 11});
  Expr e = toFloat(exponent);
  Expr value =
      e * 0.693145751953125 + (s * series + e * 1.42860682030941723e-6);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  value = select(x < std::numeric_limits<float>::min(), builder.real(-infinity),
                 value);
  value = select(x < 0.0,
                 builder.real(std::numeric_limits<double>::quiet_NaN()), value);
  // Infinity and NaN stay.
  value = select(x <= double(std::numeric_limits<float>::max()), value, x);
  return value + zeroOrNaN(x);
}

Expr errorFunction(Expr x) {
  // Minimax on |x| <= 3.9 (error 1.5e-8 before rounding); beyond, 1 - erf is
  // below half an ulp of 1.
  x = clamp(x, x.owner->real(-3.9), x.owner->real(3.9));
  return oddRational(x,
                     {1.12837903, 0.191939949, 0.052966765, 0.00383682711,
                      0.000287455574, 2.05038781e-06},
                     {1.0, 0.503434129, 0.114757751, 0.0151091065,
                      0.00118172148, 3.82306596e-05});
}

Expr hyperbolicTangent(Expr x) {
  // Minimax on |x| <= 9 (error 1.2e-9 before rounding).
  x = clamp(x, x.owner->real(-9.0), x.owner->real(9.0));
  return oddRational(
      x,
      {0.999999994, 0.136763424, 0.00386392788, 2.79232674e-05, 3.04006789e-08,
       -1.20828782e-11},
      {1.0, 0.470096731, 0.0272295383, 0.000393103754, 1.28172679e-06});
}

} // namespace heddle::lower
