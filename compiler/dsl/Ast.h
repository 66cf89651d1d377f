// The tree of a model file: what was written, before names mean anything.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_DSL_AST_H
#define HEDDLE_COMPILER_DSL_AST_H

#include "compiler/dsl/Source.h"

#include <memory>
#include <optional>
#include <variant>

namespace heddle::dsl::ast {

/// A name where it is declared or used.
struct Name {
  std::string text;
  Span span;
};

struct Expr;
/// Null only in optional places; see the owner.
using ExprPtr = std::unique_ptr<Expr>;

/// An argument of a call; `name.text` is empty when it is positional.
struct Argument {
  Name name;
  ExprPtr value;
};

enum class ExprKind {
  Integer,
  Float,
  String,
  True,
  False,
  None,
  Variable, ///< `text` is the name.
  Path,     ///< `@text`, the root of a weight path.
  Member,   ///< operands[0] followed by `.text`.
  Element,  ///< operands[0] followed by `[operands[1], ...]`.
  Negate,
  Not,
  Binary, ///< operands[0] `text` operands[1].
  List,   ///< `[operands]`.
  Call,   ///< `text` of `arguments`.
  Lambda  ///< (`parameters`) => operands[0].
};

struct Expr {
  ExprKind kind;
  Span span; ///< All of it.
  Span mark; ///< Where a message points: the operator, name or literal.
  uint32_t height = 0; ///< Levels of operands below; the parser bounds it.
  std::string text;
  int64_t integer = 0;
  double number = 0;
  std::vector<ExprPtr> operands;
  std::vector<Argument> arguments;
  std::vector<Name> parameters;
};

struct Stmt;
using Block = std::vector<Stmt>;

/// `dim NAME in min..max`
struct DimDecl {
  Name name;
  std::string doc; ///< Its documentation, as in all that have one.
  ExprPtr min, max;
};
/// `input NAME: ELEMENT[extents] in min..max`, the range optional.
struct InputDecl {
  Name name, element;
  std::string doc;
  std::vector<ExprPtr> extents;
  ExprPtr min, max; ///< Null without a range.
};
/// `state NAME[count]: ELEMENT[extents]`, the count optional.
struct StateDecl {
  Name name, element;
  std::string doc;
  ExprPtr count; ///< Null where the name is one state.
  std::vector<ExprPtr> extents;
};
/// `weight @PATH: ELEMENT[extents]`
struct WeightDecl {
  ExprPtr path;
  Name element;
  std::vector<ExprPtr> extents;
};
/// What an assignment gives a value: a name, or one of several states.
struct Target {
  Name name;
  ExprPtr index; ///< Null without one.
};
/// `a, b = x, y`
struct Assign {
  std::vector<Target> targets;
  std::vector<ExprPtr> values;
};
/// `repeat INDEX < count { }`
struct Repeat {
  Name index;
  ExprPtr count;
  Block body;
};
/// `scope PATH { }`
struct Scope {
  ExprPtr path;
  Block body;
};
/// `if condition { } else { }`
struct If {
  ExprPtr condition;
  Block then, otherwise;
};
/// `output NAME[index]: element = value`, index and element optional.
struct Output {
  Name name;
  std::string doc;
  ExprPtr index; ///< Null without one.
  std::optional<Name> element;
  ExprPtr value;
};
/// `entry NAME { }`
struct Entry {
  Name name;
  std::string doc;
  Block body;
};
/// `return x, y`
struct Return {
  std::vector<ExprPtr> values;
};
/// A parameter of a fn or a model.
struct Parameter {
  Name name;
  ExprPtr value; ///< Its default; null when there is none.
};
/// `fn NAME(parameters) { }`
struct Function {
  Name name;
  std::string doc;
  std::vector<Parameter> parameters;
  Block body;
};

struct Stmt {
  Span mark; ///< The keyword, or the first name of an assignment.
  std::variant<DimDecl, InputDecl, StateDecl, WeightDecl, Assign, Repeat, Scope,
               If, Output, Entry, Return, Function>
      node;
};

/// `model NAME(parameters) { }`
struct Model {
  Name name;
  std::string doc;
  std::vector<Parameter> parameters;
  Block body;
};

/// `import "path"`
struct Import {
  std::string path; ///< As written: relative to the file that says so.
  Span span;
};

struct File {
  std::vector<Import> imports;
  std::vector<Function> functions; ///< Those of imported files behind.
  std::vector<Model> models;
};

/// The tree as indented text, one node a line with its line:column.
std::string print(const File &file, const Source &source);

} // namespace heddle::dsl::ast

#endif // HEDDLE_COMPILER_DSL_AST_H
