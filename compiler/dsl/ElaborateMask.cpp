// Masks: their words, and how they combine.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/ScoreOps.h"

namespace heddle::dsl {

static std::shared_ptr<Mask> newMask(Mask::Kind kind, Span span) {
  auto mask = std::make_shared<Mask>();
  mask->kind = kind;
  mask->span = span;
  return mask;
}

std::optional<int64_t> MaskOps::distance(Elaborator &e,
                                         const Arguments &arguments,
                                         const char *name, int64_t lowest,
                                         bool &good) {
  if (!arguments.find(name))
    return std::nullopt;
  std::optional<int64_t> value = e.integerOf(arguments, name);
  if (value && (*value < lowest || *value > INT32_MAX / 2)) {
    e.error(arguments.find(name)->span,
            "'" + std::string(name) + "' of '" + arguments.callee + "' is " +
                std::to_string(lowest) + " to " +
                std::to_string(INT32_MAX / 2) + ", found " +
                std::to_string(*value));
    value.reset();
  }
  good &= value.has_value();
  return value;
}

Datum MaskOps::causal(Elaborator &e, const Arguments &arguments) {
  bool good = true;
  std::shared_ptr<Mask> mask = newMask(Mask::Kind::Causal, arguments.mark);
  mask->offset = distance(e, arguments, "offset", -INT32_MAX / 2, good);
  return good ? Datum(MaskRef(std::move(mask))) : Poison();
}

Datum MaskOps::ofTensor(Elaborator &e, const Arguments &arguments,
                        const char *name, Mask::Kind kind) {
  const Arguments::Given &given = *arguments.find(name);
  const Tensor *tensor = std::get_if<Tensor>(&given.value);
  if (!tensor || e.type(tensor->id).element == ElementType::F32) {
    e.wrongArgument(arguments, given, "an i32 or bool tensor");
    return Poison();
  }
  std::shared_ptr<Mask> mask = newMask(kind, arguments.mark);
  mask->tensor = tensor->id;
  return MaskRef(std::move(mask));
}

Datum MaskOps::padding(Elaborator &e, const Arguments &arguments) {
  return ofTensor(e, arguments, "mask", Mask::Kind::Padding);
}

Datum MaskOps::dense(Elaborator &e, const Arguments &arguments) {
  return ofTensor(e, arguments, "mask", Mask::Kind::Dense);
}

Datum MaskOps::documents(Elaborator &e, const Arguments &arguments) {
  if (!e.tensorOf(arguments, "ids", /*wholeNumbers=*/true))
    return Poison();
  return ofTensor(e, arguments, "ids", Mask::Kind::Documents);
}

Datum MaskOps::window(Elaborator &e, const Arguments &arguments) {
  bool good = true;
  std::shared_ptr<Mask> mask = newMask(Mask::Kind::Window, arguments.mark);
  std::optional<int64_t> both = distance(e, arguments, "n", 1, good);
  mask->behind = distance(e, arguments, "left", 0, good);
  mask->ahead = distance(e, arguments, "right", 0, good);
  mask->offset = distance(e, arguments, "offset", -INT32_MAX / 2, good);
  if (!good)
    return Poison();
  bool hasSides = mask->behind || mask->ahead;
  if (both.has_value() == hasSides) {
    e.error(arguments.mark,
            "'window' takes n, or left and right or one of them");
    return Poison();
  }
  if (both)
    mask->behind = mask->ahead = *both - 1;
  return MaskRef(std::move(mask));
}

Datum MaskOps::prefix(Elaborator &e, const Arguments &arguments) {
  if (std::holds_alternative<Tensor>(arguments.find("n")->value)) {
    if (!e.tensorOf(arguments, "n", /*wholeNumbers=*/true))
      return Poison();
    return ofTensor(e, arguments, "n", Mask::Kind::Prefix);
  }
  bool good = true;
  std::shared_ptr<Mask> mask = newMask(Mask::Kind::Prefix, arguments.mark);
  mask->count = distance(e, arguments, "n", 0, good).value_or(0);
  return good ? Datum(MaskRef(std::move(mask))) : Poison();
}

Datum MaskOps::relative(Elaborator &e, const Arguments &arguments) {
  bool good = true;
  std::optional<ValueId> rows = e.table(arguments);
  int64_t most = distance(e, arguments, "max_distance", 2, good).value_or(128);
  bool both = true;
  if (const Arguments::Given *given = arguments.find("bidirectional")) {
    const bool *truth = std::get_if<bool>(&given->value);
    if (!truth)
      e.wrongArgument(arguments, *given, "true or false");
    good &= truth != nullptr;
    both = truth && *truth;
  }
  if (!good || !rows)
    return Poison();
  std::optional<int64_t> buckets = e.shapeOf(*rows)[0].constant();
  int64_t least = both ? 4 : 2;
  if (!buckets || *buckets < least || *buckets > 512 || *buckets % least != 0 ||
      most <= *buckets / least) {
    e.error(arguments.mark,
            "'relative' takes a table of " + std::to_string(least) +
                " to 512 buckets, a multiple of " + std::to_string(least) +
                ", and a max_distance beyond the exact ones, found " +
                shape::str(e.shapeOf(*rows)) + " and " + std::to_string(most));
    return Poison();
  }
  return std::make_shared<const Bias>(
      Bias{Bias::Kind::Relative, arguments.mark, *rows, most, both});
}

Datum MaskOps::combine(Elaborator &e, Mask::Kind kind, Span mark,
                       std::vector<MaskRef> operands) {
  std::shared_ptr<Mask> mask = newMask(kind, mark);
  for (const MaskRef &operand : operands)
    mask->nodes += operand->nodes;
  mask->operands = std::move(operands);
  if (mask->nodes <= maxMaskNodes)
    return MaskRef(std::move(mask));
  e.error(mark, "the mask has more than " + std::to_string(maxMaskNodes) +
                    " conditions");
  return Poison();
}

} // namespace heddle::dsl
