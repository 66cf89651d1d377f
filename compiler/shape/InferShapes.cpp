// Shape rules of the ops that move elements, turn pairs or multiply matrices.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/shape/Infer.h"

#include <algorithm>

namespace heddle::shape {
namespace {

/// "axis 3 is not in x [2, 8]"; nothing when it is.
std::optional<Mismatch> checkAxis(const Shape &x, int64_t axis) {
  if (axis >= 0 && axis < static_cast<int64_t>(x.size()))
    return std::nullopt;
  return Mismatch{"axis " + std::to_string(axis) + " is not in x " + str(x), 0};
}

/// ", which may be 9" where the value is not in the text itself.
std::string mayBe(const Dim &dim, const std::vector<DimRange> &ranges) {
  std::optional<int64_t> most = maximum(dim, ranges);
  if (!most || dim.isConstant())
    return "";
  return ", which may be " + std::to_string(*most);
}

Mismatch negative(const char *what, const Dim &dim) {
  return {std::string(what) + " " + dim.str() + " may be less than 0", 0};
}

/// A matrix's last two axes in the order of the product.
Shape oriented(Shape shape, bool transpose) {
  if (transpose && shape.size() >= 2)
    std::swap(shape[shape.size() - 1], shape[shape.size() - 2]);
  return shape;
}

} // namespace

Inferred matmul(const Shape &a, const Shape &b, bool transposeA,
                bool transposeB) {
  if (a.size() < 2)
    return Mismatch{
        "the left operand must be " +
            std::string(transposeA ? "[..., k, m]" : "[..., m, k]") +
            ", found " + str(a),
        0};
  if (b.size() < 2)
    return Mismatch{
        "the right operand must be " +
            std::string(transposeB ? "[..., n, k]" : "[..., k, n]") +
            ", found " + str(b),
        1};
  Shape left = oriented(a, transposeA), right = oriented(b, transposeB);
  if (left.back() != right[right.size() - 2])
    return Mismatch{"inner extents differ: " + left.back().str() + " against " +
                        right[right.size() - 2].str() + " in " + str(a) +
                        (transposeA ? " transposed" : "") + " and " + str(b) +
                        (transposeB ? " transposed" : ""),
                    0, 1};
  Inferred outer = broadcast(Shape(left.begin(), left.end() - 2),
                             Shape(right.begin(), right.end() - 2));
  if (!outer)
    return outer;
  outer.shape->push_back(left[left.size() - 2]);
  outer.shape->push_back(right.back());
  return outer;
}

Inferred rope(const Shape &x, const Shape &table, const Shape *positions) {
  if (x.size() != 4)
    return Mismatch{"x must be [batch, heads, length, width], found " + str(x),
                    0};
  if (table.size() != 2)
    return Mismatch{"the table must be [rows, width], found " + str(table), 1};
  std::optional<int64_t> turned = table[1].constant(), width = x[3].constant();
  if (!width)
    return Mismatch{
        "the width " + x[3].str() + " of x " + str(x) + " must be constant", 0};
  if (!turned || *turned % 2 != 0 || *turned < 2 || *turned > *width)
    return Mismatch{"the width " + table[1].str() +
                        " to be turned must be even and at most the width " +
                        x[3].str() + " of x " + str(x),
                    0, 1};
  if (!positions || *positions == Shape{x[2]} ||
      *positions == Shape{x[0], x[2]})
    return x;
  return Mismatch{"the positions must be " + str(Shape{x[0], x[2]}) + " or " +
                      str(Shape{x[2]}) + " for x " + str(x) + ", found " +
                      str(*positions),
                  2, 0};
}

std::optional<Mismatch> reachesPast(const Dim &offset, const Dim &length,
                                    const Dim &rows,
                                    const std::vector<DimRange> &ranges) {
  if (!provablyAtMost(0, offset, ranges))
    return negative("the offset", offset);
  Dim end = offset + length;
  if (provablyAtMost(end, rows, ranges))
    return std::nullopt;
  return Mismatch{"the positions end at " + end.str() + mayBe(end, ranges) +
                      ", the table has " + rows.str() + " rows",
                  1};
}

Inferred reshape(const Shape &x, const Shape &target) {
  Dim before = elementCount(x), after = elementCount(target);
  if (before == after)
    return target;
  return Mismatch{"x " + str(x) + " has " + before.str() + " elements, " +
                      str(target) + " has " + after.str(),
                  0};
}

Inferred transpose(const Shape &x, const std::vector<int64_t> &order) {
  std::vector<int64_t> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  bool isPermutation = sorted.size() == x.size();
  for (size_t i = 0; isPermutation && i < sorted.size(); ++i)
    isPermutation = sorted[i] == static_cast<int64_t>(i);
  if (!isPermutation)
    return Mismatch{"the order " + str(Shape(order.begin(), order.end())) +
                        " does not name each axis of x " + str(x) + " once",
                    0};
  Shape result;
  for (int64_t axis : order)
    result.push_back(x[axis]);
  return result;
}

Inferred concat(const std::vector<Shape> &parts, int64_t axis) {
  if (parts.empty())
    return Mismatch{"there is nothing to join"};
  if (std::optional<Mismatch> bad = checkAxis(parts[0], axis))
    return *bad;
  Shape result = parts[0];
  for (size_t i = 1; i < parts.size(); ++i) {
    Shape same = parts[i];
    if (same.size() == result.size())
      same[axis] = result[axis];
    if (same != result)
      return Mismatch{str(parts[0]) + " and " + str(parts[i]) +
                          " do not join along axis " + std::to_string(axis),
                      0, static_cast<int>(i)};
    result[axis] = result[axis] + parts[i][axis];
  }
  return result;
}

Inferred slice(const Shape &x, int64_t axis, const Dim &from, const Dim &length,
               const std::vector<DimRange> *ranges) {
  if (std::optional<Mismatch> bad = checkAxis(x, axis))
    return *bad;
  if (ranges) {
    Dim end = from + length;
    if (!provablyAtMost(0, from, *ranges))
      return negative("the start", from);
    if (!provablyAtMost(1, length, *ranges))
      return Mismatch{"the slice from " + from.str() + " to " + end.str() +
                          " of axis " + std::to_string(axis) +
                          " may have no element",
                      0};
    if (!provablyAtMost(end, x[axis], *ranges))
      return Mismatch{"the slice ends at " + end.str() + mayBe(end, *ranges) +
                          ", axis " + std::to_string(axis) + " of x " + str(x) +
                          " at " + x[axis].str(),
                      0};
  }
  Shape result = x;
  result[axis] = length;
  return result;
}

Inferred pad(const Shape &x, int64_t axis, const Dim &before, const Dim &after,
             const std::vector<DimRange> *ranges) {
  if (std::optional<Mismatch> bad = checkAxis(x, axis))
    return *bad;
  if (ranges && !provablyAtMost(0, before, *ranges))
    return negative("the padding before", before);
  if (ranges && !provablyAtMost(0, after, *ranges))
    return negative("the padding after", after);
  Shape result = x;
  result[axis] = before + x[axis] + after;
  return result;
}

Inferred broadcastTo(const Shape &x, const Shape &target) {
  Inferred both = broadcast(x, target);
  if (both && *both.shape == target)
    return target;
  return Mismatch{"x " + str(x) + " does not broadcast to " + str(target), 0};
}

} // namespace heddle::shape
