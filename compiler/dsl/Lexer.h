// Model text to tokens.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_DSL_LEXER_H
#define HEDDLE_COMPILER_DSL_LEXER_H

#include "compiler/dsl/Diagnostic.h"

namespace heddle::dsl {

enum class TokenKind : uint8_t {
  End,
  Error, ///< Reported by the lexer; the parser stays silent about it.
  Name,  ///< Keywords too: they are names until the parser asks.
  Integer,
  Float,
  String,
  LeftParen,
  RightParen,
  LeftBracket,
  RightBracket,
  LeftBrace,
  RightBrace,
  Comma,
  Colon,
  Dot,
  DotDot,
  At,
  Assign,
  Arrow,
  Plus,
  Minus,
  Star,
  Slash,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Equal,
  NotEqual,
  And,
  Or,
  Not
};

/// A token; its text is the source's text at `span`.
struct Token {
  TokenKind kind = TokenKind::End;
  bool firstOnLine = false;
  Span span;
  int64_t integer = 0; ///< Value of an Integer.
  double number = 0;   ///< Value of a Float.
  Span doc;            ///< The `///` lines before it; empty without any.
};

/// How a message calls a kind of token: "'('", "a name".
const char *describe(TokenKind kind);

/// All tokens of a file, an End last. Text that is no UTF-8, NUL bytes,
/// characters outside the language, open strings and numbers out of range are
/// reported and become Error tokens.
std::vector<Token> tokenize(const Source &source, Diagnostics &diagnostics,
                            size_t file = 0);

/// The text of `///` lines: without the slashes and the blank after them.
std::string docText(std::string_view lines);

/// The value of a String token: quotes removed, escapes resolved.
std::string stringValue(std::string_view literal);

} // namespace heddle::dsl

#endif // HEDDLE_COMPILER_DSL_LEXER_H
