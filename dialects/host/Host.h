// The host dialect: the only header other folders include.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_DIALECTS_HOST_HOST_H
#define HEDDLE_DIALECTS_HOST_HOST_H

#include "compiler/shape/Dim.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include <optional>
#include <utility>
#include <vector>

#include "dialects/host/HostDialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/host/HostTypes.h.inc"

#define GET_OP_CLASSES
#include "dialects/host/HostOps.h.inc"

namespace heddle::host {

/// The memory spaces of slots.
constexpr llvm::StringLiteral hostSpace = "host", deviceSpace = "device";

/// What a buffer holds: from the weight, input or slot that makes it.
struct BufferShape {
  mlir::Type element;
  shape::Shape extents; ///< outermost first
};

/// The shape of a buffer of a verified program.
BufferShape bufferShape(mlir::Value buffer);

/// Bytes of one element as an artefact stores it; 0 for a type that no
/// artefact holds. i1 is one byte.
unsigned elementBytes(mlir::Type type);

/// Reads a verified array of dims.
shape::Shape readShape(mlir::ArrayAttr extents);
/// Reads one verified dim.
shape::Dim readDim(llvm::StringRef text);

} // namespace heddle::host

#endif // HEDDLE_DIALECTS_HOST_HOST_H
