// Masks: their words, and what they say about one score.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Elaborator.h"

namespace heddle::dsl {
namespace {

using Kind = ScoreNode::Kind;

/// Appends nodes to a region; equal leaves are not shared.
class RegionBuilder {
public:
  explicit RegionBuilder(ScoreRegion &region) : region(region) {}

  uint32_t add(Kind kind, std::vector<uint32_t> operands = {}) {
    ScoreNode node{kind, std::move(operands)};
    region.nodes.push_back(std::move(node));
    return region.nodes.size() - 1;
  }
  uint32_t integer(int64_t value) {
    uint32_t node = add(Kind::Integer);
    region.nodes[node].integer = value;
    return node;
  }
  uint32_t element(ValueId tensor, std::vector<uint32_t> indices) {
    uint32_t node = add(Kind::Element, std::move(indices));
    region.nodes[node].tensor = tensor;
    return node;
  }

private:
  ScoreRegion &region;
};

} // namespace

Datum Elaborator::padding(const Arguments &arguments) {
  const Arguments::Given &given = *arguments.find("mask");
  const Tensor *tensor = std::get_if<Tensor>(&given.value);
  if (!tensor || type(tensor->id).element == ElementType::F32) {
    wrongArgument(arguments, given, "an i32 or bool tensor");
    return Poison();
  }
  auto mask = std::make_shared<Mask>();
  mask->kind = Mask::Kind::Padding;
  mask->span = arguments.mark;
  mask->tensor = tensor->id;
  return MaskRef(std::move(mask));
}

Datum Elaborator::window(const Arguments &arguments) {
  std::optional<int64_t> count = integerOf(arguments, "n");
  if (!count)
    return Poison();
  if (*count < 1 || *count > INT32_MAX) {
    error(arguments.find("n")->span,
          "a window holds 1 to 2147483647 keys, found " +
              std::to_string(*count));
    return Poison();
  }
  auto mask = std::make_shared<Mask>();
  mask->kind = Mask::Kind::Window;
  mask->span = arguments.mark;
  mask->count = *count;
  return MaskRef(std::move(mask));
}

Datum Elaborator::prefix(const Arguments &arguments) {
  std::optional<int64_t> count = integerOf(arguments, "n");
  if (!count)
    return Poison();
  if (*count < 0 || *count > INT32_MAX) {
    error(arguments.find("n")->span,
          "a prefix holds 0 to 2147483647 keys, found " +
              std::to_string(*count));
    return Poison();
  }
  auto mask = std::make_shared<Mask>();
  mask->kind = Mask::Kind::Prefix;
  mask->span = arguments.mark;
  mask->count = *count;
  return MaskRef(std::move(mask));
}

Datum Elaborator::combine(Mask::Kind kind, Span mark,
                          std::vector<MaskRef> operands) {
  auto mask = std::make_shared<Mask>();
  mask->kind = kind;
  mask->span = mark;
  for (const MaskRef &operand : operands)
    mask->nodes += operand->nodes;
  mask->operands = std::move(operands);
  if (mask->nodes <= maxMaskNodes)
    return MaskRef(std::move(mask));
  error(mark, "the mask has more than " + std::to_string(maxMaskNodes) +
                  " conditions");
  return Poison();
}

std::shared_ptr<const ScoreRegion>
Elaborator::scoreRegion(const MaskRef &mask, const shape::Shape &q,
                        const shape::Shape &k, Span mark) {
  auto region = std::make_shared<ScoreRegion>();
  std::optional<uint32_t> live = lowerMask(*mask, *region, q, k, mark);
  if (!live)
    return nullptr;
  region->live = *live;
  return region;
}

std::optional<uint32_t>
Elaborator::lowerMask(const Mask &mask, ScoreRegion &region,
                      const shape::Shape &q, const shape::Shape &k, Span mark) {
  std::vector<uint32_t> operands;
  for (const MaskRef &operand : mask.operands) {
    std::optional<uint32_t> node = lowerMask(*operand, region, q, k, mark);
    if (!node)
      return std::nullopt;
    operands.push_back(*node);
  }
  RegionBuilder build(region);
  shape::Shape extents = shape::scoreExtents(q, k);
  const shape::Dim &queries = extents[2], &keys = extents[3];
  switch (mask.kind) {
  case Mask::Kind::And:
    return build.add(Kind::And, operands);
  case Mask::Kind::Or:
    return build.add(Kind::Or, operands);
  case Mask::Kind::Not:
    return build.add(Kind::Not, operands);
  case Mask::Kind::Prefix:
    return build.add(Kind::Less,
                     {build.add(Kind::Key), build.integer(mask.count)});
  case Mask::Kind::Causal:
  case Mask::Kind::Window: {
    const char *word = mask.kind == Mask::Kind::Causal ? "causal" : "window";
    if (queries != keys) {
      error(mark, "attention: " + std::string(word) +
                      " needs as many queries as keys, found " + queries.str() +
                      " in q " + shape::str(q) + " and " + keys.str() +
                      " in k " + shape::str(k))
          .note(mask.span, "the mask says so here");
      return std::nullopt;
    }
    uint32_t query = build.add(Kind::Query), key = build.add(Kind::Key);
    if (mask.kind == Mask::Kind::Causal)
      return build.add(Kind::LessEqual, {key, query});
    // |q - k| < n, as q < k + n and k < q + n.
    uint32_t count = build.integer(mask.count);
    uint32_t above = build.add(Kind::Add, {key, count});
    uint32_t below = build.add(Kind::Add, {query, count});
    return build.add(Kind::And, {build.add(Kind::Less, {query, above}),
                                 build.add(Kind::Less, {key, below})});
  }
  case Mask::Kind::Padding:
    break;
  }
  shape::Shape expected = {extents[0], keys};
  if (shapeOf(mask.tensor) != expected) {
    Diagnostic &diagnostic =
        error(mark, "attention: the padding mask must be " +
                        shape::str(expected) + " for k " + shape::str(k) +
                        ", found " + shape::str(shapeOf(mask.tensor)));
    diagnostic.note(mask.span, "the mask says so here");
    noteOrigin(diagnostic, mask.tensor);
    return std::nullopt;
  }
  uint32_t node = build.element(mask.tensor,
                                {build.add(Kind::Batch), build.add(Kind::Key)});
  if (type(mask.tensor).element == ElementType::Bool)
    return node;
  return build.add(Kind::NotZero, {node});
}

} // namespace heddle::dsl
