// Random hgraph models for differential tests: every op of the dialect, ragged
// widths, values with several readers, numbers that stay of size 1.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_TESTS_SUPPORT_RANDOMGRAPH_H
#define HEDDLE_TESTS_SUPPORT_RANDOMGRAPH_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace heddle::test {

/// A model @Random with dims batch in 1..4 and seq in 1..40, inputs tokens,
/// mask (i32 [batch, seq]) and x (f32 [batch, seq, width]) and one to four
/// outputs, of about `steps` steps, each some ops. The same for the same seed
/// on every machine. Numbers are well conditioned: but for one graph in a
/// thousand, where a norm sees the rest of a cancellation, f32 stays within the
/// tolerance table of double; a differential takes what f32 itself costs in the
/// reference as the floor of its comparison.
mlir::OwningOpRef<mlir::ModuleOp> randomGraph(mlir::MLIRContext &context,
                                              uint64_t seed, int steps);

} // namespace heddle::test

#endif // HEDDLE_TESTS_SUPPORT_RANDOMGRAPH_H
