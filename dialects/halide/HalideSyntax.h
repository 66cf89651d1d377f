// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pieces of syntax that the assembly formats of the dialect name; private to
// this folder.

#ifndef HEDDLE_DIALECTS_HALIDE_HALIDESYNTAX_H
#define HEDDLE_DIALECTS_HALIDE_HALIDESYNTAX_H

#include "dialects/halide/Halide.h"

namespace heddle::halide {

/// A name: bare where it is a keyword, quoted otherwise.
mlir::ParseResult parseDim(mlir::OpAsmParser &parser, mlir::StringAttr &name);
void printDim(mlir::OpAsmPrinter &printer, mlir::Operation *op,
              mlir::StringAttr name);

/// Names with commas between.
mlir::ParseResult parseDims(mlir::OpAsmParser &parser, mlir::ArrayAttr &names);
void printDims(mlir::OpAsmPrinter &printer, mlir::Operation *op,
               mlir::ArrayAttr names);

/// A name whose default is not printed.
mlir::ParseResult parseDefaultWord(mlir::OpAsmParser &parser,
                                   mlir::StringAttr &word);
void printDefaultWord(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                      mlir::StringAttr word);

/// `: type` for a buffer, nothing for a func.
mlir::ParseResult parseSubjectType(mlir::OpAsmParser &parser, mlir::Type &type);
void printSubjectType(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                      mlir::Type type);

/// The buffer's type, or the type of what a func gives.
mlir::ParseResult parseAtType(mlir::OpAsmParser &parser, mlir::Type &subject,
                              mlir::Type &result);
void printAtType(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                 mlir::Type subject, mlir::Type result);

/// True for a name that C would take.
bool isIdentifier(llvm::StringRef name);

/// The strings of an attribute that the op's definition says are strings.
llvm::SmallVector<llvm::StringRef> stringsOf(mlir::ArrayAttr names);

} // namespace heddle::halide

#endif // HEDDLE_DIALECTS_HALIDE_HALIDESYNTAX_H
