// The shape rule of convolutions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/shape/Infer.h"

#include <algorithm>

namespace heddle::shape {
namespace {

/// Far above any model's, and small enough that indices stay in 32 bits.
constexpr int64_t mostStep = 65536;

std::string checkNumbers(const char *name, const std::vector<int64_t> &numbers,
                         int64_t least, size_t axes) {
  bool good = numbers.size() == axes &&
              std::all_of(numbers.begin(), numbers.end(), [&](int64_t number) {
                return number >= least && number <= mostStep;
              });
  if (good)
    return {};
  return "found " + std::string(name) + " " +
         str(Shape(numbers.begin(), numbers.end())) + ", expected " +
         (axes == 1 ? "a number" : "a number for each of two axes") + ", " +
         std::to_string(least) + " to " + std::to_string(mostStep);
}

Mismatch wrongRank(const Shape &x, const Shape &weight) {
  bool fits = x.size() == 3 || x.size() == 4;
  if (!fits)
    return {"x must be [batch, channels, length] or [batch, channels, height, "
            "width], found " +
                str(x),
            0};
  const char *expected =
      x.size() == 3 ? "[out, in / groups, kernel]"
                    : "[out, in / groups, kernel height, kernel width]";
  return {"the weight must be " + std::string(expected) + " for x " + str(x) +
              ", found " + str(weight),
          1, 0};
}

/// The number of windows along an axis of x.
Inferred windowsAlong(const Shape &x, const Shape &weight, size_t axis,
                      const Windows &windows,
                      const std::vector<DimRange> *ranges) {
  size_t i = axis - 2;
  int64_t span = windows.dilation[i] * (*weight[axis].constant() - 1) + 1;
  Dim padded = x[axis] + Dim(2 * windows.padding[i]);
  std::string where = "axis " + std::to_string(axis) + " of x " + str(x) +
                      ", " + padded.str() + " with its padding";
  std::vector<DimRange> none;
  bool isKnown = ranges || x[axis].isConstant();
  if (isKnown && !provablyAtMost(span, padded, ranges ? *ranges : none))
    return Mismatch{
        "a window of " + std::to_string(span) +
            (x[axis].isConstant() ? " does not fit " : " may not fit ") + where,
        0, 1};
  std::optional<Dim> steps =
      Dim::divideDown(padded + Dim(-span), windows.stride[i]);
  if (!steps)
    return Mismatch{"the windows of stride " +
                        std::to_string(windows.stride[i]) + " along " + where +
                        ", are no polynomial; expected a constant extent, a "
                        "multiple of the stride such as " +
                        std::to_string(windows.stride[i]) + " * n, or stride 1",
                    0};
  return Shape{*steps + Dim(1)};
}

} // namespace

std::string checkWindows(const Windows &windows, size_t axes) {
  std::string problem = checkNumbers("stride", windows.stride, 1, axes);
  if (problem.empty())
    problem = checkNumbers("padding", windows.padding, 0, axes);
  if (problem.empty())
    problem = checkNumbers("dilation", windows.dilation, 1, axes);
  if (problem.empty() && windows.groups < 1)
    problem = "found " + std::to_string(windows.groups) +
              " groups, expected 1 or more";
  return problem;
}

Inferred convolution(const Shape &x, const Shape &weight, const Shape *bias,
                     const Windows &windows,
                     const std::vector<DimRange> *ranges) {
  if ((x.size() != 3 && x.size() != 4) || weight.size() != x.size())
    return wrongRank(x, weight);
  for (const Dim &extent : weight)
    if (!extent.isConstant())
      return Mismatch{
          "the extents of the weight " + str(weight) + " must be constant", 1};
  std::optional<Dim> perGroup = Dim::divideExactly(weight[0], windows.groups);
  std::string groups = std::to_string(windows.groups) +
                       (windows.groups == 1 ? " group" : " groups");
  if (!perGroup)
    return Mismatch{"the " + weight[0].str() + " outputs of the weight " +
                        str(weight) + " do not divide into " + groups,
                    1};
  Dim channels = weight[1] * Dim(windows.groups);
  if (x[1] != channels)
    return Mismatch{"x " + str(x) + " has " + x[1].str() +
                        " channels, the weight " + str(weight) + " in " +
                        groups + " takes " + channels.str(),
                    0, 1};
  if (bias && *bias != Shape{weight[0]})
    return Mismatch{"the bias must be " + str(Shape{weight[0]}) +
                        " for the weight " + str(weight) + ", found " +
                        str(*bias),
                    2, 1};
  Shape result = {x[0], weight[0]};
  for (size_t axis = 2; axis < x.size(); ++axis) {
    Inferred steps = windowsAlong(x, weight, axis, windows, ranges);
    if (!steps)
      return steps;
    result.push_back(steps.shape->front());
  }
  return result;
}

} // namespace heddle::shape
