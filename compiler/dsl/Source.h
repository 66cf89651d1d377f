// A file of model text and where things stand in it.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_DSL_SOURCE_H
#define HEDDLE_COMPILER_DSL_SOURCE_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::dsl {

/// Bytes [begin, end) of a source's text.
struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;
  bool operator==(const Span &other) const = default;
};

/// The span from the first byte of `first` to the last of `last`.
inline Span join(Span first, Span last) { return {first.begin, last.end}; }

/// A position as people count it: from 1, columns in code points.
struct Place {
  uint32_t line = 0;
  uint32_t column = 0;
};

/// The longest text that is read, in bytes.
constexpr size_t maxSourceBytes = size_t(1) << 20;

/// A named text with its line table. The text may hold any bytes; the lexer
/// reports those that are no UTF-8.
class Source {
public:
  Source(std::string name, std::string text);

  /// Reads a file whole. On failure nothing, and `error` says why in words.
  static std::optional<Source> read(const std::string &path,
                                    std::string &error);

  const std::string &name() const { return sourceName; }
  std::string_view text() const { return sourceText; }
  /// The bytes of `span`, which must lie in the text.
  std::string_view text(Span span) const {
    return text().substr(span.begin, span.end - span.begin);
  }

  /// Line and column of a byte; offsets past the end mean the end.
  Place place(uint32_t offset) const;
  /// Offset of the first byte of a line; lines count from 1.
  uint32_t lineBegin(uint32_t line) const { return lines[line - 1]; }
  /// The bytes of a line without its end.
  std::string_view lineText(uint32_t line) const;

private:
  std::string sourceName;
  std::string sourceText;
  /// Code points that begin before a byte; invalid bytes count as one.
  uint32_t codePointsBefore(uint32_t offset) const;

  std::vector<uint32_t> lines; ///< Offset of each line's first byte.
  /// Every so many code points the offset where the next begins, so that a
  /// column in a very long line needs no walk from its start.
  std::vector<uint32_t> marks;
};

/// Bytes of the UTF-8 code point at the start of `text`, 0 when there is none
/// (overlong forms, surrogates and values above U+10FFFF are none).
size_t codePointBytes(std::string_view text);

} // namespace heddle::dsl

#endif // HEDDLE_COMPILER_DSL_SOURCE_H
