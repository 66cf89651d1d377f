// What the language reports: located messages with notes, several a run.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_DSL_DIAGNOSTIC_H
#define HEDDLE_COMPILER_DSL_DIAGNOSTIC_H

#include "compiler/dsl/Source.h"

#include <deque>

namespace heddle::dsl {

enum class Severity { Remark, Warning, Error };

/// Another place that has to do with a diagnostic, or words without a place.
struct Note {
  std::optional<Span> span;
  std::string message;
};

/// One message: no capital, no final full stop, found against expected.
struct Diagnostic {
  Severity severity = Severity::Error;
  std::optional<Span> span; ///< None: the command line or the whole file.
  std::string message;
  std::vector<Note> notes;

  Diagnostic &note(Span span, std::string message);
  Diagnostic &note(std::string message);
};

/// "file:line:col: error: message", the line and a caret under it; the notes
/// follow in the same form.
std::string render(const Diagnostic &diagnostic, const Source &source);

/// Collects diagnostics in the order they are found. Equal ones (severity,
/// span, message) count once; of each severity the first `most` are kept.
class Diagnostics {
public:
  explicit Diagnostics(size_t most = 20) : most(most) {}

  /// The result takes notes; it stays valid as long as this object.
  Diagnostic &report(Severity severity, std::optional<Span> span,
                     std::string message);
  Diagnostic &error(Span span, std::string message) {
    return report(Severity::Error, span, std::move(message));
  }

  const std::deque<Diagnostic> &all() const { return diagnostics; }
  bool hasErrors() const { return kept[size_t(Severity::Error)] != 0; }
  /// True when the last error that is kept has come: work should end.
  bool full() const { return kept[size_t(Severity::Error)] >= most; }

  /// Every diagnostic, rendered, and a last line when some were dropped.
  std::string render(const Source &source) const;

private:
  std::deque<Diagnostic> diagnostics;
  Diagnostic dropped; ///< Takes the notes of what is not kept.
  size_t most;
  size_t kept[3] = {}; ///< By severity.
  bool droppedSome = false;
};

/// Edits (insert, delete, replace, swap neighbours) from `a` to `b`.
size_t editDistance(std::string_view a, std::string_view b);

/// The candidate that a misspelt `name` most likely meant: the nearest within
/// a third of its length and at most four edits, the first among equals.
std::optional<std::string>
nearestSpelling(std::string_view name,
                const std::vector<std::string> &candidates);

/// "; did you mean 'x'?" or nothing, to end a message with.
std::string didYouMean(std::string_view name,
                       const std::vector<std::string> &candidates);

} // namespace heddle::dsl

#endif // HEDDLE_COMPILER_DSL_DIAGNOSTIC_H
