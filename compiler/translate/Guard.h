// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where Halide's errors and warnings end: as diagnostics on the op at hand.

#ifndef HEDDLE_COMPILER_TRANSLATE_GUARD_H
#define HEDDLE_COMPILER_TRANSLATE_GUARD_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace heddle::translate {

/// Takes over Halide's reports while it lives; one at a time in a process.
class Guard {
public:
  explicit Guard(mlir::Operation *op);
  ~Guard();
  Guard(const Guard &) = delete;
  Guard &operator=(const Guard &) = delete;

  /// What Halide reports from here on is about `op`.
  void at(mlir::Operation *op) { current = op; }

  /// Runs `work`. Fails, with diagnostics, when Halide throws or warns;
  /// warnings on the list in Guard.cpp are dropped.
  mlir::LogicalResult run(llvm::function_ref<void()> work);

private:
  mlir::Operation *current;
};

} // namespace heddle::translate

#endif // HEDDLE_COMPILER_TRANSLATE_GUARD_H
