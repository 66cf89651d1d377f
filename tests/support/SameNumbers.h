// The check of every pass: evaluating before and after gives equal numbers.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_TESTS_SUPPORT_SAMENUMBERS_H
#define HEDDLE_TESTS_SUPPORT_SAMENUMBERS_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include <memory>

namespace heddle::test {

/// Evaluates the first entry of `module` on random inputs, dims and weights,
/// runs `pass` on it, evaluates again and expects bit-equal outputs, and equal
/// values for every hgraph.id that is there before and after. Seeds 0 to
/// `seeds` - 1; a failure names its seed.
void expectSameNumbers(mlir::ModuleOp module, std::unique_ptr<mlir::Pass> pass,
                       uint64_t seeds = 3);

} // namespace heddle::test

#endif // HEDDLE_TESTS_SUPPORT_SAMENUMBERS_H
