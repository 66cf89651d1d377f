// What names and expressions stand for while a model is unfolded; private to
// the checks.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_DSL_DATUM_H
#define HEDDLE_COMPILER_DSL_DATUM_H

#include "compiler/dsl/Scalar.h"

#include <map>

namespace heddle::dsl {

/// Stands for a value whose error has been reported; whatever reads it stays
/// silent.
struct Poison {};
/// The word `none`.
struct None {};
/// A value of the program.
struct Tensor {
  ValueId id;
};
/// A weight's path, from the root.
struct Path {
  std::string text;
};
/// States of one name: one, or several that an index tells apart.
struct States {
  size_t first = 0; ///< Index into Program::states.
  std::optional<int64_t> count = {};
};

/// What a state holds, and where it was last read or assigned.
struct HeldState {
  ValueId value = 0;
  Span span;
  bool isAssigned = false;
};

struct Mask;
using MaskRef = std::shared_ptr<const Mask>;

struct List;
using ListRef = std::shared_ptr<const List>;

/// A mask before it meets an attention: which keys a query sees.
struct Mask {
  enum class Kind {
    Causal,
    Padding,
    Window,
    Prefix,
    Documents,
    Dense,
    Lambda,
    And,
    Or,
    Not
  };
  Kind kind;
  Span span;
  std::vector<MaskRef> operands = {}; ///< Of And, Or, Not.
  /// Of Padding, Documents and Dense; of Prefix where lengths differ.
  std::optional<ValueId> tensor = {};
  int64_t count = 0; ///< Of Prefix without a tensor.
  /// Of Window: how far behind and ahead of a query its keys may lie.
  std::optional<int64_t> behind = {}, ahead = {};
  /// Of Causal and Window: the position of query 0 among the keys; without
  /// one there must be as many queries as keys.
  std::optional<int64_t> offset = {};
  ScalarRef condition = nullptr; ///< Of Lambda.
  uint32_t nodes = 1;            ///< In all, operands included.
};

/// A lambda that gives a number: what a score becomes.
struct ScoreChange {
  ScalarRef body;
};

/// A bias by a rule, before it meets an attention.
struct Bias {
  enum class Kind { Alibi, Relative };
  Kind kind;
  Span span;
  ValueId table = 0;           ///< Of Relative: [buckets, heads].
  int64_t maxDistance = 0;     ///< Of Relative.
  bool isBidirectional = true; ///< Of Relative.
};
using BiasRef = std::shared_ptr<const Bias>;

using Datum = std::variant<Poison, None, bool, int64_t, double, std::string,
                           shape::Dim, Tensor, Path, MaskRef, BiasRef,
                           ScoreChange, ScalarRef, ListRef, States>;

/// Values in brackets, none of them poison.
struct List {
  std::vector<Datum> items;
};

/// A dim expression; a whole number where no name is left in it.
Datum fromDim(const shape::Dim &dim);
/// A whole number or a dim expression as a dim.
std::optional<shape::Dim> toDim(const Datum &datum);
/// A whole or other number.
std::optional<double> toNumber(const Datum &datum);

inline bool isPoison(const Datum &datum) {
  return std::holds_alternative<Poison>(datum);
}

enum class BindingKind { Parameter, Dim, Input, State, Index, Variable };
/// "a parameter", "an input", ...
const char *describe(BindingKind kind);

struct Binding {
  BindingKind kind;
  Datum value;
  Span span; ///< Where it was declared or last assigned.
};

/// The names that text sees, inner blocks first.
class Environment {
public:
  /// `outer` may be null; of its names only those that never change are seen.
  explicit Environment(Environment *outer) : outer(outer) { enter(); }

  void enter() { blocks.emplace_back(); }
  void leave() { blocks.pop_back(); }
  size_t depth() const { return blocks.size(); }

  /// A name of this environment or a fixed one of the outer; null if none.
  const Binding *find(std::string_view name) const;
  /// A name of this environment alone, to assign to.
  Binding *findOwn(std::string_view name);
  /// True when the outer environment has `name` as a variable.
  bool isHidden(std::string_view name) const;
  /// Adds a name to the innermost block.
  void add(const std::string &name, Binding binding) {
    blocks.back().insert_or_assign(name, std::move(binding));
  }
  /// Every name that `find` finds, for spelling.
  std::vector<std::string> names() const;

private:
  Environment *outer;
  std::vector<std::map<std::string, Binding, std::less<>>> blocks;
};

} // namespace heddle::dsl

#endif // HEDDLE_COMPILER_DSL_DATUM_H
