// The border from the language to hgraph.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_LOWER_DSLTOGRAPH_H
#define HEDDLE_COMPILER_LOWER_DSLTOGRAPH_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace heddle::dsl {
struct Program;
} // namespace heddle::dsl

namespace heddle::lower {

/// The program as `module { hgraph.model @Name { hgraph.entry @main } }`, one
/// op to one op, in the program's order; a weight is an hgraph.weight before
/// the first op. Locations are those of the text, with the calls of fns around
/// them. The context must have hgraph loaded. Null when a verifier refuses the
/// result, which it reports: our bug, for a program the language passed.
mlir::OwningOpRef<mlir::ModuleOp> lowerToGraph(const dsl::Program &program,
                                               mlir::MLIRContext &context);

} // namespace heddle::lower

#endif // HEDDLE_COMPILER_LOWER_DSLTOGRAPH_H
