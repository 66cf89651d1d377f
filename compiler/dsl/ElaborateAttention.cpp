// Attention: its scale, and the region that caps, biases, changes and masks
// its scores, in this order.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/MaskProof.h"
#include "compiler/dsl/ScoreOps.h"

#include <cmath>

namespace heddle::dsl {

using Kind = ScoreNode::Kind;

Datum AttentionOp::run() {
  std::optional<ValueId> query = e.tensorOf(arguments, "q");
  std::optional<ValueId> key = e.tensorOf(arguments, "k");
  std::optional<ValueId> value = e.tensorOf(arguments, "v");
  if (!query || !key || !value)
    return Poison();
  std::vector<ValueId> operands = {*query, *key, *value};
  q = e.shapeOf(*query);
  k = e.shapeOf(*key);
  shape::Inferred inferred = shape::attention(q, k, e.shapeOf(*value));
  if (!inferred)
    return e.emitInferred(OpKind::Attention, operands, inferred, mark);
  std::optional<int64_t> width = q[3].constant();
  std::optional<double> scale =
      e.numberOf(arguments, "scale", width ? 1 / std::sqrt(*width) : 0);
  if (!width && !arguments.find("scale")) {
    e.error(mark, "'attention' needs a scale: the width of q " + shape::str(q) +
                      " is not constant");
    return Poison();
  }
  if (scale && !std::isfinite(static_cast<float>(*scale))) {
    e.error(arguments.find("scale")->span,
            "the scale is out of the range of f32");
    return Poison();
  }
  extents = shape::scoreExtents(q, k);
  std::optional<std::shared_ptr<const ScoreRegion>> made = region();
  std::optional<std::string> dtype =
      e.choiceOf(arguments, "dtype", {"f32", "bf16"});
  if (!scale || !made || !dtype)
    return Poison();
  std::vector<std::pair<std::string, AttributeValue>> attributes = {
      {"scale", *scale}};
  if (arguments.find("dtype"))
    attributes.emplace_back("dtype", *dtype);
  return e.emitInferred(OpKind::Attention, operands, inferred, mark,
                        std::move(attributes), std::move(*made));
}

/// An argument that was given and is not `none`.
static const Arguments::Given *present(const Arguments &arguments,
                                       const char *name) {
  const Arguments::Given *given = arguments.find(name);
  return given && !std::holds_alternative<None>(given->value) ? given : nullptr;
}

std::optional<std::shared_ptr<const ScoreRegion>> AttentionOp::region() {
  const Arguments::Given *change = present(arguments, "score");
  const Arguments::Given *masked = present(arguments, "mask");
  ScalarRef score = changedScore(), lambda, live;
  bool good = score != nullptr;
  if (change) {
    if (const auto *given = std::get_if<ScoreChange>(&change->value))
      lambda = given->body;
    else
      e.wrongArgument(arguments, *change,
                      "a lambda (score, b, h, q, k) => number or none");
    good &= lambda && checkElements(lambda);
  }
  if (masked) {
    if (const auto *mask = std::get_if<MaskRef>(&masked->value))
      live = liveOf(**mask);
    else
      e.wrongArgument(arguments, *masked, "a mask or none");
    good &= live != nullptr;
  }
  if (!good)
    return std::nullopt;
  auto region = std::make_shared<ScoreRegion>();
  RegionWriter writer(*region);
  if (score->kind != Kind::Score)
    region->score = writer.write(score, std::nullopt);
  if (lambda)
    region->score = writer.write(lambda, region->score);
  if (live)
    region->live = writer.write(live, region->score);
  if (live)
    warnOfDeadMask(*region, masked->span);
  if (region->nodes.empty())
    region.reset();
  return region;
}

/// A mask that no size of the dims makes true is most likely a mistake.
void AttentionOp::warnOfDeadMask(const ScoreRegion &region, Span span) {
  std::array<int64_t, 4> largest;
  for (size_t i = 0; i < largest.size(); ++i)
    largest[i] = shape::maximum(extents[i], e.program.dims).value_or(INT32_MAX);
  if (isNeverTrue(region, largest))
    e.diagnostics.report(Severity::Warning, span,
                         "the mask is never true: attention gives zeros");
}

/// cap * tanh(score / cap), plus the bias.
ScalarRef AttentionOp::changedScore() {
  ScalarRef score = leaf(Kind::Score);
  if (const Arguments::Given *given = present(arguments, "softcap")) {
    std::optional<double> cap = e.numberOf(arguments, "softcap", 0);
    if (!cap)
      return nullptr;
    if (!(*cap > 0) || !std::isnormal(static_cast<float>(*cap))) {
      e.error(given->span, "'softcap' of 'attention' is a positive f32");
      return nullptr;
    }
    score = node(Kind::MulF, {score, dsl::numberOf(1 / *cap)});
    score = node(Kind::MulF, {node(Kind::Tanh, {score}), dsl::numberOf(*cap)});
  }
  const Arguments::Given *given = present(arguments, "bias");
  if (!given)
    return score;
  const Tensor *tensor = std::get_if<Tensor>(&given->value);
  if (!std::holds_alternative<BiasRef>(given->value) &&
      !(tensor && e.type(tensor->id).element == ElementType::F32)) {
    e.wrongArgument(arguments, *given, "alibi, relative(...) or an f32 tensor");
    return nullptr;
  }
  ScalarRef bias = biasOf(given->value, given->span);
  return bias ? node(Kind::AddF, {score, bias}) : nullptr;
}

ScalarRef AttentionOp::biasOf(const Datum &bias, Span span) {
  if (const Tensor *tensor = std::get_if<Tensor>(&bias))
    return broadcastElement(tensor->id, "bias", span);
  const Bias &rule = *std::get<BiasRef>(bias);
  return rule.kind == Bias::Kind::Alibi ? alibiBias() : relativeBias(rule);
}

/// -slope(h) * |q - k|; the slopes are those of ALiBi (Press et al., 2021):
/// 2^(-8 (h + 1) / n) for the n heads of the largest power of two, and every
/// other slope of 2 n heads for the rest.
ScalarRef AttentionOp::alibiBias() const {
  int64_t heads = extents[1].constant().value_or(1), n = 1;
  while (2 * n <= heads)
    n *= 2;
  ScalarRef head = leaf(Kind::Head);
  auto slope = [&](ScalarRef place, double step) {
    return node(Kind::Exp,
                {node(Kind::MulF, {asNumber(place), dsl::numberOf(-step)})});
  };
  double step = 8 * std::log(2.0) / n;
  ScalarRef result = slope(node(Kind::Add, {head, indexOf(1)}), step);
  if (n < heads) {
    ScalarRef rest = node(Kind::Sub, {head, indexOf(n)});
    ScalarRef odd =
        node(Kind::Add, {node(Kind::Mul, {rest, indexOf(2)}), indexOf(1)});
    result = node(Kind::Select, {node(Kind::Less, {head, indexOf(n)}), result,
                                 slope(odd, step / 2)});
  }
  ScalarRef distance = node(Kind::Sub, {leaf(Kind::Query), leaf(Kind::Key)});
  ScalarRef length = node(Kind::Abs, {asNumber(distance)});
  return node(Kind::SubF,
              {dsl::numberOf(-0.0), node(Kind::MulF, {result, length})});
}

/// The distance from which on a bucket of logarithmic width is at least
/// `step`: T5's formula (Raffel et al., 2020), in f32 as it is trained.
static int64_t bucketStart(int64_t exact, int64_t count, int64_t most,
                           int64_t step) {
  for (int64_t distance = exact; distance < most; ++distance) {
    float place = std::log(float(distance) / float(exact)) /
                  float(std::log(double(most) / double(exact))) *
                  float(count - exact);
    if (int64_t(place) >= step)
      return distance;
  }
  return most;
}

/// table[bucket(k - q), h]: half of the buckets of a direction are one
/// distance each, the others grow up to the largest distance.
ScalarRef AttentionOp::relativeBias(const Bias &bias) {
  const shape::Shape &table = e.shapeOf(bias.table);
  if (table[1] != extents[1]) {
    Diagnostic &diagnostic =
        e.error(mark, "attention: the table of relative has " + table[1].str() +
                          " heads, expected " + extents[1].str());
    diagnostic.note(bias.span, "the bias says so here");
    return nullptr;
  }
  int64_t count = *table[0].constant() / (bias.isBidirectional ? 2 : 1);
  int64_t exact = count / 2;
  ScalarRef ahead = node(Kind::Sub, {leaf(Kind::Key), leaf(Kind::Query)});
  ScalarRef behind = node(Kind::Sub, {leaf(Kind::Query), leaf(Kind::Key)});
  ScalarRef distance =
      node(Kind::Max, {behind, bias.isBidirectional ? ahead : indexOf(0)});
  ScalarRef bucket = node(Kind::Min, {distance, indexOf(exact)});
  auto addWhere = [&](ScalarRef condition, int64_t buckets) {
    ScalarRef more = node(Kind::Select,
                          {std::move(condition), indexOf(buckets), indexOf(0)});
    bucket = node(Kind::Add, {bucket, more});
  };
  for (int64_t step = 1; step < count - exact; ++step) {
    int64_t start = bucketStart(exact, count, bias.maxDistance, step);
    addWhere(node(Kind::LessEqual, {indexOf(start), distance}), 1);
  }
  if (bias.isBidirectional)
    addWhere(node(Kind::Less, {indexOf(0), ahead}), count);
  return elementOf(bias.table, ElementType::F32, {bucket, leaf(Kind::Head)},
                   bias.span);
}

ScalarRef AttentionOp::broadcastElement(ValueId tensor, const std::string &what,
                                        Span span) {
  constexpr Kind leaves[] = {Kind::Batch, Kind::Head, Kind::Query, Kind::Key};
  const shape::Shape &shape = e.shapeOf(tensor);
  std::vector<ScalarRef> indices;
  bool fits = shape.size() <= extents.size();
  for (size_t i = 0; i < shape.size() && fits; ++i) {
    size_t axis = i + extents.size() - shape.size();
    bool repeats = shape[i] == shape::Dim(1);
    fits = repeats || shape[i] == extents[axis];
    indices.push_back(repeats ? indexOf(0) : leaf(leaves[axis]));
  }
  if (fits)
    return elementOf(tensor, e.type(tensor).element, std::move(indices), span);
  Diagnostic &diagnostic = e.error(
      mark, "attention: the " + what + " " + str(e.type(tensor)) +
                " does not broadcast over the scores " + shape::str(extents));
  diagnostic.note(span, "it is given here");
  e.noteOrigin(diagnostic, tensor);
  return nullptr;
}

ScalarRef AttentionOp::liveOf(const Mask &mask) {
  std::vector<ScalarRef> operands;
  for (const MaskRef &operand : mask.operands) {
    operands.push_back(liveOf(*operand));
    if (!operands.back())
      return nullptr;
  }
  switch (mask.kind) {
  case Mask::Kind::And:
    return node(Kind::And, operands);
  case Mask::Kind::Or:
    return node(Kind::Or, operands);
  case Mask::Kind::Not:
    return node(Kind::Not, operands);
  case Mask::Kind::Lambda:
    return checkElements(mask.condition) ? mask.condition : nullptr;
  case Mask::Kind::Causal:
  case Mask::Kind::Window:
    return positionCondition(mask);
  case Mask::Kind::Prefix:
    if (!mask.tensor)
      return node(Kind::Less, {leaf(Kind::Key), indexOf(mask.count)});
    break;
  default:
    break;
  }
  return tensorCondition(mask);
}

ScalarRef AttentionOp::positionCondition(const Mask &mask) {
  bool isCausal = mask.kind == Mask::Kind::Causal;
  const shape::Dim &queries = extents[2], &keys = extents[3];
  if (!mask.offset && queries != keys) {
    e.error(mark, std::string("attention: ") +
                      (isCausal ? "causal" : "window") +
                      " needs as many queries as keys or an offset, found " +
                      queries.str() + " in q " + shape::str(q) + " and " +
                      keys.str() + " in k " + shape::str(k))
        .note(mask.span, "the mask says so here");
    return nullptr;
  }
  auto plus = [](Kind index, int64_t distance) {
    return distance == 0 ? leaf(index)
                         : node(Kind::Add, {leaf(index), indexOf(distance)});
  };
  int64_t offset = mask.offset.value_or(0);
  if (isCausal)
    return node(Kind::LessEqual, {leaf(Kind::Key), plus(Kind::Query, offset)});
  // q + offset - k <= behind and k - (q + offset) <= ahead.
  ScalarRef low, high;
  if (mask.behind)
    low = node(Kind::LessEqual,
               {plus(Kind::Query, offset - *mask.behind), leaf(Kind::Key)});
  if (mask.ahead)
    high = node(Kind::LessEqual,
                {leaf(Kind::Key), plus(Kind::Query, offset + *mask.ahead)});
  if (low && high)
    return node(Kind::And, {low, high});
  return low ? low : high;
}

void AttentionOp::wrongMask(const Mask &mask, const std::string &expected) {
  Diagnostic &diagnostic =
      e.error(mark, "attention: " + expected + " for q " + shape::str(q) +
                        " and k " + shape::str(k) + ", found " +
                        shape::str(e.shapeOf(*mask.tensor)));
  diagnostic.note(mask.span, "the mask says so here");
  e.noteOrigin(diagnostic, *mask.tensor);
}

ScalarRef AttentionOp::tensorCondition(const Mask &mask) {
  ElementType element = e.type(*mask.tensor).element;
  const shape::Shape &found = e.shapeOf(*mask.tensor);
  const shape::Dim &batch = extents[0], &queries = extents[2],
                   &keys = extents[3];
  auto at = [&](std::vector<Kind> indices) {
    std::vector<ScalarRef> leaves;
    for (Kind index : indices)
      leaves.push_back(leaf(index));
    return elementOf(*mask.tensor, element, std::move(leaves), mask.span);
  };
  auto isSet = [](ScalarRef value) {
    return value->type == ScalarType::Truth
               ? value
               : node(Kind::NotZero, {std::move(value)});
  };
  if (mask.kind == Mask::Kind::Dense) {
    ScalarRef value = broadcastElement(*mask.tensor, "dense mask", mask.span);
    return value ? isSet(value) : nullptr;
  }
  if (mask.kind == Mask::Kind::Prefix) {
    if (found == shape::Shape{batch})
      return node(Kind::Less, {leaf(Kind::Key), at({Kind::Batch})});
    wrongMask(mask, "the lengths of prefix must be " + shape::str({batch}));
    return nullptr;
  }
  shape::Shape expected = {batch, keys};
  bool isPadding = mask.kind == Mask::Kind::Padding;
  if (found != expected || (!isPadding && queries != keys)) {
    wrongMask(mask, isPadding
                        ? "the padding mask must be " + shape::str(expected)
                        : "the ids of documents must be " +
                              shape::str(expected) +
                              " and the queries as many as the keys");
    return nullptr;
  }
  if (isPadding)
    return isSet(at({Kind::Batch, Kind::Key}));
  return node(Kind::Same,
              {at({Kind::Batch, Kind::Query}), at({Kind::Batch, Kind::Key})});
}

bool AttentionOp::checkElements(const ScalarRef &scalar) {
  for (const ScalarRef &operand : scalar->operands)
    if (!checkElements(operand))
      return false;
  if (scalar->kind != Kind::Element)
    return true;
  constexpr const char *names[] = {"b", "h", "q", "k"};
  const shape::Shape &shape = e.shapeOf(scalar->tensor);
  for (size_t i = 0; i < shape.size(); ++i) {
    Kind index = scalar->operands[i]->kind;
    if (index < Kind::Batch || index > Kind::Key)
      continue;
    size_t axis = size_t(index) - size_t(Kind::Batch);
    if (shape[i] == extents[axis])
      continue;
    Diagnostic &diagnostic =
        e.error(scalar->span, "axis " + std::to_string(i) + " of the tensor " +
                                  str(e.type(scalar->tensor)) + " has extent " +
                                  shape[i].str() + ", but " + names[axis] +
                                  " runs over " + extents[axis].str());
    diagnostic.note(mark, "the attention is here");
    e.noteOrigin(diagnostic, scalar->tensor);
    return false;
  }
  return true;
}

} // namespace heddle::dsl
