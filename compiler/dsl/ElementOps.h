// The ops that work element by element and those along one axis, as calls and
// as signs; private to the checks.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_DSL_ELEMENTOPS_H
#define HEDDLE_COMPILER_DSL_ELEMENTOPS_H

#include "compiler/dsl/Elaborator.h"

namespace heddle::dsl {

/// Tensors and numbers, broadcast; numbers alone are computed at once. Each
/// gives Poison where it reported something.
struct ElementOps {
  // Signs; at least one operand is a tensor.
  static Datum arithmetic(Elaborator &e, const ast::Expr &expr, const Datum &a,
                          const Datum &b);
  static Datum compare(Elaborator &e, const ast::Expr &expr, const Datum &a,
                       const Datum &b);
  static Datum negate(Elaborator &e, const ast::Expr &expr, const Datum &x);

  static bool isTruth(const Elaborator &e, const Datum &datum);

  // Calls.
  static Datum function(Elaborator &e, const Arguments &arguments);
  static Datum gelu(Elaborator &e, const Arguments &arguments);
  static Datum pow(Elaborator &e, const Arguments &arguments);
  /// Of two operands, or along an axis.
  static Datum extreme(Elaborator &e, const Arguments &arguments);
  static Datum select(Elaborator &e, const Arguments &arguments);
  static Datum cast(Elaborator &e, const Arguments &arguments);

  /// An op on tensors of one element type and shapes that broadcast.
  static Datum
  emit(Elaborator &e, OpKind kind, const std::vector<ValueId> &operands,
       ElementType result, Span mark,
       std::vector<std::pair<std::string, AttributeValue>> attributes = {});

private:
  /// What operands may be.
  enum class Allowed { Floats, Numbers, All };
  /// The operands as values of one element type: tensors as they are, numbers
  /// as constants.
  static std::optional<std::vector<ValueId>>
  alike(Elaborator &e, const std::string &callee, Span mark,
        const std::vector<Datum> &data, Allowed allowed);
  static std::optional<ValueId> constant(Elaborator &e, const Datum &number,
                                         ElementType element,
                                         const std::string &callee, Span mark);
};

/// Reductions, softmax, norms and choices along one axis.
struct AxisOps {
  static Datum reduction(Elaborator &e, const Arguments &arguments);
  static Datum softmax(Elaborator &e, const Arguments &arguments);
  static Datum layerNorm(Elaborator &e, const Arguments &arguments);
  static Datum l2Normalize(Elaborator &e, const Arguments &arguments);
  static Datum rmsNorm(Elaborator &e, const Arguments &arguments);
  /// The elements and their indices.
  static std::vector<Datum> topK(Elaborator &e, const Arguments &arguments);
};

/// The ops of both, as calls see them.
std::vector<Builtin> elementBuiltins();

} // namespace heddle::dsl

#endif // HEDDLE_COMPILER_DSL_ELEMENTOPS_H
