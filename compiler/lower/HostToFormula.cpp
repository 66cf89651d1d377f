// Builds formulas bottom up; every function keeps text and program in step.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/HostToFormula.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringSwitch.h"

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

/// A 0 that takes part in operations.
static Formula asTerm(const Formula &formula) {
  Formula result = formula;
  if (result.isZero())
    push(result, HEDDLE_OP_CONST, 0);
  return result;
}

static Formula with(Formula formula, uint32_t code, int64_t value) {
  push(formula, HEDDLE_OP_CONST, value);
  push(formula, code);
  return formula;
}

/// large * step + small * (1 - step), step = min(1, max(0, size - upTo)).
Formula lower::choose(const Formula &size, int64_t upTo, const Formula &small,
                      const Formula &large) {
  Formula step = with(size, HEDDLE_OP_ADD, -upTo);
  step = with(with(step, HEDDLE_OP_MAX, 0), HEDDLE_OP_MIN, 1);
  Formula rest = with(with(step, HEDDLE_OP_MUL, -1), HEDDLE_OP_ADD, 1);
  Formula result =
      join(join(asTerm(large), step, HEDDLE_OP_MUL),
           join(asTerm(small), rest, HEDDLE_OP_MUL), HEDDLE_OP_ADD);
  result.text = size.text + " <= " + std::to_string(upTo) + " ? " + small.text +
                " : " + large.text;
  return result;
}

/// The operation that a word stands for.
static std::optional<heddle_formula_code> operationOf(llvm::StringRef word) {
  return llvm::StringSwitch<std::optional<heddle_formula_code>>(word)
      .Case("+", HEDDLE_OP_ADD)
      .Case("*", HEDDLE_OP_MUL)
      .Case("/", HEDDLE_OP_FLOORDIV)
      .Case("<", HEDDLE_OP_MIN)
      .Case(">", HEDDLE_OP_MAX)
      .Case("^", HEDDLE_OP_ALIGN)
      .Default(std::nullopt);
}

std::optional<Formula> lower::readFormula(
    llvm::StringRef text,
    llvm::function_ref<std::optional<Formula>(llvm::StringRef)> value) {
  std::vector<Formula> stack;
  llvm::SmallVector<llvm::StringRef> words;
  text.split(words, ' ', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef word : words) {
    int64_t number = 0;
    if (!word.getAsInteger(10, number)) {
      stack.push_back(asTerm(constantFormula(number)));
      continue;
    }
    std::optional<heddle_formula_code> code = operationOf(word);
    if (!code) {
      std::optional<Formula> term = value(word);
      if (!term)
        return std::nullopt;
      stack.push_back(asTerm(*term));
      continue;
    }
    if (stack.size() < 2)
      return std::nullopt;
    Formula right = std::move(stack.back());
    stack.pop_back();
    // What an align rounds to is part of the operation.
    if (code == HEDDLE_OP_ALIGN)
      push(stack.back(), HEDDLE_OP_ALIGN, right.ops.back().value);
    else
      stack.back() = join(stack.back(), right, *code);
  }
  if (stack.size() != 1)
    return std::nullopt;
  stack.back().text = text.str();
  return std::move(stack.back());
}

Formula lower::align(const Formula &a, int64_t multiple) {
  Formula result = a;
  if (a.isZero())
    return result;
  push(result, HEDDLE_OP_ALIGN, multiple);
  result.text = "align(" + a.text + ", " + std::to_string(multiple) + ")";
  return result;
}
