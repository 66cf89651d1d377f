// Rendering with carets, and nearest spellings.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Diagnostic.h"

#include <algorithm>

namespace heddle::dsl {
namespace {

/// Lines of so many code points are shown whole, of longer ones so many before
/// and after the caret.
constexpr size_t shownWhole = 120, shownBefore = 60, shownAfter = 60;
/// Names longer than this get no suggestion: it bounds the work.
constexpr size_t maxSpelling = 256;

const char *severityName(Severity severity) {
  switch (severity) {
  case Severity::Remark:
    return "remark";
  case Severity::Warning:
    return "warning";
  case Severity::Error:
    break;
  }
  return "error";
}

/// Splits a line into code points that are safe to print: a control character
/// or tab becomes a space, a byte that is no UTF-8 the replacement character.
std::vector<std::string> printableCodePoints(std::string_view line) {
  std::vector<std::string> points;
  while (!line.empty()) {
    size_t bytes = codePointBytes(line);
    unsigned char lead = line.front();
    if (bytes == 0)
      points.push_back("\xef\xbf\xbd");
    else if (lead < 0x20 || lead == 0x7f)
      points.push_back(" ");
    else
      points.emplace_back(line.substr(0, bytes));
    line.remove_prefix(std::max<size_t>(bytes, 1));
  }
  return points;
}

/// The line of the span's start and the caret line under it.
std::string excerpt(Span span, const Source &source) {
  Place place = source.place(span.begin);
  Span whole = source.lineAt(span.begin);
  std::string_view line = source.text(whole);
  std::vector<std::string> points = printableCodePoints(line);
  size_t caret = std::min<size_t>(place.column - 1, points.size());
  // Underline to the end of the span or of its first line.
  Place last = source.place(std::min(span.end, whole.end));
  size_t end = last.line == place.line ? last.column - 1 : caret;
  end = std::max(end, caret + 1);

  bool fits = points.size() <= shownWhole;
  size_t begin = fits || caret <= shownBefore ? 0 : caret - shownBefore;
  size_t stop =
      fits ? points.size() : std::min(points.size(), caret + shownAfter);
  std::string text, marks;
  if (begin > 0) {
    text = "... ";
    marks = "    ";
  }
  for (size_t i = begin; i < stop; ++i)
    text += points[i];
  if (stop < points.size())
    text += " ...";
  marks.append(caret - begin, ' ');
  marks += '^';
  marks.append(std::max(std::min(end, stop), caret + 1) - caret - 1, '~');
  return text + "\n" + marks + "\n";
}

std::string message(const char *kind, std::optional<Span> span,
                    const std::string &text, const Source &source) {
  std::string head = source.name(span ? source.fileAt(span->begin) : 0) + ":";
  if (!span)
    return head + " " + kind + ": " + text + "\n";
  Place place = source.place(span->begin);
  return head + std::to_string(place.line) + ":" +
         std::to_string(place.column) + ": " + kind + ": " + text + "\n" +
         excerpt(*span, source);
}

} // namespace

Diagnostic &Diagnostic::note(Span span, std::string message) {
  notes.push_back({span, std::move(message)});
  return *this;
}

Diagnostic &Diagnostic::note(std::string message) {
  notes.push_back({std::nullopt, std::move(message)});
  return *this;
}

std::string render(const Diagnostic &diagnostic, const Source &source) {
  std::string text = message(severityName(diagnostic.severity), diagnostic.span,
                             diagnostic.message, source);
  for (const Note &note : diagnostic.notes)
    text += message("note", note.span, note.message, source);
  return text;
}

Diagnostic &Diagnostics::report(Severity severity, std::optional<Span> span,
                                std::string message) {
  dropped.notes.clear();
  for (const Diagnostic &known : diagnostics)
    if (known.severity == severity && known.span == span &&
        known.message == message)
      return dropped;
  size_t &count = kept[static_cast<size_t>(severity)];
  if (count == most) {
    droppedSome = true;
    return dropped;
  }
  ++count;
  diagnostics.push_back({severity, span, std::move(message), {}});
  return diagnostics.back();
}

std::string Diagnostics::render(const Source &source) const {
  std::string text;
  for (const Diagnostic &diagnostic : diagnostics)
    text += dsl::render(diagnostic, source);
  if (droppedSome)
    text += source.name() + ": note: more was found and is not shown\n";
  return text;
}

size_t editDistance(std::string_view a, std::string_view b) {
  // Three rows of the table: a swap reaches two rows back.
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1),
      row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    std::swap(before, last);
    std::swap(last, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1,
                         last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::optional<std::string>
nearestSpelling(std::string_view name,
                const std::vector<std::string> &candidates) {
  if (name.size() > maxSpelling)
    return std::nullopt;
  // One more than is allowed, so that the first within wins.
  size_t best = std::clamp<size_t>(name.size() / 3, 1, 4) + 1;
  std::optional<std::string> found;
  for (const std::string &candidate : candidates) {
    size_t longer = std::max(candidate.size(), name.size());
    if (longer - std::min(candidate.size(), name.size()) >= best)
      continue;
    size_t distance = editDistance(name, candidate);
    // A name of which every letter changes is another name.
    if (distance < best && distance < name.size()) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

std::string didYouMean(std::string_view name,
                       const std::vector<std::string> &candidates) {
  std::optional<std::string> nearest = nearestSpelling(name, candidates);
  return nearest ? "; did you mean '" + *nearest + "'?" : "";
}

} // namespace heddle::dsl
