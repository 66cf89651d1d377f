// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The halide dialect in C++: its types and ops, and what a schedule's loops are
// called at each point. The only header that other folders include.

#ifndef HEDDLE_DIALECTS_HALIDE_HALIDE_H
#define HEDDLE_DIALECTS_HALIDE_HALIDE_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include <optional>
#include <string>
#include <vector>

#include "dialects/halide/HalideDialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/halide/HalideTypes.h.inc"

namespace heddle::halide {

class FuncOp;
class ScheduleOp;
class StoreOp;
class UpdateOp;
class YieldOp;

/// Fills a func's region: gets the indices (i32, innermost first) and returns
/// one value an element.
using FuncBodyBuilder = llvm::function_ref<llvm::SmallVector<mlir::Value>(
    mlir::OpBuilder &, mlir::Location, mlir::ValueRange)>;

/// What an update's region ends with.
struct UpdateStore {
  /// One a dimension of the func, innermost first.
  llvm::SmallVector<mlir::Value> indices;
  /// One an element of the func.
  llvm::SmallVector<mlir::Value> values;
};

/// Fills an update's region: gets the pure and the reduction indices.
using UpdateBodyBuilder = llvm::function_ref<UpdateStore(
    mlir::OpBuilder &, mlir::Location, mlir::ValueRange, mlir::ValueRange)>;

/// What a value of type `!halide.func` stands for.
struct Signature {
  std::string name;
  /// Dimensions, innermost first.
  llvm::SmallVector<std::string> dims;
  llvm::SmallVector<mlir::Type> elements;
};

/// The signature of a func, followed through the directives that make funcs;
/// nothing when no op of the dialect defines it.
std::optional<Signature> signatureOf(mlir::Value func);

/// On a schedule: f32 is rounded to bf16 by the instruction of AVX512-BF16,
/// which the code generator's features do not tell from VNNI.
constexpr llvm::StringLiteral roundsBf16Attr = "halide.rounds_bf16";

} // namespace heddle::halide

#define GET_OP_CLASSES
#include "dialects/halide/HalideOps.h.inc"

#endif // HEDDLE_DIALECTS_HALIDE_HALIDE_H
