// Every transcendental function that kernels compute, as expressions of ours
// with stated error bounds (tests/compiler/lower checks each).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_KERNELS_TRANSCENDENTALS_H
#define HEDDLE_COMPILER_LOWER_KERNELS_TRANSCENDENTALS_H

#include "compiler/lower/kernels/Expr.h"

namespace heddle::lower {

/// All of these give NaN for NaN.

/// 0, or NaN for NaN: added to what `select` chose, since Halide and LLVM turn
/// a comparison round as if there were none.
Expr zeroOrNaN(Expr x);

/// 2^x for x <= 0, in f32: relative error at most 3e-7 for x >= -125; 0 for
/// x <= -127.
Expr exp2OfNonPositive(Expr x);

/// The same for results that are rounded to bf16: relative error at
/// most 1.02e-4 for x >= -125, a 38th of the spacing of bf16.
Expr roughExp2OfNonPositive(Expr x);

/// 2^x, in f32: relative error at most 3e-7 for -126 <= x <= 127; inf above, 0
/// below.
Expr powerOfTwo(Expr x);

/// e^x, in f32: relative error at most 5e-7 where the result is normal; inf
/// above, 0 below.
Expr exponential(Expr x);

/// The natural logarithm, in f32: error at most 4e-7 times the larger of its
/// size and 0.5, for normal x; -inf at 0 and for subnormal x, NaN below.
Expr logarithm(Expr x);

/// The error function, in f32: absolute error at most 4e-7.
Expr errorFunction(Expr x);

/// The hyperbolic tangent, in f32: relative error at most 6e-7.
Expr hyperbolicTangent(Expr x);

/// a^b as C's pow, in f32: relative error at most 4e-7 where the result is
/// normal, 0 or subnormal below, inf above. Its logarithm is in f64. A result
/// of 0 or inf for a = 0 is never negative.
Expr power(Expr a, Expr b);

/// Sine and cosine, in f32: absolute error at most 1.5e-7 for |x| <= 1e9 (the
/// angle is reduced in f64, with 77 bits of pi / 2); in [-1, 1] beyond. NaN for
/// infinities.
Expr sine(Expr x);
Expr cosine(Expr x);

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_KERNELS_TRANSCENDENTALS_H
