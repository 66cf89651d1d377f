// The scanner: one pass over the bytes, every byte accounted for.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Lexer.h"

#include <charconv>
#include <cmath>

namespace heddle::dsl {
namespace {

bool isNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isNameChar(char c) { return isNameStart(c) || isDigit(c); }

std::string hex(unsigned char byte) {
  constexpr char digits[] = "0123456789abcdef";
  return {'0', 'x', digits[byte >> 4], digits[byte & 15]};
}

class Scanner {
public:
  Scanner(const Source &source, size_t file, Diagnostics &diagnostics)
      : text(source.text().substr(0, source.span(file).end)),
        diagnostics(diagnostics), at(source.span(file).begin) {}

  std::vector<Token> run() {
    if (text.size() - at > maxSourceBytes) {
      diagnostics.error(since(at), "the text is longer than " +
                                       std::to_string(maxSourceBytes) +
                                       " bytes");
      text = text.substr(0, at);
    }
    if (text.substr(at, 3) == "\xef\xbb\xbf") // a byte order mark
      at += 3;
    do {
      skipBlanks();
      Token token = scan();
      token.firstOnLine = newLine;
      token.doc = doc;
      newLine = false;
      doc = {};
      tokens.push_back(token);
    } while (tokens.back().kind != TokenKind::End);
    return std::move(tokens);
  }

private:
  char peek(size_t ahead = 0) const {
    return at + ahead < text.size() ? text[at + ahead] : '\0';
  }
  Span since(size_t begin) const {
    return {static_cast<uint32_t>(begin), static_cast<uint32_t>(at)};
  }
  Token make(TokenKind kind, size_t begin) const {
    Token token;
    token.kind = kind;
    token.span = since(begin);
    return token;
  }
  Token fail(size_t begin, std::string message) {
    diagnostics.error(since(begin), std::move(message));
    return make(TokenKind::Error, begin);
  }

  /// Skips blanks and comments; what is no UTF-8 inside a comment is reported
  /// there.
  void skipBlanks() {
    for (; at < text.size(); ++at) {
      char c = text[at];
      if (c == '\n')
        newLine = true;
      else if (c == '/' && peek(1) == '/') {
        skipComment();
        --at;
      } else if (c != ' ' && c != '\t' && c != '\r')
        return;
    }
  }
  void skipComment() {
    bool isDoc = peek(2) == '/' && peek(3) != '/';
    if (isDoc && doc.begin == doc.end)
      doc.begin = static_cast<uint32_t>(at);
    while (at < text.size() && text[at] != '\n')
      if (!skipCodePoint())
        reportByte();
    if (isDoc)
      doc.end = static_cast<uint32_t>(at);
  }

  /// Steps over one printable code point; false at what is none.
  bool skipCodePoint() {
    size_t bytes = codePointBytes(text.substr(at));
    if (bytes == 0 || text[at] == '\0')
      return false;
    at += bytes;
    return true;
  }
  /// Reports the byte at the scanner and steps over it.
  void reportByte() {
    unsigned char byte = text[at++];
    diagnostics.error(since(at - 1),
                      byte == 0 ? "a NUL byte is in the text"
                                : "byte " + hex(byte) + " is not UTF-8");
  }

  Token scan() {
    size_t begin = at;
    if (at == text.size())
      return make(TokenKind::End, begin);
    char c = text[at];
    if (isNameStart(c)) {
      while (isNameChar(peek()))
        ++at;
      return make(TokenKind::Name, begin);
    }
    if (isDigit(c))
      return scanNumber();
    if (c == '"')
      return scanString();
    TokenKind kind = scanSymbol();
    if (kind != TokenKind::Error)
      return make(kind, begin);
    if (!skipCodePoint()) {
      reportByte();
      return make(TokenKind::Error, begin);
    }
    return fail(begin, "'" + std::string(text.substr(begin, at - begin)) +
                           "' has no meaning here");
  }

  TokenKind scanSymbol() {
    auto pair = [&](char second, TokenKind both, TokenKind one) {
      bool found = peek(1) == second;
      at += found ? 2 : 1;
      return found ? both : one;
    };
    switch (text[at]) {
    case '.':
      return pair('.', TokenKind::DotDot, TokenKind::Dot);
    case '=':
      if (peek(1) == '>') {
        at += 2;
        return TokenKind::Arrow;
      }
      return pair('=', TokenKind::Equal, TokenKind::Assign);
    case '<':
      return pair('=', TokenKind::LessEqual, TokenKind::Less);
    case '>':
      return pair('=', TokenKind::GreaterEqual, TokenKind::Greater);
    case '!':
      return pair('=', TokenKind::NotEqual, TokenKind::Not);
    }
    constexpr std::string_view singles = "()[]{},:@+-*/&|";
    constexpr TokenKind kinds[] = {
        TokenKind::LeftParen,    TokenKind::RightParen, TokenKind::LeftBracket,
        TokenKind::RightBracket, TokenKind::LeftBrace,  TokenKind::RightBrace,
        TokenKind::Comma,        TokenKind::Colon,      TokenKind::At,
        TokenKind::Plus,         TokenKind::Minus,      TokenKind::Star,
        TokenKind::Slash,        TokenKind::And,        TokenKind::Or};
    size_t index = singles.find(text[at]);
    if (index == std::string_view::npos)
      return TokenKind::Error;
    ++at;
    return kinds[index];
  }

  Token scanNumber() {
    size_t begin = at;
    // In a path only whole numbers stand: `@0.1` is two steps.
    TokenKind last = tokens.empty() ? TokenKind::End : tokens.back().kind;
    bool inPath = last == TokenKind::Dot || last == TokenKind::At;
    bool isFloat = false;
    skipDigits();
    if (!inPath && peek() == '.' && isDigit(peek(1))) {
      isFloat = true;
      ++at;
      skipDigits();
    }
    size_t sign = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
    if (!inPath && (peek() == 'e' || peek() == 'E') && isDigit(peek(sign))) {
      isFloat = true;
      at += sign;
      skipDigits();
    }
    if (isNameStart(peek())) {
      while (isNameChar(peek()))
        ++at;
      return fail(begin, "'" + std::string(text.substr(begin, at - begin)) +
                             "' is neither a number nor a name");
    }
    return isFloat ? floatToken(begin) : integerToken(begin);
  }
  void skipDigits() {
    while (isDigit(peek()))
      ++at;
  }
  Token integerToken(size_t begin) {
    Token token = make(TokenKind::Integer, begin);
    auto [end, error] =
        std::from_chars(text.data() + begin, text.data() + at, token.integer);
    if (error != std::errc())
      return fail(begin, "this integer does not fit in 64 bits");
    return token;
  }
  Token floatToken(size_t begin) {
    Token token = make(TokenKind::Float, begin);
    auto [end, error] =
        std::from_chars(text.data() + begin, text.data() + at, token.number);
    if (error != std::errc() || !std::isfinite(token.number))
      return fail(begin, "this number is out of the range of f64");
    return token;
  }

  Token scanString() {
    size_t begin = at++;
    while (peek() != '"') {
      if (at == text.size() || text[at] == '\n')
        return fail(begin, "this string has no closing '\"' on its line");
      if (text[at] == '\\') {
        if (peek(1) != '"' && peek(1) != '\\')
          return badEscape();
        at += 2;
      } else if (!skipCodePoint()) {
        reportByte();
      }
    }
    ++at;
    return make(TokenKind::String, begin);
  }
  /// Reports an escape and goes on behind the string.
  Token badEscape() {
    size_t begin = at++;
    Token token = fail(begin, "only \\\" and \\\\ may follow a '\\' in a "
                              "string");
    while (at < text.size() && text[at] != '\n' && text[at] != '"')
      ++at;
    if (peek() == '"')
      ++at;
    return token;
  }

  std::string_view text; ///< To the end of the file.
  Diagnostics &diagnostics;
  std::vector<Token> tokens;
  size_t at;
  Span doc; ///< Of the next token.
  bool newLine = true;
};

} // namespace

const char *describe(TokenKind kind) {
  constexpr const char *texts[] = {"the end of the text",
                                   "an error",
                                   "a name",
                                   "an integer",
                                   "a number",
                                   "a string",
                                   "'('",
                                   "')'",
                                   "'['",
                                   "']'",
                                   "'{'",
                                   "'}'",
                                   "','",
                                   "':'",
                                   "'.'",
                                   "'..'",
                                   "'@'",
                                   "'='",
                                   "'=>'",
                                   "'+'",
                                   "'-'",
                                   "'*'",
                                   "'/'",
                                   "'<'",
                                   "'<='",
                                   "'>'",
                                   "'>='",
                                   "'=='",
                                   "'!='",
                                   "'&'",
                                   "'|'",
                                   "'!'"};
  return texts[static_cast<size_t>(kind)];
}

std::vector<Token> tokenize(const Source &source, Diagnostics &diagnostics,
                            size_t file) {
  return Scanner(source, file, diagnostics).run();
}

std::string docText(std::string_view lines) {
  std::string text;
  while (!lines.empty()) {
    std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    size_t begin = line.find_first_not_of(" \t\r");
    // Other comments and blank lines may stand between.
    if (begin == line.npos || line.substr(begin, 3) != "///" ||
        line.substr(begin, 4) == "////")
      continue;
    line.remove_prefix(begin + 3);
    line.remove_prefix(!line.empty() && line[0] == ' ' ? 1 : 0);
    size_t end = line.find_last_not_of(" \t\r");
    text += (text.empty() ? "" : "\n");
    text += line.substr(0, end == line.npos ? 0 : end + 1);
  }
  return text;
}

std::string stringValue(std::string_view literal) {
  std::string value;
  for (size_t i = 1; i + 1 < literal.size(); ++i) {
    if (literal[i] == '\\')
      ++i;
    value += literal[i];
  }
  return value;
}

} // namespace heddle::dsl
