// Names, constants and shapes: the tree of a file becomes a program.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_DSL_SEMA_H
#define HEDDLE_COMPILER_DSL_SEMA_H

#include "compiler/dsl/Ast.h"
#include "compiler/dsl/Diagnostic.h"
#include "compiler/dsl/Program.h"

#include <functional>
#include <map>

namespace heddle::dsl {

/// A tensor of the weight files, as their headers describe it.
struct WeightShape {
  std::string element; ///< As the file spells it, e.g. "F32".
  std::vector<int64_t> extents;
  std::string file; ///< For messages.
};

/// What the weight files hold, by tensor name.
struct WeightShapes {
  std::map<std::string, WeightShape, std::less<>> tensors;
};

/// Bounds of the work a text may ask for; each ends in words.
struct Limits {
  int64_t repeat = 4096;        ///< Rounds of one repeat.
  size_t ops = 1'000'000;       ///< Ops of the program.
  size_t steps = 5'000'000;     ///< Statements and expressions run.
  int64_t elements = INT32_MAX; ///< Of one tensor; kernels index with i32.
};

/// Gives the text of a file; nothing, and `problem` in words, without it.
using FileReader = std::function<std::optional<std::string>(
    const std::string &path, std::string &problem)>;

struct Options {
  /// `-D name=value`: parameters of the model, in order; the last wins.
  std::vector<std::pair<std::string, std::string>> defines;
  /// Null when there are no weight files: every shape must then follow from
  /// the text.
  const WeightShapes *weights = nullptr;
  /// What reads imported files; without it nothing can be imported.
  FileReader read = {};
  Limits limits;
};

/// Checks and unfolds the one model of a file. Nothing when an error was
/// reported; warnings and remarks (unused values, inputs and tensors) come
/// with a result.
std::optional<Program> elaborate(const ast::File &file, const Source &source,
                                 const Options &options,
                                 Diagnostics &diagnostics);

/// Adds the files that `file`, the first of `source`, imports, and those that
/// they import, to `source`, and their fns to `file`. Paths are relative to the
/// file that names them; a file that is named twice is read once. What cannot
/// be read, a cycle, and too many files are reported.
void importFiles(ast::File &file, Source &source, const FileReader &read,
                 Diagnostics &diagnostics);

/// Parses the first file of `source`, imports and elaborates. The tree for
/// `--stop-after=ast` comes from `parse` and `ast::print`.
std::optional<Program> compileModel(Source &source, const Options &options,
                                    Diagnostics &diagnostics);

} // namespace heddle::dsl

#endif // HEDDLE_COMPILER_DSL_SEMA_H
