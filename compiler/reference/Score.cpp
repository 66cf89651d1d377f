// Runs score programs, one row of keys at a time.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/reference/Score.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace heddle::reference {

template <typename T> static bool compare(Comparison comparison, T a, T b) {
  switch (comparison) {
  case Comparison::Never:
    return false;
  case Comparison::Always:
    return true;
  case Comparison::Equal:
    return a == b;
  case Comparison::NotEqual:
    return a != b;
  case Comparison::Less:
    return a < b;
  case Comparison::LessEqual:
    return a <= b;
  case Comparison::Greater:
    return a > b;
  case Comparison::GreaterEqual:
    return a >= b;
  }
  return false;
}

/// Two's complement of so many bits; a boolean stays 0 or 1.
static int64_t wrap(int64_t value, int bits) {
  if (bits == 1)
    return value & 1;
  return bits == 32 ? static_cast<int32_t>(value) : value;
}

/// Unsigned arithmetic wraps where signed would be undefined.
static int64_t wrapped(uint64_t value, int bits) {
  return wrap(static_cast<int64_t>(value), bits);
}

static int64_t floorDivide(int64_t a, int64_t b) {
  if (b == 0)
    return 0;
  if (b == -1) // the smallest number has no opposite
    return static_cast<int64_t>(0 - static_cast<uint64_t>(a));
  return a / b - ((a % b != 0 && (a % b < 0) != (b < 0)) ? 1 : 0);
}

static int64_t remainder(int64_t a, int64_t b) {
  return b == 0 || b == -1 ? 0 : a % b;
}

template <typename Scalar> static Scalar maximum(Scalar a, Scalar b) {
  if (std::isnan(a) || std::isnan(b))
    return std::numeric_limits<Scalar>::quiet_NaN();
  return std::max(a, b);
}

template <typename Scalar> static int64_t toInteger(Scalar value, int bits) {
  double low = bits == 32 ? -2147483648.0 : -9.2e18;
  double high = bits == 32 ? 2147483647.0 : 9.2e18;
  if (std::isnan(value))
    return 0;
  return static_cast<int64_t>(
      std::clamp(static_cast<double>(std::trunc(value)), low, high));
}

template <typename Scalar>
ScoreRow<Scalar>::ScoreRow(const ScoreProgram<Scalar> &program, int64_t keys)
    : program(program), keys(keys), floats(program.isFloat.size()),
      ints(program.isFloat.size()) {
  for (size_t i = 0; i < program.isFloat.size(); ++i)
    if (program.isFloat[i])
      floats[i].resize(keys);
    else
      ints[i].resize(keys);
  for (int64_t key = 0; key < keys; ++key)
    ints[4][key] = key;
}

template <typename Scalar>
void ScoreRow<Scalar>::run(int64_t b, int64_t h, int64_t q, Scalar *scores) {
  std::copy(scores, scores + keys, floats[0].begin());
  std::fill(ints[1].begin(), ints[1].end(), b);
  std::fill(ints[2].begin(), ints[2].end(), h);
  std::fill(ints[3].begin(), ints[3].end(), q);
  for (const ScoreStep &each : program.steps)
    step(each);
  std::copy(floats[program.score].begin(), floats[program.score].end(), scores);
  if (program.live < 0)
    return;
  for (int64_t key = 0; key < keys; ++key)
    if (ints[program.live][key] == 0)
      scores[key] = -std::numeric_limits<Scalar>::infinity();
}

template <typename Scalar> void ScoreRow<Scalar>::step(const ScoreStep &step) {
  if (step.op == StepKind::AtF || step.op == StepKind::AtI)
    return at(step);
  if (program.isFloat[step.result])
    return stepFloat(step);
  stepInteger(step);
}

template <typename Scalar> void ScoreRow<Scalar>::at(const ScoreStep &step) {
  const Tensor<Scalar> &tensor = *program.tensors[step.tensor];
  for (int64_t key = 0; key < keys; ++key) {
    int64_t offset = 0;
    for (size_t axis = 0; axis < step.operands.size(); ++axis) {
      int64_t extent = tensor.shape[axis];
      offset =
          offset * extent +
          std::clamp<int64_t>(ints[step.operands[axis]][key], 0, extent - 1);
    }
    if (step.op == StepKind::AtF)
      floats[step.result][key] = tensor.floats[offset];
    else
      ints[step.result][key] = tensor.ints[offset];
  }
}

template <typename Scalar>
void ScoreRow<Scalar>::stepFloat(const ScoreStep &step) {
  auto f = [&](int operand, int64_t key) {
    return floats[step.operands[operand]][key];
  };
  auto value = [&](int64_t key) -> Scalar {
    switch (step.op) {
    case StepKind::ConstantF:
      return static_cast<Scalar>(step.number);
    case StepKind::AddF:
      return f(0, key) + f(1, key);
    case StepKind::SubF:
      return f(0, key) - f(1, key);
    case StepKind::MulF:
      return f(0, key) * f(1, key);
    case StepKind::DivF:
      return f(0, key) / f(1, key);
    case StepKind::NegF:
      return -f(0, key);
    case StepKind::MaximumF:
      return maximum(f(0, key), f(1, key));
    case StepKind::MinimumF:
      return -maximum(-f(0, key), -f(1, key));
    case StepKind::MaxNumF:
      return std::fmax(f(0, key), f(1, key));
    case StepKind::MinNumF:
      return std::fmin(f(0, key), f(1, key));
    case StepKind::ExpF:
      return std::exp(f(0, key));
    case StepKind::Exp2F:
      return std::exp2(f(0, key));
    case StepKind::TanhF:
      return std::tanh(f(0, key));
    case StepKind::AbsF:
      return std::fabs(f(0, key));
    case StepKind::SqrtF:
      return std::sqrt(f(0, key));
    case StepKind::LogF:
      return std::log(f(0, key));
    case StepKind::SelectF:
      return ints[step.operands[0]][key] ? f(1, key) : f(2, key);
    default: // IntToFloat; the others have integer results
      return static_cast<Scalar>(ints[step.operands[0]][key]);
    }
  };
  for (int64_t key = 0; key < keys; ++key)
    floats[step.result][key] = value(key);
}

template <typename Scalar>
void ScoreRow<Scalar>::stepInteger(const ScoreStep &step) {
  auto i = [&](int operand, int64_t key) {
    return ints[step.operands[operand]][key];
  };
  auto u = [&](int operand, int64_t key) {
    return static_cast<uint64_t>(ints[step.operands[operand]][key]);
  };
  auto value = [&](int64_t key) -> int64_t {
    switch (step.op) {
    case StepKind::ConstantI:
      return wrap(step.integer, step.bits);
    case StepKind::CompareF: {
      Scalar a = floats[step.operands[0]][key];
      Scalar b = floats[step.operands[1]][key];
      if (std::isnan(a) || std::isnan(b))
        return step.trueOnNan;
      return compare(step.comparison, a, b);
    }
    case StepKind::CompareI:
      return compare(step.comparison, i(0, key), i(1, key));
    case StepKind::SelectI:
      return i(0, key) ? i(1, key) : i(2, key);
    case StepKind::AddI:
      return wrapped(u(0, key) + u(1, key), step.bits);
    case StepKind::SubI:
      return wrapped(u(0, key) - u(1, key), step.bits);
    case StepKind::MulI:
      return wrapped(u(0, key) * u(1, key), step.bits);
    case StepKind::MinI:
      return std::min(i(0, key), i(1, key));
    case StepKind::MaxI:
      return std::max(i(0, key), i(1, key));
    case StepKind::FloorDivI:
      return wrap(floorDivide(i(0, key), i(1, key)), step.bits);
    case StepKind::RemI:
      return remainder(i(0, key), i(1, key));
    case StepKind::AndI:
      return i(0, key) & i(1, key);
    case StepKind::OrI:
      return i(0, key) | i(1, key);
    case StepKind::XorI:
      return i(0, key) ^ i(1, key);
    default: // FloatToInt; the others have float results
      return toInteger(floats[step.operands[0]][key], step.bits);
    }
  };
  for (int64_t key = 0; key < keys; ++key)
    ints[step.result][key] = value(key);
}

template class ScoreRow<double>;
template class ScoreRow<float>;

} // namespace heddle::reference
