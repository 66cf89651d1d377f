// The files of a model's text and where things stand in them.
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

/// A position in a file as people count it: from 1, columns in code points.
struct Place {
  uint32_t line = 0;
  uint32_t column = 0;
};

/// The longest file that is read, in bytes.
constexpr size_t maxSourceBytes = size_t(1) << 20;

/// The text of a model's file and of those it imports, one after the other, so
/// that a span tells its file too. The text may hold any bytes; the lexer
/// reports those that are no UTF-8.
class Source {
public:
  Source(std::string name, std::string text);

  /// Adds a file behind the others and gives its number; the first is 0.
  size_t add(std::string name, const std::string &text);

  /// A file as a source. On failure nothing, and `error` says why in words.
  static std::optional<Source> read(const std::string &path,
                                    std::string &error);

  size_t fileCount() const { return files.size(); }
  const std::string &name(size_t file = 0) const { return files[file].name; }
  /// The bytes of a file.
  Span span(size_t file) const { return files[file].span; }
  /// The number of the file that holds the byte at `offset`.
  size_t fileAt(uint32_t offset) const;
  /// All files; a newline stands behind each but the last.
  std::string_view text() const { return sourceText; }
  /// The bytes of `span`, which must lie in the text.
  std::string_view text(Span span) const {
    return text().substr(span.begin, span.end - span.begin);
  }

  /// Line and column of a byte in its file; offsets past the end mean the end.
  Place place(uint32_t offset) const;
  /// The bytes of the line that holds the byte at `offset`, without its end.
  Span lineAt(uint32_t offset) const;

private:
  struct File {
    std::string name;
    Span span;
    uint32_t firstLine; ///< Index into `lines`.
  };

  /// Tables for the text from `begin` on.
  void index(size_t begin);
  /// Index into `lines` of the line that holds a byte.
  uint32_t lineIndex(uint32_t offset) const;
  /// Code points that begin before a byte; invalid bytes count as one.
  uint32_t codePointsBefore(uint32_t offset) const;

  std::vector<File> files;
  std::string sourceText;
  std::vector<uint32_t> lines; ///< Offset of each line's first byte.
  /// Every so many code points the offset where the next begins, so that a
  /// column in a very long line needs no walk from its start.
  std::vector<uint32_t> marks;
  uint32_t points = 0; ///< Code points of the whole text.
};

/// Reads a file whole, but for what lies beyond the longest text. On failure
/// nothing, and `error` says why in words.
std::optional<std::string> readText(const std::string &path,
                                    std::string &error);

/// Bytes of the UTF-8 code point at the start of `text`, 0 when there is none
/// (overlong forms, surrogates and values above U+10FFFF are none).
size_t codePointBytes(std::string_view text);

} // namespace heddle::dsl

#endif // HEDDLE_COMPILER_DSL_SOURCE_H
