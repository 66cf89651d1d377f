// The error bounds that compiler/lower/kernels/Transcendentals.h states.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/Transcendentals.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/MLIRContext.h"
#include "schedules/KernelView.h"
#include "tests/support/KernelRunner.h"
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace heddle;
using namespace heddle::lower;

namespace {

/// f on every element of `xs`, compiled with AVX2 vectors: at least one whole
/// vector is computed.
std::vector<float> apply(Expr (*f)(Expr), std::vector<float> xs) {
  mlir::MLIRContext context;
  context.loadDialect<mlir::arith::ArithDialect, mlir::math::MathDialect,
                      halide::HalideDialect>();
  mlir::Location loc = mlir::UnknownLoc::get(&context);
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(loc);
  auto type = halide::BufferType::get(&context, {mlir::ShapedType::kDynamic},
                                      mlir::Float32Type::get(&context));
  PipelineBuilder builder(*module, loc, "f", type);
  mlir::Value input = builder.pipeline().getBody().getArgument(0);
  Func out =
      builder.func({"out", schedule::Role::Output, {"x"}, {-1}},
                   [&](const Point &p) { return f(builder.load(input, p)); });
  builder.output(out, type);
  mlir::OpBuilder &ops = builder.builder();
  const schedule::CpuTarget &target = schedule::cpuTargets().back();
  auto schedule =
      halide::ScheduleOp::create(ops, loc, target.name, target.halide);
  ops.setInsertionPointToEnd(&schedule.getBody().front());
  halide::VectorizeOp::create(ops, loc, out.value, 0, "x", 8);
  std::string error;
  auto runner = test::KernelRunner::compile(builder.pipeline(), {}, error);
  EXPECT_TRUE(runner) << error;
  size_t wanted = xs.size();
  xs.resize(std::max<size_t>(wanted, 8));
  std::vector<float> result(xs.size());
  int32_t count = int32_t(xs.size());
  if (runner) {
    EXPECT_EQ(runner->run({test::array(xs.data(), {count}),
                           test::array(result.data(), {count})}),
              0);
  }
  result.resize(wanted);
  return result;
}

std::vector<float> range(double first, double last, int count) {
  std::vector<float> xs;
  for (int i = 0; i <= count; ++i)
    xs.push_back(float(first + (last - first) * i / count));
  return xs;
}

/// Largest error of `f` against `exact`, each divided by `scale(exact)`.
template <typename Exact, typename Scale>
double worst(Expr (*f)(Expr), const std::vector<float> &xs, Exact exact,
             Scale scale) {
  std::vector<float> found = apply(f, xs);
  double most = 0;
  for (size_t i = 0; i < xs.size(); ++i) {
    double expected = exact(double(xs[i]));
    most = std::fmax(most, std::fabs(found[i] - expected) / scale(expected));
  }
  return most;
}

double one(double) { return 1.0; }
double itself(double x) { return x; }

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float notANumber = std::numeric_limits<float>::quiet_NaN();

TEST(Transcendentals, PowersOfTwoKeepTheirRelativeError) {
  auto exact = [](double x) { return std::exp2(x); };
  EXPECT_LE(worst(exp2OfNonPositive, range(-124, 0, 400003), exact, itself),
            3e-7);
  EXPECT_LE(worst(exp2OfNonPositive, range(-1, 0, 100003), exact, itself),
            3e-7);
}

TEST(Transcendentals, RoughPowersOfTwoKeepTheirRelativeError) {
  auto exact = [](double x) { return std::exp2(x); };
  EXPECT_LE(
      worst(roughExp2OfNonPositive, range(-124, 0, 400003), exact, itself),
      1.02e-4);
  EXPECT_EQ(apply(roughExp2OfNonPositive, {0.f})[0], 1.f);
  for (float value : apply(roughExp2OfNonPositive, {-1e30f, -INFINITY, -127.f}))
    EXPECT_EQ(value, 0.f);
  EXPECT_TRUE(std::isnan(apply(roughExp2OfNonPositive, {notANumber})[0]));
}

TEST(Transcendentals, AnyPowerOfTwoKeepsItsRelativeError) {
  auto exact = [](double x) { return std::exp2(x); };
  EXPECT_LE(worst(powerOfTwo, range(-126, 127, 400003), exact, itself), 3e-7);
  std::vector<float> found = apply(powerOfTwo, {-200.f, 200.f});
  EXPECT_EQ(found[0], 0.f);
  EXPECT_TRUE(std::isinf(found[1]));
}

TEST(Transcendentals, FarBelowZeroAPowerOfTwoIsZero) {
  for (float value :
       apply(exp2OfNonPositive, {-1e30f, -INFINITY, -200.f, -127.5f, -127.f}))
    EXPECT_EQ(value, 0.f);
  for (float value : apply(exp2OfNonPositive, {-126.9f, -126.5f, -126.f}))
    EXPECT_LE(std::fabs(value), std::ldexp(1.0, -125));
}

TEST(Transcendentals, ExponentialKeepsItsRelativeError) {
  auto exact = [](double x) { return std::exp(x); };
  EXPECT_LE(worst(exponential, range(-87, 88.5, 400003), exact, itself), 5e-7);
}

TEST(Transcendentals, ExponentialEndsInZeroAndInfinity) {
  std::vector<float> found = apply(exponential, {-200.f, -1e30f, 200.f, 1e30f});
  EXPECT_EQ(found[0], 0.f);
  EXPECT_EQ(found[1], 0.f);
  EXPECT_TRUE(std::isinf(found[2]));
  EXPECT_TRUE(std::isinf(found[3]));
}

TEST(Transcendentals, LogarithmKeepsItsError) {
  auto exact = [](double x) { return std::log(x); };
  auto scale = [](double y) { return std::fmax(std::fabs(y), 0.5); };
  EXPECT_LE(worst(logarithm, range(1e-3, 4, 400003), exact, scale), 4e-7);
  EXPECT_LE(worst(logarithm, range(1, 1e9, 100003), exact, scale), 4e-7);
  EXPECT_LE(worst(logarithm, {1.2e-38f, 1e-30f, 3e38f}, exact, scale), 4e-7);
}

TEST(Transcendentals, LogarithmEndsInInfinities) {
  std::vector<float> found = apply(logarithm, {0.f, infinity, -1.f});
  EXPECT_EQ(found[0], -infinity);
  EXPECT_EQ(found[1], infinity);
  EXPECT_TRUE(std::isnan(found[2]));
}

TEST(Transcendentals, ErrorFunctionKeepsItsAbsoluteError) {
  auto exact = [](double x) { return std::erf(x); };
  EXPECT_LE(worst(errorFunction, range(-8, 8, 400003), exact, one), 4e-7);
  EXPECT_LE(worst(errorFunction, {-1e30f, 1e30f, 0.f}, exact, one), 4e-7);
}

TEST(Transcendentals, HyperbolicTangentKeepsItsRelativeError) {
  auto exact = [](double x) { return std::tanh(x); };
  EXPECT_LE(worst(hyperbolicTangent, range(-20, 20, 400002), exact, itself),
            6e-7);
  EXPECT_LE(worst(hyperbolicTangent, range(1e-30, 1e-3, 10001), exact, itself),
            6e-7);
  EXPECT_LE(worst(hyperbolicTangent, {-1e30f, 1e30f, -infinity}, exact, one),
            6e-7);
}

Expr sigmoid(Expr x) { return x.owner->real(1.0) / (exponential(-x) + 1.0); }

TEST(Transcendentals, TheSigmoidOfTheExponentialKeepsItsRelativeError) {
  auto exact = [](double x) { return 1 / (1 + std::exp(-x)); };
  EXPECT_LE(worst(sigmoid, range(-87, 87, 400003), exact, itself), 7e-7);
  std::vector<float> found = apply(sigmoid, {-infinity, infinity});
  EXPECT_EQ(found[0], 0.f);
  EXPECT_EQ(found[1], 1.f);
}

/// Every turn of `count` from -most to most, and what lies near to whole
/// quarter turns, where sine or cosine nearly vanish.
std::vector<float> angles(double most, int count) {
  std::vector<float> xs = range(-most, most, count);
  for (int i = 0; i <= count; ++i)
    xs.push_back(float(std::round(most * i / count) * M_PI_2));
  return xs;
}

TEST(Transcendentals, SineAndCosineKeepTheirAbsoluteErrors) {
  auto sineOf = [](double x) { return std::sin(x); };
  auto cosineOf = [](double x) { return std::cos(x); };
  for (double most : {7.0, 1e3, 1e5, 6e8}) {
    EXPECT_LE(worst(sine, angles(most, 200003), sineOf, one), 1.5e-7) << most;
    EXPECT_LE(worst(cosine, angles(most, 200003), cosineOf, one), 1.5e-7)
        << most;
  }
}

TEST(Transcendentals, SineAndCosineStayWithinOneAndHaveNoLimit) {
  for (auto f : {sine, cosine}) {
    for (float value : apply(f, {1e10f, -3e20f, 3.4e38f}))
      EXPECT_LE(std::fabs(value), 1.f);
    for (float value : apply(f, {infinity, -infinity}))
      EXPECT_TRUE(std::isnan(value));
  }
}

/// power(x, Exponent).
template <int Tenths> Expr powerBy(Expr x) {
  return power(x, x.owner->real(Tenths / 10.0));
}
/// power(Base, x).
template <int Tenths> Expr powerFrom(Expr x) {
  return power(x.owner->real(Tenths / 10.0), x);
}

TEST(Transcendentals, PowerKeepsItsRelativeError) {
  auto by = [](float y) {
    return [y](double x) { return std::pow(x, double(y)); };
  };
  std::vector<float> sizes = range(1e-6, 30, 200003);
  EXPECT_LE(worst(powerBy<7>, sizes, by(0.7f), itself), 4e-7);
  EXPECT_LE(worst(powerBy<-13>, sizes, by(-1.3f), itself), 4e-7);
  EXPECT_LE(worst(powerBy<170>, range(0.01, 150, 200003), by(17), itself),
            4e-7);
  EXPECT_LE(worst(powerBy<30>, range(-500, 500, 200002), by(3), itself), 4e-7);
  auto from = [](float x) {
    return [x](double y) { return std::pow(double(x), y); };
  };
  EXPECT_LE(worst(powerFrom<11>, range(-900, 900, 200003), from(1.1f), itself),
            4e-7);
  EXPECT_LE(worst(powerFrom<1000>, range(-18, 19, 200003), from(100), itself),
            4e-7);
}

TEST(Transcendentals, PowerEndsAsCDoes) {
  std::vector<float> xs = {0.f, -2.f,       -infinity, infinity,
                           1.f, notANumber, 1e-40f,    -0.5f};
  auto expectSame = [&](Expr (*f)(Expr), float y) {
    std::vector<float> found = apply(f, xs);
    for (size_t i = 0; i < xs.size(); ++i) {
      float expected = std::pow(xs[i], y);
      if (std::isnan(expected))
        EXPECT_TRUE(std::isnan(found[i])) << xs[i] << '^' << y;
      else if (std::isinf(expected) || expected == 0)
        EXPECT_EQ(found[i], expected) << xs[i] << '^' << y;
      else
        EXPECT_NEAR(found[i] / expected, 1, 1e-6) << xs[i] << '^' << y;
    }
  };
  expectSame(powerBy<0>, 0);
  expectSame(powerBy<5>, 0.5f);
  expectSame(powerBy<20>, 2);
  expectSame(powerBy<30>, 3);
  expectSame(powerBy<-10>, -1);
  expectSame(powerBy<-25>, -2.5f);
}

TEST(Transcendentals, PowerRoundsToSubnormalsAndZero) {
  std::vector<float> found = apply(powerFrom<20>, {-130.f, -149.f, -160.f});
  EXPECT_EQ(found[0], std::ldexp(1.f, -130));
  EXPECT_EQ(found[1], std::ldexp(1.f, -149));
  EXPECT_EQ(found[2], 0.f);
}

TEST(Transcendentals, NanStaysNan) {
  std::vector<Expr (*)(Expr)> all = {powerOfTwo, exponential, logarithm,
                                     sine,       cosine,      hyperbolicTangent,
                                     sigmoid,    powerBy<7>,  powerFrom<7>};
  for (size_t i = 0; i < all.size(); ++i)
    for (float value : apply(all[i], std::vector<float>(11, notANumber)))
      EXPECT_TRUE(std::isnan(value)) << i;
}

TEST(Transcendentals, GiveNaNForNaN) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  for (Expr (*function)(Expr) : {exp2OfNonPositive, powerOfTwo, exponential,
                                 logarithm, errorFunction, hyperbolicTangent})
    for (float value : apply(function, std::vector<float>(32, nan)))
      EXPECT_TRUE(std::isnan(value));
  EXPECT_EQ(apply(zeroOrNaN, {-INFINITY, -1.f, 2.f, INFINITY}),
            std::vector<float>(4, 0.f));
}

} // namespace
