// How result types are inferred, verified and built; private to the dialect.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_DIALECTS_GRAPH_GRAPHINFER_H
#define HEDDLE_DIALECTS_GRAPH_GRAPHINFER_H

#include "compiler/shape/Infer.h"
#include "dialects/graph/Graph.h"

namespace heddle::graph {

/// The tensor type of an inferred shape, of f32 where `element` is null; or its
/// mismatch under (C1), with a note at the operand that does not fit.
InferredType finish(EmitError emitError, const shape::Inferred &inferred,
                    mlir::ArrayRef<mlir::Value> operands,
                    mlir::Type element = {});

/// Tensors whose extents shapeOf can read: static ones and those with dims.
mlir::LogicalResult verifyReadable(mlir::Operation *op);

/// (C2): the first result has the type that `infer` gives.
mlir::LogicalResult verifyResult(mlir::Operation *op,
                                 llvm::function_ref<InferredType()> infer);

/// (C3): eps is finite and not negative.
mlir::LogicalResult verifyEpsilon(mlir::Operation *op, double eps);

/// Adds the operands that are not null and the result type that `infer` gives;
/// operands that do not fit are a bug of the caller.
void buildInferred(mlir::OperationState &state,
                   mlir::ArrayRef<mlir::Value> operands,
                   llvm::function_ref<InferredType(EmitError)> infer);

/// x's type, with another element type where one is given.
InferredType inferLike(mlir::Value x, mlir::Type element = {});

/// Numpy's broadcasting of all operands, with the element type of the first;
/// (C3): the first `alike` operands have one element type.
InferredType inferBroadcast(EmitError emitError,
                            mlir::ArrayRef<mlir::Value> operands,
                            size_t alike = 2);

/// The same for i1 results.
InferredType inferComparison(EmitError emitError, mlir::Value a, mlir::Value b);

/// x without an axis; `mask` may be null. An index where `isIndex`.
InferredType inferReduction(EmitError emitError, mlir::Value x,
                            mlir::Value mask, int64_t axis, bool keep,
                            bool isIndex);

/// x's shape where it has the axis.
InferredType inferAlongAxis(EmitError emitError, mlir::Value x, int64_t axis);

/// Adds an i64 attribute.
void addInteger(mlir::OpBuilder &builder, mlir::OperationState &state,
                mlir::StringAttr name, int64_t axis);

} // namespace heddle::graph

#endif // HEDDLE_DIALECTS_GRAPH_GRAPHINFER_H
