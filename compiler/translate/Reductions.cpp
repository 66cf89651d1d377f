// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reductions of a vector of floats to one number, in the lowered statement: by
// halves. The code generator takes the lanes one behind the other wherever
// something in the kernel is strict about floats.

#include "compiler/translate/Kernel.h"

using namespace Halide::Internal;
using Halide::Expr;

namespace heddle::translate {

namespace {

class ReduceByHalves : public IRMutator {
  using IRMutator::visit;

  static Expr combine(VectorReduce::Operator op, const Expr &a, const Expr &b) {
    switch (op) {
    case VectorReduce::Add:
      return a + b;
    case VectorReduce::Min:
      return Halide::min(a, b);
    default:
      return Halide::max(a, b);
    }
  }

  Expr visit(const VectorReduce *op) override {
    int lanes = op->value.type().lanes();
    bool isKnown = op->op == VectorReduce::Add || op->op == VectorReduce::Min ||
                   op->op == VectorReduce::Max;
    bool isPowerOfTwo = (lanes & (lanes - 1)) == 0;
    if (!op->type.is_float() || !op->type.is_scalar() || !isKnown ||
        !isPowerOfTwo)
      return IRMutator::visit(op);
    Expr value = mutate(op->value);
    std::vector<std::pair<std::string, Expr>> halves;
    while (lanes > 1) {
      std::string name = unique_name("half");
      halves.emplace_back(name, value);
      Expr whole = Variable::make(value.type(), name);
      lanes /= 2;
      value = combine(op->op, Shuffle::make_slice(whole, 0, 1, lanes),
                      Shuffle::make_slice(whole, lanes, 1, lanes));
    }
    for (size_t i = halves.size(); i-- > 0;)
      value = Let::make(halves[i].first, halves[i].second, value);
    return value;
  }
};

} // namespace

void addReductions(Halide::Pipeline &pipeline) {
  pipeline.add_custom_lowering_pass(new ReduceByHalves);
}

} // namespace heddle::translate
