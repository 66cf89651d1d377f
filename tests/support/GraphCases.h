// Small hgraph modules for tests, parsed or built, and random data for them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_TESTS_SUPPORT_GRAPHCASES_H
#define HEDDLE_TESTS_SUPPORT_GRAPHCASES_H

#include "compiler/reference/Evaluate.h"
#include "dialects/graph/Graph.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

namespace heddle::test {

/// A context that knows what hgraph text needs.
std::unique_ptr<mlir::MLIRContext> makeContext();

/// Parses module text; null, with diagnostics printed, when it is wrong.
mlir::OwningOpRef<mlir::ModuleOp> parse(mlir::MLIRContext &context,
                                        llvm::StringRef text);

/// A model whose entry @main has the arguments and results written in
/// `signature`, e.g. `(%x: tensor<2xf32> {hgraph.name = "x"}) -> (...)`, and
/// `body`; dims batch in 1..8 and seq in 1..64.
mlir::OwningOpRef<mlir::ModuleOp> parseEntry(mlir::MLIRContext &context,
                                             llvm::StringRef signature,
                                             llvm::StringRef body);

/// A BERT as MiniLM is one: embeddings, `layers` of attention and feed
/// forward, masked mean, unit length. Vocabulary 50, dims batch in 1..8 and
/// seq in 1..64.
mlir::OwningOpRef<mlir::ModuleOp>
buildBert(mlir::MLIRContext &context, int layers, int64_t width, int64_t heads);

/// The first entry of a module.
graph::EntryOp entryOf(mlir::ModuleOp module);

/// Weights made from a seed and their names.
reference::WeightProvider randomWeights(uint64_t seed);

} // namespace heddle::test

#endif // HEDDLE_TESTS_SUPPORT_GRAPHCASES_H
