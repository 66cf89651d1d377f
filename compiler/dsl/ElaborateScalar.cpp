// Lambdas over scores: (score, b, h, q, k) => a number or a truth value.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/ScoreOps.h"

#include <cmath>

namespace heddle::dsl {

using Kind = ScoreNode::Kind;

Datum Lambdas::lambda(Elaborator &e, const ast::Expr &expr) {
  constexpr Kind leaves[] = {Kind::Score, Kind::Batch, Kind::Head, Kind::Query,
                             Kind::Key};
  size_t count = expr.parameters.size();
  if (count != 4 && count != 5) {
    e.error(expr.mark, "a lambda takes (score, b, h, q, k) or (b, h, q, k), "
                       "found " +
                           std::to_string(count) +
                           (count == 1 ? " argument" : " arguments"));
    return Poison();
  }
  e.current->environment.enter();
  ++e.openLambdas;
  for (size_t i = 0; i < count; ++i)
    e.current->environment.add(expr.parameters[i].text,
                               {BindingKind::Index, leaf(leaves[i + 5 - count]),
                                expr.parameters[i].span});
  Datum body = e.evaluate(*expr.operands[0]);
  --e.openLambdas;
  e.current->environment.leave();
  if (isPoison(body))
    return body;
  ScalarRef scalar = toScalar(e, body, expr.operands[0]->span);
  if (!scalar)
    return Poison();
  if (scalar->type == ScalarType::Truth) {
    auto mask = std::make_shared<Mask>();
    mask->kind = Mask::Kind::Lambda;
    mask->span = expr.mark;
    mask->condition = scalar;
    mask->nodes = scalar->nodes;
    return MaskRef(std::move(mask));
  }
  if (scalar->type == ScalarType::Float && count == 5)
    return ScoreChange{scalar};
  e.error(expr.operands[0]->span,
          std::string("the lambda gives ") + dsl::describe(scalar->type) +
              (count == 5 ? ", expected a score or a truth value"
                          : ", expected a truth value"));
  return Poison();
}

Datum Lambdas::element(Elaborator &e, const ast::Expr &expr,
                       const Tensor &tensor) {
  if (!e.openLambdas) {
    e.error(expr.mark, "elements of tensors are read in lambdas only");
    return Poison();
  }
  std::vector<ScalarRef> indices;
  bool good = true;
  for (size_t i = 1; i < expr.operands.size(); ++i) {
    Span span = expr.operands[i]->span;
    Datum datum = e.evaluate(*expr.operands[i]);
    if (isPoison(datum))
      return datum;
    ScalarRef index = toScalar(e, datum, span);
    good &= index != nullptr;
    if (index && index->type != ScalarType::Index) {
      e.error(span, std::string("an element is read at indices, found ") +
                        dsl::describe(index->type));
      good = false;
    }
    indices.push_back(std::move(index));
  }
  const TensorType &read = e.type(tensor.id);
  if (good && indices.size() != read.shape.size()) {
    Diagnostic &diagnostic = e.error(
        expr.mark, "an element of a tensor " + str(read) + " has " +
                       std::to_string(read.shape.size()) + " indices, found " +
                       std::to_string(indices.size()));
    e.noteOrigin(diagnostic, tensor.id);
    good = false;
  }
  if (!good)
    return Poison();
  return elementOf(tensor.id, read.element, std::move(indices), expr.mark);
}

ScalarRef Lambdas::toScalar(Elaborator &e, const Datum &datum, Span span) {
  if (const ScalarRef *scalar = std::get_if<ScalarRef>(&datum))
    return *scalar;
  if (const bool *truth = std::get_if<bool>(&datum))
    return truthOf(*truth);
  if (const int64_t *integer = std::get_if<int64_t>(&datum)) {
    if (*integer >= -INT32_MAX && *integer <= INT32_MAX)
      return indexOf(*integer);
    e.error(span, "the number is out of the range of an index");
    return nullptr;
  }
  if (const double *number = std::get_if<double>(&datum)) {
    if (std::isfinite(static_cast<float>(*number)))
      return dsl::numberOf(*number);
    e.error(span, "the number is out of the range of f32");
    return nullptr;
  }
  e.error(span, "a lambda computes with numbers, indices and elements, found " +
                    e.describe(datum));
  return nullptr;
}

Datum Lambdas::scalar(Elaborator &e, Kind kind, std::vector<ScalarRef> operands,
                      Span span) {
  ScalarRef result = node(kind, std::move(operands));
  if (result->nodes <= maxMaskNodes)
    return result;
  e.error(span, "the lambda has more than " + std::to_string(maxMaskNodes) +
                    " operations");
  return Poison();
}

Datum Lambdas::unary(Elaborator &e, const ast::Expr &expr,
                     const ScalarRef &operand) {
  bool isNot = expr.kind == ast::ExprKind::Not;
  if (isNot == (operand->type == ScalarType::Truth)) {
    if (isNot)
      return scalar(e, Kind::Not, {operand}, expr.mark);
    if (operand->type == ScalarType::Index)
      return scalar(e, Kind::Sub, {indexOf(0), operand}, expr.mark);
    return scalar(e, Kind::SubF, {dsl::numberOf(-0.0), operand}, expr.mark);
  }
  e.error(expr.mark, std::string(isNot ? "'!' takes a truth value, found "
                                       : "'-' takes a number, found ") +
                         dsl::describe(operand->type));
  return Poison();
}

Datum Lambdas::binary(Elaborator &e, const ast::Expr &expr, const Datum &a,
                      const Datum &b) {
  ScalarRef left = toScalar(e, a, expr.operands[0]->span);
  ScalarRef right = toScalar(e, b, expr.operands[1]->span);
  if (!left || !right)
    return Poison();
  bool isLogic = expr.text == "&" || expr.text == "|";
  if (isLogic != (left->type == ScalarType::Truth) ||
      isLogic != (right->type == ScalarType::Truth)) {
    e.error(expr.mark, "'" + expr.text + "' takes " +
                           (isLogic ? "truth values" : "numbers") + ", found " +
                           dsl::describe(left->type) + " and " +
                           dsl::describe(right->type));
    return Poison();
  }
  if (isLogic)
    return scalar(e, expr.text == "&" ? Kind::And : Kind::Or, {left, right},
                  expr.mark);
  const std::string &sign = expr.text;
  if (sign == "+" || sign == "-" || sign == "*" || sign == "/")
    return arithmetic(e, expr, left, right);
  return comparison(e, expr, left, right);
}

/// True when both are indices; else both become numbers.
static bool bothIndices(ScalarRef &a, ScalarRef &b) {
  if (a->type == ScalarType::Index && b->type == ScalarType::Index)
    return true;
  a = asNumber(a);
  b = asNumber(b);
  return false;
}

Datum Lambdas::arithmetic(Elaborator &e, const ast::Expr &expr, ScalarRef a,
                          ScalarRef b) {
  char sign = expr.text[0];
  if (!bothIndices(a, b)) {
    Kind kind = sign == '+'   ? Kind::AddF
                : sign == '-' ? Kind::SubF
                : sign == '*' ? Kind::MulF
                              : Kind::DivF;
    return scalar(e, kind, {a, b}, expr.mark);
  }
  if (sign == '/' && (b->kind != Kind::Integer || b->integer < 1)) {
    e.error(expr.operands[1]->span,
            "an index is divided by a positive constant; float(...) makes "
            "numbers of indices");
    return Poison();
  }
  Kind kind = sign == '+'   ? Kind::Add
              : sign == '-' ? Kind::Sub
              : sign == '*' ? Kind::Mul
                            : Kind::FloorDiv;
  return scalar(e, kind, {a, b}, expr.mark);
}

Datum Lambdas::comparison(Elaborator &e, const ast::Expr &expr, ScalarRef a,
                          ScalarRef b) {
  std::string sign = expr.text;
  bool isIndex = bothIndices(a, b);
  if (sign[0] == '>') { // a > b is b < a
    std::swap(a, b);
    sign[0] = '<';
  }
  if (sign == "<")
    return scalar(e, isIndex ? Kind::Less : Kind::LessF, {a, b}, expr.mark);
  if (sign == "<=")
    return scalar(e, isIndex ? Kind::LessEqual : Kind::LessEqualF, {a, b},
                  expr.mark);
  Datum same = scalar(e, isIndex ? Kind::Same : Kind::SameF, {a, b}, expr.mark);
  const ScalarRef *equal = std::get_if<ScalarRef>(&same);
  return equal && sign == "!=" ? scalar(e, Kind::Not, {*equal}, expr.mark)
                               : same;
}

namespace {

struct ScalarFunction {
  const char *name;
  size_t arity;
  Kind number; ///< What it is of numbers.
  Kind index;  ///< Of indices; the same where it makes numbers of them.
};

constexpr ScalarFunction scalarFunctions[] = {
    {"min", 2, Kind::MinF, Kind::Min},
    {"max", 2, Kind::MaxF, Kind::Max},
    {"mod", 2, Kind::Mod, Kind::Mod},
    {"abs", 1, Kind::Abs, Kind::Abs},
    {"sqrt", 1, Kind::Sqrt, Kind::Sqrt},
    {"exp", 1, Kind::Exp, Kind::Exp},
    {"log", 1, Kind::Log, Kind::Log},
    {"tanh", 1, Kind::Tanh, Kind::Tanh},
    {"float", 1, Kind::ToFloat, Kind::ToFloat},
    {"select", 3, Kind::Select, Kind::Select},
};

const ScalarFunction *findFunction(const std::string &name) {
  for (const ScalarFunction &function : scalarFunctions)
    if (name == function.name)
      return &function;
  return nullptr;
}

} // namespace

std::optional<Datum> Lambdas::call(Elaborator &e, const ast::Expr &expr) {
  const ScalarFunction *known = findFunction(expr.text);
  if (!known)
    return std::nullopt;
  std::vector<ScalarRef> operands;
  bool good = true;
  for (const ast::Argument &argument : expr.arguments) {
    if (!argument.name.text.empty()) {
      e.error(argument.name.span, "'" + expr.text + "' has no argument '" +
                                      argument.name.text + "'");
      return Poison();
    }
    Datum datum = e.evaluate(*argument.value);
    ScalarRef scalar =
        isPoison(datum) ? nullptr : toScalar(e, datum, argument.value->span);
    good &= scalar != nullptr;
    operands.push_back(std::move(scalar));
  }
  if (good && operands.size() != known->arity) {
    e.error(expr.mark, "'" + expr.text + "' takes " +
                           std::to_string(known->arity) +
                           (known->arity == 1 ? " argument" : " arguments") +
                           ", found " + std::to_string(operands.size()));
    good = false;
  }
  return good ? function(e, expr, operands) : Datum(Poison());
}

Datum Lambdas::function(Elaborator &e, const ast::Expr &expr,
                        const std::vector<ScalarRef> &operands) {
  const ScalarFunction &function = *findFunction(expr.text);
  std::vector<ScalarRef> values = operands;
  size_t first = function.number == Kind::Select ? 1 : 0;
  if (first && values[0]->type != ScalarType::Truth) {
    e.error(expr.arguments[0].value->span,
            std::string("'select' chooses by a truth value, found ") +
                dsl::describe(values[0]->type));
    return Poison();
  }
  bool isIndex = true;
  for (size_t i = first; i < values.size(); ++i) {
    isIndex &= values[i]->type == ScalarType::Index;
    if (values[i]->type != ScalarType::Truth)
      continue;
    e.error(expr.arguments[i].value->span,
            "'" + expr.text + "' takes numbers, found a truth value");
    return Poison();
  }
  bool isMod = function.number == Kind::Mod;
  if (isMod && (!isIndex || values[1]->kind != Kind::Integer ||
                values[1]->integer < 1)) {
    e.error(expr.mark, "'mod' takes an index and a positive constant");
    return Poison();
  }
  if (function.number == Kind::ToFloat)
    return asNumber(values[0]);
  bool staysIndex = isIndex && (isMod || first || values.size() == 2);
  for (size_t i = first; i < values.size() && !staysIndex; ++i)
    values[i] = asNumber(values[i]);
  return scalar(e, staysIndex ? function.index : function.number, values,
                expr.mark);
}

} // namespace heddle::dsl
