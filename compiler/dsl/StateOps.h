// What reads and assigns the states of a model; private to the checks.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_DSL_STATEOPS_H
#define HEDDLE_COMPILER_DSL_STATEOPS_H

#include "compiler/dsl/Elaborator.h"

namespace heddle::dsl {

/// In an entry a state is a variable that begins as what the last call left.
struct StateOps {
  /// What a single state holds here.
  static Datum read(Elaborator &e, const States &states, const ast::Expr &expr);
  /// What one of several holds: `states[index]`.
  static Datum readAt(Elaborator &e, const States &states,
                      const ast::Expr &expr);
  /// Gives a state, or one of several, another value.
  static void assign(Elaborator &e, const States &states,
                     const ast::Target &target, const Datum &value);

private:
  static Datum readOne(Elaborator &e, size_t state, Span span);
  /// The state at an index; nothing, reported, where there is none.
  static std::optional<size_t> stateAt(Elaborator &e, const States &states,
                                       const ast::Expr &index);
};

} // namespace heddle::dsl

#endif // HEDDLE_COMPILER_DSL_STATEOPS_H
