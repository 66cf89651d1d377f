// Products of numbers that are rounded to bf16 or int8 first.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/Gemm.h"

using namespace mlir;

namespace heddle::lower {

namespace {

/// Whole numbers of a scale on either side of 0; unsigned ones are 128 more.
constexpr double largestInt8 = 127, unsignedInt8 = 128;

} // namespace

/// x [k, m] rounded to bf16, and as f32 again: a schedule can have either in
/// memory, as dot products read the one, f32 multiply-adds the other.
Func GemmLowering::roundedRows() {
  Value x = builder->bufferOf(input);
  bool isBf16 = cast<halide::BufferType>(x.getType()).getElementType().isBF16();
  int64_t depth = (inner + group - 1) / group * group;
  auto rounded = [&](const Point &point) {
    Expr k = point[0], row = min(point[1], lastRow);
    if (inner % group == 0)
      return isBf16 ? builder->load(x, {k, row}) : toBf16(inputAt(k, row));
    Expr last = builder->index(inner - 1);
    Expr value = inputAt(min(k, last), row);
    return toBf16(select(k <= last, value, builder->real(0.0)));
  };
  Func narrow = builder->func({"narrow",
                               schedule::Role::Narrow,
                               {"k", "m"},
                               {depth, -1},
                               {},
                               builder->builder().getBF16Type()},
                              rounded);
  return builder->func(
      {"wide", schedule::Role::Wide, {"k", "m"}, {depth, -1}},
      [&](const Point &point) { return fromBf16(narrow(point)); });
}

/// 128 more than the nearest integer of a number of at most 127, ties to even.
/// Floats between 2^23 and 2^24 are the integers, and their last bytes count
/// on: added to one whose last byte is 128, a number is rounded into that byte.
static Expr unsignedByte(Expr value) {
  constexpr double floatsAreIntegers = 3 << 22; // 1.5 * 2^23
  return toByte(floatToBits(value + (floatsAreIntegers + unsignedInt8)));
}

/// The scale of a row of x: NaN or infinite where an element is.
Expr GemmLowering::scaleOfRow(Expr row) {
  constexpr double tiny = 1e-30; // a row of zeros has a scale too
  Expr largest = max(bitsToFloat(range({row})), builder->real(tiny));
  return largest * (1 / largestInt8);
}

/// x [k, m] in whole multiples of its row's scale, 128 more, as bytes. The
/// largest magnitude is found among the bits, which order as the numbers do and
/// have NaN last.
Func GemmLowering::quantisedRows() {
  constexpr int64_t lanes = 16, magnitude = 0x7fffffff;
  Type i32 = builder->builder().getI32Type();
  auto element = [&](Expr k, Expr m) {
    return inputAt(min(k, builder->index(inner - 1)), min(m, lastRow));
  };
  auto zero = [&](const Point &) { return builder->index(0); };
  Func byLane = builder->func({"range_lanes",
                               schedule::Role::RangeLanes,
                               {"v", "m"},
                               {lanes, -1},
                               {},
                               i32},
                              zero);
  builder->update(
      byLane,
      {{"r", builder->index(0), builder->index((inner + lanes - 1) / lanes)}},
      [&](const Point &pure, const Point &reduced) {
        Expr bits =
            floatToBits(element(reduced[0] * double(lanes) + pure[0], pure[1]));
        return Store{pure, max(byLane(pure), bits & builder->index(magnitude))};
      });
  range = builder->func({"range", schedule::Role::Range, {"m"}, {-1}, {}, i32},
                        zero);
  builder->update(
      range, {{"rv", builder->index(0), builder->index(lanes)}},
      [&](const Point &pure, const Point &reduced) {
        return Store{pure, max(range(pure), byLane({reduced[0], pure[0]}))};
      });
  Func inverse = builder->func(
      {"inverse", schedule::Role::Range, {"m"}, {-1}},
      [&](const Point &p) { return builder->real(1.0) / scaleOfRow(p[0]); });
  int64_t depth = (inner + group - 1) / group * group;
  return builder->func({"narrow",
                        schedule::Role::Narrow,
                        {"k", "m"},
                        {depth, -1},
                        {},
                        builder->builder().getI8Type()},
                       [&](const Point &p) {
                         Expr scaled = element(p[0], p[1]) * inverse({p[1]});
                         return unsignedByte(scaled);
                       });
}

/// The same of rounded numbers, group by group: sums of f32, or of integers
/// that the left operand's 128 too many add to.
Func GemmLowering::accumulateGroups(graph::LinearOp product) {
  Value weight = builder->bufferOf(product.getWeight());
  int64_t groups = (inner + group - 1) / group;
  int64_t panels = (columns + panel - 1) / panel;
  if (!rounded) // products of one input read the same rows
    rounded = isInt8 ? quantisedRows() : roundedRows();
  Func left = *rounded;
  schedule::Role role = schedule::Role::Accumulator;
  FuncSpec spec{"acc", role, {"n", "nb", "m"}, {panel, panels, -1}};
  if (isInt8)
    spec.element = builder->builder().getI32Type();
  Func sum = builder->func(spec, [&](const Point &) {
    return isInt8 ? builder->index(0) : builder->real(0.0);
  });
  builder->update(
      sum,
      {{"kp", builder->index(0), builder->index(group)},
       {"k", builder->index(0), builder->index(groups)}},
      [&](const Point &pure, const Point &reduced) {
        Expr a = left({reduced[1] * double(group) + reduced[0], pure[2]});
        Expr b =
            builder->load(weight, {reduced[0], pure[0], reduced[1], pure[1]});
        Expr term =
            isInt8 ? fromUnsignedByte(a) * fromByte(b) : a * fromBf16(b);
        return Store{pure, sum(pure) + term};
      });
  return sum;
}

} // namespace heddle::lower
