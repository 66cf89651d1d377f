// Evaluates formulas in 64-bit integers, never wrapping.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/Formula.h"

#include <algorithm>

namespace heddle::runtime {
namespace {

/// left op right for the two-operand codes; false on overflow.
bool applyBinary(uint32_t code, int64_t left, int64_t right, int64_t &value) {
  switch (code) {
  case HEDDLE_OP_ADD:
    return !__builtin_add_overflow(left, right, &value);
  case HEDDLE_OP_MUL:
    return !__builtin_mul_overflow(left, right, &value);
  case HEDDLE_OP_MIN:
    value = std::min(left, right);
    return true;
  case HEDDLE_OP_MAX:
    value = std::max(left, right);
    return true;
  default: // HEDDLE_OP_FLOORDIV
    if (right < 1)
      return false;
    value = left / right - (left % right < 0);
    return true;
  }
}

/// Rounds up to a multiple of `unit`, which is positive.
bool alignUp(int64_t unit, int64_t &value) {
  int64_t rest = value % unit;
  if (rest < 0)
    rest += unit;
  return rest == 0 || !__builtin_add_overflow(value, unit - rest, &value);
}

} // namespace

bool isWellFormed(Formula formula, uint32_t numDims) {
  uint32_t depth = 0;
  for (const heddle_meta_op &op : formula) {
    switch (op.code) {
    case HEDDLE_OP_CONST:
      ++depth;
      break;
    case HEDDLE_OP_DIM:
      if (op.value < 0 || op.value >= int64_t(numDims))
        return false;
      ++depth;
      break;
    case HEDDLE_OP_ADD:
    case HEDDLE_OP_MUL:
    case HEDDLE_OP_FLOORDIV:
    case HEDDLE_OP_MIN:
    case HEDDLE_OP_MAX:
      if (depth < 2)
        return false;
      --depth;
      break;
    case HEDDLE_OP_ALIGN:
      if (depth < 1 || op.value < 1)
        return false;
      break;
    default:
      return false;
    }
    if (depth > HEDDLE_FORMULA_DEPTH)
      return false;
  }
  return formula.count == 0 || depth == 1;
}

bool evaluate(Formula formula, const int64_t *dims, int64_t &value) {
  int64_t stack[HEDDLE_FORMULA_DEPTH + 1] = {};
  uint32_t depth = 0;
  for (const heddle_meta_op &op : formula) {
    switch (op.code) {
    case HEDDLE_OP_CONST:
      stack[depth++] = op.value;
      break;
    case HEDDLE_OP_DIM:
      stack[depth++] = dims[op.value];
      break;
    case HEDDLE_OP_ALIGN:
      if (!alignUp(op.value, stack[depth - 1]))
        return false;
      break;
    default:
      --depth;
      if (!applyBinary(op.code, stack[depth - 1], stack[depth],
                       stack[depth - 1]))
        return false;
    }
  }
  value = depth ? stack[0] : 0;
  return true;
}

int64_t onlyDim(Formula formula) {
  int64_t found = -1;
  for (const heddle_meta_op &op : formula) {
    if (op.code != HEDDLE_OP_DIM || op.value == found)
      continue;
    if (found >= 0)
      return -1;
    found = op.value;
  }
  return found;
}

bool solveFor(Formula formula, int64_t dim, int64_t low, int64_t high,
              int64_t wanted, int64_t *dims) {
  auto valueAt = [&](int64_t candidate, int64_t &value) {
    dims[dim] = candidate;
    return evaluate(formula, dims, value);
  };
  int64_t first = 0, last = 0, value = 0;
  if (!valueAt(low, first) || !valueAt(high, last))
    return false;
  bool grows = first <= last;
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (!valueAt(middle, value))
      return false;
    if (grows ? value < wanted : value > wanted)
      low = middle + 1;
    else
      high = middle;
  }
  return valueAt(low, value) && value == wanted;
}

bool isConstant(Formula formula) {
  return std::none_of(
      formula.begin(), formula.end(),
      [](const heddle_meta_op &op) { return op.code == HEDDLE_OP_DIM; });
}

} // namespace heddle::runtime
