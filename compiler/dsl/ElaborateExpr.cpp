// Expressions: constants, dims, paths, masks and tensor arithmetic.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/ElementOps.h"
#include "compiler/dsl/ScoreOps.h"
#include "compiler/dsl/StateOps.h"

#include <cmath>

namespace heddle::dsl {
namespace {

bool isComparison(const std::string &sign) {
  return sign == "<" || sign == "<=" || sign == ">" || sign == ">=" ||
         sign == "==" || sign == "!=";
}

template <typename T> bool holds(const std::string &sign, T a, T b) {
  if (sign == "<")
    return a < b;
  if (sign == "<=")
    return a <= b;
  if (sign == ">")
    return a > b;
  if (sign == ">=")
    return a >= b;
  return sign == "==" ? a == b : a != b;
}

} // namespace

Datum Elaborator::evaluate(const ast::Expr &expr) {
  if (!step(expr.mark))
    return Poison();
  if (!enterLevel(expr.mark))
    return Poison();
  Datum value = evaluateInside(expr);
  --openLevels;
  return value;
}

Datum Elaborator::evaluateInside(const ast::Expr &expr) {
  switch (expr.kind) {
  case ast::ExprKind::Integer:
    return expr.integer;
  case ast::ExprKind::Float:
    return expr.number;
  case ast::ExprKind::String:
    return expr.text;
  case ast::ExprKind::True:
    return true;
  case ast::ExprKind::False:
    return false;
  case ast::ExprKind::None:
    return None();
  case ast::ExprKind::Variable:
    return evaluateVariable(expr);
  case ast::ExprKind::Path:
  case ast::ExprKind::Member:
  case ast::ExprKind::Element:
    return evaluatePath(expr);
  case ast::ExprKind::Negate:
  case ast::ExprKind::Not:
    return evaluateUnary(expr);
  case ast::ExprKind::Binary:
    return evaluateBinary(expr);
  case ast::ExprKind::List:
    return evaluateBrackets(expr);
  case ast::ExprKind::Lambda:
    return Lambdas::lambda(*this, expr);
  case ast::ExprKind::Call:
    break;
  }
  return evaluateCall(expr);
}

Datum Elaborator::evaluateBrackets(const ast::Expr &expr) {
  List list;
  bool good = true;
  for (const ast::ExprPtr &item : expr.operands) {
    list.items.push_back(evaluate(*item));
    good &= !isPoison(list.items.back());
  }
  if (!good)
    return Poison();
  return std::make_shared<const List>(std::move(list));
}

Datum Elaborator::evaluateVariable(const ast::Expr &expr) {
  if (const Binding *binding = current->environment.find(expr.text)) {
    const States *states = std::get_if<States>(&binding->value);
    return states && !states->count ? StateOps::read(*this, *states, expr)
                                    : binding->value;
  }
  if (expr.text == "causal") {
    auto mask = std::make_shared<Mask>();
    mask->kind = Mask::Kind::Causal;
    mask->span = expr.mark;
    return MaskRef(std::move(mask));
  }
  if (expr.text == "alibi")
    return std::make_shared<const Bias>(Bias{Bias::Kind::Alibi, expr.mark});
  if (current->environment.isHidden(expr.text)) {
    error(expr.mark, "'" + expr.text +
                         "' is a variable of the model; a fn "
                         "sees it only as an argument");
    return Poison();
  }
  std::vector<std::string> names = current->environment.names();
  names.push_back("causal");
  names.push_back("alibi");
  std::string hint = didYouMean(expr.text, names);
  if (functions.count(expr.text))
    hint = "; the fn '" + expr.text + "' is called with (...)";
  else if (Builtin::find(expr.text))
    hint = "; the op '" + expr.text + "' is called with (...)";
  error(expr.mark, "unknown name '" + expr.text + "'" + hint);
  return Poison();
}

Datum Elaborator::evaluatePath(const ast::Expr &expr) {
  std::string path;
  if (expr.kind == ast::ExprKind::Path) {
    path = (scope.empty() ? "" : scope + ".") + expr.text;
  } else {
    Datum base = evaluate(*expr.operands[0]);
    if (isPoison(base))
      return base;
    const Tensor *tensor = std::get_if<Tensor>(&base);
    if (tensor && expr.kind == ast::ExprKind::Element)
      return Lambdas::element(*this, expr, *tensor);
    const States *states = std::get_if<States>(&base);
    if (states && expr.kind == ast::ExprKind::Element)
      return StateOps::readAt(*this, *states, expr);
    const Path *start = std::get_if<Path>(&base);
    if (!start) {
      error(expr.mark, "only the path of a weight goes on like this, found " +
                           describe(base));
      return Poison();
    }
    std::string step = expr.text;
    if (expr.kind == ast::ExprKind::Element) {
      if (expr.operands.size() > 2) {
        error(expr.operands[2]->span, "a step of a path has one index");
        return Poison();
      }
      std::optional<int64_t> index =
          evaluateInteger(*expr.operands[1], "the index in a path");
      if (!index)
        return Poison();
      if (*index < 0) {
        error(expr.operands[1]->span, "the index in a path is 0 or more, "
                                      "found " +
                                          std::to_string(*index));
        return Poison();
      }
      step = std::to_string(*index);
    }
    path = start->text + "." + step;
  }
  if (path.size() <= maxPathBytes)
    return Path{path};
  error(expr.span,
        "the path is longer than " + std::to_string(maxPathBytes) + " bytes");
  return Poison();
}

Datum Elaborator::evaluateUnary(const ast::Expr &expr) {
  Datum operand = evaluate(*expr.operands[0]);
  if (isPoison(operand))
    return operand;
  if (const ScalarRef *scalar = std::get_if<ScalarRef>(&operand))
    return Lambdas::unary(*this, expr, *scalar);
  if (expr.kind == ast::ExprKind::Not) {
    if (const bool *truth = std::get_if<bool>(&operand))
      return !*truth;
    if (const MaskRef *mask = std::get_if<MaskRef>(&operand))
      return MaskOps::combine(*this, Mask::Kind::Not, expr.mark, {*mask});
    if (ElementOps::isTruth(*this, operand))
      return ElementOps::emit(*this, OpKind::Not,
                              {std::get<Tensor>(operand).id}, ElementType::Bool,
                              expr.mark);
    error(expr.mark, "'!' takes a mask, a bool tensor or a truth value, "
                     "found " +
                         describe(operand));
    return Poison();
  }
  if (const double *number = std::get_if<double>(&operand))
    return -*number;
  if (std::optional<shape::Dim> dim = toDim(operand)) {
    if (std::optional<shape::Dim> negated = shape::Dim::multiply(*dim, -1))
      return fromDim(*negated);
    error(expr.mark, "the result leaves 64 bits");
    return Poison();
  }
  if (std::holds_alternative<Tensor>(operand))
    return ElementOps::negate(*this, expr, operand);
  error(expr.mark,
        "'-' takes a number or a tensor, found " + describe(operand));
  return Poison();
}

Datum Elaborator::evaluateBinary(const ast::Expr &expr) {
  Datum a = evaluate(*expr.operands[0]);
  Datum b = evaluate(*expr.operands[1]);
  if (isPoison(a) || isPoison(b))
    return Poison();
  if (std::holds_alternative<ScalarRef>(a) ||
      std::holds_alternative<ScalarRef>(b))
    return Lambdas::binary(*this, expr, a, b);
  if (expr.text == "&" || expr.text == "|")
    return evaluateLogic(expr, a, b);
  bool ofTensors =
      std::holds_alternative<Tensor>(a) || std::holds_alternative<Tensor>(b);
  if (isComparison(expr.text))
    return ofTensors ? ElementOps::compare(*this, expr, a, b)
                     : compare(expr, a, b);
  if (ofTensors)
    return ElementOps::arithmetic(*this, expr, a, b);
  return evaluateArithmetic(expr, a, b);
}

Datum Elaborator::evaluateLogic(const ast::Expr &expr, const Datum &a,
                                const Datum &b) {
  bool isAnd = expr.text == "&";
  const bool *left = std::get_if<bool>(&a), *right = std::get_if<bool>(&b);
  if (left && right)
    return isAnd ? *left && *right : *left || *right;
  const MaskRef *leftMask = std::get_if<MaskRef>(&a);
  const MaskRef *rightMask = std::get_if<MaskRef>(&b);
  if (leftMask && rightMask)
    return MaskOps::combine(*this, isAnd ? Mask::Kind::And : Mask::Kind::Or,
                            expr.mark, {*leftMask, *rightMask});
  if (ElementOps::isTruth(*this, a) && ElementOps::isTruth(*this, b))
    return ElementOps::emit(*this, isAnd ? OpKind::And : OpKind::Or,
                            {std::get<Tensor>(a).id, std::get<Tensor>(b).id},
                            ElementType::Bool, expr.mark);
  error(expr.mark, "'" + expr.text +
                       "' takes two masks, two bool tensors or two truth "
                       "values, found " +
                       describe(a) + " and " + describe(b));
  return Poison();
}

Datum Elaborator::compare(const ast::Expr &expr, const Datum &a,
                          const Datum &b) {
  const int64_t *leftWhole = std::get_if<int64_t>(&a);
  const int64_t *rightWhole = std::get_if<int64_t>(&b);
  if (leftWhole && rightWhole)
    return holds(expr.text, *leftWhole, *rightWhole);
  std::optional<double> left = toNumber(a), right = toNumber(b);
  if (left && right)
    return holds(expr.text, *left, *right);
  bool equality = expr.text == "==" || expr.text == "!=";
  if (equality && a.index() == b.index()) {
    if (const bool *truth = std::get_if<bool>(&a))
      return holds(expr.text, *truth, std::get<bool>(b));
    if (const std::string *text = std::get_if<std::string>(&a))
      return holds<std::string>(expr.text, *text, std::get<std::string>(b));
  }
  error(expr.mark, "'" + expr.text +
                       "' compares two constants or tensors, found " +
                       describe(a) + " and " + describe(b));
  return Poison();
}

Datum Elaborator::evaluateArithmetic(const ast::Expr &expr, const Datum &a,
                                     const Datum &b) {
  std::optional<shape::Dim> leftDim = toDim(a), rightDim = toDim(b);
  if (leftDim && rightDim)
    return wholeArithmetic(expr, *leftDim, *rightDim);
  std::optional<double> left = toNumber(a), right = toNumber(b);
  if (!left || !right) {
    error(expr.mark, "'" + expr.text + "' takes numbers or tensors, found " +
                         describe(a) + " and " + describe(b));
    return Poison();
  }
  double result = expr.text == "+"   ? *left + *right
                  : expr.text == "-" ? *left - *right
                  : expr.text == "*" ? *left * *right
                                     : *left / *right;
  if (std::isfinite(result))
    return result;
  error(expr.mark, *right == 0 && expr.text == "/"
                       ? "this divides by zero"
                       : "the result is out of the range of f64");
  return Poison();
}

Datum Elaborator::wholeArithmetic(const ast::Expr &expr, const shape::Dim &a,
                                  const shape::Dim &b) {
  std::optional<shape::Dim> result;
  if (expr.text == "/") {
    if (b == shape::Dim(0)) {
      error(expr.mark, "this divides by zero");
      return Poison();
    }
    result = shape::Dim::divideExactly(a, b);
    if (!result)
      error(expr.mark, a.str() + " does not divide by " + b.str());
  } else {
    std::optional<shape::Dim> right =
        expr.text == "-" ? shape::Dim::multiply(b, -1) : b;
    if (right)
      result = expr.text == "*" ? shape::Dim::multiply(a, *right)
                                : shape::Dim::add(a, *right);
    if (!result)
      error(expr.mark,
            a.str() + " " + expr.text + " " + b.str() + " leaves 64 bits");
  }
  return result ? fromDim(*result) : Poison();
}

std::optional<int64_t> Elaborator::evaluateInteger(const ast::Expr &expr,
                                                   const char *what) {
  Datum value = evaluate(expr);
  if (const int64_t *integer = std::get_if<int64_t>(&value))
    return *integer;
  if (!isPoison(value))
    error(expr.span,
          std::string(what) + " must be an integer, found " + describe(value));
  return std::nullopt;
}

std::optional<bool> Elaborator::evaluateTruth(const ast::Expr &expr,
                                              const char *what) {
  Datum value = evaluate(expr);
  if (const bool *truth = std::get_if<bool>(&value))
    return *truth;
  if (!isPoison(value))
    error(expr.span, std::string(what) + " must be true or false, found " +
                         describe(value));
  return std::nullopt;
}

std::vector<Datum>
Elaborator::evaluateList(const std::vector<ast::ExprPtr> &exprs,
                         size_t expected) {
  // One call of a fn or an op may give all the values.
  if (exprs.size() == 1 && expected != 1 &&
      exprs[0]->kind == ast::ExprKind::Call) {
    auto known = functions.find(exprs[0]->text);
    if (known != functions.end())
      return callFunction(known->second, *exprs[0]);
    const Builtin *builtin = Builtin::find(exprs[0]->text);
    if (builtin && builtin->runAll)
      return callBuiltin(*builtin, *exprs[0]);
  }
  std::vector<Datum> values;
  for (const ast::ExprPtr &expr : exprs)
    values.push_back(evaluate(*expr));
  return values;
}

} // namespace heddle::dsl
