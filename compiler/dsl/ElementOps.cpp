// Element-wise ops: operands of one type, constants for numbers, broadcasting.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/ElementOps.h"

#include <cmath>

namespace heddle::dsl {
namespace {

/// A function of one number: its op, and what it gives for a constant.
struct Function {
  const char *name;
  OpKind kind;
  double (*value)(double); ///< Null where it takes tensors only.
};

constexpr Function functions[] = {
    {"abs", OpKind::Abs, std::fabs},       {"sqrt", OpKind::Sqrt, std::sqrt},
    {"exp", OpKind::Exp, std::exp},        {"log", OpKind::Log, std::log},
    {"sin", OpKind::Sin, std::sin},        {"cos", OpKind::Cos, std::cos},
    {"tanh", OpKind::Tanh, std::tanh},     {"relu", OpKind::Relu, nullptr},
    {"sigmoid", OpKind::Sigmoid, nullptr}, {"silu", OpKind::Silu, nullptr}};

const Function &functionOf(const std::string &name) {
  for (const Function &function : functions)
    if (function.name == name)
      return function;
  std::abort(); // our bug: the table of builtins has another name
}

} // namespace

std::optional<ValueId> ElementOps::constant(Elaborator &e, const Datum &number,
                                            ElementType element,
                                            const std::string &callee,
                                            Span mark) {
  const int64_t *whole = std::get_if<int64_t>(&number);
  double value = *toNumber(number);
  if (element == ElementType::I32 && !whole) {
    e.error(mark, "'" + callee + "' of an i32 tensor takes integers, found " +
                      e.describe(number));
    return std::nullopt;
  }
  bool fits = element == ElementType::I32
                  ? *whole >= INT32_MIN && *whole <= INT32_MAX
                  : std::isfinite(static_cast<float>(value));
  if (!fits) {
    e.error(mark,
            std::string("the number is out of the range of ") + name(element));
    return std::nullopt;
  }
  Datum made =
      e.emit(OpKind::Constant, {}, {element, {}}, mark, {{"value", value}});
  if (isPoison(made))
    return std::nullopt;
  return std::get<Tensor>(made).id;
}

std::optional<std::vector<ValueId>>
ElementOps::alike(Elaborator &e, const std::string &callee, Span mark,
                  const std::vector<Datum> &data, Allowed allowed) {
  std::optional<ElementType> element;
  const char *expected = allowed == Allowed::Floats    ? "f32 tensors"
                         : allowed == Allowed::Numbers ? "f32 or i32 tensors"
                                                       : "tensors";
  for (const Datum &datum : data) {
    const Tensor *tensor = std::get_if<Tensor>(&datum);
    ElementType own = tensor ? e.type(tensor->id).element : ElementType::F32;
    bool fits =
        tensor ? own == ElementType::F32 || allowed == Allowed::All ||
                     (own == ElementType::I32 && allowed == Allowed::Numbers)
               : toNumber(datum).has_value();
    if (!fits) {
      Diagnostic &diagnostic =
          e.error(mark, "'" + callee + "' takes " + expected +
                            " and numbers, found " + e.describe(datum));
      if (tensor)
        e.noteOrigin(diagnostic, tensor->id);
      return std::nullopt;
    }
    if (tensor && element && *element != own) {
      Diagnostic &diagnostic = e.error(
          mark, "'" + callee + "' takes tensors of one element type, found " +
                    name(*element) + " and " + name(own));
      for (const Datum &one : data)
        if (const Tensor *origin = std::get_if<Tensor>(&one))
          e.noteOrigin(diagnostic, origin->id);
      return std::nullopt;
    }
    if (tensor)
      element = own;
  }
  std::vector<ValueId> operands;
  for (const Datum &datum : data) {
    if (const Tensor *tensor = std::get_if<Tensor>(&datum)) {
      operands.push_back(tensor->id);
      continue;
    }
    if (element == ElementType::Bool) {
      e.error(mark, "'" + callee +
                        "' of a bool tensor takes no numbers, "
                        "found " +
                        e.describe(datum));
      return std::nullopt;
    }
    std::optional<ValueId> made =
        constant(e, datum, element.value_or(ElementType::F32), callee, mark);
    if (!made)
      return std::nullopt;
    operands.push_back(*made);
  }
  return operands;
}

Datum ElementOps::emit(
    Elaborator &e, OpKind kind, const std::vector<ValueId> &operands,
    ElementType result, Span mark,
    std::vector<std::pair<std::string, AttributeValue>> attributes) {
  shape::Inferred inferred = e.shapeOf(operands[0]);
  for (size_t i = 1; i < operands.size() && inferred; ++i)
    inferred = shape::broadcast(*inferred.shape, e.shapeOf(operands[i]));
  return e.emitInferred(kind, operands, inferred, mark, std::move(attributes),
                        nullptr, result);
}

Datum ElementOps::arithmetic(Elaborator &e, const ast::Expr &expr,
                             const Datum &a, const Datum &b) {
  OpKind kind = expr.text == "+"   ? OpKind::Add
                : expr.text == "-" ? OpKind::Sub
                : expr.text == "*" ? OpKind::Mul
                                   : OpKind::Div;
  auto operands =
      alike(e, expr.text, expr.mark, {a, b},
            kind == OpKind::Div ? Allowed::Floats : Allowed::Numbers);
  if (!operands)
    return Poison();
  return emit(e, kind, *operands, e.type(operands->front()).element, expr.mark);
}

Datum ElementOps::compare(Elaborator &e, const ast::Expr &expr, const Datum &a,
                          const Datum &b) {
  auto operands = alike(e, expr.text, expr.mark, {a, b}, Allowed::Numbers);
  if (!operands)
    return Poison();
  std::string sign = expr.text == "<"    ? "lt"
                     : expr.text == "<=" ? "le"
                     : expr.text == ">"  ? "gt"
                     : expr.text == ">=" ? "ge"
                     : expr.text == "==" ? "eq"
                                         : "ne";
  return emit(e, OpKind::Compare, *operands, ElementType::Bool, expr.mark,
              {{"sign", sign}});
}

Datum ElementOps::negate(Elaborator &e, const ast::Expr &expr, const Datum &x) {
  auto operands = alike(e, "-", expr.mark, {x}, Allowed::Numbers);
  if (!operands)
    return Poison();
  return emit(e, OpKind::Neg, *operands, e.type(operands->front()).element,
              expr.mark);
}

bool ElementOps::isTruth(const Elaborator &e, const Datum &datum) {
  const Tensor *tensor = std::get_if<Tensor>(&datum);
  return tensor && e.type(tensor->id).element == ElementType::Bool;
}

Datum ElementOps::function(Elaborator &e, const Arguments &arguments) {
  const Function &function = functionOf(arguments.callee);
  const Arguments::Given &given = *arguments.find("x");
  bool isAbs = function.kind == OpKind::Abs;
  if (const int64_t *whole = std::get_if<int64_t>(&given.value);
      whole && isAbs && *whole != INT64_MIN)
    return *whole < 0 ? -*whole : *whole;
  if (std::optional<double> number = toNumber(given.value);
      number && function.value) {
    double value = function.value(*number);
    if (std::isfinite(value))
      return value;
    e.error(arguments.mark, "'" + arguments.callee +
                                "' has no finite value "
                                "here");
    return Poison();
  }
  const Tensor *tensor = std::get_if<Tensor>(&given.value);
  bool fits =
      tensor && (e.type(tensor->id).element == ElementType::F32 ||
                 (isAbs && e.type(tensor->id).element == ElementType::I32));
  if (!fits) {
    e.wrongArgument(arguments, given,
                    isAbs            ? "an f32 or i32 tensor or a number"
                    : function.value ? "an f32 tensor or a number"
                                     : "an f32 tensor");
    return Poison();
  }
  return emit(e, function.kind, {tensor->id}, e.type(tensor->id).element,
              arguments.mark);
}

Datum ElementOps::gelu(Elaborator &e, const Arguments &arguments) {
  std::optional<ValueId> x = e.tensorOf(arguments, "x");
  std::optional<std::string> form =
      e.choiceOf(arguments, "approximate", {"none", "tanh"});
  if (!x || !form)
    return Poison();
  return emit(e, OpKind::Gelu, {*x}, ElementType::F32, arguments.mark,
              {{"approximate", *form}});
}

Datum ElementOps::pow(Elaborator &e, const Arguments &arguments) {
  Datum x = arguments.find("x")->value, y = arguments.find("y")->value;
  std::optional<double> base = toNumber(x), exponent = toNumber(y);
  if (base && exponent) {
    double value = std::pow(*base, *exponent);
    if (std::isfinite(value))
      return value;
    e.error(arguments.mark, "'pow' has no finite value here");
    return Poison();
  }
  auto operands =
      alike(e, arguments.callee, arguments.mark, {x, y}, Allowed::Floats);
  if (!operands)
    return Poison();
  return emit(e, OpKind::Pow, *operands, ElementType::F32, arguments.mark);
}

Datum ElementOps::extreme(Elaborator &e, const Arguments &arguments) {
  const Arguments::Given *other = arguments.find("other");
  const Arguments::Given *over = arguments.find("over");
  if (!other == !over) {
    e.error(arguments.mark, "'" + arguments.callee +
                                "' takes a second operand or 'over', " +
                                (other ? "found both" : "found neither"));
    return Poison();
  }
  if (over)
    return AxisOps::reduction(e, arguments);
  for (const char *option : {"where", "keep"})
    if (const Arguments::Given *given = arguments.find(option)) {
      e.error(given->span, "'" + given->name + "' of '" + arguments.callee +
                               "' goes with 'over'");
      return Poison();
    }
  bool isMax = arguments.callee == "max";
  Datum a = arguments.find("x")->value, b = other->value;
  if (std::optional<double> left = toNumber(a), right = toNumber(b);
      left && right)
    return (*left < *right) == isMax ? b : a;
  auto operands =
      alike(e, arguments.callee, arguments.mark, {a, b}, Allowed::Numbers);
  if (!operands)
    return Poison();
  return emit(e, isMax ? OpKind::Max : OpKind::Min, *operands,
              e.type(operands->front()).element, arguments.mark);
}

Datum ElementOps::select(Elaborator &e, const Arguments &arguments) {
  const Arguments::Given &given = *arguments.find("condition");
  const Tensor *condition = std::get_if<Tensor>(&given.value);
  if (!condition || e.type(condition->id).element != ElementType::Bool) {
    e.wrongArgument(arguments, given, "a bool tensor");
    return Poison();
  }
  auto operands = alike(
      e, arguments.callee, arguments.mark,
      {arguments.find("a")->value, arguments.find("b")->value}, Allowed::All);
  if (!operands)
    return Poison();
  ElementType element = e.type(operands->front()).element;
  operands->insert(operands->begin(), condition->id);
  return emit(e, OpKind::Select, *operands, element, arguments.mark);
}

Datum ElementOps::cast(Elaborator &e, const Arguments &arguments) {
  const Arguments::Given &given = *arguments.find("x");
  const Tensor *tensor = std::get_if<Tensor>(&given.value);
  if (!tensor) {
    e.wrongArgument(arguments, given, "a tensor");
    return Poison();
  }
  std::optional<std::string> wanted =
      e.choiceOf(arguments, "to", {"f32", "i32", "bool"});
  if (!wanted)
    return Poison();
  ElementType element = *wanted == "f32"   ? ElementType::F32
                        : *wanted == "i32" ? ElementType::I32
                                           : ElementType::Bool;
  if (element == e.type(tensor->id).element)
    return *tensor;
  return emit(e, OpKind::Cast, {tensor->id}, element, arguments.mark);
}

} // namespace heddle::dsl
