// Tokens to the tree of a file.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_DSL_PARSER_H
#define HEDDLE_COMPILER_DSL_PARSER_H

#include "compiler/dsl/Ast.h"
#include "compiler/dsl/Diagnostic.h"

namespace heddle::dsl {

/// Levels that blocks and expressions may nest. Everything that walks the
/// tree may recurse on it.
constexpr uint32_t maxNesting = 256;

/// Reads a whole file of the source; what it imports is only named. What is
/// malformed is reported, several errors a run, and missing from the tree.
ast::File parse(const Source &source, Diagnostics &diagnostics,
                size_t file = 0);

} // namespace heddle::dsl

#endif // HEDDLE_COMPILER_DSL_PARSER_H
