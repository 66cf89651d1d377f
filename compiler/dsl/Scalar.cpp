// Making scalars, and writing them down as nodes of a region.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Scalar.h"

namespace heddle::dsl {

using Kind = ScoreNode::Kind;

const char *describe(ScalarType type) {
  constexpr const char *names[] = {"a number", "an index", "a truth value"};
  return names[static_cast<size_t>(type)];
}

static ScalarRef make(Scalar scalar) {
  for (const ScalarRef &operand : scalar.operands)
    scalar.nodes += operand->nodes;
  return std::make_shared<const Scalar>(std::move(scalar));
}

ScalarRef leaf(Kind kind) {
  return make(
      {kind, kind == Kind::Score ? ScalarType::Float : ScalarType::Index});
}

ScalarRef indexOf(int64_t value) {
  return make({Kind::Integer, ScalarType::Index, {}, value});
}

ScalarRef numberOf(double value) {
  return make({Kind::Number, ScalarType::Float, {}, 0, value});
}

ScalarRef truthOf(bool value) {
  return make({Kind::Truth, ScalarType::Truth, {}, value});
}

ScalarRef elementOf(ValueId tensor, ElementType element,
                    std::vector<ScalarRef> indices, Span span) {
  ScalarType type = element == ElementType::F32   ? ScalarType::Float
                    : element == ElementType::I32 ? ScalarType::Index
                                                  : ScalarType::Truth;
  return make({Kind::Element, type, std::move(indices), 0, 0, tensor, span});
}

static ScalarType typeOf(Kind kind, const std::vector<ScalarRef> &operands) {
  switch (kind) {
  case Kind::Less:
  case Kind::LessEqual:
  case Kind::Same:
  case Kind::LessF:
  case Kind::LessEqualF:
  case Kind::SameF:
  case Kind::NotZero:
  case Kind::And:
  case Kind::Or:
  case Kind::Not:
    return ScalarType::Truth;
  case Kind::ToFloat:
    return ScalarType::Float;
  default:
    return operands.back()->type;
  }
}

ScalarRef node(Kind kind, std::vector<ScalarRef> operands) {
  ScalarType type = typeOf(kind, operands);
  return make({kind, type, std::move(operands)});
}

ScalarRef asNumber(const ScalarRef &scalar) {
  if (scalar->type != ScalarType::Index)
    return scalar;
  if (scalar->kind == Kind::Integer)
    return numberOf(static_cast<double>(scalar->integer));
  return node(Kind::ToFloat, {scalar});
}

uint32_t RegionWriter::write(const ScalarRef &scalar,
                             std::optional<uint32_t> score) {
  if (scalar->kind == Kind::Score && score)
    return *score;
  auto key = std::make_pair(scalar.get(), score);
  if (auto found = known.find(key); found != known.end())
    return found->second;
  ScoreNode node{scalar->kind, {}};
  for (const ScalarRef &operand : scalar->operands)
    node.operands.push_back(write(operand, score));
  node.integer = scalar->integer;
  node.number = scalar->number;
  node.tensor = scalar->tensor;
  region.nodes.push_back(std::move(node));
  return known[key] = region.nodes.size() - 1;
}

} // namespace heddle::dsl
