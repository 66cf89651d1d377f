// Formulas about the blocks and tiles of an attention, as a compiler writes
// them into an artefact's notes.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_TOOLS_BLOCKFORMULA_H
#define HEDDLE_RUNTIME_TOOLS_BLOCKFORMULA_H

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heddle::tools {

/// A value from `from` to `to` - 1 that a formula may range over.
struct BlockRange {
  int64_t from = 0, to = 0;
};

/// Integers, names, + - * / (rounded down), comparisons, & | and calls: min,
/// max, mod (the sign of the dividend), select(c, a, b), and least, greatest
/// and any of a formula over one range. Truth is 1 or 0.
class BlockFormula {
public:
  /// Reads untrusted text. `values` names the values that `evaluate` is given,
  /// `ranges` those that least, greatest and any go through. Nothing on text
  /// that is no formula of them.
  static std::optional<BlockFormula>
  parse(std::string_view text, const std::vector<std::string> &values,
        const std::array<std::string, 2> &ranges = {});

  /// What least and its like gave, by call and start of the range.
  using Cache = std::map<std::pair<uint32_t, int64_t>, std::optional<int64_t>>;

  /// Nothing on overflow, a division by less than 1 and an empty range.
  std::optional<int64_t> evaluate(const std::vector<int64_t> &values,
                                  const std::array<BlockRange, 2> &ranges,
                                  Cache &cache) const;
  /// For formulas without ranges.
  std::optional<int64_t> evaluate(const std::vector<int64_t> &values) const;

private:
  friend class BlockFormulaReader;
  enum class Op {
    Number,
    Value,  ///< number: which of the values
    Ranged, ///< number: which of the ranges
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Less,
    AtMost,
    Equal,
    Unequal,
    And,
    Or,
    Min,
    Max,
    Select,
    Least, ///< number: over which range
    Greatest,
    Any,
  };
  struct Node {
    Op op = Op::Number;
    int64_t number = 0;
    uint32_t operands[3] = {};
  };
  struct Point;

  static std::optional<int64_t> combine(Op op, int64_t a, int64_t b);
  std::optional<int64_t> at(uint32_t node, Point &point) const;
  std::optional<int64_t> overRange(uint32_t node, Point &point) const;

  std::vector<Node> nodes; ///< operands stand before their users
};

} // namespace heddle::tools

#endif // HEDDLE_RUNTIME_TOOLS_BLOCKFORMULA_H
