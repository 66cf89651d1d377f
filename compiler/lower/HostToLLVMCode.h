// Shorthand for writing LLVM dialect code; private to HostToLLVM*.cpp.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_HOSTTOLLVMCODE_H
#define HEDDLE_COMPILER_LOWER_HOSTTOLLVMCODE_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace heddle::lower {

/// A builder with the few types and address forms that host code needs.
/// Addresses are a base and a byte offset; pointers have 8 bytes.
struct HostCode {
  HostCode(mlir::ModuleOp module, mlir::Location loc);

  mlir::ModuleOp module;
  mlir::ImplicitLocOpBuilder b;
  mlir::Type ptr, i8, i32, i64, f64, none;

  mlir::Value constant(mlir::Type type, int64_t value);
  mlir::Value at(mlir::Value base, int64_t offset);
  mlir::Value load(mlir::Type type, mlir::Value base, int64_t offset);
  void store(mlir::Value value, mlir::Value base, int64_t offset);
  /// Space for `bytes`, 8-byte aligned; only in a function's first block.
  mlir::Value stack(int64_t bytes);
  mlir::Value addressOf(llvm::StringRef symbol);

  /// Declares a function that another object defines.
  mlir::LLVM::LLVMFuncOp declare(llvm::StringRef name, mlir::Type result,
                                 llvm::ArrayRef<mlir::Type> parameters,
                                 bool variadic = false);
  /// Begins a function; the builder stands in its first block. Hidden ones
  /// can be called from other objects of the artefact, others only from here.
  mlir::LLVM::LLVMFuncOp begin(llvm::StringRef name, mlir::Type result,
                               llvm::ArrayRef<mlir::Type> parameters,
                               bool hidden);
  mlir::Value argument(unsigned index);
  /// Calls through a pointer; no value for a function that returns nothing.
  mlir::Value callThrough(mlir::Value function, mlir::Type result,
                          mlir::ValueRange arguments);
  void ret(mlir::Value value = {});
  /// A private, NUL-terminated text.
  mlir::Value text(llvm::StringRef text);

private:
  unsigned texts = 0;
};

/// Emits the functions that Halide's objects call: halide_do_par_for,
/// halide_malloc, halide_free, halide_error and the halide_error_* family,
/// hidden, forwarding to the call's services.
void emitGlue(HostCode &code);

/// Emits what kernels for a device call besides: halide_opencl_* and
/// halide_device_*, forwarding likewise. Copies are no work: what a kernel gets
/// is on the device.
void emitDeviceGlue(HostCode &code);

/// Calls services->report(call, message).
void emitReport(HostCode &code, mlir::Value call, mlir::Value message);

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_HOSTTOLLVMCODE_H
