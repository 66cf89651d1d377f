// Prints a formula as a polynomial, so that a sum of thirty slots reads as
// a few terms.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/Formula.h"

#include <algorithm>
#include <map>

namespace heddle::runtime {
namespace {

/// Sorted factors (dims and calls) to their coefficient. An empty product is
/// the constant term.
using Product = std::vector<std::string>;
using Polynomial = std::map<Product, int64_t>;

/// Longer formulas print as written; multiplying out can explode.
constexpr size_t maxTerms = 64;

void addTerm(Polynomial &sum, const Product &product, int64_t coefficient) {
  int64_t &slot = sum[product];
  slot = int64_t(uint64_t(slot) + uint64_t(coefficient));
  if (slot == 0)
    sum.erase(product);
}

std::string print(const Polynomial &sum) {
  if (sum.empty())
    return "0";
  // Products of most factors first, the constant last.
  std::vector<Polynomial::const_iterator> terms;
  for (auto it = sum.begin(); it != sum.end(); ++it)
    terms.push_back(it);
  std::stable_sort(terms.begin(), terms.end(), [](auto a, auto b) {
    return a->first.size() > b->first.size();
  });
  std::string text;
  for (auto it : terms) {
    text += text.empty() ? "" : " + ";
    if (it->first.empty() || it->second != 1)
      text += std::to_string(it->second) + (it->first.empty() ? "" : " * ");
    for (size_t i = 0; i < it->first.size(); ++i)
      text += (i ? " * " : "") + it->first[i];
  }
  return text;
}

Polynomial multiply(const Polynomial &left, const Polynomial &right) {
  Polynomial result;
  if (left.size() * right.size() > maxTerms) {
    addTerm(result, {"(" + print(left) + ")", "(" + print(right) + ")"}, 1);
    return result;
  }
  for (const auto &a : left) {
    for (const auto &b : right) {
      Product product = a.first;
      product.insert(product.end(), b.first.begin(), b.first.end());
      std::sort(product.begin(), product.end());
      addTerm(result, product,
              int64_t(uint64_t(a.second) * uint64_t(b.second)));
    }
  }
  return result;
}

bool allMultiples(const Polynomial &sum, int64_t unit) {
  return std::all_of(sum.begin(), sum.end(), [unit](const auto &term) {
    return term.second % unit == 0;
  });
}

/// A call is one factor. Long arguments are cut: multiplying out copies them,
/// and a hostile formula could make that explode.
Polynomial call(const std::string &name, std::string arguments) {
  if (arguments.size() > 400)
    arguments = arguments.substr(0, 397) + "...";
  return {{{name + "(" + arguments + ")"}, 1}};
}

Polynomial combine(uint32_t code, Polynomial left, const Polynomial &right) {
  switch (code) {
  case HEDDLE_OP_ADD:
    for (const auto &term : right)
      addTerm(left, term.first, term.second);
    return left;
  case HEDDLE_OP_MUL:
    return multiply(left, right);
  case HEDDLE_OP_MIN:
    return call("min", print(left) + ", " + print(right));
  case HEDDLE_OP_MAX:
    return call("max", print(left) + ", " + print(right));
  default:
    return call("floordiv", print(left) + ", " + print(right));
  }
}

} // namespace

std::string formulaText(Formula formula,
                        const std::vector<std::string> &dimNames) {
  std::vector<Polynomial> stack;
  for (const heddle_meta_op &op : formula) {
    Polynomial value;
    if (op.code == HEDDLE_OP_CONST) {
      addTerm(value, {}, op.value);
    } else if (op.code == HEDDLE_OP_DIM) {
      addTerm(value, {dimNames[size_t(op.value)]}, 1);
    } else if (op.code == HEDDLE_OP_ALIGN) {
      value = std::move(stack.back());
      stack.pop_back();
      if (!allMultiples(value, op.value))
        value = call("align", print(value) + ", " + std::to_string(op.value));
    } else {
      Polynomial right = std::move(stack.back());
      stack.pop_back();
      value = combine(op.code, std::move(stack.back()), right);
      stack.pop_back();
    }
    stack.push_back(std::move(value));
  }
  return stack.empty() ? "0" : print(stack.back());
}

} // namespace heddle::runtime
