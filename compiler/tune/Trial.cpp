// Statistics without assumptions on the distribution: see Trial.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tune/Trial.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace heddle::tune {

namespace {

constexpr const char *names[] = {"measured", "wrong", "refused", "crashed",
                                 "timed-out"};

/// Between the two nearest of sorted values.
double quantile(const std::vector<double> &sorted, double share) {
  double place = share * double(sorted.size() - 1);
  size_t below = size_t(place);
  size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] +
         (sorted[above] - sorted[below]) * (place - double(below));
}

Interval intervalOf(const std::vector<double> &sorted) {
  return {quantile(sorted, 0.1), quantile(sorted, 0.5), quantile(sorted, 0.9)};
}

std::vector<double> sorted(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values;
}

} // namespace

Comparison compare(const std::vector<double> &base,
                   const std::vector<double> &candidate) {
  std::vector<double> ratios;
  for (size_t i = 0; i < base.size(); ++i)
    ratios.push_back(base[i] / candidate[i]);
  std::sort(ratios.begin(), ratios.end());
  Comparison result{intervalOf(sorted(base)), intervalOf(sorted(candidate)),
                    intervalOf(ratios), 0};
  // The values below the median are binomial: n / 2 with sigma sqrt(n) / 2.
  double count = double(ratios.size());
  double place = std::floor(count / 2 - 1.5 * std::sqrt(count));
  result.atLeast = place < 0 ? 0 : ratios[size_t(place)];
  return result;
}

Comparison combine(const std::vector<Comparison> &sizes) {
  Comparison sum;
  sum.ratio = {1, 1, 1};
  sum.atLeast = 1;
  double share = 1.0 / double(sizes.size());
  auto add = [](Interval &total, const Interval &one) {
    total.low += one.low;
    total.median += one.median;
    total.high += one.high;
  };
  for (const Comparison &one : sizes) {
    add(sum.base, one.base);
    add(sum.candidate, one.candidate);
    sum.ratio.low *= std::pow(one.ratio.low, share);
    sum.ratio.median *= std::pow(one.ratio.median, share);
    sum.ratio.high *= std::pow(one.ratio.high, share);
    sum.atLeast *= std::pow(one.atLeast, share);
  }
  return sum;
}

const char *name(Status status) { return names[size_t(status)]; }

std::optional<Status> statusFromName(std::string_view name) {
  for (size_t i = 0; i < std::size(names); ++i)
    if (name == names[i])
      return Status(i);
  return std::nullopt;
}

} // namespace heddle::tune
