// Ragged sizes: see Sizes.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tune/Sizes.h"

#include <algorithm>
#include <set>

namespace heddle::tune {

namespace {

constexpr int64_t usual = 128;
constexpr int64_t primes[] = {13, 67};
/// The reference evaluates about 0.3 G operations a second.
constexpr double mostWork = 2e8;

DimPoint leastSize(const std::vector<pipeline::DimInfo> &dims) {
  DimPoint point;
  for (const pipeline::DimInfo &dim : dims)
    point[dim.name] = dim.min;
  return point;
}

/// The widest of the named dims; null where there is none.
const pipeline::DimInfo *widest(const std::vector<pipeline::DimInfo> &dims,
                                const std::vector<std::string> &names) {
  const pipeline::DimInfo *found = nullptr;
  for (const pipeline::DimInfo &dim : dims)
    if (std::find(names.begin(), names.end(), dim.name) != names.end() &&
        (!found || dim.max > found->max))
      found = &dim;
  return found;
}

} // namespace

std::string sizeText(const DimPoint &dims) {
  std::string text;
  for (const auto &[name, value] : dims)
    text += (text.empty() ? "" : ",") + name + "=" + std::to_string(value);
  return text;
}

DimPoint usualSize(const std::vector<pipeline::DimInfo> &dims,
                   const std::vector<std::string> &growsWith) {
  DimPoint point = leastSize(dims);
  if (const pipeline::DimInfo *dim = widest(dims, growsWith))
    point[dim->name] = std::clamp(usual, dim->min, dim->max);
  return point;
}

std::vector<DimPoint>
raggedSizes(const std::vector<pipeline::DimInfo> &dims,
            const std::vector<std::string> &growsWith,
            const pipeline::Knobs &knobs,
            const std::function<double(const DimPoint &)> &work) {
  DimPoint least = leastSize(dims);
  const pipeline::DimInfo *dim = widest(dims, growsWith);
  if (!dim)
    return {least};
  std::set<int64_t> values(std::begin(primes), std::end(primes));
  values.insert(1);
  int64_t largest = 1;
  for (const auto &[name, value] : knobs) {
    values.insert({value - 1, value, value + 1});
    largest = std::max(largest, value);
  }
  values.insert(2 * largest + 1);
  std::vector<DimPoint> sizes;
  for (int64_t value : values) {
    DimPoint point = least;
    point[dim->name] = std::clamp(value, dim->min, dim->max);
    bool isNew = sizes.empty() || sizes.back() != point;
    if (isNew && (sizes.empty() || work(point) <= mostWork))
      sizes.push_back(point);
  }
  return sizes;
}

} // namespace heddle::tune
