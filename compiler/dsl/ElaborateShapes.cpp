// Ops that move elements, know positions or multiply two tensors.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Elaborator.h"

#include <bit>
#include <cmath>

namespace heddle::dsl {

/// One call of such an op.
class ShapeElaborator {
public:
  ShapeElaborator(Elaborator &model, const Arguments &arguments)
      : model(model), arguments(arguments) {}

  Datum run();

private:
  using Attributes = std::vector<std::pair<std::string, AttributeValue>>;

  Datum rope();
  Datum positionsSinusoidal();
  Datum dropout();
  Datum reshape();
  Datum transpose();
  Datum concat();
  Datum slice();
  Datum pad();
  Datum broadcastTo();
  Datum matmul();

  // Arguments; each reports what it found instead.
  std::optional<ValueId> anyTensor(const char *name);
  std::optional<shape::Dim> dim(const char *name, const shape::Dim &standard);
  std::optional<shape::Shape> extents(const char *name);
  const List *list(const char *name, const char *expected);
  std::optional<bool> truth(const char *name);
  /// A finite number above 0.
  std::optional<double> positive(const char *name, double standard);

  std::optional<std::vector<double>> scaling();
  std::optional<int64_t> tableRows(const shape::Dim &end);
  std::optional<ValueId> angleTable(const char *form, int64_t rows,
                                    int64_t width, double base,
                                    const std::vector<double> &scale);
  Datum emitMoved(OpKind kind, std::vector<ValueId> operands,
                  const shape::Inferred &inferred, Attributes attributes = {});
  Datum fail(const char *name, const std::string &message);

  Elaborator &model;
  const Arguments &arguments;
};

Datum Elaborator::shapes(const Arguments &arguments) {
  return ShapeElaborator(*this, arguments).run();
}

Datum ShapeElaborator::run() {
  using Self = ShapeElaborator;
  constexpr std::pair<std::string_view, Datum (Self::*)()> ops[] = {
      {"rope", &Self::rope},
      {"positions_sinusoidal", &Self::positionsSinusoidal},
      {"dropout", &Self::dropout},
      {"reshape", &Self::reshape},
      {"transpose", &Self::transpose},
      {"concat", &Self::concat},
      {"slice", &Self::slice},
      {"pad", &Self::pad},
      {"broadcast_to", &Self::broadcastTo},
      {"matmul", &Self::matmul},
  };
  for (const auto &[name, op] : ops)
    if (name == arguments.callee)
      return (this->*op)();
  std::abort(); // our bug: a row of the table that names no op here
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

Datum ShapeElaborator::fail(const char *name, const std::string &message) {
  const Arguments::Given *given = arguments.find(name);
  model.error(given ? given->span : arguments.mark,
              arguments.callee + ": " + message);
  return Poison();
}

std::optional<ValueId> ShapeElaborator::anyTensor(const char *name) {
  const Arguments::Given &given = *arguments.find(name);
  if (const Tensor *tensor = std::get_if<Tensor>(&given.value))
    return tensor->id;
  model.wrongArgument(arguments, given, "a tensor");
  return std::nullopt;
}

std::optional<shape::Dim> ShapeElaborator::dim(const char *name,
                                               const shape::Dim &standard) {
  const Arguments::Given *given = arguments.find(name);
  if (!given)
    return standard;
  std::optional<shape::Dim> value = toDim(given->value);
  if (!value)
    model.wrongArgument(arguments, *given, "a dim or an integer");
  return value;
}

const List *ShapeElaborator::list(const char *name, const char *expected) {
  const Arguments::Given &given = *arguments.find(name);
  if (const ListRef *items = std::get_if<ListRef>(&given.value))
    return items->get();
  model.wrongArgument(arguments, given, expected);
  return nullptr;
}

std::optional<shape::Shape> ShapeElaborator::extents(const char *name) {
  const List *items = list(name, "a list of extents, as in [seq, 8]");
  if (!items)
    return std::nullopt;
  shape::Shape result;
  for (const Datum &item : items->items) {
    std::optional<shape::Dim> extent = toDim(item);
    if (!extent)
      fail(name, "an extent must be an integer or a dim, found " +
                     model.describe(item));
    else if (!shape::provablyAtMost(1, *extent, model.program.dims))
      fail(name, "the extent " + extent->str() + " may be less than 1");
    else
      result.push_back(*extent);
  }
  if (result.size() != items->items.size())
    return std::nullopt;
  if (result.size() <= maxRank)
    return result;
  fail(name, "a tensor has at most " + std::to_string(maxRank) +
                 " axes, found " + std::to_string(result.size()));
  return std::nullopt;
}

std::optional<bool> ShapeElaborator::truth(const char *name) {
  const Arguments::Given *given = arguments.find(name);
  if (!given)
    return false;
  if (const bool *value = std::get_if<bool>(&given->value))
    return *value;
  model.wrongArgument(arguments, *given, "true or false");
  return std::nullopt;
}

std::optional<double> ShapeElaborator::positive(const char *name,
                                                double standard) {
  std::optional<double> value = model.numberOf(arguments, name, standard);
  if (!value || (std::isfinite(*value) && *value > 0))
    return value;
  fail(name, "'" + std::string(name) + "' must be above 0");
  return std::nullopt;
}

/// Elements keep their type; reports a mismatch as other ops do.
Datum ShapeElaborator::emitMoved(OpKind kind, std::vector<ValueId> operands,
                                 const shape::Inferred &inferred,
                                 Attributes attributes) {
  if (!inferred)
    return model.emitInferred(kind, std::move(operands), inferred,
                              arguments.mark);
  TensorType type{model.type(operands[0]).element, *inferred.shape};
  return model.emit(kind, std::move(operands), std::move(type), arguments.mark,
                    std::move(attributes));
}

//===----------------------------------------------------------------------===//
// Positions
//===----------------------------------------------------------------------===//

/// linear, then llama3's factor (0: none), low, high and original length.
std::optional<std::vector<double>> ShapeElaborator::scaling() {
  std::optional<std::string> kind =
      model.choiceOf(arguments, "scaling", {"none", "linear", "llama3"});
  if (!kind)
    return std::nullopt;
  for (const char *name : {"factor", "low", "high", "original"}) {
    bool isUsed = *kind == "llama3" ||
                  (*kind == "linear" && std::string_view(name) == "factor");
    if (arguments.find(name) && !isUsed) {
      fail(name, "'" + std::string(name) + "' says nothing with scaling = \"" +
                     *kind + "\"");
      return std::nullopt;
    }
  }
  if (*kind == "none")
    return std::vector<double>{1, 0, 1, 4, 8192};
  if (!arguments.find("factor")) {
    fail("scaling", "scaling = \"" + *kind + "\" needs a factor");
    return std::nullopt;
  }
  std::optional<double> factor = positive("factor", 1);
  if (factor && *kind == "linear")
    return std::vector<double>{*factor, 0, 1, 4, 8192};
  std::optional<double> low = positive("low", 1), high = positive("high", 4);
  std::optional<double> original = positive("original", 8192);
  if (!factor || !low || !high || !original)
    return std::nullopt;
  if (*low < *high)
    return std::vector<double>{1, *factor, *low, *high, *original};
  fail(arguments.find("low") ? "low" : "high", "'low' must be below 'high'");
  return std::nullopt;
}

/// As many rows as positions before `end`, or as `rows` says.
std::optional<int64_t> ShapeElaborator::tableRows(const shape::Dim &end) {
  bool good = true;
  std::optional<int64_t> rows;
  if (arguments.find("rows"))
    rows = model.extentOf(arguments, "rows", good);
  else
    rows = shape::maximum(end, model.program.dims);
  if (good && !rows)
    fail("x", "the positions before " + end.str() + " leave 64 bits");
  return rows;
}

/// The table of these angles; one for all that ask for the same.
std::optional<ValueId>
ShapeElaborator::angleTable(const char *form, int64_t rows, int64_t width,
                            double base, const std::vector<double> &scale) {
  std::string key = form;
  for (double number : {double(rows), double(width), base, scale[0], scale[1],
                        scale[2], scale[3], scale[4]})
    key += " " + std::to_string(std::bit_cast<uint64_t>(number));
  if (!model.requireEntry("an op", arguments.mark))
    return std::nullopt;
  std::map<std::string, ValueId> &tables = model.open().angleTables;
  if (auto known = tables.find(key); known != tables.end())
    return known->second;
  Datum made = model.emit(OpKind::AngleTable, {},
                          {ElementType::F32, {rows, width}}, arguments.mark,
                          {{"form", std::string(form)},
                           {"base", base},
                           {"linear", scale[0]},
                           {"factor", scale[1]},
                           {"low", scale[2]},
                           {"high", scale[3]},
                           {"length", scale[4]}});
  if (isPoison(made))
    return std::nullopt;
  return tables[key] = std::get<Tensor>(made).id;
}

Datum ShapeElaborator::rope() {
  std::optional<ValueId> x = model.tensorOf(arguments, "x"), positions;
  const Arguments::Given *given = arguments.find("positions");
  bool isExplicit = given && !std::holds_alternative<None>(given->value);
  if (isExplicit)
    positions = model.tensorOf(arguments, "positions", true);
  std::optional<shape::Dim> offset = dim("offset", 0);
  std::optional<double> theta = positive("theta", 10000);
  std::optional<std::string> pairs =
      model.choiceOf(arguments, "pairs", {"half", "adjacent"});
  std::optional<std::vector<double>> scale = scaling();
  bool good = true;
  std::optional<int64_t> width = model.extentOf(arguments, "width", good);
  if (!x || !offset || !theta || !pairs || !scale || !good ||
      (isExplicit && !positions))
    return Poison();
  if (isExplicit && arguments.find("offset"))
    return fail("offset", "the positions are given, an offset says nothing");
  const shape::Shape &shape = model.shapeOf(*x);
  if (shape.size() == 4 && !width)
    width = shape[3].constant();
  // Without a width the shape rule says what is wrong with x.
  shape::Dim length = shape.size() == 4 ? shape[2] : shape::Dim(1);
  std::optional<int64_t> rows = tableRows(*offset + length);
  if (!rows)
    return Poison();
  shape::Shape table = {*rows, width.value_or(0)};
  shape::Shape places = isExplicit ? model.shapeOf(*positions) : shape::Shape();
  shape::Inferred inferred =
      shape::rope(shape, table, isExplicit ? &places : nullptr);
  if (!inferred && inferred.mismatch.operand == 1) {
    inferred.mismatch.operand = -1; // the table is no value of the text
  }
  std::vector<ValueId> operands = {*x};
  if (inferred) {
    std::optional<shape::Mismatch> past;
    if (!isExplicit)
      past = shape::reachesPast(*offset, length, *rows, model.program.dims);
    if (past)
      return fail(arguments.find("rows") ? "rows" : "offset", past->message);
    std::optional<ValueId> made =
        angleTable("rotary", *rows, *width, *theta, *scale);
    if (!made)
      return Poison();
    operands.push_back(*made);
  }
  if (positions)
    operands.push_back(*positions);
  return model.emitInferred(OpKind::Rope, operands, inferred, arguments.mark,
                            {{"pairs", *pairs}, {"offset", *offset}});
}

Datum ShapeElaborator::positionsSinusoidal() {
  std::optional<shape::Dim> length = dim("length", 1);
  bool good = true;
  std::optional<int64_t> width = model.extentOf(arguments, "width", good);
  std::optional<double> theta = positive("theta", 10000);
  if (!length || !good || !theta)
    return Poison();
  if (!shape::provablyAtMost(1, *length, model.program.dims))
    return fail("length",
                "the length " + length->str() + " may be less than 1");
  if (*width % 2 != 0)
    return fail("width",
                "the width must be even, found " + std::to_string(*width));
  std::optional<int64_t> rows = shape::maximum(*length, model.program.dims);
  if (!rows)
    return fail("length",
                "the positions before " + length->str() + " leave 64 bits");
  std::optional<ValueId> table =
      angleTable("sinusoid", *rows, *width, *theta, {1, 0, 1, 4, 8192});
  if (!table)
    return Poison();
  return model.emitInferred(
      OpKind::Positions, {*table},
      shape::positions(*length, model.shapeOf(*table), model.program.dims),
      arguments.mark, {{"length", *length}});
}

Datum ShapeElaborator::dropout() {
  std::optional<ValueId> x = model.tensorOf(arguments, "x");
  std::optional<double> rate = model.numberOf(arguments, "rate", 0);
  if (!x || !rate)
    return Poison();
  if (!(*rate >= 0 && *rate < 1))
    return fail("rate", "the rate must be at least 0 and below 1");
  return model.emit(OpKind::Dropout, {*x}, model.type(*x), arguments.mark,
                    {{"rate", *rate}});
}

//===----------------------------------------------------------------------===//
// Moves and products
//===----------------------------------------------------------------------===//

Datum ShapeElaborator::reshape() {
  std::optional<ValueId> x = anyTensor("x");
  std::optional<shape::Shape> target = extents("shape");
  if (!x || !target)
    return Poison();
  return emitMoved(OpKind::Reshape, {*x},
                   shape::reshape(model.shapeOf(*x), *target));
}

Datum ShapeElaborator::transpose() {
  std::optional<ValueId> x = anyTensor("x");
  const List *items = list("order", "a list of axes, as in [1, 0]");
  if (!x || !items)
    return Poison();
  std::vector<int64_t> order;
  std::string digits;
  for (const Datum &item : items->items) {
    const int64_t *axis = std::get_if<int64_t>(&item);
    if (!axis)
      return fail("order",
                  "an axis must be an integer, found " + model.describe(item));
    order.push_back(*axis);
    digits += std::to_string(*axis);
  }
  return emitMoved(OpKind::Transpose, {*x},
                   shape::transpose(model.shapeOf(*x), order),
                   {{"order", digits}});
}

Datum ShapeElaborator::concat() {
  const List *items = list("parts", "a list of tensors, as in [x, y]");
  if (!items)
    return Poison();
  std::vector<ValueId> parts;
  std::vector<shape::Shape> shapes;
  for (const Datum &item : items->items) {
    const Tensor *tensor = std::get_if<Tensor>(&item);
    if (!tensor)
      return fail("parts",
                  "a part must be a tensor, found " + model.describe(item));
    parts.push_back(tensor->id);
    shapes.push_back(model.shapeOf(tensor->id));
    if (model.type(tensor->id).element != model.type(parts[0]).element)
      return fail("parts", "the parts must have one element type, found " +
                               str(model.type(parts[0])) + " and " +
                               str(model.type(tensor->id)));
  }
  if (parts.empty())
    return fail("parts", "there is nothing to join");
  std::optional<int64_t> axis = model.axisOf(arguments, parts[0], 0);
  if (!axis)
    return Poison();
  return emitMoved(OpKind::Concat, parts, shape::concat(shapes, *axis),
                   {{"axis", *axis}});
}

Datum ShapeElaborator::slice() {
  std::optional<ValueId> x = anyTensor("x");
  std::optional<int64_t> axis =
      x ? model.axisOf(arguments, *x, 0) : std::nullopt;
  if (!axis)
    return Poison();
  std::optional<shape::Dim> from = dim("from", 0);
  std::optional<shape::Dim> to = dim("to", model.shapeOf(*x)[*axis]);
  if (!from || !to)
    return Poison();
  shape::Dim length = *to + *from * shape::Dim(-1);
  return emitMoved(OpKind::Slice, {*x},
                   shape::slice(model.shapeOf(*x), *axis, *from, length,
                                &model.program.dims),
                   {{"axis", *axis}, {"from", *from}});
}

Datum ShapeElaborator::pad() {
  std::optional<ValueId> x = anyTensor("x");
  std::optional<int64_t> axis =
      x ? model.axisOf(arguments, *x, 0) : std::nullopt;
  if (!axis)
    return Poison();
  std::optional<shape::Dim> before = dim("before", 0), after = dim("after", 0);
  ElementType element = model.type(*x).element;
  const Arguments::Given *given = arguments.find("value");
  const bool *isTrue = given && element == ElementType::Bool
                           ? std::get_if<bool>(&given->value)
                           : nullptr;
  std::optional<double> value =
      isTrue ? *isTrue : model.numberOf(arguments, "value", 0);
  if (!before || !after || !value)
    return Poison();
  double least = element == ElementType::Bool ? 0 : INT32_MIN;
  double most = element == ElementType::Bool ? 1 : INT32_MAX;
  bool fits =
      element == ElementType::F32
          ? std::isfinite(static_cast<float>(*value))
          : *value == std::floor(*value) && *value >= least && *value <= most;
  if (!fits)
    return fail("value", "the value is none of " + std::string(name(element)));
  return emitMoved(OpKind::Pad, {*x},
                   shape::pad(model.shapeOf(*x), *axis, *before, *after,
                              &model.program.dims),
                   {{"axis", *axis},
                    {"before", *before},
                    {"after", *after},
                    {"value", *value}});
}

Datum ShapeElaborator::broadcastTo() {
  std::optional<ValueId> x = anyTensor("x");
  std::optional<shape::Shape> target = extents("shape");
  if (!x || !target)
    return Poison();
  return emitMoved(OpKind::BroadcastTo, {*x},
                   shape::broadcastTo(model.shapeOf(*x), *target));
}

Datum ShapeElaborator::matmul() {
  std::optional<ValueId> a = model.tensorOf(arguments, "a");
  std::optional<ValueId> b = model.tensorOf(arguments, "b");
  std::optional<bool> left = truth("transpose_a"), right = truth("transpose_b");
  if (!a || !b || !left || !right)
    return Poison();
  return model.emitInferred(
      OpKind::Matmul, {*a, *b},
      shape::matmul(model.shapeOf(*a), model.shapeOf(*b), *left, *right),
      arguments.mark, {{"transpose_a", *left}, {"transpose_b", *right}});
}

} // namespace heddle::dsl
