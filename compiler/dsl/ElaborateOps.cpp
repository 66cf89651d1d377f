// The ops: their parameters, and how each checks and writes itself down.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/ElementOps.h"
#include "compiler/dsl/ScoreOps.h"

#include <cmath>

namespace heddle::dsl {
namespace {

/// A parameter that is given by name or left out.
ParameterSpec option(const char *name) { return {name, false, true}; }
ParameterSpec optional(const char *name) { return {name, false, false}; }
ParameterSpec needed(const char *name) { return {name, true, false}; }
ParameterSpec neededByName(const char *name) { return {name, true, true}; }

std::vector<Builtin> joined(std::vector<Builtin> list,
                            const std::vector<Builtin> &more) {
  list.insert(list.end(), more.begin(), more.end());
  return list;
}

} // namespace

const std::vector<Builtin> &Builtin::all() {
  using E = Elaborator;
  static const std::vector<Builtin> builtins = joined(
      elementBuiltins(),
      {
          {"tensor", {needed("weight")}, &E::wholeTensor},
          {"embed",
           {needed("ids"), needed("table"), option("rows"), option("width")},
           &E::embed},
          {"positions",
           {needed("length"), needed("table"), option("rows"), option("width")},
           &E::positions},
          {"row",
           {needed("table"), needed("index"), option("rows"), option("width")},
           &E::row},
          {"linear",
           {needed("x"), needed("weights"), option("bias"), option("layout"),
            option("out"), option("dtype")},
           &E::linear},
          {"split_heads", {needed("x"), needed("heads")}, &E::splitHeads},
          {"merge_heads", {needed("x")}, &E::mergeHeads},
          {"attention",
           {needed("q"), needed("k"), needed("v"), option("mask"),
            option("scale"), option("softcap"), option("bias"), option("score"),
            option("dtype")},
           [](Elaborator &e, const Arguments &arguments) {
             return AttentionOp(e, arguments).run();
           }},
          {"rope",
           {needed("x"), option("positions"), option("offset"), option("theta"),
            option("width"), option("pairs"), option("scaling"),
            option("factor"), option("low"), option("high"), option("original"),
            option("rows")},
           &E::shapes},
          {"positions_sinusoidal",
           {needed("length"), needed("width"), option("theta")},
           &E::shapes},
          {"dropout", {needed("x"), needed("rate")}, &E::shapes},
          {"reshape", {needed("x"), needed("shape")}, &E::shapes},
          {"transpose", {needed("x"), needed("order")}, &E::shapes},
          {"concat", {needed("parts"), neededByName("over")}, &E::shapes},
          {"slice",
           {needed("x"), neededByName("over"), option("from"), option("to")},
           &E::shapes},
          {"pad",
           {needed("x"), neededByName("over"), option("before"),
            option("after"), option("value")},
           &E::shapes},
          {"broadcast_to", {needed("x"), needed("shape")}, &E::shapes},
          {"matmul",
           {needed("a"), needed("b"), option("transpose_a"),
            option("transpose_b")},
           &E::shapes},
          {"conv1d",
           {needed("x"), needed("weights"), option("stride"), option("padding"),
            option("dilation"), option("groups"), option("bias"), option("out"),
            option("kernel")},
           &E::convolution},
          {"conv2d",
           {needed("x"), needed("weights"), option("stride"), option("padding"),
            option("dilation"), option("groups"), option("bias"), option("out"),
            option("kernel")},
           &E::convolution},
          {"padding", {needed("mask")}, &MaskOps::padding},
          {"window",
           {optional("n"), option("left"), option("right"), option("offset")},
           &MaskOps::window},
          {"prefix", {needed("n")}, &MaskOps::prefix},
          {"causal", {option("offset")}, &MaskOps::causal},
          {"documents", {needed("ids")}, &MaskOps::documents},
          {"dense", {needed("mask")}, &MaskOps::dense},
          {"relative",
           {needed("table"), option("rows"), option("width"),
            option("max_distance"), option("bidirectional")},
           &MaskOps::relative},
      });
  return builtins;
}

const Builtin *Builtin::find(std::string_view name) {
  for (const Builtin &builtin : all())
    if (builtin.name == name)
      return &builtin;
  return nullptr;
}

std::vector<std::string> Builtin::names() {
  std::vector<std::string> names;
  for (const Builtin &builtin : all())
    names.push_back(builtin.name);
  return names;
}

Datum Elaborator::wholeTensor(const Arguments &arguments) {
  std::optional<std::string> name = pathOf(arguments, "weight");
  if (!name)
    return Poison();
  std::optional<ValueId> value =
      weight(*name, std::nullopt, arguments.find("weight")->span,
             "declare it or give the weight files");
  return value ? Datum(Tensor{*value}) : Poison();
}

Datum Elaborator::embed(const Arguments &arguments) {
  std::optional<ValueId> ids = tensorOf(arguments, "ids", true);
  std::optional<ValueId> rows = table(arguments);
  if (!ids || !rows)
    return Poison();
  Datum result =
      emitInferred(OpKind::Embed, {*ids, *rows},
                   shape::embed(shapeOf(*ids), shapeOf(*rows)), arguments.mark);
  if (isPoison(result))
    return result;
  auto input = open().inputs.find(*ids);
  if (input != open().inputs.end())
    open().tableUses.push_back({input->second, *shapeOf(*rows)[0].constant(),
                                arguments.mark, shape::str(shapeOf(*rows))});
  return result;
}

Datum Elaborator::positions(const Arguments &arguments) {
  const Arguments::Given &given = *arguments.find("length");
  std::optional<shape::Dim> length = toDim(given.value);
  if (!length)
    wrongArgument(arguments, given, "a dim or an integer");
  else if (!shape::provablyAtMost(1, *length, program.dims)) {
    error(given.span, "the length " + length->str() + " may be less than 1");
    length.reset();
  }
  std::optional<ValueId> rows = table(arguments);
  if (!length || !rows)
    return Poison();
  return emitInferred(OpKind::Positions, {*rows},
                      shape::positions(*length, shapeOf(*rows), program.dims),
                      arguments.mark, {{"length", *length}});
}

Datum Elaborator::row(const Arguments &arguments) {
  std::optional<ValueId> rows = table(arguments);
  std::optional<int64_t> index = integerOf(arguments, "index");
  if (!rows || !index)
    return Poison();
  return emitInferred(OpKind::Row, {*rows}, shape::row(shapeOf(*rows), *index),
                      arguments.mark, {{"index", *index}});
}

Datum Elaborator::linear(const Arguments &arguments) {
  std::optional<ValueId> x = tensorOf(arguments, "x");
  std::optional<std::string> path = pathOf(arguments, "weights");
  std::optional<std::string> order =
      choiceOf(arguments, "layout", {"out_in", "in_out"});
  const Arguments::Given *bias = arguments.find("bias");
  std::optional<std::string> dtype =
      choiceOf(arguments, "dtype", {"f32", "bf16", "int8"});
  bool good = x && path && order && dtype;
  if (bias && !std::holds_alternative<None>(bias->value)) {
    wrongArgument(arguments, *bias, "none or left out");
    good = false;
  }
  std::optional<int64_t> out = extentOf(arguments, "out", good);
  if (!good)
    return Poison();

  shape::Layout layout =
      *order == "out_in" ? shape::Layout::OutIn : shape::Layout::InOut;
  bool outFirst = layout == shape::Layout::OutIn;
  std::optional<shape::Shape> derived;
  const shape::Shape &features = shapeOf(*x);
  if (out && !features.empty() && features.back().isConstant())
    derived = outFirst ? shape::Shape{*out, features.back()}
                       : shape::Shape{features.back(), *out};
  // A table that has no module around it, as one that embed reads too.
  std::string name = *path + ".weight";
  if (bias && !isWeight(name) && isWeight(*path))
    name = *path;
  std::optional<ValueId> weights =
      weight(name, derived, arguments.mark,
             "declare it, say 'out = N' or give the weight files");
  if (weights && shapeOf(*weights).size() == 2) {
    const shape::Dim &found = shapeOf(*weights)[outFirst ? 0 : 1];
    if (!checkExtent(arguments, "out", out, found, *weights))
      return Poison();
    out = found.constant();
  }
  std::vector<ValueId> operands = {*x};
  std::optional<ValueId> added;
  if (!bias) {
    std::optional<shape::Shape> length;
    if (out)
      length = shape::Shape{*out};
    added = weight(*path + ".bias", length, arguments.mark,
                   "declare it or give the weight files");
  }
  if (!weights || (!bias && !added))
    return Poison();
  operands.push_back(*weights);
  if (added)
    operands.push_back(*added);
  std::vector<std::pair<std::string, AttributeValue>> attributes = {
      {"layout", *order}};
  if (arguments.find("dtype"))
    attributes.emplace_back("dtype", *dtype);
  return emitInferred(OpKind::Linear, operands,
                      shape::linear(shapeOf(*x), shapeOf(*weights),
                                    added ? &shapeOf(*added) : nullptr, layout),
                      arguments.mark, std::move(attributes));
}

Datum Elaborator::splitHeads(const Arguments &arguments) {
  std::optional<ValueId> x = tensorOf(arguments, "x");
  std::optional<int64_t> heads = integerOf(arguments, "heads");
  if (!x || !heads)
    return Poison();
  return emitInferred(OpKind::SplitHeads, {*x},
                      shape::splitHeads(shapeOf(*x), *heads), arguments.mark,
                      {{"heads", *heads}});
}

Datum Elaborator::mergeHeads(const Arguments &arguments) {
  std::optional<ValueId> x = tensorOf(arguments, "x");
  if (!x)
    return Poison();
  return emitInferred(OpKind::MergeHeads, {*x}, shape::mergeHeads(shapeOf(*x)),
                      arguments.mark);
}

} // namespace heddle::dsl
