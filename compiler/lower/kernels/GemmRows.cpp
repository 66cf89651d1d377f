// What a product's kernel keeps in memory to read again: whole rows that a norm
// finishes, panels that meet another product.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/Gemm.h"

using namespace mlir;

namespace heddle::lower {

RowReader GemmLowering::rowOf(Func row) {
  if (!panelled)
    return flatRow(*builder, columnCount, columns, {"m"}, {-1},
                   [row](Expr index, const Point &outer) {
                     return row({index, outer[0]});
                   });
  RowReader reader;
  reader.outerDims = {"m"};
  reader.outerExtents = {-1};
  reader.lanes = panel;
  reader.reductions = [this] {
    return std::vector<Reduction>{
        {"rb", builder->index(0), builder->index(columns / panel)}};
  };
  reader.read = [row](Expr lane, const Point &reduced, const Point &outer) {
    return row({lane, reduced[0], outer[0]});
  };
  return reader;
}

/// Makes x a row func and reduces it.
LogicalResult GemmLowering::prepareRow(Operation *op, Value x) {
  builder->setLocation(op->getLoc());
  if (hasNorm || linears.size() > 1)
    return op->emitOpError("has no lowering: ")
           << (hasNorm ? "a second norm in one kernel"
                       : "a norm behind two products");
  hasNorm = true;
  // Tiles run past the last row; what they read there is thrown away.
  clampRows = true;
  Func row =
      builder->func({"row", schedule::Role::Row, dims(true), extents()},
                    [&](const Point &point) { return valueAt(x, point); });
  clampRows = false;
  rows[x] = row;
  RowReader reader = rowOf(rows[x]);
  moments[op] = normMoments(*builder, op, reader, toFloat(columnCount));
  return success();
}

/// Makes `value` a func that is computed for a panel and a block of rows.
void GemmLowering::keepPanel(Value value) {
  // Tiles run past the last row; what they read there is thrown away.
  clampRows = true;
  Func panel =
      builder->func({"panel", schedule::Role::Panel, dims(true), extents()},
                    [&](const Point &point) { return valueAt(value, point); });
  clampRows = false;
  rows[value] = panel;
}

} // namespace heddle::lower
