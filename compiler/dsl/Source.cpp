// Line tables, UTF-8 lengths and reading of files.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Source.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace heddle::dsl {
namespace {

constexpr uint32_t pointsPerMark = 256;

/// Steps over a code point, or over one byte that begins none.
size_t stepBytes(std::string_view text) {
  return std::max<size_t>(codePointBytes(text), 1);
}

} // namespace

Source::Source(std::string name, std::string text) {
  add(std::move(name), text);
}

size_t Source::add(std::string name, const std::string &text) {
  // The newline between two files ends what the first may have cut short, and
  // begins the first line of the second.
  size_t before = sourceText.size();
  uint32_t firstLine = lines.size();
  if (files.empty())
    lines.push_back(0);
  else
    sourceText += '\n';
  uint32_t begin = sourceText.size();
  sourceText += text;
  uint32_t end = sourceText.size();
  files.push_back({std::move(name), {begin, end}, firstLine});
  index(before);
  return files.size() - 1;
}

void Source::index(size_t begin) {
  std::string_view rest = sourceText;
  for (size_t at = begin; at < sourceText.size(); ++points) {
    if (points % pointsPerMark == 0)
      marks.push_back(at);
    if (rest[at] == '\n')
      lines.push_back(at + 1);
    at += stepBytes(rest.substr(at));
  }
}

std::optional<Source> Source::read(const std::string &path,
                                   std::string &error) {
  std::optional<std::string> text = readText(path, error);
  if (!text)
    return std::nullopt;
  return Source(path, std::move(*text));
}

std::optional<std::string> readText(const std::string &path,
                                    std::string &error) {
  std::unique_ptr<FILE, int (*)(FILE *)> file(std::fopen(path.c_str(), "rb"),
                                              std::fclose);
  if (!file) {
    error = "cannot open '" + path + "': " + std::strerror(errno);
    return std::nullopt;
  }
  std::string text;
  char buffer[1 << 14];
  while (size_t count = std::fread(buffer, 1, sizeof(buffer), file.get())) {
    text.append(buffer, count);
    // One byte over the limit is enough for the lexer to refuse the text.
    if (text.size() > maxSourceBytes)
      break;
  }
  if (std::ferror(file.get())) {
    error = "cannot read '" + path + "': " + std::strerror(errno);
    return std::nullopt;
  }
  return text;
}

size_t Source::fileAt(uint32_t offset) const {
  size_t file = files.size() - 1;
  while (offset < files[file].span.begin)
    --file;
  return file;
}

uint32_t Source::lineIndex(uint32_t offset) const {
  auto after = std::upper_bound(lines.begin(), lines.end(), offset);
  return after - lines.begin() - 1;
}

Place Source::place(uint32_t offset) const {
  offset = std::min<size_t>(offset, sourceText.size());
  uint32_t line = lineIndex(offset);
  return {line - files[fileAt(offset)].firstLine + 1,
          codePointsBefore(offset) - codePointsBefore(lines[line]) + 1};
}

uint32_t Source::codePointsBefore(uint32_t offset) const {
  auto after = std::upper_bound(marks.begin(), marks.end(), offset);
  if (after == marks.begin())
    return 0;
  uint32_t at = *(after - 1);
  uint32_t before = (after - 1 - marks.begin()) * pointsPerMark;
  for (; at < offset; ++before)
    at += stepBytes(text().substr(at));
  return before;
}

Span Source::lineAt(uint32_t offset) const {
  offset = std::min<size_t>(offset, sourceText.size());
  uint32_t line = lineIndex(offset);
  uint32_t begin = lines[line];
  uint32_t end = line + 1 < lines.size() ? lines[line + 1] - 1
                                         : uint32_t(sourceText.size());
  if (end > begin && sourceText[end - 1] == '\r')
    --end;
  return {begin, end};
}

size_t codePointBytes(std::string_view text) {
  if (text.empty())
    return 0;
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned lead = byte(0);
  if (lead < 0x80)
    return 1;
  size_t count = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < count)
    return 0;
  for (size_t i = 1; i < count; ++i)
    if ((byte(i) & 0xc0) != 0x80)
      return 0;
  // The second byte alone tells overlong forms, surrogates and the top end.
  unsigned second = byte(1);
  if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
      (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f))
    return 0;
  return count;
}

} // namespace heddle::dsl
