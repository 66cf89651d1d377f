// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which rows of a func in tiles are read, as conditions that are known before
// it is computed.

#ifndef HEDDLE_COMPILER_TRANSLATE_TILEROWS_H
#define HEDDLE_COMPILER_TRANSLATE_TILEROWS_H

#include "Halide.h"

#include <string>
#include <utility>
#include <vector>

namespace heddle::translate {

using Lets = std::vector<std::pair<std::string, Halide::Expr>>; ///< outer first

/// `value` by what was there before `lets`.
Halide::Expr beforeLets(const Lets &lets, Halide::Expr value);

/// A func whose rows lie in memory `rowElements` apart, `tiles` times
/// `tileRows` of them.
struct TiledRows {
  const std::string &func;
  int64_t rowElements, tileRows, tiles;
};

/// For each tile of rows the condition under which `uses` reads one of them;
/// undefined where it always may. `lets` stand around `uses`.
std::vector<Halide::Expr> conditionsOfTiles(const TiledRows &rows,
                                            const Halide::Internal::Stmt &uses,
                                            const Lets &lets);

} // namespace heddle::translate

#endif // HEDDLE_COMPILER_TRANSLATE_TILEROWS_H
