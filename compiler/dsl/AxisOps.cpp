// Ops along one axis: reductions, softmax, norms, the largest elements.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/ElementOps.h"

namespace heddle::dsl {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeValue>>;

OpKind reductionKind(const std::string &name) {
  return name == "sum"    ? OpKind::Sum
         : name == "mean" ? OpKind::Mean
         : name == "var"  ? OpKind::Var
         : name == "max"  ? OpKind::Largest
         : name == "min"  ? OpKind::Smallest
                          : OpKind::Argmax;
}

} // namespace

Datum AxisOps::reduction(Elaborator &e, const Arguments &arguments) {
  std::optional<ValueId> x = e.tensorOf(arguments, "x");
  std::optional<int64_t> axis = x ? e.axisOf(arguments, *x, -1) : std::nullopt;
  if (!axis)
    return Poison();
  Attributes attributes = {{"axis", *axis}};
  const Arguments::Given *keep = arguments.find("keep");
  const bool *kept = keep ? std::get_if<bool>(&keep->value) : nullptr;
  if (keep && !kept) {
    e.wrongArgument(arguments, *keep, "true or false");
    return Poison();
  }
  bool isKept = kept && *kept;
  if (isKept)
    attributes.push_back({"keep", true});
  OpKind kind = reductionKind(arguments.callee);
  ElementType result =
      kind == OpKind::Argmax ? ElementType::I32 : ElementType::F32;
  const Arguments::Given *given = arguments.find("where");
  if (!given)
    return e.emitInferred(kind, {*x},
                          shape::reduce(e.shapeOf(*x), *axis, isKept),
                          arguments.mark, attributes, nullptr, result);
  const Tensor *mask = std::get_if<Tensor>(&given->value);
  if (!mask || e.type(mask->id).element == ElementType::F32) {
    e.wrongArgument(arguments, *given, "an i32 or bool tensor");
    return Poison();
  }
  shape::Inferred inferred =
      shape::reduceWhere(e.shapeOf(*x), *axis, e.shapeOf(mask->id), isKept);
  return e.emitInferred(kind, {*x, mask->id}, inferred, arguments.mark,
                        attributes, nullptr, result);
}

Datum AxisOps::softmax(Elaborator &e, const Arguments &arguments) {
  std::optional<ValueId> x = e.tensorOf(arguments, "x");
  std::optional<int64_t> axis = x ? e.axisOf(arguments, *x, -1) : std::nullopt;
  if (!axis)
    return Poison();
  OpKind kind =
      arguments.callee == "softmax" ? OpKind::Softmax : OpKind::LogSoftmax;
  return e.emitInferred(kind, {*x}, shape::alongAxis(e.shapeOf(*x), *axis),
                        arguments.mark, {{"axis", *axis}});
}

namespace {

/// The shape of a norm's weights, where x tells it.
std::optional<shape::Shape> lastOf(const shape::Shape &x) {
  if (x.empty() || !x.back().isConstant())
    return std::nullopt;
  return shape::Shape{x.back()};
}

constexpr const char *weightHint = "declare it or give the weight files";

} // namespace

Datum AxisOps::layerNorm(Elaborator &e, const Arguments &arguments) {
  std::optional<ValueId> x = e.tensorOf(arguments, "x");
  std::optional<std::string> path = e.pathOf(arguments, "weights");
  std::optional<double> eps = e.epsilonOf(arguments, 1e-5);
  if (!x || !path || !eps)
    return Poison();
  std::optional<shape::Shape> derived = lastOf(e.shapeOf(*x));
  std::optional<ValueId> factor =
      e.weight(*path + ".weight", derived, arguments.mark, weightHint);
  std::optional<ValueId> added =
      e.weight(*path + ".bias", derived, arguments.mark, weightHint);
  if (!factor || !added)
    return Poison();
  return e.emitInferred(
      OpKind::LayerNorm, {*x, *factor, *added},
      shape::layerNorm(e.shapeOf(*x), e.shapeOf(*factor), &e.shapeOf(*added)),
      arguments.mark, {{"eps", *eps}});
}

Datum AxisOps::rmsNorm(Elaborator &e, const Arguments &arguments) {
  std::optional<ValueId> x = e.tensorOf(arguments, "x");
  std::optional<std::string> path = e.pathOf(arguments, "weights");
  std::optional<double> eps = e.epsilonOf(arguments, 1e-6);
  if (!x || !path || !eps)
    return Poison();
  std::optional<ValueId> factor = e.weight(
      *path + ".weight", lastOf(e.shapeOf(*x)), arguments.mark, weightHint);
  if (!factor)
    return Poison();
  return e.emitInferred(
      OpKind::RmsNorm, {*x, *factor},
      shape::layerNorm(e.shapeOf(*x), e.shapeOf(*factor), nullptr),
      arguments.mark, {{"eps", *eps}});
}

Datum AxisOps::l2Normalize(Elaborator &e, const Arguments &arguments) {
  std::optional<ValueId> x = e.tensorOf(arguments, "x");
  std::optional<double> eps = e.epsilonOf(arguments, 1e-12);
  if (!x || !eps)
    return Poison();
  return e.emitInferred(OpKind::L2Normalize, {*x},
                        shape::alongLastAxis(e.shapeOf(*x)), arguments.mark,
                        {{"eps", *eps}});
}

std::vector<Datum> AxisOps::topK(Elaborator &e, const Arguments &arguments) {
  std::vector<Datum> failed = {Poison(), Poison()};
  std::optional<ValueId> x = e.tensorOf(arguments, "x");
  std::optional<int64_t> k = e.integerOf(arguments, "k");
  if (!x || !k)
    return failed;
  Datum indices = e.emitInferred(
      OpKind::TopK, {*x}, shape::topK(e.shapeOf(*x), *k, &e.program.dims),
      arguments.mark, {{"k", *k}}, nullptr, ElementType::I32);
  if (isPoison(indices))
    return failed;
  ValueId chosen = std::get<Tensor>(indices).id;
  Datum values = e.emitInferred(OpKind::Take, {*x, chosen},
                                shape::take(e.shapeOf(*x), e.shapeOf(chosen)),
                                arguments.mark);
  return {values, indices};
}

std::vector<Builtin> elementBuiltins() {
  auto needed = [](const char *name) { return ParameterSpec{name}; };
  auto option = [](const char *name) {
    return ParameterSpec{name, false, true};
  };
  const ParameterSpec x = needed("x"), weights = needed("weights"),
                      over = option("over"), where = option("where"),
                      keep = option("keep"), eps = option("eps"),
                      along = {"over", true, true},
                      other = {"other", false, false};
  std::vector<Builtin> list;
  for (const char *name : {"relu", "abs", "sqrt", "exp", "log", "sin", "cos",
                           "tanh", "sigmoid", "silu"})
    list.push_back({name, {x}, ElementOps::function});
  for (const char *name : {"sum", "mean", "var", "argmax"})
    list.push_back({name, {x, along, where, keep}, AxisOps::reduction});
  for (const char *name : {"min", "max"})
    list.push_back({name, {x, other, over, where, keep}, ElementOps::extreme});
  for (const char *name : {"softmax", "log_softmax"})
    list.push_back({name, {x, over}, AxisOps::softmax});
  list.push_back({"gelu", {x, option("approximate")}, ElementOps::gelu});
  list.push_back({"pow", {x, needed("y")}, ElementOps::pow});
  list.push_back({"select",
                  {needed("condition"), needed("a"), needed("b")},
                  ElementOps::select});
  list.push_back({"cast", {x, needed("to")}, ElementOps::cast});
  list.push_back({"layer_norm", {x, weights, eps}, AxisOps::layerNorm});
  list.push_back({"rms_norm", {x, weights, eps}, AxisOps::rmsNorm});
  list.push_back({"l2_normalize", {x, eps}, AxisOps::l2Normalize});
  list.push_back({"top_k", {x, needed("k")}, nullptr, AxisOps::topK});
  return list;
}

} // namespace heddle::dsl
