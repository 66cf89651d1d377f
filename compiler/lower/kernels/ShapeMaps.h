// Ops that only say where an element comes from, or turn a pair of them: read
// in the place of their results, so that they need no kernel of their own.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_KERNELS_SHAPEMAPS_H
#define HEDDLE_COMPILER_LOWER_KERNELS_SHAPEMAPS_H

#include "compiler/lower/kernels/Kernel.h"

namespace heddle::lower {

/// Reads a value of the kernel at a point, outermost index first.
using ReadAt = std::function<Expr(mlir::Value, const Point &)>;

/// An element of a transpose, concat, slice, pad, broadcast_to, split_heads or
/// merge_heads; null for other ops.
Expr movedAt(KernelBuilder &builder, mlir::Operation *op, const Point &point,
             const ReadAt &read);

/// An element of a rope.
Expr turnedAt(KernelBuilder &builder, graph::RopeOp op, const Point &point,
              const ReadAt &read);

/// The widest vector, up to `most`, whose elements of a rope's row lie side by
/// side in what it reads: a power of two that divides half the turned width.
int64_t turnedVector(graph::RopeOp op, int64_t most);

/// The sums of products of a matmul, dims innermost first, with the funcs of
/// the Matmul family; reads past the last row and column are clamped.
Func matmulSums(KernelBuilder &builder, graph::MatmulOp op, const ReadAt &read);

/// A point of an operand as numpy broadcasts: aligned at the last axis, extent
/// 1 repeats.
Point broadcastPoint(KernelBuilder &builder, const shape::Shape &operand,
                     const Point &point);

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_KERNELS_SHAPEMAPS_H
