// Symbolic dimensions: integer polynomials over the dims a model declares.
// Plain C++, shared by the language's checks, the dialects and the arena.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_SHAPE_DIM_H
#define HEDDLE_COMPILER_SHAPE_DIM_H

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::shape {

/// An inclusive range of one declared dim: `dim batch in 1..64`.
struct DimRange {
  std::string name;
  int64_t min = 1;
  int64_t max = 1;
};

/// Values of the declared dims, by name.
using DimValues = std::map<std::string, int64_t, std::less<>>;

/// One term of a dim: coefficient * product of factors. The factors are
/// sorted; a power is a repeated factor.
struct Term {
  int64_t coefficient = 0;
  std::vector<std::string> factors;
  bool operator==(const Term &other) const = default;
};

/// An extent: an integer polynomial over dim names, kept in a canonical form,
/// so that equal extents compare equal and print the same text.
class Dim {
public:
  Dim() = default; ///< Zero.
  Dim(int64_t value);
  static Dim symbol(std::string name);

  /// Reads what `str` prints: sums of products of integers and names, e.g.
  /// "2 * seq + 1" or "batch * seq". Nothing on malformed text or overflow.
  static std::optional<Dim> parse(std::string_view text);

  /// Canonical text, e.g. "batch * seq + 1".
  std::string str() const;

  /// The value when no name occurs.
  std::optional<int64_t> constant() const;
  bool isConstant() const { return constant().has_value(); }

  /// The value under `values`; nothing when a name is missing or the result
  /// leaves int64.
  std::optional<int64_t> evaluate(const DimValues &values) const;

  /// Nothing when a coefficient leaves int64.
  static std::optional<Dim> add(const Dim &a, const Dim &b);
  static std::optional<Dim> multiply(const Dim &a, const Dim &b);
  /// Quotient when `b` divides every term of `a` exactly.
  static std::optional<Dim> divideExactly(const Dim &a, const Dim &b);
  /// Quotient rounded down, where it is a dim: when `divisor`, above 0, divides
  /// every term that has a name.
  static std::optional<Dim> divideDown(const Dim &a, int64_t divisor);

  /// As above, saturating on overflow: for extents already range checked.
  Dim operator+(const Dim &other) const;
  Dim operator*(const Dim &other) const;

  bool operator==(const Dim &other) const = default;

  /// The canonical terms, constant last.
  const std::vector<Term> &terms() const { return sum; }
  /// Names that occur, sorted, each once.
  std::vector<std::string> symbols() const;

private:
  std::vector<Term> sum;
};

using Shape = std::vector<Dim>;

/// "[batch, seq, 384]".
std::string str(const Shape &shape);

/// The number of elements.
Dim elementCount(const Shape &shape);

/// True when a <= b for every value of the dims in their ranges (sufficient:
/// may say false where it holds).
bool provablyAtMost(const Dim &a, const Dim &b,
                    const std::vector<DimRange> &ranges);

/// Largest value of the dim over the ranges; nothing on overflow or an
/// undeclared name.
std::optional<int64_t> maximum(const Dim &dim,
                               const std::vector<DimRange> &ranges);

} // namespace heddle::shape

#endif // HEDDLE_COMPILER_SHAPE_DIM_H
