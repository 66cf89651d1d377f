// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two interleaved strided loads of neighbours of 16 bits, in the lowered
// statement: one load of pairs. Transposing rows into groups of two is made of
// them, and the code generator loads each element by itself.

#include "compiler/translate/Kernel.h"

using namespace Halide::Internal;
using Halide::Expr;

namespace heddle::translate {

namespace {

class PairLoads : public IRMutator {
  using IRMutator::visit;

  Expr visit(const Shuffle *op) override {
    Expr paired = op->is_interleave() && op->vectors.size() == 2
                      ? inPairs(op->vectors[0], op->vectors[1])
                      : Expr();
    return paired.defined() ? paired : IRMutator::visit(op);
  }

  /// Undefined where the two are no such loads.
  static Expr inPairs(const Expr &first, const Expr &second) {
    const Load *low = first.as<Load>(), *high = second.as<Load>();
    if (!low || !high || low->name != high->name || low->type.bits() != 16 ||
        !is_const_one(low->predicate) || !is_const_one(high->predicate))
      return {};
    const Ramp *even = low->index.as<Ramp>(), *odd = high->index.as<Ramp>();
    if (!even || !odd || even->lanes != odd->lanes)
      return {};
    auto stride = as_const_int(even->stride);
    // Accesses at constants are taken for disjoint by their elements' numbers.
    bool isPlain = stride && *stride % 2 == 0 && *stride > 2 &&
                   is_const(odd->stride, *stride) && !is_const(even->base) &&
                   is_const_one(simplify(odd->base - even->base)) &&
                   is_const_zero(simplify(even->base % 2));
    if (!isPlain)
      return {};
    Expr index =
        Ramp::make(simplify(even->base / 2), int(*stride / 2), even->lanes);
    Halide::Type pair = Halide::UInt(32, even->lanes);
    Expr load = Load::make(pair, low->name, index, low->image, low->param,
                           const_true(even->lanes), {});
    return Halide::reinterpret(low->type.with_lanes(2 * even->lanes), load);
  }
};

} // namespace

void addPairedLoads(Halide::Pipeline &pipeline) {
  pipeline.add_custom_lowering_pass(new PairLoads);
}

} // namespace heddle::translate
