// What only the end of a model tells; private to the checks.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_DSL_FINISHER_H
#define HEDDLE_COMPILER_DSL_FINISHER_H

#include "compiler/dsl/Elaborator.h"

namespace heddle::dsl {

/// Dims without an input, ranges of ids, missing and unused weights and
/// states, values nobody reads.
class Finisher {
public:
  explicit Finisher(Elaborator &model)
      : model(model), program(model.program), diagnostics(model.diagnostics) {}

  void run();

private:
  void finishEntries();
  void finishDims();
  void finishDims(const Entry &entry);
  void finishRanges(Entry &entry, const Elaborator::OpenEntry &known);
  void finishWeights();
  void finishStates();
  void reportMissing();
  void removeUnused();
  void keepLive(const Entry &entry, std::vector<bool> &live) const;
  void warnUnused(const Entry &entry, const std::vector<bool> &live);
  const shape::Shape &shapeOf(ValueId value) const {
    return program.values[value].type.shape;
  }
  /// The entry as messages call it: "entry 'encode'", "model 'M'".
  std::string describe(const Entry &entry) const;

  Elaborator &model;
  Program &program;
  Diagnostics &diagnostics;
};

} // namespace heddle::dsl

#endif // HEDDLE_COMPILER_DSL_FINISHER_H
