// Scalars of a score region while a text is unfolded: trees whose leaves are
// the score, indices, numbers and elements; private to the checks.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_DSL_SCALAR_H
#define HEDDLE_COMPILER_DSL_SCALAR_H

#include "compiler/dsl/Program.h"

#include <map>
#include <optional>

namespace heddle::dsl {

enum class ScalarType { Float, Index, Truth };
/// "a number", "an index", "a truth value".
const char *describe(ScalarType type);

struct Scalar;
/// Never null.
using ScalarRef = std::shared_ptr<const Scalar>;

/// One node; equal subtrees may be shared.
struct Scalar {
  ScoreNode::Kind kind;
  ScalarType type;
  std::vector<ScalarRef> operands = {};
  int64_t integer = 0;
  double number = 0;
  ValueId tensor = 0;
  Span span = {};     ///< Of an element, for messages.
  uint32_t nodes = 1; ///< In all, operands included.
};

/// A leaf: the score, or one of b, h, q and k.
ScalarRef leaf(ScoreNode::Kind kind);
ScalarRef indexOf(int64_t value);
ScalarRef numberOf(double value);
ScalarRef truthOf(bool value);
/// An element of `tensor`, which has this element type, at indices.
ScalarRef elementOf(ValueId tensor, ElementType element,
                    std::vector<ScalarRef> indices, Span span);
/// A node of any other kind; its type follows from the kind and the operands.
ScalarRef node(ScoreNode::Kind kind, std::vector<ScalarRef> operands);
/// An index as a number; a number as it is.
ScalarRef asNumber(const ScalarRef &scalar);

/// Appends scalars to a region, each node once.
class RegionWriter {
public:
  explicit RegionWriter(ScoreRegion &region) : region(region) {}

  /// Its index in the region; the leaf `Score` becomes node `score`.
  uint32_t write(const ScalarRef &scalar, std::optional<uint32_t> score);

private:
  ScoreRegion &region;
  std::map<std::pair<const Scalar *, std::optional<uint32_t>>, uint32_t> known;
};

} // namespace heddle::dsl

#endif // HEDDLE_COMPILER_DSL_SCALAR_H
