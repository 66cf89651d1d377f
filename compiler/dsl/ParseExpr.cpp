// Expressions: precedence climbing, paths, calls.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/ParserImpl.h"

#include <algorithm>

namespace heddle::dsl {
namespace {

/// Binding strength of a binary operator, 0 for other tokens. Comparisons do
/// not chain.
int precedence(TokenKind kind) {
  switch (kind) {
  case TokenKind::Or:
    return 1;
  case TokenKind::And:
    return 2;
  case TokenKind::Less:
  case TokenKind::LessEqual:
  case TokenKind::Greater:
  case TokenKind::GreaterEqual:
  case TokenKind::Equal:
  case TokenKind::NotEqual:
    return 3;
  case TokenKind::Plus:
  case TokenKind::Minus:
    return 4;
  case TokenKind::Star:
  case TokenKind::Slash:
    return 5;
  default:
    return 0;
  }
}

constexpr int comparison = 3;

} // namespace

ast::ExprPtr Parser::make(ast::ExprKind kind, Span mark) const {
  auto expr = std::make_unique<ast::Expr>();
  expr->kind = kind;
  expr->span = expr->mark = mark;
  return expr;
}

ast::ExprPtr Parser::finish(ast::ExprPtr expr, Span span) {
  expr->span = span;
  for (const ast::ExprPtr &operand : expr->operands)
    expr->height = std::max(expr->height, operand->height + 1);
  for (const ast::Argument &argument : expr->arguments)
    expr->height = std::max(expr->height, argument.value->height + 1);
  if (expr->height <= maxNesting)
    return expr;
  diagnostics.error(expr->mark, "nested deeper than " +
                                    std::to_string(maxNesting) + " levels");
  return nullptr;
}

bool Parser::parseExprs(std::vector<ast::ExprPtr> &exprs) {
  do {
    exprs.push_back(parseExpr());
    if (!exprs.back()) {
      exprs.pop_back();
      return false;
    }
  } while (takeIf(TokenKind::Comma));
  return true;
}

ast::ExprPtr Parser::parseBinary(int lowest) {
  ast::ExprPtr left = parseUnary();
  while (left) {
    Token sign = peek();
    int strength = precedence(sign.kind);
    if (strength < lowest)
      return left;
    take();
    ast::ExprPtr right = parseBinary(strength + 1);
    if (!right)
      return nullptr;
    ast::ExprPtr both = make(ast::ExprKind::Binary, sign.span);
    both->text = source.text(sign.span);
    Span span = join(left->span, right->span);
    both->operands.push_back(std::move(left));
    both->operands.push_back(std::move(right));
    left = finish(std::move(both), span);
    if (left && strength == comparison &&
        precedence(peek().kind) == comparison) {
      diagnostics.error(peek().span, "comparisons do not chain");
      return nullptr;
    }
  }
  return nullptr;
}

ast::ExprPtr Parser::parseUnary() {
  Token sign = peek();
  if (sign.kind != TokenKind::Minus && sign.kind != TokenKind::Not)
    return parsePostfix();
  take();
  if (!enterLevel(sign.span))
    return nullptr;
  ast::ExprPtr operand = parseUnary();
  --level;
  if (!operand)
    return nullptr;
  ast::ExprPtr expr = make(sign.kind == TokenKind::Minus ? ast::ExprKind::Negate
                                                         : ast::ExprKind::Not,
                           sign.span);
  Span span = join(sign.span, operand->span);
  expr->operands.push_back(std::move(operand));
  return finish(std::move(expr), span);
}

ast::ExprPtr Parser::parsePostfix() {
  if (!enterLevel(peek().span))
    return nullptr;
  ast::ExprPtr expr = parsePrimary();
  if (expr)
    expr = parseSteps(std::move(expr));
  --level;
  return expr;
}

ast::ExprPtr Parser::parseSteps(ast::ExprPtr base) {
  while (base) {
    Span open = peek().span;
    ast::ExprPtr step;
    if (takeIf(TokenKind::Dot)) {
      Token name = peek();
      step = make(ast::ExprKind::Member, name.span);
      if (takeIf(TokenKind::String)) {
        step->text = stringValue(source.text(name.span));
      } else if (takeIf(TokenKind::Name) || takeIf(TokenKind::Integer)) {
        step->text = source.text(name.span);
      } else {
        unexpected("a name after '.'");
        return nullptr;
      }
    } else if (takeIf(TokenKind::LeftBracket)) {
      step = make(ast::ExprKind::Element, open);
      if (!parseExprs(step->operands) ||
          !expectClosing(TokenKind::RightBracket, open))
        return nullptr;
    } else {
      return base;
    }
    Span span = join(base->span, lastSpan());
    step->operands.insert(step->operands.begin(), std::move(base));
    base = finish(std::move(step), span);
  }
  return nullptr;
}

ast::ExprPtr Parser::parsePathRoot(bool at) {
  Span begin = peek().span;
  if (at && !expect(TokenKind::At))
    return nullptr;
  Token root = peek();
  if (!takeIf(TokenKind::String) && !takeIf(TokenKind::Name) &&
      !takeIf(TokenKind::Integer)) {
    unexpected("the path of a weight");
    return nullptr;
  }
  ast::ExprPtr path = make(ast::ExprKind::Path, join(begin, root.span));
  path->text = root.kind == TokenKind::String
                   ? stringValue(source.text(root.span))
                   : std::string(source.text(root.span));
  return path;
}

ast::ExprPtr Parser::parsePrimary() {
  Token token = peek();
  switch (token.kind) {
  case TokenKind::Integer:
  case TokenKind::Float: {
    take();
    bool whole = token.kind == TokenKind::Integer;
    ast::ExprPtr expr =
        make(whole ? ast::ExprKind::Integer : ast::ExprKind::Float, token.span);
    expr->integer = token.integer;
    expr->number = token.number;
    return expr;
  }
  case TokenKind::String: {
    take();
    ast::ExprPtr expr = make(ast::ExprKind::String, token.span);
    expr->text = stringValue(source.text(token.span));
    return expr;
  }
  case TokenKind::At:
    return parsePathRoot(/*at=*/true);
  case TokenKind::LeftParen: {
    if (isLambda())
      return parseLambda();
    take();
    ast::ExprPtr inner = parseExpr();
    if (!inner || !expectClosing(TokenKind::RightParen, token.span))
      return nullptr;
    inner->span = join(token.span, lastSpan());
    return inner;
  }
  case TokenKind::LeftBracket: {
    ast::ExprPtr list = make(ast::ExprKind::List, token.span);
    if (!parseExtents(list->operands))
      return nullptr;
    return finish(std::move(list), join(token.span, lastSpan()));
  }
  case TokenKind::Name:
    return parseNamed();
  default:
    unexpected("an expression");
    return nullptr;
  }
}

/// Whether `(a, b) =>` begins here.
bool Parser::isLambda() const {
  size_t at = 1;
  while (peek(at).kind == TokenKind::Name) {
    TokenKind next = peek(at + 1).kind;
    if (next == TokenKind::RightParen)
      return peek(at + 2).kind == TokenKind::Arrow;
    if (next != TokenKind::Comma)
      return false;
    at += 2;
  }
  return false;
}

ast::ExprPtr Parser::parseLambda() {
  Span begin = take().span;
  ast::ExprPtr lambda = make(ast::ExprKind::Lambda, begin);
  do {
    ast::Name name;
    if (!expectName(name, "the name of an argument"))
      return nullptr;
    lambda->parameters.push_back(std::move(name));
  } while (takeIf(TokenKind::Comma));
  take(); // ")"
  lambda->mark = take().span;
  if (!enterLevel(lambda->mark))
    return nullptr;
  ast::ExprPtr body = parseExpr();
  --level;
  if (!body)
    return nullptr;
  lambda->operands.push_back(std::move(body));
  return finish(std::move(lambda), join(begin, lastSpan()));
}

ast::ExprPtr Parser::parseNamed() {
  Span mark = peek().span;
  if (takeWord("true"))
    return make(ast::ExprKind::True, mark);
  if (takeWord("false"))
    return make(ast::ExprKind::False, mark);
  if (takeWord("none"))
    return make(ast::ExprKind::None, mark);
  ast::Name name;
  // A statement that begins here means that the expression is missing.
  if (isReserved(source.text(mark))) {
    unexpected("an expression");
    return nullptr;
  }
  expectName(name, "an expression");
  bool call = peek().kind == TokenKind::LeftParen;
  ast::ExprPtr expr =
      make(call ? ast::ExprKind::Call : ast::ExprKind::Variable, mark);
  expr->text = std::move(name.text);
  if (!call)
    return expr;
  if (!parseArguments(expr->arguments))
    return nullptr;
  return finish(std::move(expr), join(mark, lastSpan()));
}

bool Parser::parseArguments(std::vector<ast::Argument> &arguments) {
  Span open = take().span;
  if (takeIf(TokenKind::RightParen))
    return true;
  do {
    ast::Argument argument;
    if (peek().kind == TokenKind::Name && peek(1).kind == TokenKind::Assign) {
      Span span = take().span;
      argument.name = {std::string(source.text(span)), span};
      take();
    }
    argument.value = parseExpr();
    if (!argument.value)
      return false;
    arguments.push_back(std::move(argument));
  } while (takeIf(TokenKind::Comma));
  return expectClosing(TokenKind::RightParen, open);
}

} // namespace heddle::dsl
