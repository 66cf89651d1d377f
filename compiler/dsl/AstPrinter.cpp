// The text that `--stop-after=ast` shows.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Ast.h"

#include <algorithm>
#include <cstdio>

namespace heddle::dsl::ast {
namespace {

class Printer {
public:
  explicit Printer(const Source &source) : source(source) {}

  void file(const File &file) {
    for (const Import &import : file.imports)
      line("import \"" + import.path + "\"", import.span);
    for (const Function &function : file.functions)
      print(function, function.name.span);
    for (const Model &model : file.models) {
      documentation(model.doc);
      line("model " + model.name.text, model.name.span);
      parameters(model.parameters);
      block(model.body);
    }
  }

  std::string text;

private:
  /// One line of the tree; what follows until the caller's `--depth` is under
  /// it.
  void line(const std::string &what, Span span) {
    Place place = source.place(span.begin);
    text.append(2 * depth, ' ');
    text += what + " <" + std::to_string(place.line) + ":" +
            std::to_string(place.column) + ">\n";
  }

  /// The lines before what they document.
  void documentation(const std::string &doc) {
    for (size_t at = 0; !doc.empty() && at <= doc.size();) {
      size_t end = std::min(doc.find('\n', at), doc.size());
      text.append(2 * depth, ' ');
      text += "/// " + doc.substr(at, end - at) + "\n";
      at = end + 1;
    }
  }

  void block(const Block &body) {
    ++depth;
    for (const Stmt &stmt : body)
      std::visit([&](const auto &node) { print(node, stmt.mark); }, stmt.node);
    --depth;
  }
  void parameters(const std::vector<Parameter> &list) {
    ++depth;
    for (const Parameter &parameter : list) {
      line("parameter " + parameter.name.text, parameter.name.span);
      children(parameter.value);
    }
    --depth;
  }
  /// The expressions that are there, one level deeper.
  template <typename... Exprs> void children(const Exprs &...exprs) {
    ++depth;
    ((exprs ? expr(*exprs) : void()), ...);
    --depth;
  }
  void children(const std::vector<ExprPtr> &list) {
    ++depth;
    for (const ExprPtr &value : list)
      expr(*value);
    --depth;
  }

  void print(const DimDecl &decl, Span) {
    documentation(decl.doc);
    line("dim " + decl.name.text, decl.name.span);
    children(decl.min, decl.max);
  }
  void print(const InputDecl &decl, Span) {
    documentation(decl.doc);
    line("input " + decl.name.text + ": " + decl.element.text, decl.name.span);
    children(decl.extents);
    if (decl.min) {
      ++depth;
      line("range", decl.min->span);
      children(decl.min, decl.max);
      --depth;
    }
  }
  void print(const StateDecl &decl, Span) {
    documentation(decl.doc);
    line("state " + decl.name.text + ": " + decl.element.text, decl.name.span);
    if (decl.count) {
      ++depth;
      line("count", decl.count->span);
      children(decl.count);
      --depth;
    }
    children(decl.extents);
  }
  void print(const WeightDecl &decl, Span mark) {
    line("weight: " + decl.element.text, mark);
    children(decl.path);
    children(decl.extents);
  }
  void print(const Assign &assign, Span mark) {
    std::string names;
    for (const Target &target : assign.targets)
      names += (names.empty() ? "" : ", ") + target.name.text +
               (target.index ? "[]" : "");
    line("assign " + names, mark);
    for (const Target &target : assign.targets)
      children(target.index);
    children(assign.values);
  }
  void print(const Repeat &repeat, Span mark) {
    line("repeat " + repeat.index.text, mark);
    children(repeat.count);
    block(repeat.body);
  }
  void print(const Scope &scope, Span mark) {
    line("scope", mark);
    children(scope.path);
    block(scope.body);
  }
  void print(const If &branch, Span mark) {
    line("if", mark);
    children(branch.condition);
    block(branch.then);
    if (!branch.otherwise.empty())
      line("else", mark);
    block(branch.otherwise);
  }
  void print(const Output &output, Span) {
    documentation(output.doc);
    line("output " + output.name.text +
             (output.element ? ": " + output.element->text : ""),
         output.name.span);
    children(output.index, output.value);
  }
  void print(const Entry &entry, Span) {
    documentation(entry.doc);
    line("entry " + entry.name.text, entry.name.span);
    block(entry.body);
  }
  void print(const Return &result, Span mark) {
    line("return", mark);
    children(result.values);
  }
  void print(const Function &function, Span) {
    documentation(function.doc);
    line("fn " + function.name.text, function.name.span);
    parameters(function.parameters);
    block(function.body);
  }

  static std::string names(const std::vector<Name> &list) {
    std::string text;
    for (const Name &name : list)
      text += " " + name.text;
    return text;
  }
  static std::string label(const Expr &expr) {
    char number[32];
    switch (expr.kind) {
    case ExprKind::Integer:
      return std::to_string(expr.integer);
    case ExprKind::Float:
      std::snprintf(number, sizeof(number), "%.17g", expr.number);
      return number;
    case ExprKind::String:
      return "string \"" + expr.text + "\"";
    case ExprKind::True:
      return "true";
    case ExprKind::False:
      return "false";
    case ExprKind::None:
      return "none";
    case ExprKind::Variable:
      return expr.text;
    case ExprKind::Path:
      return "@" + expr.text;
    case ExprKind::Member:
      return "." + expr.text;
    case ExprKind::Element:
      return "[]";
    case ExprKind::Negate:
      return "negate";
    case ExprKind::Not:
      return "!";
    case ExprKind::Binary:
      return expr.text;
    case ExprKind::List:
      return "list";
    case ExprKind::Lambda:
      return "lambda" + names(expr.parameters);
    case ExprKind::Call:
      break;
    }
    return expr.text + "()";
  }
  void expr(const Expr &expr) {
    line(label(expr), expr.mark);
    children(expr.operands);
    ++depth;
    for (const Argument &argument : expr.arguments) {
      if (argument.name.text.empty()) {
        this->expr(*argument.value);
        continue;
      }
      line(argument.name.text + " =", argument.name.span);
      children(argument.value);
    }
    --depth;
  }

  const Source &source;
  size_t depth = 0;
};

} // namespace

std::string print(const File &file, const Source &source) {
  Printer printer(source);
  printer.file(file);
  return std::move(printer.text);
}

} // namespace heddle::dsl::ast
