// The recursive-descent parser; private to Parser.cpp and ParseExpr.cpp.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_DSL_PARSERIMPL_H
#define HEDDLE_COMPILER_DSL_PARSERIMPL_H

#include "compiler/dsl/Lexer.h"
#include "compiler/dsl/Parser.h"

#include <set>

namespace heddle::dsl {

/// Functions named `parse...` report what is wrong and then return false or
/// null; the statement loop finds the next statement. Newlines mean nothing
/// but for that.
class Parser {
public:
  Parser(const Source &source, Diagnostics &diagnostics, size_t file)
      : source(source), diagnostics(diagnostics),
        tokens(tokenize(source, diagnostics, file)) {}

  ast::File parseFile();

private:
  // Statements, in Parser.cpp.
  bool parseImport(ast::Import &import);
  bool parseModel(ast::Model &model);
  bool parseFunction(ast::Function &function);
  bool parseParameters(std::vector<ast::Parameter> &parameters);
  bool parseBlock(ast::Block &block);
  bool parseStatement(ast::Block &block);
  bool parseDims(ast::Block &block, Span mark);
  bool parseInputs(ast::Block &block, Span mark);
  bool parseStates(ast::Block &block, Span mark);
  bool parseWeights(ast::Block &block, Span mark);
  /// `: ELEMENT[extents]`
  bool parseType(ast::Name &element, std::vector<ast::ExprPtr> &extents);
  bool parseExtents(std::vector<ast::ExprPtr> &extents);
  bool parseAssign(ast::Block &block);
  bool parseRepeat(ast::Repeat &repeat);
  bool parseScope(ast::Scope &scope);
  bool parseIf(ast::If &branch, Span mark);
  bool parseOutput(ast::Output &output);
  bool parseEntry(ast::Entry &entry);
  /// `[expr]`, which may be left out: `index` is then null.
  bool parseIndex(ast::ExprPtr &index);
  /// Skips to where a statement may begin.
  void recover();

  // Expressions, in ParseExpr.cpp.
  bool parseExprs(std::vector<ast::ExprPtr> &exprs);
  ast::ExprPtr parseExpr() { return parseBinary(1); }
  ast::ExprPtr parseBinary(int lowest);
  ast::ExprPtr parseUnary();
  ast::ExprPtr parsePostfix();
  ast::ExprPtr parsePrimary();
  ast::ExprPtr parseNamed();
  bool isLambda() const;
  ast::ExprPtr parseLambda();
  /// `@` and the first segment; `at` is false where a scope leaves it out.
  ast::ExprPtr parsePathRoot(bool at);
  /// The `.name` and `[index]` that follow `base`.
  ast::ExprPtr parseSteps(ast::ExprPtr base);
  bool parseArguments(std::vector<ast::Argument> &arguments);
  ast::ExprPtr make(ast::ExprKind kind, Span mark) const;
  /// Sets span and height once the operands are there; null, reported, when
  /// it is too high.
  ast::ExprPtr finish(ast::ExprPtr expr, Span span);

  // Tokens.
  const Token &peek(size_t ahead = 0) const {
    return tokens[std::min(at + ahead, tokens.size() - 1)];
  }
  Token take() { return tokens[at < tokens.size() - 1 ? at++ : at]; }
  bool takeIf(TokenKind kind);
  bool isWord(std::string_view word) const;
  bool takeWord(std::string_view word);
  /// The documentation before token `index`, which has then found its place.
  std::string takeDoc(size_t index);
  /// Warns of documentation before what has none.
  void reportLostDocs();
  /// The last token taken.
  Span lastSpan() const { return tokens[at == 0 ? 0 : at - 1].span; }

  /// Takes a token of the kind, or reports "expected ..., found ...".
  bool expect(TokenKind kind);
  bool expectWord(std::string_view word);
  /// Takes a closing bracket, or reports with a note at the open one.
  bool expectClosing(TokenKind kind, Span open);
  bool expectName(ast::Name &name, const char *what);
  /// Reports "expected `what`, found ..." at the next token; always false.
  bool unexpected(const std::string &what);
  std::string describeNext() const;
  bool enterLevel(Span span);

  const Source &source;
  Diagnostics &diagnostics;
  std::vector<Token> tokens;
  std::set<size_t> documented; ///< Tokens whose documentation was taken.
  size_t at = 0;
  uint32_t level = 0; ///< Blocks and expressions around the next token.
};

/// True for words that cannot name anything.
bool isReserved(std::string_view word);

} // namespace heddle::dsl

#endif // HEDDLE_COMPILER_DSL_PARSERIMPL_H
