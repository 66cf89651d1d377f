// The ops of the language as calls see them, their arguments, and the bounds
// of what a text may ask for; private to the checks.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_DSL_BUILTIN_H
#define HEDDLE_COMPILER_DSL_BUILTIN_H

#include "compiler/dsl/Datum.h"

#include <functional>

namespace heddle::dsl {

/// Levels of calls, blocks and expressions that may be open at once.
constexpr uint32_t maxOpenLevels = 512;
/// Conditions of one mask.
constexpr uint32_t maxMaskNodes = 1024;
/// Axes of a tensor, and dims of a model.
constexpr size_t maxRank = 8, maxDims = 64;
/// Bytes of a weight's path.
constexpr size_t maxPathBytes = 1024;

/// A parameter of an op or a fn, as calls see it.
struct ParameterSpec {
  std::string name;
  bool required = true;
  bool namedOnly = false;
};

/// The evaluated arguments of a call, by parameter.
struct Arguments {
  std::string callee;
  Span mark; ///< The callee's name, where messages about the whole point.
  struct Given {
    std::string name;
    Datum value;
    Span span;
  };
  std::vector<Given> given;

  /// Null when the argument was left out.
  const Given *find(std::string_view name) const;
};

class Elaborator;

/// An op: its parameters and what runs it.
struct Builtin {
  const char *name;
  std::vector<ParameterSpec> parameters;
  std::function<Datum(Elaborator &, const Arguments &)> run;
  /// In place of `run` for an op of several results.
  std::function<std::vector<Datum>(Elaborator &, const Arguments &)> runAll =
      {};

  /// Null when there is none of the name.
  static const Builtin *find(std::string_view name);
  static std::vector<std::string> names();

private:
  static const std::vector<Builtin> &all();
};

} // namespace heddle::dsl

#endif // HEDDLE_COMPILER_DSL_BUILTIN_H
