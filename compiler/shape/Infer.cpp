// Shape rules of the ops; each message names the shapes and the extents.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/shape/Infer.h"

#include <algorithm>

namespace heddle::shape {
namespace {

Mismatch rankMismatch(const char *what, const Shape &found,
                      const char *expected, int operand) {
  return {std::string(what) + " must be " + expected + ", found " + str(found),
          operand};
}

/// "3 query heads" for constants, "seq query heads" otherwise.
std::string counted(const Dim &dim, const char *noun) {
  return dim.str() + " " + noun;
}

Mismatch disagree(const char *what, const std::string &left,
                  const std::string &right, const Shape &a, const Shape &b,
                  int operand, int other) {
  return {std::string(what) + ": " + left + " against " + right + " in " +
              str(a) + " and " + str(b),
          operand, other};
}

} // namespace

Inferred broadcast(const Shape &a, const Shape &b) {
  size_t rank = std::max(a.size(), b.size());
  Shape result(rank);
  for (size_t i = 0; i < rank; ++i) {
    // i counts from the last axis, where the shapes are aligned.
    Dim left = i < a.size() ? a[a.size() - 1 - i] : Dim(1);
    Dim right = i < b.size() ? b[b.size() - 1 - i] : Dim(1);
    if (left != right && left != Dim(1) && right != Dim(1))
      return Mismatch{"shapes " + str(a) + " and " + str(b) +
                          " do not broadcast: " + left.str() + " against " +
                          right.str(),
                      0, 1};
    result[rank - 1 - i] = left == Dim(1) ? right : left;
  }
  return result;
}

Inferred linear(const Shape &x, const Shape &weight, const Shape *bias,
                Layout layout) {
  const char *order = layout == Layout::OutIn ? "[out, in]" : "[in, out]";
  if (x.empty())
    return rankMismatch("x", x, "[..., in]", 0);
  if (weight.size() != 2)
    return rankMismatch("the weight", weight, order, 1);
  const Dim &in = weight[layout == Layout::OutIn ? 1 : 0];
  const Dim &out = weight[layout == Layout::OutIn ? 0 : 1];
  if (x.back() != in)
    return Mismatch{
        "x " + str(x) + " has " + counted(x.back(), "features, the weight ") +
            str(weight) + ", read as " + order + ", takes " + in.str(),
        0, 1};
  if (bias && *bias != Shape{out})
    return Mismatch{"the bias must be " + str(Shape{out}) + " for the weight " +
                        str(weight) + ", found " + str(*bias),
                    2, 1};
  Shape result(x.begin(), x.end() - 1);
  result.push_back(out);
  return result;
}

Inferred embed(const Shape &ids, const Shape &table) {
  if (table.size() != 2)
    return rankMismatch("the table", table, "[rows, width]", 1);
  Shape result = ids;
  result.push_back(table[1]);
  return result;
}

Inferred firstRows(const Dim &length, const Shape &table) {
  if (table.size() != 2)
    return rankMismatch("the table", table, "[rows, width]", 0);
  return Shape{length, table[1]};
}

Inferred positions(const Dim &length, const Shape &table,
                   const std::vector<DimRange> &ranges) {
  Inferred rows = firstRows(length, table);
  if (rows && !provablyAtMost(length, table[0], ranges)) {
    std::optional<int64_t> most = maximum(length, ranges);
    std::string bound = most && !length.isConstant()
                            ? ", which may be " + std::to_string(*most)
                            : "";
    return Mismatch{"the table " + str(table) + " has " +
                        counted(table[0], "rows, too few for the length ") +
                        length.str() + bound,
                    0};
  }
  return rows;
}

Inferred row(const Shape &table, int64_t index) {
  if (table.size() != 2)
    return rankMismatch("the table", table, "[rows, width]", 0);
  std::optional<int64_t> rows = table[0].constant();
  if (!rows || index < 0 || index >= *rows)
    return Mismatch{"row " + std::to_string(index) + " is not in the table " +
                        str(table) + " of " + counted(table[0], "rows"),
                    0};
  return Shape{table[1]};
}

Inferred layerNorm(const Shape &x, const Shape &weight, const Shape *bias) {
  if (x.empty())
    return rankMismatch("x", x, "[..., features]", 0);
  Shape expected = {x.back()};
  if (weight != expected)
    return Mismatch{"the weight must be " + str(expected) + " for x " + str(x) +
                        ", found " + str(weight),
                    1, 0};
  if (bias && *bias != expected)
    return Mismatch{"the bias must be " + str(expected) + " for x " + str(x) +
                        ", found " + str(*bias),
                    2, 0};
  return x;
}

Inferred splitHeads(const Shape &x, int64_t heads) {
  if (x.size() != 3)
    return rankMismatch("x", x, "[batch, length, features]", 0);
  std::optional<Dim> width =
      heads >= 1 ? Dim::divideExactly(x[2], heads) : std::nullopt;
  if (!width)
    return Mismatch{"the " + x[2].str() + " features of x " + str(x) +
                        " do not divide into " + std::to_string(heads) +
                        " heads",
                    0};
  return Shape{x[0], heads, x[1], *width};
}

Inferred mergeHeads(const Shape &x) {
  if (x.size() != 4)
    return rankMismatch("x", x, "[batch, heads, length, width]", 0);
  std::optional<Dim> features = Dim::multiply(x[1], x[3]);
  if (!features)
    return Mismatch{"the heads of x " + str(x) +
                        " merge into more features than 64 bits count",
                    0};
  return Shape{x[0], x[2], *features};
}

Inferred attention(const Shape &q, const Shape &k, const Shape &v) {
  const Shape *operands[] = {&q, &k, &v};
  const char *names[] = {"q", "k", "v"};
  for (int i = 0; i < 3; ++i)
    if (operands[i]->size() != 4)
      return rankMismatch(names[i], *operands[i],
                          "[batch, heads, length, width]", i);
  if (q[0] != k[0])
    return disagree("batches of q and k differ", q[0].str(), k[0].str(), q, k,
                    0, 1);
  if (k[0] != v[0])
    return disagree("batches of k and v differ", k[0].str(), v[0].str(), k, v,
                    1, 2);
  if (q[3] != k[3])
    return disagree("widths of q and k differ", q[3].str(), k[3].str(), q, k, 0,
                    1);
  if (k[1] != v[1])
    return disagree("heads of k and v differ", k[1].str(), v[1].str(), k, v, 1,
                    2);
  if (k[2] != v[2])
    return disagree("lengths of k and v differ", k[2].str(), v[2].str(), k, v,
                    1, 2);
  if (!Dim::divideExactly(q[1], k[1]))
    return disagree("query heads are no multiple of key heads", q[1].str(),
                    k[1].str(), q, k, 0, 1);
  return Shape{q[0], q[1], q[2], v[3]};
}

Shape scoreExtents(const Shape &q, const Shape &k) {
  return {q[0], q[1], q[2], k[2]};
}

Inferred alongAxis(const Shape &x, int64_t axis) {
  if (axis < 0 || axis >= static_cast<int64_t>(x.size()))
    return Mismatch{"axis " + std::to_string(axis) + " is not in x " + str(x),
                    0};
  return x;
}

Inferred alongLastAxis(const Shape &x) {
  if (x.empty())
    return rankMismatch("x", x, "[..., width]", 0);
  return x;
}

Inferred reduce(const Shape &x, int64_t axis, bool keep) {
  Inferred result = alongAxis(x, axis);
  if (!result)
    return result;
  if (keep)
    (*result.shape)[axis] = 1;
  else
    result.shape->erase(result.shape->begin() + axis);
  return result;
}

Inferred reduceWhere(const Shape &x, int64_t axis, const Shape &mask,
                     bool keep) {
  Inferred result = reduce(x, axis, keep);
  if (!result)
    return result;
  bool covers = static_cast<int64_t>(mask.size()) > axis &&
                mask.size() <= x.size() &&
                std::equal(mask.begin(), mask.end(), x.begin());
  if (covers)
    return result;
  Shape least(x.begin(), x.begin() + axis + 1);
  bool isAll = least.size() == x.size();
  return Mismatch{"the mask must be " + str(least) +
                      (isAll ? "" : ", or have more axes of x,") +
                      " for axis " + std::to_string(axis) + " of x " + str(x) +
                      ", found " + str(mask),
                  1, 0};
}

Inferred topK(const Shape &x, int64_t k, const std::vector<DimRange> *ranges) {
  if (x.empty())
    return rankMismatch("x", x, "[..., length]", 0);
  bool isKnown = ranges || x.back().isConstant();
  std::vector<DimRange> none;
  bool fits = k >= 1 && (!isKnown ||
                         provablyAtMost(k, x.back(), ranges ? *ranges : none));
  if (!fits)
    return Mismatch{"k is " + std::to_string(k) + ", not in 1 to the length " +
                        x.back().str() + " of x " + str(x) +
                        (x.back().isConstant() ? "" : " for every dim"),
                    0};
  Shape result = x;
  result.back() = k;
  return result;
}

Inferred take(const Shape &x, const Shape &indices) {
  if (x.empty())
    return rankMismatch("x", x, "[..., length]", 0);
  bool fits = indices.size() == x.size() &&
              std::equal(x.begin(), x.end() - 1, indices.begin());
  if (fits)
    return indices;
  return Mismatch{"the indices must be the axes of x " + str(x) +
                      " with any last one, found " + str(indices),
                  1, 0};
}

} // namespace heddle::shape
