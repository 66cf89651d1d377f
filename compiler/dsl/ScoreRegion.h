// What an attention does to its scores, as a program over them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_DSL_SCOREREGION_H
#define HEDDLE_COMPILER_DSL_SCOREREGION_H

#include <cstdint>
#include <optional>
#include <vector>

namespace heddle::dsl {

/// Index into Program::values.
using ValueId = uint32_t;

/// One node of a score region; operands are indices of earlier nodes. An i32
/// element counts as an index.
struct ScoreNode {
  enum class Kind {
    Score, ///< The scaled score, a float.
    Batch, ///< Indices of the element: batch, query head, query, key.
    Head,
    Query,
    Key,
    Integer, ///< `integer` as an index.
    Number,  ///< `number` as a float.
    Truth,   ///< `integer` as a truth value.
    Element, ///< Of `tensor` at the operands; of the tensor's type.
    // Of two indices, an index.
    Add,
    Sub,
    Mul,
    FloorDiv, ///< By a positive `integer` node; as the next.
    Mod,
    Min,
    Max,
    // Of two indices, a truth value.
    Less,
    LessEqual,
    Same,
    // Of two floats, a float.
    AddF,
    SubF,
    MulF,
    DivF,
    MinF,
    MaxF,
    // Of two floats, a truth value.
    LessF,
    LessEqualF,
    SameF,
    // Of one float, a float.
    Abs,
    Sqrt,
    Exp,
    Log,
    Tanh,
    ToFloat, ///< Of an index, a float.
    NotZero, ///< Of an index, a truth value.
    And,     ///< Of truth values; as the next two.
    Or,
    Not,
    Select ///< (truth, a, b): a where it holds, else b; of one type.
  };
  Kind kind;
  std::vector<uint32_t> operands;
  int64_t integer = 0;
  double number = 0;
  ValueId tensor = 0;
};

/// What attention does to each score: (score, b, h, q, k) to another score and
/// to whether the key is live for the query.
struct ScoreRegion {
  std::vector<ScoreNode> nodes;
  std::optional<uint32_t> score; ///< The node that replaces it; none: itself.
  std::optional<uint32_t> live;  ///< The node that decides; none: every key is.
};

} // namespace heddle::dsl

#endif // HEDDLE_COMPILER_DSL_SCOREREGION_H
