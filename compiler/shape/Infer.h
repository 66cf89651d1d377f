// The shape of every op's result, or why its operands do not fit. Shared by
// the language's checks and the verifiers of hgraph, so that there is one rule.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_SHAPE_INFER_H
#define HEDDLE_COMPILER_SHAPE_INFER_H

#include "compiler/shape/Dim.h"

namespace heddle::shape {

/// Why shapes do not fit, in words that name every shape involved.
struct Mismatch {
  std::string message; ///< No capital, no full stop.
  int operand = -1;    ///< Index of the operand at fault, -1 when none.
  int other = -1;      ///< Index of the one it disagrees with, -1 when none.
};

/// A result shape or a mismatch.
struct Inferred {
  std::optional<Shape> shape;
  Mismatch mismatch; ///< Meaningful when there is no shape.

  Inferred(Shape shape) : shape(std::move(shape)) {}
  Inferred(Mismatch mismatch) : mismatch(std::move(mismatch)) {}
  explicit operator bool() const { return shape.has_value(); }
};

/// How a linear's weight lies: [out, in] as PyTorch writes it, or [in, out].
enum class Layout { OutIn, InOut };

/// Numpy's rule, extents equal or 1, aligned at the last axis. Operands a, b.
Inferred broadcast(const Shape &a, const Shape &b);

/// x [..., in] times weight, plus bias [out] unless null: [..., out].
/// Operands x, weight, bias.
Inferred linear(const Shape &x, const Shape &weight, const Shape *bias,
                Layout layout);

/// a [..., M, K] times b [..., K, N], leading axes broadcast: [..., M, N]. The
/// last two axes of a transposed operand are swapped first.
Inferred matmul(const Shape &a, const Shape &b, bool transposeA = false,
                bool transposeB = false);

/// How a convolution's windows step: a number each spatial axis.
struct Windows {
  std::vector<int64_t> stride, padding, dilation;
  int64_t groups = 1;
};

/// What is wrong with the numbers themselves for so many spatial axes, in
/// words; empty when nothing is.
std::string checkWindows(const Windows &windows, size_t axes);

/// x [batch, groups * C, length...] under weight [out, C, kernel...], of which
/// every extent is constant, plus bias [out] unless null: [batch, out,
/// length...]. One or two lengths; a window must have place for every value of
/// the dims in `ranges`, where they are given (null: dims are taken to be large
/// enough). The numbers of `windows` are right. Operands x, weight, bias.
Inferred convolution(const Shape &x, const Shape &weight, const Shape *bias,
                     const Windows &windows,
                     const std::vector<DimRange> *ranges);

/// Rows of table [rows, width] by ids of any shape: [ids..., width].
/// Operands ids, table.
Inferred embed(const Shape &ids, const Shape &table);

/// Rows 0 .. length - 1 of table [rows, width]: [length, width], whether or
/// not the table has so many. Operand table.
Inferred firstRows(const Dim &length, const Shape &table);

/// As `firstRows`, where the table has so many: the length
/// must be at most `rows` for every value of the dims in `ranges`. Operand
/// table.
Inferred positions(const Dim &length, const Shape &table,
                   const std::vector<DimRange> &ranges);

/// Row `index` of table [rows, width]: [width]. Operand table.
Inferred row(const Shape &table, int64_t index);

/// Normalises the last axis of x [..., d]; weight [d], bias [d] unless null.
/// Operands x, weight, bias.
Inferred layerNorm(const Shape &x, const Shape &weight, const Shape *bias);

/// [B, T, H * D] to [B, H, T, D]. Operand x.
Inferred splitHeads(const Shape &x, int64_t heads);

/// [B, H, T, D] to [B, T, H * D]. Operand x.
Inferred mergeHeads(const Shape &x);

/// q [B, Hq, Tq, D], k [B, Hkv, Tk, D], v [B, Hkv, Tk, Dv], Hq a multiple of
/// Hkv: [B, Hq, Tq, Dv].
Inferred attention(const Shape &q, const Shape &k, const Shape &v);

/// The extents that b, h, q and k of a score run over, in this order; q and k
/// are those of an attention that fits.
Shape scoreExtents(const Shape &q, const Shape &k);

/// x as it is, which must have axis `axis` (0 is the outermost). Operand x.
Inferred alongAxis(const Shape &x, int64_t axis);

/// x [..., width] as it is, which must have an axis. Operand x.
Inferred alongLastAxis(const Shape &x);

/// Removes axis `axis`; with `keep` its extent becomes 1. Operand x.
Inferred reduce(const Shape &x, int64_t axis, bool keep = false);

/// As `reduce`, over the elements that `mask` selects: its extents are those
/// of x's axes from the first to `axis` or a later one. Operands x, mask.
Inferred reduceWhere(const Shape &x, int64_t axis, const Shape &mask,
                     bool keep = false);

/// The last axis of x becomes `k`, which must be at least 1 and at most its
/// extent for every value of the dims in `ranges`; null: a dim is taken to be
/// large enough. Operand x.
Inferred topK(const Shape &x, int64_t k, const std::vector<DimRange> *ranges);

/// Elements of x [..., N] by indices [..., K]: [..., K]. Operands x, indices.
Inferred take(const Shape &x, const Shape &indices);

/// Turns pairs of x [B, H, T, D] by rows of table [P, R], R even and at most D;
/// positions [B, T] or [T] unless null: x's shape. Operands x, table,
/// positions.
Inferred rope(const Shape &x, const Shape &table, const Shape *positions);

/// Why positions offset to offset + length - 1 may leave a table of `rows`
/// rows; nothing when they never do.
std::optional<Mismatch> reachesPast(const Dim &offset, const Dim &length,
                                    const Dim &rows,
                                    const std::vector<DimRange> &ranges);

/// The elements of x under `target`, as many for all values of the dims.
/// Operand x, as in all that follow.
Inferred reshape(const Shape &x, const Shape &target);

/// Axis i of the result is axis order[i] of x.
Inferred transpose(const Shape &x, const std::vector<int64_t> &order);

/// The parts joined along `axis`. Operands are the parts.
Inferred concat(const std::vector<Shape> &parts, int64_t axis);

/// Indices from to from + length - 1 of `axis`. Without ranges (null) the
/// bounds are not looked at.
Inferred slice(const Shape &x, int64_t axis, const Dim &from, const Dim &length,
               const std::vector<DimRange> *ranges);

/// `axis` made longer at both ends. Ranges as for `slice`.
Inferred pad(const Shape &x, int64_t axis, const Dim &before, const Dim &after,
             const std::vector<DimRange> *ranges);

/// x repeated to `target`, which x must broadcast to.
Inferred broadcastTo(const Shape &x, const Shape &target);

} // namespace heddle::shape

#endif // HEDDLE_COMPILER_SHAPE_INFER_H
