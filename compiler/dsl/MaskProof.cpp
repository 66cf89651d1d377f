// Interval arithmetic on the nodes of a mask.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/MaskProof.h"

#include <algorithm>
#include <cstdlib>
#include <map>

namespace heddle::dsl {
namespace {

using Kind = ScoreNode::Kind;

/// Inclusive; every index lies within i32, so sums and products of two bounds
/// fit, and results are clamped to what is as good as endless.
struct Interval {
  int64_t low = -endless, high = endless;
  static constexpr int64_t endless = int64_t(1) << 31;

  static Interval of(int64_t low, int64_t high) {
    return {std::clamp(low, -endless, endless),
            std::clamp(high, -endless, endless)};
  }
  bool isEmpty() const { return low > high; }
};

/// Sum of factors[i] * index i, plus `constant`.
struct Linear {
  std::array<int64_t, 4> factors{};
  int64_t constant = 0;
};

/// Bounds of linear sums that all hold at once.
using Facts = std::map<std::array<int64_t, 4>, Interval>;

class Prover {
public:
  Prover(const ScoreRegion &region, const std::array<int64_t, 4> &extents)
      : region(region), extents(extents) {}

  /// Whether a condition is known to hold, or known not to.
  bool isDecided(uint32_t index, bool truth) const {
    const ScoreNode &node = region.nodes[index];
    switch (node.kind) {
    case Kind::Truth:
      return (node.integer != 0) == truth;
    case Kind::Not:
      return isDecided(node.operands[0], !truth);
    case Kind::And:
    case Kind::Or: {
      bool first = isDecided(node.operands[0], truth);
      bool second = isDecided(node.operands[1], truth);
      if ((node.kind == Kind::And) == truth)
        return first && second;
      return first || second || contradicts(index, !truth);
    }
    default:
      return contradicts(index, !truth);
    }
  }

private:
  /// Whether `index` being `truth` leaves some sum without a value.
  bool contradicts(uint32_t index, bool truth) const {
    Facts facts;
    collect(index, truth, facts);
    return std::any_of(facts.begin(), facts.end(),
                       [](const auto &fact) { return fact.second.isEmpty(); });
  }

  /// What follows from a condition that is `truth`.
  void collect(uint32_t index, bool truth, Facts &facts) const {
    const ScoreNode &node = region.nodes[index];
    bool isSplit = node.kind == (truth ? Kind::And : Kind::Or);
    if (node.kind == Kind::Not) {
      collect(node.operands[0], !truth, facts);
    } else if (isSplit) {
      for (uint32_t operand : node.operands)
        collect(operand, truth, facts);
    } else if (node.kind == Kind::Less || node.kind == Kind::LessEqual ||
               (node.kind == Kind::Same && truth)) {
      compare(node, truth, facts);
    }
  }

  void compare(const ScoreNode &node, bool truth, Facts &facts) const {
    std::optional<Linear> a = linear(node.operands[0]);
    std::optional<Linear> b = linear(node.operands[1]);
    if (!a || !b) {
      compareBounds(node, truth, facts);
      return;
    }
    // difference = a - b, of which the factors are kept and the constant moved.
    std::array<int64_t, 4> factors;
    for (size_t i = 0; i < factors.size(); ++i)
      factors[i] = a->factors[i] - b->factors[i];
    int64_t constant = a->constant - b->constant;
    Interval allowed = difference(node.kind, truth);
    add(factors, Interval::of(allowed.low - constant, allowed.high - constant),
        facts);
  }

  /// Sides that are no linear sum, by their bounds alone: a fact about none of
  /// the indices.
  void compareBounds(const ScoreNode &node, bool truth, Facts &facts) const {
    Interval a = bounds(node.operands[0]), b = bounds(node.operands[1]);
    Interval allowed = difference(node.kind, truth);
    bool isPossible =
        a.high - b.low >= allowed.low && a.low - b.high <= allowed.high;
    if (!isPossible)
      facts[{}] = {1, 0};
  }

  /// What a - b may be where `a kind b` is `truth`.
  static Interval difference(Kind kind, bool truth) {
    constexpr int64_t endless = 4 * Interval::endless;
    if (kind == Kind::Same)
      return {0, 0};
    int64_t last = kind == Kind::Less ? -1 : 0;
    return truth ? Interval{-endless, last} : Interval{last + 1, endless};
  }

  /// Narrows a sum; one and its negation are one.
  void add(std::array<int64_t, 4> factors, Interval interval,
           Facts &facts) const {
    auto first = std::find_if(factors.begin(), factors.end(),
                              [](int64_t factor) { return factor != 0; });
    if (first != factors.end() && *first < 0) {
      for (int64_t &factor : factors)
        factor = -factor;
      interval = {-interval.high, -interval.low};
    }
    Interval range = sum({factors, 0});
    auto [known, isNew] = facts.try_emplace(factors, range);
    known->second.low = std::max(known->second.low, interval.low);
    known->second.high = std::min(known->second.high, interval.high);
  }

  Interval sum(const Linear &linear) const {
    int64_t low = linear.constant, high = linear.constant;
    for (size_t i = 0; i < extents.size(); ++i) {
      int64_t end = linear.factors[i] * (extents[i] - 1);
      low += std::min<int64_t>(end, 0);
      high += std::max<int64_t>(end, 0);
    }
    return Interval::of(low, high);
  }

  std::optional<Linear> linear(uint32_t index) const {
    const ScoreNode &node = region.nodes[index];
    Linear result;
    if (node.kind == Kind::Integer) {
      result.constant = node.integer;
      return result;
    }
    if (node.kind >= Kind::Batch && node.kind <= Kind::Key) {
      result.factors[size_t(node.kind) - size_t(Kind::Batch)] = 1;
      return result;
    }
    bool isSum = node.kind == Kind::Add || node.kind == Kind::Sub;
    if (!isSum && node.kind != Kind::Mul)
      return std::nullopt;
    std::optional<Linear> a = linear(node.operands[0]);
    std::optional<Linear> b = linear(node.operands[1]);
    if (!a || !b)
      return std::nullopt;
    return isSum ? combine(*a, *b, node.kind == Kind::Add ? 1 : -1)
                 : scale(*a, *b);
  }

  /// a + sign * b, while it is small.
  static std::optional<Linear> combine(Linear a, const Linear &b, int sign) {
    a.constant += sign * b.constant;
    for (size_t i = 0; i < a.factors.size(); ++i)
      a.factors[i] += sign * b.factors[i];
    return isSmall(a) ? std::optional(a) : std::nullopt;
  }

  /// a * b where one of them is a constant.
  static std::optional<Linear> scale(Linear a, Linear b) {
    if (a.factors == std::array<int64_t, 4>{})
      std::swap(a, b);
    if (b.factors != std::array<int64_t, 4>{})
      return std::nullopt;
    a.constant *= b.constant;
    for (int64_t &factor : a.factors)
      factor *= b.constant;
    return isSmall(a) ? std::optional(a) : std::nullopt;
  }

  /// Factors and constants below 2^24, so that no sum leaves 64 bits.
  static bool isSmall(const Linear &linear) {
    constexpr int64_t most = int64_t(1) << 24;
    return std::abs(linear.constant) < most &&
           std::all_of(linear.factors.begin(), linear.factors.end(),
                       [](int64_t factor) { return std::abs(factor) < most; });
  }

  Interval bounds(uint32_t index) const {
    if (std::optional<Linear> one = linear(index))
      return sum(*one);
    const ScoreNode &node = region.nodes[index];
    auto of = [&](size_t operand) { return bounds(node.operands[operand]); };
    switch (node.kind) {
    case Kind::Add: {
      Interval a = of(0), b = of(1);
      return Interval::of(a.low + b.low, a.high + b.high);
    }
    case Kind::Sub: {
      Interval a = of(0), b = of(1);
      return Interval::of(a.low - b.high, a.high - b.low);
    }
    case Kind::Mod:
      return {0, std::max<int64_t>(of(1).high - 1, 0)};
    case Kind::Min: {
      Interval a = of(0), b = of(1);
      return {std::min(a.low, b.low), std::min(a.high, b.high)};
    }
    case Kind::Max: {
      Interval a = of(0), b = of(1);
      return {std::max(a.low, b.low), std::max(a.high, b.high)};
    }
    default:
      return {}; // an element, or what is seldom compared
    }
  }

  const ScoreRegion &region;
  const std::array<int64_t, 4> &extents;
};

} // namespace

bool isNeverTrue(const ScoreRegion &region,
                 const std::array<int64_t, 4> &extents) {
  return region.live &&
         Prover(region, extents).isDecided(*region.live, /*truth=*/false);
}

} // namespace heddle::dsl
