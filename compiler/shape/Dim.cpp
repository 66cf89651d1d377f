// Symbolic dimensions: arithmetic, text and bounds of integer polynomials.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/shape/Dim.h"

#include <algorithm>
#include <limits>

namespace heddle::shape {
namespace {

constexpr int64_t largest = std::numeric_limits<int64_t>::max();
/// Beyond these a polynomial is no extent of a tensor; they bound the work.
constexpr size_t maxTerms = 256;
constexpr size_t maxFactors = 16;
/// Vertices of the box of ranges that `maximum` is ready to visit.
constexpr size_t maxVertexNames = 6;

bool addOverflows(int64_t a, int64_t b, int64_t &result) {
  return __builtin_add_overflow(a, b, &result);
}
bool mulOverflows(int64_t a, int64_t b, int64_t &result) {
  return __builtin_mul_overflow(a, b, &result);
}

/// Graded lexicographic order, largest first, so that the constant is last.
/// It is a monomial order, which long division relies on.
bool comesBefore(const std::vector<std::string> &a,
                 const std::vector<std::string> &b) {
  if (a.size() != b.size())
    return a.size() > b.size();
  return a < b;
}

/// Adds `term` to the canonical `sum`; false on overflow or too many terms.
bool accumulate(std::vector<Term> &sum, Term term) {
  if (term.coefficient == 0)
    return true;
  auto at = std::lower_bound(sum.begin(), sum.end(), term,
                             [](const Term &a, const Term &b) {
                               return comesBefore(a.factors, b.factors);
                             });
  if (at == sum.end() || at->factors != term.factors) {
    if (sum.size() == maxTerms)
      return false;
    sum.insert(at, std::move(term));
    return true;
  }
  if (addOverflows(at->coefficient, term.coefficient, at->coefficient))
    return false;
  if (at->coefficient == 0)
    sum.erase(at);
  return true;
}

std::optional<Term> multiplyTerms(const Term &a, const Term &b) {
  Term product;
  if (a.factors.size() + b.factors.size() > maxFactors ||
      mulOverflows(a.coefficient, b.coefficient, product.coefficient))
    return std::nullopt;
  product.factors.resize(a.factors.size() + b.factors.size());
  std::merge(a.factors.begin(), a.factors.end(), b.factors.begin(),
             b.factors.end(), product.factors.begin());
  return product;
}

/// a / b when the quotient is a term with an integer coefficient.
std::optional<Term> divideTerms(const Term &a, const Term &b) {
  if (b.coefficient == -1 && a.coefficient < -largest)
    return std::nullopt;
  if (a.coefficient % b.coefficient != 0 ||
      !std::includes(a.factors.begin(), a.factors.end(), b.factors.begin(),
                     b.factors.end()))
    return std::nullopt;
  Term quotient;
  quotient.coefficient = a.coefficient / b.coefficient;
  std::set_difference(a.factors.begin(), a.factors.end(), b.factors.begin(),
                      b.factors.end(), std::back_inserter(quotient.factors));
  return quotient;
}

bool isNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// Reads sums of products from `text`.
class DimReader {
public:
  explicit DimReader(std::string_view text) : text(text) {}

  /// The canonical terms of the whole text.
  std::optional<std::vector<Term>> read() {
    std::vector<Term> sum;
    bool negative = take('-');
    do {
      Term term{negative ? -1 : 1, {}};
      do {
        if (!readFactor(term))
          return std::nullopt;
      } while (take('*'));
      if (!accumulate(sum, std::move(term)))
        return std::nullopt;
      negative = take('-');
    } while (negative || take('+'));
    skipSpace();
    if (at != text.size())
      return std::nullopt;
    return sum;
  }

private:
  void skipSpace() {
    while (at < text.size() && text[at] == ' ')
      ++at;
  }
  bool take(char c) {
    skipSpace();
    if (at == text.size() || text[at] != c)
      return false;
    ++at;
    return true;
  }
  bool readFactor(Term &term) {
    skipSpace();
    if (at == text.size())
      return false;
    if (isDigit(text[at]))
      return readInteger(term);
    if (!isNameStart(text[at]) || term.factors.size() == maxFactors)
      return false;
    size_t begin = at;
    while (at < text.size() && (isNameStart(text[at]) || isDigit(text[at])))
      ++at;
    std::string name(text.substr(begin, at - begin));
    term.factors.insert(
        std::upper_bound(term.factors.begin(), term.factors.end(), name), name);
    return true;
  }
  /// Multiplies digit by digit on the negative side, where the smallest
  /// int64 has a value too.
  bool readInteger(Term &term) {
    int64_t value = 0;
    for (; at < text.size() && isDigit(text[at]); ++at)
      if (mulOverflows(value, 10, value) ||
          addOverflows(value, '0' - text[at], value))
        return false;
    if (at < text.size() && isNameStart(text[at]))
      return false;
    int64_t sign = term.coefficient;
    if (sign == -1) {
      term.coefficient = value;
      return true;
    }
    int64_t magnitude = 0;
    return !mulOverflows(value, -1, magnitude) &&
           !mulOverflows(sign, magnitude, term.coefficient);
  }

  std::string_view text;
  size_t at = 0;
};

const DimRange *findRange(const std::vector<DimRange> &ranges,
                          std::string_view name) {
  for (const DimRange &range : ranges)
    if (range.name == name)
      return &range;
  return nullptr;
}

/// A polynomial linear in every name has its largest value at a corner.
std::optional<int64_t>
maximumOverCorners(const Dim &dim,
                   const std::vector<const DimRange *> &ranges) {
  int64_t best = std::numeric_limits<int64_t>::min();
  for (size_t corner = 0; corner < size_t(1) << ranges.size(); ++corner) {
    DimValues values;
    for (size_t i = 0; i < ranges.size(); ++i)
      values[ranges[i]->name] =
          corner >> i & 1 ? ranges[i]->max : ranges[i]->min;
    std::optional<int64_t> value = dim.evaluate(values);
    if (!value)
      return std::nullopt;
    best = std::max(best, *value);
  }
  return best;
}

/// Sum of each term's largest value: an upper bound of any polynomial.
std::optional<int64_t> maximumByTerms(const Dim &dim,
                                      const std::vector<DimRange> &ranges) {
  int64_t sum = 0;
  for (const Term &term : dim.terms()) {
    int64_t low = term.coefficient, high = term.coefficient;
    for (const std::string &name : term.factors) {
      const DimRange *range = findRange(ranges, name);
      int64_t ends[4];
      if (mulOverflows(low, range->min, ends[0]) ||
          mulOverflows(low, range->max, ends[1]) ||
          mulOverflows(high, range->min, ends[2]) ||
          mulOverflows(high, range->max, ends[3]))
        return std::nullopt;
      low = *std::min_element(ends, ends + 4);
      high = *std::max_element(ends, ends + 4);
    }
    if (addOverflows(sum, high, sum))
      return std::nullopt;
  }
  return sum;
}

} // namespace

Dim::Dim(int64_t value) {
  if (value != 0)
    sum.push_back({value, {}});
}

Dim Dim::symbol(std::string name) {
  Dim dim;
  dim.sum.push_back({1, {std::move(name)}});
  return dim;
}

std::optional<Dim> Dim::parse(std::string_view text) {
  std::optional<std::vector<Term>> terms = DimReader(text).read();
  if (!terms)
    return std::nullopt;
  Dim dim;
  dim.sum = std::move(*terms);
  return dim;
}

std::string Dim::str() const {
  if (sum.empty())
    return "0";
  std::string text;
  for (const Term &term : sum) {
    bool negative = term.coefficient < 0;
    if (!text.empty())
      text += negative ? " - " : " + ";
    else if (negative)
      text += "-";
    // Unsigned, so that the smallest int64 has a magnitude.
    uint64_t magnitude =
        negative ? -static_cast<uint64_t>(term.coefficient) : term.coefficient;
    std::string factors;
    if (magnitude != 1 || term.factors.empty())
      factors = std::to_string(magnitude);
    for (const std::string &name : term.factors)
      factors += (factors.empty() ? "" : " * ") + name;
    text += factors;
  }
  return text;
}

std::optional<int64_t> Dim::constant() const {
  if (sum.empty())
    return 0;
  if (sum.size() == 1 && sum.front().factors.empty())
    return sum.front().coefficient;
  return std::nullopt;
}

std::optional<int64_t> Dim::evaluate(const DimValues &values) const {
  int64_t total = 0;
  for (const Term &term : sum) {
    int64_t product = term.coefficient;
    for (const std::string &name : term.factors) {
      auto value = values.find(name);
      if (value == values.end() ||
          mulOverflows(product, value->second, product))
        return std::nullopt;
    }
    if (addOverflows(total, product, total))
      return std::nullopt;
  }
  return total;
}

std::optional<Dim> Dim::add(const Dim &a, const Dim &b) {
  Dim result = a;
  for (const Term &term : b.sum)
    if (!accumulate(result.sum, term))
      return std::nullopt;
  return result;
}

std::optional<Dim> Dim::multiply(const Dim &a, const Dim &b) {
  Dim result;
  for (const Term &left : a.sum)
    for (const Term &right : b.sum) {
      std::optional<Term> product = multiplyTerms(left, right);
      if (!product || !accumulate(result.sum, std::move(*product)))
        return std::nullopt;
    }
  return result;
}

std::optional<Dim> Dim::divideExactly(const Dim &a, const Dim &b) {
  if (b.sum.empty())
    return std::nullopt;
  Dim rest = a, quotient;
  // Long division: each round removes the leading term of the rest.
  while (!rest.sum.empty()) {
    std::optional<Term> term = divideTerms(rest.sum.front(), b.sum.front());
    if (!term || !accumulate(quotient.sum, *term))
      return std::nullopt;
    Dim negated;
    if (mulOverflows(term->coefficient, -1, term->coefficient))
      return std::nullopt;
    negated.sum.push_back(std::move(*term));
    std::optional<Dim> removed = multiply(negated, b);
    std::optional<Dim> next = removed ? add(rest, *removed) : std::nullopt;
    if (!next)
      return std::nullopt;
    rest = std::move(*next);
  }
  return quotient;
}

std::optional<Dim> Dim::divideDown(const Dim &a, int64_t divisor) {
  Dim quotient;
  for (Term term : a.sum) {
    int64_t rest = term.coefficient % divisor;
    if (rest != 0 && !term.factors.empty())
      return std::nullopt;
    term.coefficient = term.coefficient / divisor - (rest < 0 ? 1 : 0);
    if (!accumulate(quotient.sum, std::move(term)))
      return std::nullopt;
  }
  return quotient;
}

Dim Dim::operator+(const Dim &other) const {
  return add(*this, other).value_or(Dim(largest));
}

Dim Dim::operator*(const Dim &other) const {
  return multiply(*this, other).value_or(Dim(largest));
}

std::vector<std::string> Dim::symbols() const {
  std::vector<std::string> names;
  for (const Term &term : sum)
    names.insert(names.end(), term.factors.begin(), term.factors.end());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string str(const Shape &shape) {
  std::string text = "[";
  for (const Dim &dim : shape)
    text += (text.size() > 1 ? ", " : "") + dim.str();
  return text + "]";
}

Dim elementCount(const Shape &shape) {
  Dim count = 1;
  for (const Dim &dim : shape)
    count = count * dim;
  return count;
}

bool provablyAtMost(const Dim &a, const Dim &b,
                    const std::vector<DimRange> &ranges) {
  std::optional<Dim> negated = Dim::multiply(b, -1);
  std::optional<Dim> excess = negated ? Dim::add(a, *negated) : std::nullopt;
  std::optional<int64_t> most =
      excess ? maximum(*excess, ranges) : std::nullopt;
  return most && *most <= 0;
}

std::optional<int64_t> maximum(const Dim &dim,
                               const std::vector<DimRange> &ranges) {
  std::vector<const DimRange *> used;
  for (const std::string &name : dim.symbols()) {
    used.push_back(findRange(ranges, name));
    if (!used.back())
      return std::nullopt;
  }
  bool multilinear = true, rising = true;
  for (const Term &term : dim.terms()) {
    rising &= term.coefficient >= 0;
    for (size_t i = 1; i < term.factors.size(); ++i)
      multilinear &= term.factors[i] != term.factors[i - 1];
  }
  DimValues greatest;
  for (const DimRange *range : used) {
    rising &= range->min >= 0;
    greatest[range->name] = range->max;
  }
  if (rising)
    return dim.evaluate(greatest);
  if (multilinear && used.size() <= maxVertexNames)
    return maximumOverCorners(dim, used);
  return maximumByTerms(dim, ranges);
}

} // namespace heddle::shape
