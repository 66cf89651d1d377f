// A recursive descent over untrusted text, and an evaluator that stops at what
// int64 cannot hold.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/tools/BlockFormula.h"

#include <algorithm>
#include <charconv>

namespace heddle::tools {

namespace {

/// Brackets and calls inside one another, and operations in all.
constexpr int maxDepth = 64;
constexpr size_t maxNodes = 1024;

bool isNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool isDigit(char c) { return c >= '0' && c <= '9'; }

} // namespace

/// The loosest signs first; each level reads the one behind it.
class BlockFormulaReader {
  using Op = BlockFormula::Op;
  using Node = std::optional<uint32_t>;

public:
  BlockFormulaReader(std::string_view text,
                     const std::vector<std::string> &values,
                     const std::array<std::string, 2> &ranges)
      : text(text), values(values), ranges(ranges) {}

  std::optional<BlockFormula> read() {
    Node root = level(0);
    skipSpace();
    if (!root || at != text.size())
      return std::nullopt;
    return std::move(formula);
  }

private:
  struct Sign {
    std::string_view text;
    Op op;
    bool isSwapped = false; ///< a > b is b < a
  };

  /// The longer signs first where one begins another.
  static const std::vector<std::vector<Sign>> &levels() {
    static const std::vector<std::vector<Sign>> all = {
        {{"|", Op::Or}},
        {{"&", Op::And}},
        {{"<=", Op::AtMost},
         {">=", Op::AtMost, true},
         {"==", Op::Equal},
         {"!=", Op::Unequal},
         {"<", Op::Less},
         {">", Op::Less, true}},
        {{"+", Op::Add}, {"-", Op::Subtract}},
        {{"*", Op::Multiply}, {"/", Op::Divide}}};
    return all;
  }

  void skipSpace() {
    while (at < text.size() && text[at] == ' ')
      ++at;
  }
  bool take(std::string_view word) {
    skipSpace();
    if (text.substr(at, word.size()) != word)
      return false;
    at += word.size();
    return true;
  }
  Node add(Op op, int64_t number, Node a = 0, Node b = 0, Node c = 0) {
    if (!a || !b || !c || formula.nodes.size() == maxNodes)
      return std::nullopt;
    formula.nodes.push_back({op, number, {*a, *b, *c}});
    return uint32_t(formula.nodes.size() - 1);
  }

  Node level(size_t depth) {
    if (depth == levels().size())
      return atom();
    Node left = level(depth + 1);
    while (left) {
      const Sign *found = nullptr;
      for (const Sign &sign : levels()[depth])
        if (!found && take(sign.text))
          found = &sign;
      if (!found)
        break;
      Node right = level(depth + 1);
      left = found->isSwapped ? add(found->op, 0, right, left)
                              : add(found->op, 0, left, right);
    }
    return left;
  }

  Node atom() {
    if (++brackets > maxDepth)
      return std::nullopt;
    Node result;
    skipSpace();
    if (take("(")) {
      result = level(0);
      if (!take(")"))
        result = std::nullopt;
    } else if (at < text.size() && (isDigit(text[at]) || text[at] == '-')) {
      result = number();
    } else if (at < text.size() && isNameStart(text[at])) {
      result = named();
    }
    --brackets;
    return result;
  }

  Node number() {
    int64_t value = 0;
    auto [end, error] =
        std::from_chars(text.data() + at, text.data() + text.size(), value);
    if (error != std::errc())
      return std::nullopt;
    at = size_t(end - text.data());
    return add(Op::Number, value);
  }

  Node named() {
    size_t start = at;
    while (at < text.size() && (isNameStart(text[at]) || isDigit(text[at])))
      ++at;
    std::string_view name = text.substr(start, at - start);
    if (name == "true" || name == "false")
      return add(Op::Number, name == "true");
    if (take("("))
      return call(name);
    for (size_t i = 0; i < ranges.size(); ++i)
      if (name == ranges[i] && (ranged < 0 || ranged == int(i))) {
        ranged = int(i);
        return isInRange ? add(Op::Ranged, int64_t(i)) : std::nullopt;
      }
    auto found = std::find(values.begin(), values.end(), name);
    if (found == values.end())
      return std::nullopt;
    return add(Op::Value, found - values.begin());
  }

  /// The arguments of a call whose bracket is open.
  Node call(std::string_view name) {
    struct Function {
      std::string_view name;
      Op op;
      size_t arguments;
    };
    static constexpr Function functions[] = {
        {"min", Op::Min, 2},           {"max", Op::Max, 2},
        {"mod", Op::Modulo, 2},        {"select", Op::Select, 3},
        {"least", Op::Least, 1},       {"any", Op::Any, 1},
        {"greatest", Op::Greatest, 1},
    };
    auto found =
        std::find_if(std::begin(functions), std::end(functions),
                     [&](const Function &f) { return f.name == name; });
    if (found == std::end(functions))
      return std::nullopt;
    bool isOverRange = found->op >= Op::Least;
    if (isOverRange) {
      if (isInRange)
        return std::nullopt; // one in another
      isInRange = true;
      ranged = -1;
    }
    std::array<Node, 3> operands = {0, 0, 0};
    for (size_t i = 0; i < found->arguments; ++i)
      if ((i > 0 && !take(",")) || !(operands[i] = level(0)))
        return std::nullopt;
    if (!take(")"))
      return std::nullopt;
    // Of what names no range, one is as good as the other.
    int64_t range = isOverRange ? std::max(ranged, 0) : 0;
    if (isOverRange)
      isInRange = false;
    return add(found->op, range, operands[0], operands[1], operands[2]);
  }

  std::string_view text;
  const std::vector<std::string> &values;
  const std::array<std::string, 2> &ranges;
  BlockFormula formula;
  size_t at = 0;
  int brackets = 0;
  bool isInRange = false; ///< inside a least, greatest or any
  int ranged = -1;        ///< the range it goes over, once named
};

std::optional<BlockFormula>
BlockFormula::parse(std::string_view text,
                    const std::vector<std::string> &values,
                    const std::array<std::string, 2> &ranges) {
  return BlockFormulaReader(text, values, ranges).read();
}

struct BlockFormula::Point {
  const std::vector<int64_t> &values;
  const std::array<BlockRange, 2> &ranges;
  Cache &cache;
  int64_t ranged = 0; ///< the value that the range is at
};

std::optional<int64_t> BlockFormula::overRange(uint32_t node,
                                               Point &point) const {
  const Node &call = nodes[node];
  BlockRange range = point.ranges[size_t(call.number)];
  auto [found, isNew] = point.cache.try_emplace({node, range.from});
  if (!isNew)
    return found->second;
  std::optional<int64_t> result;
  for (point.ranged = range.from; point.ranged < range.to; ++point.ranged) {
    std::optional<int64_t> one = at(call.operands[0], point);
    if (!one)
      return std::nullopt; // the cache says so too
    if (!result)
      result = one;
    else
      result = call.op == Op::Least ? std::min(*result, *one)
                                    : std::max(*result, *one);
  }
  found->second = result;
  return result;
}

std::optional<int64_t> BlockFormula::combine(Op op, int64_t a, int64_t b) {
  int64_t result = 0;
  bool isDivided = op == Op::Divide || op == Op::Modulo;
  if (isDivided && b < 1)
    return std::nullopt;
  switch (op) {
  case Op::Add:
    return __builtin_add_overflow(a, b, &result) ? std::nullopt
                                                 : std::optional(result);
  case Op::Subtract:
    return __builtin_sub_overflow(a, b, &result) ? std::nullopt
                                                 : std::optional(result);
  case Op::Multiply:
    return __builtin_mul_overflow(a, b, &result) ? std::nullopt
                                                 : std::optional(result);
  case Op::Divide:
    return a / b - (a % b < 0);
  case Op::Modulo:
    return a % b;
  case Op::Less:
    return a < b;
  case Op::AtMost:
    return a <= b;
  case Op::Equal:
    return a == b;
  case Op::Unequal:
    return a != b;
  case Op::And:
    return a && b;
  case Op::Or:
    return a || b;
  case Op::Min:
    return std::min(a, b);
  default:
    return std::max(a, b);
  }
}

std::optional<int64_t> BlockFormula::at(uint32_t index, Point &point) const {
  const Node &node = nodes[index];
  switch (node.op) {
  case Op::Number:
    return node.number;
  case Op::Value:
    return point.values[size_t(node.number)];
  case Op::Ranged:
    return point.ranged;
  case Op::Least:
  case Op::Greatest:
  case Op::Any:
    return overRange(index, point);
  case Op::Select: {
    std::optional<int64_t> condition = at(node.operands[0], point);
    if (!condition)
      return condition;
    return at(node.operands[*condition ? 1 : 2], point);
  }
  default:
    break;
  }
  std::optional<int64_t> left = at(node.operands[0], point);
  std::optional<int64_t> right = at(node.operands[1], point);
  return left && right ? combine(node.op, *left, *right) : std::nullopt;
}

std::optional<int64_t>
BlockFormula::evaluate(const std::vector<int64_t> &values,
                       const std::array<BlockRange, 2> &ranges,
                       Cache &cache) const {
  Point point{values, ranges, cache};
  return at(uint32_t(nodes.size() - 1), point);
}

std::optional<int64_t>
BlockFormula::evaluate(const std::vector<int64_t> &values) const {
  Cache cache;
  return evaluate(values, {}, cache);
}

} // namespace heddle::tools
