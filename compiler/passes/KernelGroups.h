// Decides which ops of an entry become one kernel; changes no IR.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_PASSES_KERNELGROUPS_H
#define HEDDLE_COMPILER_PASSES_KERNELGROUPS_H

#include "dialects/graph/Graph.h"
#include "llvm/ADT/DenseMap.h"

namespace heddle::passes {

/// Ops of one kernel.
struct KernelGroup {
  std::string family;
  mlir::Operation *anchor = nullptr;        ///< The op the kernel is about.
  llvm::SmallVector<mlir::Operation *> ops; ///< In the order of the text.
  std::string end; ///< Why it ends where it ends, for a remark.
};

/// What was decided where there was a choice, for a remark at `at`.
struct FusionChoice {
  mlir::Location at;
  std::string text;
};

struct GroupOptions {
  bool fuse = true;
  int64_t maxRow = 4096;
  bool onDevice = false;  ///< kernels of a device have fewer forms
  double kernelTime = 50; ///< nanoseconds that each takes besides its work
};

/// True for a reshape that is only a view of a buffer: it stays outside of
/// kernels. One that is an output beside what it views, or views an input that
/// nothing else computes, is copied by a kernel.
bool isView(mlir::Operation *op);

/// True for what every kernel has its own copy of: constants, and what widens
/// bf16 that its readers can read as it is.
bool isCopied(mlir::Operation *op);

/// The groups of an entry's ops: each op that computes a tensor in exactly one,
/// views in none, in an order in which they can run, the same for the same IR.
/// What was chosen on the way is added to `choices`.
std::vector<KernelGroup> groupOps(graph::EntryOp entry,
                                  const GroupOptions &options,
                                  std::vector<FusionChoice> &choices);

} // namespace heddle::passes

#endif // HEDDLE_COMPILER_PASSES_KERNELGROUPS_H
