// Files, blocks and statements, and how the parser goes on after an error.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/ParserImpl.h"

#include <algorithm>
#include <utility>

namespace heddle::dsl {
namespace {

constexpr const char *statementWords[] = {"dim",    "input", "state", "weight",
                                          "repeat", "scope", "if",    "output",
                                          "entry",  "fn",    "return"};
constexpr const char *otherWords[] = {"model", "else", "in",    "true",
                                      "false", "none", "import"};

bool contains(const auto &words, std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

} // namespace

bool isReserved(std::string_view word) {
  return contains(statementWords, word) || contains(otherWords, word);
}

ast::File parse(const Source &source, Diagnostics &diagnostics, size_t file) {
  return Parser(source, diagnostics, file).parseFile();
}

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

bool Parser::takeIf(TokenKind kind) {
  if (peek().kind != kind)
    return false;
  take();
  return true;
}

bool Parser::isWord(std::string_view word) const {
  return peek().kind == TokenKind::Name && source.text(peek().span) == word;
}

bool Parser::takeWord(std::string_view word) {
  if (!isWord(word))
    return false;
  take();
  return true;
}

std::string Parser::describeNext() const {
  if (peek().kind == TokenKind::Name)
    return "'" + std::string(source.text(peek().span)) + "'";
  return describe(peek().kind);
}

bool Parser::unexpected(const std::string &what) {
  if (peek().kind != TokenKind::Error)
    diagnostics.error(peek().span,
                      "expected " + what + ", found " + describeNext());
  return false;
}

std::string Parser::takeDoc(size_t index) {
  documented.insert(index);
  return docText(source.text(tokens[index].doc));
}

void Parser::reportLostDocs() {
  for (size_t i = 0; i < tokens.size() && !diagnostics.hasErrors(); ++i) {
    Span doc = tokens[i].doc;
    if (doc.begin != doc.end && !documented.count(i))
      diagnostics.report(Severity::Warning, doc,
                         "nothing is documented by this: '///' stands before "
                         "a model, fn, entry, dim, input, state or output");
  }
}

bool Parser::expect(TokenKind kind) {
  return takeIf(kind) || unexpected(describe(kind));
}

bool Parser::expectWord(std::string_view word) {
  return takeWord(word) || unexpected("'" + std::string(word) + "'");
}

bool Parser::expectClosing(TokenKind kind, Span open) {
  if (takeIf(kind))
    return true;
  if (peek().kind != TokenKind::Error)
    diagnostics
        .error(peek().span, std::string("expected ") + describe(kind) +
                                ", found " + describeNext())
        .note(open, "to close this one");
  return false;
}

bool Parser::expectName(ast::Name &name, const char *what) {
  if (peek().kind != TokenKind::Name)
    return unexpected(what);
  Token token = take();
  name = {std::string(source.text(token.span)), token.span};
  if (!isReserved(name.text))
    return true;
  diagnostics.error(token.span, "'" + name.text +
                                    "' is a word of the language and names "
                                    "nothing else");
  return false;
}

bool Parser::enterLevel(Span span) {
  if (++level <= maxNesting)
    return true;
  diagnostics.error(span, "nested deeper than " + std::to_string(maxNesting) +
                              " levels");
  return false;
}

//===----------------------------------------------------------------------===//
// Files and blocks
//===----------------------------------------------------------------------===//

ast::File Parser::parseFile() {
  ast::File file;
  while (peek().kind != TokenKind::End && !diagnostics.full()) {
    bool good = false;
    ast::Function function;
    ast::Model model;
    ast::Import import;
    if (takeWord("import")) {
      if ((good = parseImport(import)))
        file.imports.push_back(std::move(import));
    } else if (takeWord("fn")) {
      if ((good = parseFunction(function)))
        file.functions.push_back(std::move(function));
    } else if (takeWord("model")) {
      if ((good = parseModel(model)))
        file.models.push_back(std::move(model));
    } else {
      unexpected("'model', 'fn' or 'import'");
    }
    // Only these three begin anything here.
    level = 0;
    while (!good && peek().kind != TokenKind::End &&
           !(peek().firstOnLine &&
             (isWord("fn") || isWord("model") || isWord("import"))))
      take();
  }
  reportLostDocs();
  return file;
}

bool Parser::parseImport(ast::Import &import) {
  Token path = peek();
  if (!takeIf(TokenKind::String))
    return unexpected("the path of a file, in quotes");
  import = {stringValue(source.text(path.span)), path.span};
  return true;
}

bool Parser::parseModel(ast::Model &model) {
  model.doc = takeDoc(at - 1);
  return expectName(model.name, "a name for the model") &&
         (peek().kind != TokenKind::LeftParen ||
          parseParameters(model.parameters)) &&
         parseBlock(model.body);
}

bool Parser::parseFunction(ast::Function &function) {
  function.doc = takeDoc(at - 1);
  return expectName(function.name, "a name for the fn") &&
         parseParameters(function.parameters) && parseBlock(function.body);
}

bool Parser::parseParameters(std::vector<ast::Parameter> &parameters) {
  Span open = peek().span;
  if (!expect(TokenKind::LeftParen))
    return false;
  if (takeIf(TokenKind::RightParen))
    return true;
  do {
    ast::Parameter &parameter = parameters.emplace_back();
    if (!expectName(parameter.name, "a parameter's name"))
      return false;
    if (takeIf(TokenKind::Assign) && !(parameter.value = parseExpr()))
      return false;
  } while (takeIf(TokenKind::Comma));
  return expectClosing(TokenKind::RightParen, open);
}

bool Parser::parseBlock(ast::Block &block) {
  Span open = peek().span;
  if (!expect(TokenKind::LeftBrace) || !enterLevel(open))
    return false;
  uint32_t inside = level;
  while (peek().kind != TokenKind::RightBrace &&
         peek().kind != TokenKind::End && !diagnostics.full()) {
    size_t before = at;
    bool good = parseStatement(block);
    level = inside;
    if (good)
      continue;
    if (at == before) // An error at its very start would stay there.
      take();
    recover();
  }
  --level;
  return expectClosing(TokenKind::RightBrace, open);
}

void Parser::recover() {
  size_t open = 0;
  for (; peek().kind != TokenKind::End; take()) {
    if (open == 0 && (peek().kind == TokenKind::RightBrace ||
                      (peek().firstOnLine && peek().kind == TokenKind::Name)))
      return;
    if (peek().kind == TokenKind::LeftBrace)
      ++open;
    else if (peek().kind == TokenKind::RightBrace)
      --open;
  }
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

bool Parser::parseStatement(ast::Block &block) {
  Span mark = peek().span;
  if (peek().kind != TokenKind::Name)
    return unexpected("a statement");
  if (takeWord("dim"))
    return parseDims(block, mark);
  if (takeWord("input"))
    return parseInputs(block, mark);
  if (takeWord("state"))
    return parseStates(block, mark);
  if (takeWord("weight"))
    return parseWeights(block, mark);
  auto one = [&](auto node, auto parseNode) {
    if (!parseNode(node))
      return false;
    block.push_back({mark, std::move(node)});
    return true;
  };
  if (takeWord("repeat"))
    return one(ast::Repeat(), [&](auto &node) { return parseRepeat(node); });
  if (takeWord("scope"))
    return one(ast::Scope(), [&](auto &node) { return parseScope(node); });
  if (takeWord("output"))
    return one(ast::Output(), [&](auto &node) { return parseOutput(node); });
  if (takeWord("entry"))
    return one(ast::Entry(), [&](auto &node) { return parseEntry(node); });
  if (takeWord("fn"))
    return one(ast::Function(),
               [&](auto &node) { return parseFunction(node); });
  if (takeWord("if"))
    return one(ast::If(), [&](auto &node) { return parseIf(node, mark); });
  if (takeWord("return"))
    return one(ast::Return(),
               [&](auto &node) { return parseExprs(node.values); });
  return parseAssign(block);
}

bool Parser::parseDims(ast::Block &block, Span mark) {
  // What stands before the word is about the first one.
  std::string doc = takeDoc(at - 1);
  do {
    ast::DimDecl decl;
    decl.doc = doc.empty() ? takeDoc(at) : std::exchange(doc, {});
    if (!expectName(decl.name, "a dim's name") || !expectWord("in") ||
        !(decl.min = parseExpr()) || !expect(TokenKind::DotDot) ||
        !(decl.max = parseExpr()))
      return false;
    block.push_back({mark, std::move(decl)});
  } while (takeIf(TokenKind::Comma));
  return true;
}

bool Parser::parseInputs(ast::Block &block, Span mark) {
  std::string doc = takeDoc(at - 1);
  do {
    ast::InputDecl decl;
    decl.doc = doc.empty() ? takeDoc(at) : std::exchange(doc, {});
    if (!expectName(decl.name, "an input's name") ||
        !parseType(decl.element, decl.extents))
      return false;
    if (takeWord("in") &&
        (!(decl.min = parseExpr()) || !expect(TokenKind::DotDot) ||
         !(decl.max = parseExpr())))
      return false;
    block.push_back({mark, std::move(decl)});
  } while (takeIf(TokenKind::Comma));
  return true;
}

bool Parser::parseStates(ast::Block &block, Span mark) {
  std::string doc = takeDoc(at - 1);
  do {
    ast::StateDecl decl;
    decl.doc = doc.empty() ? takeDoc(at) : std::exchange(doc, {});
    if (!expectName(decl.name, "a state's name") || !parseIndex(decl.count) ||
        !parseType(decl.element, decl.extents))
      return false;
    block.push_back({mark, std::move(decl)});
  } while (takeIf(TokenKind::Comma));
  return true;
}

bool Parser::parseWeights(ast::Block &block, Span mark) {
  do {
    ast::WeightDecl decl;
    ast::ExprPtr root = parsePathRoot(/*at=*/true);
    if (!root || !(decl.path = parseSteps(std::move(root))) ||
        !parseType(decl.element, decl.extents))
      return false;
    block.push_back({mark, std::move(decl)});
  } while (takeIf(TokenKind::Comma));
  return true;
}

bool Parser::parseType(ast::Name &element, std::vector<ast::ExprPtr> &extents) {
  return expect(TokenKind::Colon) && expectName(element, "an element type") &&
         parseExtents(extents);
}

bool Parser::parseExtents(std::vector<ast::ExprPtr> &extents) {
  Span open = peek().span;
  if (!expect(TokenKind::LeftBracket))
    return false;
  if (takeIf(TokenKind::RightBracket))
    return true;
  return parseExprs(extents) && expectClosing(TokenKind::RightBracket, open);
}

bool Parser::parseAssign(ast::Block &block) {
  ast::Assign assign;
  Span mark = peek().span;
  std::string first(source.text(mark));
  // Two names in a row are a misspelt keyword.
  if (!isReserved(first) && peek(1).kind == TokenKind::Name) {
    std::vector<std::string> words(std::begin(statementWords),
                                   std::end(statementWords));
    diagnostics.error(mark, "no statement begins with '" + first + "'" +
                                didYouMean(first, words));
    return false;
  }
  do {
    ast::Target &target = assign.targets.emplace_back();
    if (!expectName(target.name, "a name") || !parseIndex(target.index))
      return false;
  } while (takeIf(TokenKind::Comma));
  if (!expect(TokenKind::Assign) || !parseExprs(assign.values))
    return false;
  block.push_back({mark, std::move(assign)});
  return true;
}

bool Parser::parseRepeat(ast::Repeat &repeat) {
  return expectName(repeat.index, "a name for the index") &&
         expect(TokenKind::Less) && (repeat.count = parseExpr()) &&
         parseBlock(repeat.body);
}

bool Parser::parseScope(ast::Scope &scope) {
  ast::ExprPtr root = parsePathRoot(/*at=*/false);
  return root && (scope.path = parseSteps(std::move(root))) &&
         parseBlock(scope.body);
}

bool Parser::parseIf(ast::If &branch, Span mark) {
  if (!enterLevel(mark) || !(branch.condition = parseExpr()) ||
      !parseBlock(branch.then))
    return false;
  if (takeWord("else")) {
    Span next = peek().span;
    if (takeWord("if")) {
      ast::If nested;
      if (!parseIf(nested, next))
        return false;
      branch.otherwise.push_back({next, std::move(nested)});
    } else if (!parseBlock(branch.otherwise)) {
      return false;
    }
  }
  --level;
  return true;
}

bool Parser::parseOutput(ast::Output &output) {
  output.doc = takeDoc(at - 1);
  if (!expectName(output.name, "an output's name") || !parseIndex(output.index))
    return false;
  if (takeIf(TokenKind::Colon) &&
      !expectName(output.element.emplace(), "an element type"))
    return false;
  return expect(TokenKind::Assign) && (output.value = parseExpr());
}

bool Parser::parseEntry(ast::Entry &entry) {
  entry.doc = takeDoc(at - 1);
  return expectName(entry.name, "a name for the entry") &&
         parseBlock(entry.body);
}

bool Parser::parseIndex(ast::ExprPtr &index) {
  Span open = peek().span;
  return !takeIf(TokenKind::LeftBracket) ||
         ((index = parseExpr()) &&
          expectClosing(TokenKind::RightBracket, open));
}

} // namespace heddle::dsl
