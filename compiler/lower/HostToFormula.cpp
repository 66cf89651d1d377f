// Builds formulas bottom up; every function keeps text and program in step.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/HostToFormula.h"

#include <cassert>

using namespace heddle;
using namespace heddle::lower;

static void push(Formula &formula, uint32_t code, int64_t value = 0) {
  formula.ops.push_back({code, 0, value});
}

static int64_t indexOf(const std::string &name,
                       const std::vector<shape::DimRange> &dims) {
  for (size_t i = 0; i < dims.size(); ++i)
    if (dims[i].name == name)
      return int64_t(i);
  assert(false && "the verifier has looked for undeclared dims");
  return 0;
}

Formula lower::constantFormula(int64_t value) {
  Formula result;
  if (value == 0)
    return result;
  push(result, HEDDLE_OP_CONST, value);
  result.text = std::to_string(value);
  return result;
}

Formula lower::dimFormula(const shape::Dim &dim,
                          const std::vector<shape::DimRange> &dims) {
  Formula result;
  for (const shape::Term &term : dim.terms()) {
    bool first = result.ops.empty();
    // A coefficient of 1 before a name needs no multiplication.
    bool bare = term.coefficient == 1 && !term.factors.empty();
    if (!bare)
      push(result, HEDDLE_OP_CONST, term.coefficient);
    for (const std::string &factor : term.factors) {
      push(result, HEDDLE_OP_DIM, indexOf(factor, dims));
      if (!bare)
        push(result, HEDDLE_OP_MUL);
      bare = false;
    }
    if (!first)
      push(result, HEDDLE_OP_ADD);
  }
  result.text = dim.str();
  return result;
}

static Formula join(const Formula &a, const Formula &b, uint32_t code) {
  Formula result = a;
  result.ops.insert(result.ops.end(), b.ops.begin(), b.ops.end());
  push(result, code);
  return result;
}

Formula lower::add(const Formula &a, const Formula &b) {
  if (a.isZero() || b.isZero())
    return a.isZero() ? b : a;
  Formula result = join(a, b, HEDDLE_OP_ADD);
  result.text = a.text + " + " + b.text;
  return result;
}

Formula lower::max(const Formula &a, const Formula &b) {
  if (a.isZero() || b.isZero())
    return a.isZero() ? b : a;
  Formula result = join(a, b, HEDDLE_OP_MAX);
  result.text = "max(" + a.text + ", " + b.text + ")";
  return result;
}

/// small + (large - small) * min(1, max(0, size - upTo)).
Formula lower::choose(const Formula &size, int64_t upTo, int64_t small,
                      const Formula &large) {
  auto with = [](Formula formula, uint32_t code, int64_t value) {
    push(formula, HEDDLE_OP_CONST, value);
    push(formula, code);
    return formula;
  };
  Formula step = with(size, HEDDLE_OP_ADD, -upTo);
  step = with(with(step, HEDDLE_OP_MAX, 0), HEDDLE_OP_MIN, 1);
  Formula result = large;
  if (result.isZero())
    push(result, HEDDLE_OP_CONST, 0);
  result = with(result, HEDDLE_OP_ADD, -small);
  result = with(join(result, step, HEDDLE_OP_MUL), HEDDLE_OP_ADD, small);
  result.text = size.text + " <= " + std::to_string(upTo) + " ? " +
                std::to_string(small) + " : " + large.text;
  return result;
}

Formula lower::align(const Formula &a, int64_t multiple) {
  Formula result = a;
  if (a.isZero())
    return result;
  push(result, HEDDLE_OP_ALIGN, multiple);
  result.text = "align(" + a.text + ", " + std::to_string(multiple) + ")";
  return result;
}
