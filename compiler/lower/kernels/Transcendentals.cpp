// Transcendental functions as expressions: see Transcendentals.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/Transcendentals.h"

#include <initializer_list>
#include <limits>

namespace heddle::lower {

namespace {

/// c0 + c1 x + c2 x^2 + ..., by Horner's rule; at least two coefficients.
Expr polynomial(Expr x, std::initializer_list<double> coefficients) {
  const double *c = coefficients.end() - 1;
  Expr sum = x * *c;
  while (--c != coefficients.begin())
    sum = (sum + *c) * x;
  return sum + *c;
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

namespace {

/// Of x <= 0: an integer at most 0.5 away, and x without it.
struct SplitPower {
  Expr whole, fraction;
};

SplitPower splitNonPositive(Expr x) {
  // The scale of 2^-127 is 0: a masked key weighs nothing at all. As 2^-125 it
  // would make sums of subnormals, on which a CPU takes many times as long.
  x = max(x, x.owner->real(-127.0));
  // Rounds to nearest for x <= 0, without a rounding instruction.
  Expr whole = toInt(x - 0.5);
  return {whole, x - toFloat(whole)};
}

} // namespace

Expr exp2OfNonPositive(Expr x) {
  SplitPower power = splitNonPositive(x);
  return scaledPower(power.whole, power.fraction);
}

Expr roughExp2OfNonPositive(Expr x) {
  SplitPower power = splitNonPositive(x);
  // Minimax with 1 at 0, so that 2^-127 is 0 here too.
  Expr value =
      polynomial(power.fraction, {1.0, 0.69328293, 0.24221096, 0.05500893});
  return bitsToFloat(floatToBits(value) + power.whole * double(1 << 23));
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
  // below half an ulp of 1. A polynomial alone needs 14 terms for as much and
  // takes longer than this division: 6 % with AVX-512, 35 % with AVX2.
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

namespace {

/// True for NaN too. By the bits, as isNan; of what is not negative.
Expr isEndless(Expr size) {
  constexpr int64_t most = 0x7f7fffff; // the bits of the largest f32
  return size.owner->index(most) < floatToBits(size);
}

/// 2^whole for -126 <= whole <= 127, by its exponent alone.
Expr exactPower(Expr whole) {
  constexpr double bias = 127;
  return bitsToFloat((whole + bias) * double(1 << 23));
}

/// log2 of |x| in f64 for finite x that is not 0: |x| = 2^e m with m in
/// [sqrt(1/2), sqrt(2)), log m = 2 atanh(s), s = (m - 1) / (m + 1).
Expr wideLogarithm(Expr size) {
  // A subnormal has no exponent of its own.
  constexpr double lift = 24;
  Expr isTiny = size < double(std::numeric_limits<float>::min());
  size = select(isTiny, size * double(1 << 24), size);
  constexpr int64_t border = 0x3f3504f3; // the bits of sqrt(1/2)
  Expr exponent = floorDiv(floatToBits(size) - double(border), 1 << 23);
  Expr mantissa =
      toDouble(bitsToFloat(floatToBits(size) - exponent * double(1 << 23)));
  Expr s = (mantissa - 1.0) / (mantissa + 1.0);
  Expr e = select(isTiny, exponent - lift, exponent);
  Expr series = polynomial(
      s * s, {1.0, 1.0 / 3, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13});
  return toDouble(toFloat(e)) + s * series * 2.8853900817779268; // 2 / ln 2
}

} // namespace

Expr power(Expr a, Expr b) {
  PipelineBuilder &builder = *a.owner;
  constexpr double far = 1e30; // a logarithm and an exponent past all others
  Expr size = absolute(a);
  Expr isZero = size <= 0.0, isInfinite = isEndless(size);
  // Of what is finite and not 0; the others' logarithms are put in.
  Expr logarithm2 =
      wideLogarithm(select(isZero | isInfinite, builder.real(1.0), size));
  Expr farLog = toDouble(select(isZero, builder.real(-far), builder.real(far)));
  logarithm2 = select(isZero | isInfinite, farLog, logarithm2);
  Expr exponent = clamp(b, builder.real(-far), builder.real(far));
  Expr result = toDouble(exponent) * logarithm2;
  constexpr double most = 250; // 2^-250 is 0 and 2^250 infinite in f32
  result = clamp(result, toDouble(builder.real(-most)),
                 toDouble(builder.real(most)));
  Expr whole = roundToInt(result);
  Expr fraction = toSingle(result - whole);
  // In two steps, so that what leaves the normal range rounds to 0, to a
  // subnormal or to infinity.
  Expr scale = toInt(whole), half = floorDiv(scale, 2);
  Expr value = scaledPower(half, fraction) * exactPower(scale - half);

  // Below 0 only whole exponents have a power; odd ones are negative.
  constexpr double evenFrom = 16777216; // every f32 from 2^24 on is even
  Expr isWhole = roundToInt(exponent) == exponent;
  Expr unit =
      toInt(clamp(exponent, builder.real(-evenFrom), builder.real(evenFrom)));
  Expr isOdd = isWhole & (modulo(unit, 2) == builder.index(1));
  Expr isNegative = a < 0.0;
  value = select(isNegative & isOdd, -value, value);
  Expr nan = builder.real(std::numeric_limits<double>::quiet_NaN());
  value = select(isNegative & !isWhole & !isInfinite, nan, value);
  value = select(isNan(a) | isNan(b), nan, value);
  Expr isOne = (a == builder.real(1.0)) | (b == builder.real(0.0));
  return select(isOne, builder.real(1.0), value);
}

namespace {

/// An angle less whole quarter turns: in [-pi / 4, pi / 4], and how many.
struct ReducedAngle {
  Expr rest, quarters;
};

ReducedAngle reduceAngle(Expr x) {
  PipelineBuilder &builder = *x.owner;
  constexpr double far = 1e9;
  Expr wide = toDouble(clamp(x, builder.real(-far), builder.real(far)));
  Expr quarters = roundToInt(wide * 0.63661977236758134); // 2 / pi
  // pi / 2 in 24 bits, whose products are exact, and the rest.
  Expr rest = wide - quarters * 1.57079637050628662109375;
  rest = rest + quarters * 4.371139000186241e-8;
  return {toSingle(rest), toInt(quarters)};
}

/// The sine of an angle, `shift` quarter turns on.
Expr sineFrom(Expr x, int64_t shift) {
  PipelineBuilder &builder = *x.owner;
  ReducedAngle angle = reduceAngle(x);
  Expr r = angle.rest, square = r * r;
  // Minimax on [-pi / 4, pi / 4] (Cephes, Moshier 1989).
  Expr sine = r + r * square *
                      polynomial(square, {-1.6666654611e-1, 8.3321608736e-3,
                                          -1.9515295891e-4});
  Expr cosine =
      square * square *
          polynomial(square, {4.166664568298827e-2, -1.388731625493765e-3,
                              2.443315711809948e-5}) -
      square * 0.5 + 1.0;
  Expr quarter = modulo(angle.quarters + double(shift), 4);
  Expr isOdd = modulo(quarter, 2) == builder.index(1);
  Expr value = select(isOdd, cosine, sine);
  value = select(builder.index(1) < quarter, -value, value);
  Expr nan = builder.real(std::numeric_limits<double>::quiet_NaN());
  return select(isEndless(absolute(x)), nan, value);
}

} // namespace

Expr sine(Expr x) { return sineFrom(x, 0); }
Expr cosine(Expr x) { return sineFrom(x, 1); }

} // namespace heddle::lower
