// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Conversions of f32 to bf16 in the lowered statement. Halide emulates them
// under strict_float, which keeps what is converted from being contracted.

#include "compiler/translate/Kernel.h"

using namespace Halide::Internal;
using Halide::Expr;

namespace heddle::translate {

namespace {

/// To the nearest, ties to even, by the bits; NaN stays NaN unless its payload
/// is all ones.
Expr roundedByBits(const Expr &value) {
  constexpr uint32_t justBelowHalf = 0x7fff;
  constexpr int dropped = 16;
  int lanes = value.type().lanes();
  Halide::Type word = Halide::UInt(32, lanes);
  Expr bits = Halide::reinterpret(word, value);
  Expr lowest = (bits >> dropped) & make_one(word);
  bits = (bits + lowest + make_const(word, justBelowHalf)) >> dropped;
  return Halide::reinterpret(Halide::BFloat(16, lanes),
                             Halide::cast(Halide::UInt(16, lanes), bits));
}

class RoundToBf16 : public IRMutator {
public:
  explicit RoundToBf16(bool hasInstruction) : hasInstruction(hasInstruction) {}

private:
  using IRMutator::visit;

  Expr visit(const Cast *op) override {
    if (!op->type.is_bfloat() ||
        op->value.type().element_of() != Halide::Float(32))
      return IRMutator::visit(op);
    Expr value = mutate(op->value);
    return hasInstruction ? roundedInVectors(value) : roundedByBits(value);
  }

  /// By the instruction that takes two vectors of 16, which is in the code
  /// generator's own library, under a name that it completes by the lanes.
  static Expr roundedInVectors(const Expr &value) {
    constexpr int lanes = 32, half = lanes / 2;
    int count = value.type().lanes();
    if (count == half) {
      std::string name = unique_name("rounded");
      Expr twice = Variable::make(value.type(), name);
      Expr both = roundedInVectors(Shuffle::make_concat({twice, twice}));
      return Let::make(name, value, Shuffle::make_slice(both, 0, 1, half));
    }
    if (count % lanes != 0)
      return roundedByBits(value);
    Expr bits = Call::make(Halide::UInt(16, count), "vcvtne2ps2bf16", {value},
                           Call::PureExtern);
    return Halide::reinterpret(Halide::BFloat(16, count), bits);
  }

  bool hasInstruction;
};

} // namespace

void addRounding(bool hasInstruction, Halide::Pipeline &pipeline) {
  pipeline.add_custom_lowering_pass(new RoundToBf16(hasInstruction));
}

} // namespace heddle::translate
