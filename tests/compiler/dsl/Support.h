// How the language's tests run a text and read what was reported.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_TESTS_COMPILER_DSL_SUPPORT_H
#define HEDDLE_TESTS_COMPILER_DSL_SUPPORT_H

#include "compiler/dsl/Sema.h"

#include <gtest/gtest.h>

namespace heddle::dsl {

/// "line:col: error: message" for each diagnostic and note, a line each;
/// "-: error: ..." where there is no place.
inline std::string listed(const Diagnostics &diagnostics,
                          const Source &source) {
  std::string text;
  auto add = [&](std::optional<Span> span, const char *kind,
                 const std::string &message) {
    if (span) {
      Place place = source.place(span->begin);
      if (size_t file = source.fileAt(span->begin))
        text += source.name(file) + ":";
      text += std::to_string(place.line) + ":" + std::to_string(place.column);
    } else {
      text += "-";
    }
    text += std::string(": ") + kind + ": " + message + "\n";
  };
  constexpr const char *kinds[] = {"remark", "warning", "error"};
  for (const Diagnostic &diagnostic : diagnostics.all()) {
    add(diagnostic.span, kinds[static_cast<size_t>(diagnostic.severity)],
        diagnostic.message);
    for (const Note &note : diagnostic.notes)
      add(note.span, "note", note.message);
  }
  return text;
}

/// Everything that a text's run reports.
inline std::string report(const std::string &text,
                          const Options &options = {}) {
  Source source("m.heddle", text);
  Diagnostics diagnostics;
  compileModel(source, options, diagnostics);
  return listed(diagnostics, source);
}

/// What is reported about `body` inside a model; its first line is line 1.
inline std::string reportIn(const std::string &body,
                            const Options &options = {}) {
  return report("model M { " + body + "\n}", options);
}

/// Two f32 inputs x [batch, 8] and y [batch, seq, 8], ids and a mask
/// [batch, seq], on one line; `body` begins at line 2.
inline std::string reportWithInputs(const std::string &body,
                                    const Options &options = {}) {
  return reportIn("dim batch in 1..4, seq in 1..8 input x: f32[batch, 8], "
                  "y: f32[batch, seq, 8], ids: i32[batch, seq], "
                  "mask: i32[batch, seq]\n" +
                      body,
                  options);
}

/// The first thing that is reported of an expression behind `inputs`, which are
/// one line; its column counted from it.
inline std::string faultyIn(const std::string &inputs,
                            const std::string &text) {
  std::string all = reportIn(inputs + "z = " + text);
  size_t colon = all.find(':', 2);
  return colon == std::string::npos
             ? all
             : std::to_string(std::stoi(all.substr(2)) - 4) +
                   all.substr(colon, all.find('\n') - colon);
}

/// The program of a text that must be right, as text; else what was reported.
inline std::string programOf(const std::string &text,
                             const Options &options = {}) {
  Source source("m.heddle", text);
  Diagnostics diagnostics;
  std::optional<Program> program = compileModel(source, options, diagnostics);
  return program ? print(*program) : listed(diagnostics, source);
}

} // namespace heddle::dsl

#endif // HEDDLE_TESTS_COMPILER_DSL_SUPPORT_H
