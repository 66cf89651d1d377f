// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every op of a body means in a kernel what it means in C++, scalar and in
// vectors.

#include "tests/support/KernelRunner.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

using namespace heddle::test;

namespace {

/// A kernel out(x) = body(%a = A(x), %b = B(x)), plain or in vectors of 8.
std::unique_ptr<KernelRunner>
compileBody(const std::string &in, const std::string &storage,
            const std::string &out, const std::string &body, bool vectors) {
  std::string buffer = "!halide.buffer<?x" + storage + ">";
  std::string text = "halide.pipeline @k(%A: " + buffer + ", %B: " + buffer +
                     ") {\n"
                     "  %c3 = arith.constant 3 : i32\n"
                     "  %c5 = arith.constant 5 : i32\n"
                     "  %cm2 = arith.constant -2 : i32\n"
                     "  %half = arith.constant 0.5 : f32\n"
                     "  %out = halide.func \"out\" (x = %x) : " +
                     out + " {\n    %a = halide.at %A[%x] : " + buffer +
                     "\n    %b = halide.at %B[%x] : " + buffer + "\n" + body +
                     "\n    halide.yield %r : " + out +
                     "\n  }\n  halide.output %out : !halide.buffer<?x" + out +
                     ">\n  halide.schedule \"v\" target(\"x86-64-linux-sse41" +
                     (vectors ? "-avx-avx2-f16c" : "") + "\") {\n" +
                     (vectors ? "    halide.vectorize %out[x] by 8\n" : "") +
                     "  }\n}\n";
  std::string error;
  auto runner = KernelRunner::compileText(text, "k", {}, error);
  EXPECT_TRUE(runner) << error << text;
  return runner;
}

template <typename T> constexpr Element elementOf() {
  if constexpr (std::is_same_v<T, float>)
    return Element::F32;
  else if constexpr (std::is_same_v<T, double>)
    return Element::F64;
  else if constexpr (std::is_same_v<T, int32_t>)
    return Element::I32;
  else if constexpr (std::is_same_v<T, int64_t>)
    return Element::I64;
  else if constexpr (std::is_same_v<T, int16_t>)
    return Element::I16;
  else if constexpr (std::is_same_v<T, int8_t>)
    return Element::I8;
  else
    return Element::UI8;
}

template <typename T> std::string typeName() {
  return std::string(std::is_floating_point_v<T> ? "f" : "i") +
         std::to_string(8 * sizeof(T));
}

template <typename T> Array arrayOf(std::vector<T> &values) {
  return {values.data(), {int32_t(values.size())}, elementOf<T>()};
}

/// NaN equals NaN, and -0 equals 0: Halide does not promise a zero's sign.
template <typename T> bool same(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    if (std::isnan(a) && std::isnan(b))
      return true;
  return a == b;
}

/// Runs the body on all pairs and compares with `expected`.
template <typename In, typename Out>
void check(const std::string &body, std::vector<In> a, std::vector<In> b,
           std::function<Out(In, In)> expected) {
  std::string storage =
      (std::is_same_v<In, uint8_t> ? "u" : "") + typeName<In>();
  for (bool vectors : {false, true}) {
    auto runner =
        compileBody(typeName<In>(), storage, typeName<Out>(), body, vectors);
    ASSERT_TRUE(runner);
    std::vector<Out> out(a.size());
    ASSERT_EQ(runner->run({arrayOf(a), arrayOf(b), arrayOf(out)}), 0);
    for (size_t i = 0; i < a.size(); ++i)
      EXPECT_TRUE(same(out[i], expected(a[i], b[i])))
          << body << (vectors ? " in vectors" : "") << " of " << +a[i] << ", "
          << +b[i] << ": " << +out[i] << ", expected " << +expected(a[i], b[i]);
  }
}

/// All pairs of some values.
template <typename T>
std::pair<std::vector<T>, std::vector<T>> pairs(const std::vector<T> &values) {
  std::pair<std::vector<T>, std::vector<T>> result;
  for (T a : values)
    for (T b : values) {
      result.first.push_back(a);
      result.second.push_back(b);
    }
  return result;
}

const std::vector<float> someFloats = {0.f,  1.f,    -1.f,   0.5f, -0.5f,
                                       1.5f, 2.5f,   -2.5f,  3.f,  7.25f,
                                       -7.f, 1024.f, -0.25f, 1e6f};
const std::vector<int32_t> someInts = {0,  1,   -1,  2,    -2,   3,   -3,
                                       5,  -5,  7,   8,    -8,   100, -7,
                                       13, -13, 255, 1000, -1000};

using FloatOp = std::function<float(float, float)>;
using IntOp = std::function<int32_t(int32_t, int32_t)>;

struct FloatCase {
  const char *op;
  FloatOp expected;
};
struct IntCase {
  const char *op;
  IntOp expected;
};

TEST(Expr, FloatArithmetic) {
  auto [a, b] = pairs(someFloats);
  const FloatCase cases[] = {
      {"arith.addf", [](float x, float y) { return x + y; }},
      {"arith.subf", [](float x, float y) { return x - y; }},
      {"arith.mulf", [](float x, float y) { return x * y; }},
      {"arith.maximumf", [](float x, float y) { return x > y ? x : y; }},
      {"arith.maxnumf", [](float x, float y) { return x > y ? x : y; }},
      {"arith.minimumf", [](float x, float y) { return x < y ? x : y; }},
      {"arith.minnumf", [](float x, float y) { return x < y ? x : y; }},
  };
  for (const FloatCase &c : cases)
    check<float, float>("    %r = " + std::string(c.op) + " %a, %b : f32", a, b,
                        c.expected);
}

/// NaN where either is, as IEEE 754's maximum; `larger` turns it into minimum.
float extreme(bool larger, float x, float y) {
  return std::isnan(x) ? x : std::isnan(y) || (x < y) == larger ? y : x;
}

TEST(Expr, MaximumKeepsNaN) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  auto [a, b] = pairs<float>({nan, 0, 1, -2, 0.5f, INFINITY, -INFINITY, 3});
  for (bool larger : {true, false}) {
    std::string op = larger ? "arith.maximumf" : "arith.minimumf";
    check<float, float>(
        "    %r = " + op + " %a, %b : f32", a, b,
        [&](float x, float y) { return extreme(larger, x, y); });
    for (const char *operands : {" %a, %half", " %half, %a"})
      check<float, float>(
          "    %r = " + op + operands + " : f32", a, b,
          [&](float x, float) { return extreme(larger, x, 0.5f); });
    check<float, float>("    %n = arith.constant 0x7FC00000 : f32\n    %r = " +
                            op + " %a, %n : f32",
                        a, b, [&](float, float) { return nan; });
  }
  check<float, float>("    %low = arith.constant -1.0 : f32\n"
                      "    %r = halide.clamp %a, %low, %half : f32",
                      a, b, [](float x, float) {
                        return std::isnan(x) ? x : std::clamp(x, -1.f, 0.5f);
                      });
}

TEST(Expr, FloatDivision) {
  std::vector<float> nonZero;
  for (float value : someFloats)
    if (value != 0)
      nonZero.push_back(value);
  auto [a, b] = pairs(nonZero);
  check<float, float>("    %r = arith.divf %a, %b : f32", a, b,
                      [](float x, float y) { return x / y; });
}

TEST(Expr, FloatFunctions) {
  const FloatCase cases[] = {
      {"arith.negf", [](float x, float) { return -x; }},
      {"math.absf", [](float x, float) { return std::fabs(x); }},
      {"math.floor", [](float x, float) { return std::floor(x); }},
      {"math.ceil", [](float x, float) { return std::ceil(x); }},
      {"math.trunc", [](float x, float) { return std::trunc(x); }},
      {"math.roundeven", [](float x, float) { return std::nearbyint(x); }},
      {"math.round", [](float x, float) { return std::round(x); }},
      {"halide.likely", [](float x, float) { return x; }},
      {"halide.likely_if_innermost", [](float x, float) { return x; }},
      {"halide.strict", [](float x, float) { return x; }},
  };
  for (const FloatCase &c : cases)
    check<float, float>("    %r = " + std::string(c.op) + " %a : f32",
                        someFloats, someFloats, c.expected);
  check<float, float>("    %s = math.absf %a : f32\n"
                      "    %r = math.sqrt %s : f32",
                      someFloats, someFloats,
                      [](float x, float) { return std::sqrt(std::fabs(x)); });
}

/// Polynomials of Halide's: near, not equal.
TEST(Expr, Transcendentals) {
  struct {
    const char *body;
    double (*expected)(double);
  } cases[] = {
      {"    %r = math.exp %a : f32", [](double x) { return std::exp(x); }},
      {"    %r = math.log %a : f32", [](double x) { return std::log(x); }},
      {"    %r = math.powf %a, %half : f32",
       [](double x) { return std::sqrt(x); }},
      {"    %r = math.rsqrt %a : f32",
       [](double x) { return 1 / std::sqrt(x); }},
  };
  std::vector<float> values = {0.1f, 0.5f, 2.f, 1.7f, 3.f, 10.f}, out(6);
  for (auto &c : cases)
    for (bool vectors : {false, true}) {
      auto runner = compileBody("f32", "f32", "f32", c.body, vectors);
      ASSERT_TRUE(runner);
      // a vector kernel shifts its last block inwards: at least 8 are needed
      std::vector<float> padded(8, 1.f), result(8);
      std::copy(values.begin(), values.end(), padded.begin());
      ASSERT_EQ(
          runner->run({arrayOf(padded), arrayOf(padded), arrayOf(result)}), 0);
      for (size_t i = 0; i < values.size(); ++i)
        EXPECT_NEAR(result[i] / c.expected(double(values[i])), 1, 1e-6)
            << c.body << " of " << values[i];
    }
}

TEST(Expr, IntegerArithmetic) {
  auto [a, b] = pairs(someInts);
  const IntCase cases[] = {
      {"arith.addi", [](int32_t x, int32_t y) { return x + y; }},
      {"arith.subi", [](int32_t x, int32_t y) { return x - y; }},
      {"arith.muli", [](int32_t x, int32_t y) { return x * y; }},
      {"arith.minsi", [](int32_t x, int32_t y) { return std::min(x, y); }},
      {"arith.maxsi", [](int32_t x, int32_t y) { return std::max(x, y); }},
      {"arith.minui",
       [](int32_t x, int32_t y) {
         return int32_t(std::min(uint32_t(x), uint32_t(y)));
       }},
      {"arith.maxui",
       [](int32_t x, int32_t y) {
         return int32_t(std::max(uint32_t(x), uint32_t(y)));
       }},
      {"arith.andi", [](int32_t x, int32_t y) { return x & y; }},
      {"arith.ori", [](int32_t x, int32_t y) { return x | y; }},
      {"arith.xori", [](int32_t x, int32_t y) { return x ^ y; }},
  };
  for (const IntCase &c : cases)
    check<int32_t, int32_t>("    %r = " + std::string(c.op) + " %a, %b : i32",
                            a, b, c.expected);
}

int32_t floorOf(int32_t x, int32_t y) {
  return int32_t(std::floor(double(x) / double(y)));
}
/// The rest is in [0, |y|).
int32_t euclidRest(int32_t x, int32_t y) {
  int32_t rest = x % y;
  return rest < 0 ? rest + std::abs(y) : rest;
}

TEST(Expr, IntegerDivision) {
  std::vector<int32_t> nonZero(someInts.begin() + 1, someInts.end());
  auto [a, b] = pairs(nonZero);
  const IntCase cases[] = {
      {"arith.divsi", [](int32_t x, int32_t y) { return x / y; }},
      {"arith.remsi", [](int32_t x, int32_t y) { return x % y; }},
      {"arith.floordivsi", floorOf},
      {"arith.divui",
       [](int32_t x, int32_t y) { return int32_t(uint32_t(x) / uint32_t(y)); }},
      {"arith.remui",
       [](int32_t x, int32_t y) { return int32_t(uint32_t(x) % uint32_t(y)); }},
      {"halide.div",
       [](int32_t x, int32_t y) { return (x - euclidRest(x, y)) / y; }},
      {"halide.mod", euclidRest},
  };
  for (const IntCase &c : cases)
    check<int32_t, int32_t>("    %r = " + std::string(c.op) + " %a, %b : i32",
                            a, b, c.expected);
  const IntCase byConstant[] = {
      {"arith.divsi %a, %cm2", [](int32_t x, int32_t) { return x / -2; }},
      {"arith.floordivsi %a, %c5",
       [](int32_t x, int32_t) { return floorOf(x, 5); }},
      {"halide.div %a, %c5", [](int32_t x, int32_t) { return floorOf(x, 5); }},
      {"halide.mod %a, %c5",
       [](int32_t x, int32_t) { return euclidRest(x, 5); }},
  };
  for (const IntCase &c : byConstant)
    check<int32_t, int32_t>("    %r = " + std::string(c.op) + " : i32",
                            someInts, someInts, c.expected);
}

TEST(Expr, Shifts) {
  const IntCase cases[] = {
      {"arith.shli",
       [](int32_t x, int32_t) { return int32_t(uint32_t(x) << 3); }},
      {"arith.shrsi", [](int32_t x, int32_t) { return x >> 3; }},
      {"arith.shrui",
       [](int32_t x, int32_t) { return int32_t(uint32_t(x) >> 3); }},
  };
  for (const IntCase &c : cases)
    check<int32_t, int32_t>("    %r = " + std::string(c.op) + " %a, %c3 : i32",
                            someInts, someInts, c.expected);
}

TEST(Expr, IntegerComparisons) {
  auto [a, b] = pairs(someInts);
  const IntCase cases[] = {
      {"eq", [](int32_t x, int32_t y) { return x == y; }},
      {"ne", [](int32_t x, int32_t y) { return x != y; }},
      {"slt", [](int32_t x, int32_t y) { return x < y; }},
      {"sle", [](int32_t x, int32_t y) { return x <= y; }},
      {"sgt", [](int32_t x, int32_t y) { return x > y; }},
      {"sge", [](int32_t x, int32_t y) { return x >= y; }},
      {"ult", [](int32_t x, int32_t y) { return uint32_t(x) < uint32_t(y); }},
      {"ule", [](int32_t x, int32_t y) { return uint32_t(x) <= uint32_t(y); }},
      {"ugt", [](int32_t x, int32_t y) { return uint32_t(x) > uint32_t(y); }},
      {"uge", [](int32_t x, int32_t y) { return uint32_t(x) >= uint32_t(y); }},
  };
  for (const IntCase &c : cases)
    check<int32_t, int32_t>("    %t = arith.cmpi " + std::string(c.op) +
                                ", %a, %b : i32\n"
                                "    %r = arith.extui %t : i1 to i32",
                            a, b, c.expected);
}

TEST(Expr, FloatComparisons) {
  auto [a, b] = pairs(someFloats);
  struct {
    const char *op;
    std::function<int32_t(float, float)> expected;
  } cases[] = {
      {"oeq", [](float x, float y) { return x == y; }},
      {"ogt", [](float x, float y) { return x > y; }},
      {"oge", [](float x, float y) { return x >= y; }},
      {"olt", [](float x, float y) { return x < y; }},
      {"ole", [](float x, float y) { return x <= y; }},
      {"one", [](float x, float y) { return x != y; }},
      {"ord", [](float, float) { return 1; }},
      {"ueq", [](float x, float y) { return x == y; }},
      {"ugt", [](float x, float y) { return x > y; }},
      {"uge", [](float x, float y) { return x >= y; }},
      {"ult", [](float x, float y) { return x < y; }},
      {"ule", [](float x, float y) { return x <= y; }},
      {"une", [](float x, float y) { return x != y; }},
      {"uno", [](float, float) { return 0; }},
      {"true", [](float, float) { return 1; }},
      {"false", [](float, float) { return 0; }},
  };
  for (auto &c : cases)
    check<float, int32_t>("    %t = arith.cmpf " + std::string(c.op) +
                              ", %a, %b : f32\n"
                              "    %r = arith.extui %t : i1 to i32",
                          a, b, c.expected);
}

TEST(Expr, OrderedAndUnorderedSeeNaN) {
  std::vector<float> a(16, 1.f), b(16, 2.f);
  a[3] = b[5] = std::numeric_limits<float>::quiet_NaN();
  auto isNaN = [](float x, float y) { return std::isnan(x) || std::isnan(y); };
  check<float, int32_t>("    %t = arith.cmpf uno, %a, %b : f32\n"
                        "    %r = arith.extui %t : i1 to i32",
                        a, b, isNaN);
  check<float, int32_t>("    %t = arith.cmpf ord, %a, %b : f32\n"
                        "    %r = arith.extui %t : i1 to i32",
                        a, b, [&](float x, float y) { return !isNaN(x, y); });
}

TEST(Expr, BoolsAndSelect) {
  auto [a, b] = pairs(someInts);
  const std::string compare = "    %p = arith.cmpi slt, %a, %b : i32\n"
                              "    %q = arith.cmpi eq, %a, %c3 : i32\n";
  const IntCase cases[] = {
      {"andi", [](int32_t x, int32_t y) { return x < y && x == 3; }},
      {"ori", [](int32_t x, int32_t y) { return x < y || x == 3; }},
      {"xori", [](int32_t x, int32_t y) { return (x < y) != (x == 3); }},
  };
  for (const IntCase &c : cases)
    check<int32_t, int32_t>(compare + "    %t = arith." + c.op +
                                " %p, %q : i1\n"
                                "    %r = arith.extui %t : i1 to i32",
                            a, b, c.expected);
  check<int32_t, int32_t>(compare + "    %r = arith.select %p, %a, %c5 : i32",
                          a, b,
                          [](int32_t x, int32_t y) { return x < y ? x : 5; });
  check<int32_t, int32_t>(compare + "    %r = arith.extsi %p : i1 to i32", a, b,
                          [](int32_t x, int32_t y) { return x < y ? -1 : 0; });
}

TEST(Expr, ClampAndPromise) {
  check<int32_t, int32_t>(
      "    %r = halide.clamp %a, %cm2, %c5 : i32", someInts, someInts,
      [](int32_t x, int32_t) { return std::min(std::max(x, -2), 5); });
  check<int32_t, int32_t>("    %s = halide.clamp %a, %cm2, %c5 : i32\n"
                          "    %r = halide.promise_clamped %s, %cm2, %c5 : i32",
                          someInts, someInts, [](int32_t x, int32_t) {
                            return std::min(std::max(x, -2), 5);
                          });
}

TEST(Expr, Conversions) {
  check<float, int32_t>("    %r = arith.fptosi %a : f32 to i32", someFloats,
                        someFloats, [](float x, float) { return int32_t(x); });
  check<int32_t, float>("    %r = arith.sitofp %a : i32 to f32", someInts,
                        someInts, [](int32_t x, int32_t) { return float(x); });
  check<int32_t, float>("    %r = arith.uitofp %a : i32 to f32", someInts,
                        someInts,
                        [](int32_t x, int32_t) { return float(uint32_t(x)); });
  check<int32_t, int64_t>("    %r = arith.extsi %a : i32 to i64", someInts,
                          someInts,
                          [](int32_t x, int32_t) { return int64_t(x); });
  check<int32_t, int64_t>(
      "    %r = arith.extui %a : i32 to i64", someInts, someInts,
      [](int32_t x, int32_t) { return int64_t(uint32_t(x)); });
  check<int32_t, int8_t>("    %r = arith.trunci %a : i32 to i8", someInts,
                         someInts,
                         [](int32_t x, int32_t) { return int8_t(x); });
  check<float, double>("    %r = arith.extf %a : f32 to f64", someFloats,
                       someFloats, [](float x, float) { return double(x); });
  check<double, float>(
      "    %r = arith.truncf %a : f64 to f32", {0.1, 1e-3, 5, 7, 8, 9, 10, 11},
      {0, 0, 0, 0, 0, 0, 0, 0}, [](double x, double) { return float(x); });
  check<float, int32_t>("    %r = arith.bitcast %a : f32 to i32", someFloats,
                        someFloats, [](float x, float) {
                          int32_t bits;
                          std::memcpy(&bits, &x, 4);
                          return bits;
                        });
}

TEST(Expr, UnsignedStorageWidensWithoutASign) {
  std::vector<uint8_t> bytes = {0, 1, 127, 128, 200, 255, 7, 99};
  check<uint8_t, int32_t>("    %r = arith.extui %a : i8 to i32", bytes, bytes,
                          [](uint8_t x, uint8_t) { return int32_t(x); });
  check<uint8_t, int32_t>(
      "    %r = arith.extsi %a : i8 to i32", bytes, bytes,
      [](uint8_t x, uint8_t) { return int32_t(int8_t(x)); });
}

TEST(Expr, NarrowIntegersWrap) {
  std::vector<int8_t> a = {127, -128, 100, -100, 1, 2, 3, 4},
                      b = {1, -1, 100, -100, 5, 6, 7, 8};
  check<int8_t, int8_t>("    %r = arith.addi %a, %b : i8", a, b,
                        [](int8_t x, int8_t y) { return int8_t(x + y); });
}

TEST(Expr, HalfAndBrainFloats) {
  for (const char *type : {"f16", "bf16"})
    check<float, float>(
        "    %s = arith.truncf %a : f32 to " + std::string(type) +
            "\n    %r = arith.extf %s : " + type + " to f32",
        {0.5f, 1.f, -2.f, 96.f, 0.125f, 7.f, -3.5f, 0.f}, std::vector<float>(8),
        [](float x, float) { return x; });
}

TEST(Expr, PureExternCallsByName) {
  check<float, float>("    %r = halide.pure_extern \"llvm.fabs.f32\"(%a) : "
                      "(f32) -> f32",
                      {1.f, -2.f, 3, -4, 5, 6, -7, 8}, std::vector<float>(8),
                      [](float x, float) { return std::fabs(x); });
}

} // namespace
