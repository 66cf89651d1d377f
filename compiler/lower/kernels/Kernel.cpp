// What all kernel families share: see Kernel.h.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/Kernel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <limits>

using namespace mlir;

namespace heddle::lower {

shape::Shape shapeOf(Value tensor) { return graph::shapeOf(tensor); }

OperandPlan plainPlan(Value tensor) {
  shape::Shape shape = shapeOf(tensor);
  return {shape::Shape(shape.rbegin(), shape.rend()), {}, {}};
}

bool isWeight(graph::OutlinedOp kernel, unsigned argument) {
  return bool(kernel.getArgAttr(argument, weightAttr));
}

namespace {

/// i1 tensors are stored as bytes.
Type storedType(Type element) {
  if (element.isInteger(1))
    return IntegerType::get(element.getContext(), 8);
  return element;
}

halide::BufferType bufferType(const shape::Shape &view, Type element) {
  SmallVector<int64_t> extents;
  for (const shape::Dim &dim : view)
    extents.push_back(dim.constant().value_or(ShapedType::kDynamic));
  return halide::BufferType::get(element.getContext(), extents,
                                 storedType(element));
}

Type elementType(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getElementType();
}

SmallVector<Type> argumentTypes(graph::OutlinedOp kernel,
                                const std::vector<OperandPlan> &inputs,
                                const std::vector<ExtraWeight> &extras) {
  SmallVector<Type> types;
  for (auto [argument, plan] :
       llvm::zip(kernel.getBody().getArguments(), inputs))
    types.push_back(bufferType(
        plan.view, plan.element ? plan.element : elementType(argument)));
  for (const ExtraWeight &extra : extras)
    types.push_back(bufferType(extra.plan.view, extra.plan.element));
  return types;
}

} // namespace

KernelBuilder::KernelBuilder(ModuleOp module, graph::OutlinedOp kernel,
                             const std::string &name,
                             const std::vector<OperandPlan> &inputs,
                             const std::optional<KernelSize> &limit,
                             const std::vector<ExtraWeight> &extras)
    : PipelineBuilder(module, kernel.getLoc(), name,
                      argumentTypes(kernel, inputs, extras)),
      outlined(kernel), ranges(kernel.dimRanges()) {
  for (const OperandPlan &plan : inputs)
    views.push_back(plan.view);
  for (const ExtraWeight &extra : extras)
    views.push_back(extra.plan.view);
  for (auto [i, view] : llvm::enumerate(views)) {
    SmallVector<int64_t> most;
    for (const shape::Dim &dim : view) {
      std::optional<int64_t> largest = shape::maximum(dim, ranges);
      if (limit && dim == limit->size)
        largest = std::min(limit->few, largest.value_or(limit->few));
      most.push_back(largest.value_or(0));
    }
    pipeline().setArgAttr(i, "halide.max_extents",
                          builder().getDenseI64ArrayAttr(most));
  }
}

Expr KernelBuilder::dimValue(const shape::Dim &dim) {
  if (std::optional<int64_t> constant = dim.constant())
    return index(*constant);
  for (auto [i, view] : llvm::enumerate(views))
    for (size_t axis = 0; axis < view.size(); ++axis)
      if (view[axis] == dim)
        return extent(pipeline().getBody().getArgument(i), axis);
  auto known = llvm::find(scalarDims, dim);
  unsigned position = views.size() + (known - scalarDims.begin());
  if (known == scalarDims.end()) {
    scalarDims.push_back(dim);
    (void)pipeline().insertArgument(position, builder().getI32Type(), {},
                                    location());
    if (std::optional<int64_t> most = shape::maximum(dim, ranges))
      pipeline().setArgAttr(position, "halide.max",
                            builder().getI64IntegerAttr(*most));
  }
  return wrap(pipeline().getBody().getArgument(position));
}

Value KernelBuilder::bufferOf(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument || argument.getOwner() != &outlined.getBody().front())
    return {};
  return pipeline().getBody().getArgument(argument.getArgNumber());
}

Value KernelBuilder::extraBuffer(unsigned index) {
  unsigned inputs = outlined.getBody().getNumArguments();
  return pipeline().getBody().getArgument(inputs + index);
}

void KernelBuilder::finish(Func func, const OperandPlan &plan) {
  SmallVector<Type> buffers;
  for (Value result : outlined.returned())
    buffers.push_back(bufferType(plan.view, elementType(result)));
  output(func, buffers);
}

void KernelBuilder::finish(
    const OperandPlan &plan, const std::vector<std::string> &dims,
    const std::vector<int64_t> &extents,
    const std::function<Expr(Value, const Point &)> &value) {
  SmallVector<Type> elements;
  for (Value result : outlined.returned())
    elements.push_back(elementType(result));
  setLocation(outlined.returned()[0].getLoc());
  Func out = tuple({"out", schedule::Role::Output, dims, extents}, elements,
                   [&](const Point &point) {
                     std::vector<Expr> values;
                     for (Value result : outlined.returned())
                       values.push_back(value(result, point));
                     return values;
                   });
  finish(out, plan);
}

Expr KernelBuilder::element(Value argument, const Point &point) {
  Expr value = load(bufferOf(argument), point);
  return elementType(argument).isInteger(1) ? isNonZero(value) : value;
}

namespace {

/// Elements [first, last) of `values` at `index`, halved until all are equal.
Expr choose(PipelineBuilder &builder, ArrayRef<Attribute> values, size_t first,
            size_t last, Expr index) {
  ArrayRef<Attribute> range = values.slice(first, last - first);
  if (llvm::all_equal(range))
    return builder.wrap(arith::ConstantOp::create(
        builder.builder(), builder.location(), cast<TypedAttr>(range[0])));
  size_t middle = (first + last) / 2;
  Expr low = choose(builder, values, first, middle, index);
  Expr high = choose(builder, values, middle, last, index);
  return select(index < double(middle), low, high);
}

} // namespace

Expr literalAt(PipelineBuilder &builder, Value value, Expr index) {
  auto constant = value.getDefiningOp<graph::ConstantOp>();
  if (!constant)
    return {};
  auto elements = cast<DenseElementsAttr>(constant.getValue());
  if (elements.isSplat())
    return choose(builder, elements.getSplatValue<Attribute>(), 0, 1, index);
  SmallVector<Attribute> values(elements.getValues<Attribute>());
  return choose(builder, values, 0, values.size(), index);
}

Expr literalAt(PipelineBuilder &builder, Value value, const Point &point) {
  if (!value.getDefiningOp<graph::ConstantOp>())
    return {};
  Expr index = builder.index(0);
  for (auto [position, extent] : llvm::zip(point, shapeOf(value)))
    index = index * double(*extent.constant()) + position;
  return literalAt(builder, value, index);
}

RowReader
flatRow(PipelineBuilder &builder, Expr extent, std::optional<int64_t> constant,
        const std::vector<std::string> &outerDims,
        const std::vector<int64_t> &outerExtents,
        const std::function<Expr(Expr index, const Point &outer)> &at) {
  int64_t lanes = schedule::rowLanes;
  // Sums that do not wait for each other: see schedules/README.md.
  while (constant && lanes < schedule::mostRowLanes &&
         *constant % (2 * lanes) == 0)
    lanes *= 2;
  RowReader row;
  row.lanes = lanes;
  row.outerDims = outerDims;
  row.outerExtents = outerExtents;
  Expr steps = floorDiv(extent + double(lanes - 1), lanes);
  if (constant)
    steps = builder.index((*constant + lanes - 1) / lanes);
  row.reductions = [&builder, steps] {
    return std::vector<Reduction>{{"r", builder.index(0), steps}};
  };
  auto index = [lanes](Expr lane, const Point &reduced) {
    return lane + reduced[0] * double(lanes);
  };
  bool whole = constant && *constant % lanes == 0;
  row.read = [=](Expr lane, const Point &reduced, const Point &outer) {
    Expr i = index(lane, reduced);
    return at(whole ? i : min(i, extent - 1.0), outer);
  };
  if (!whole)
    row.live = [=](Expr lane, const Point &reduced) {
      return index(lane, reduced) < extent;
    };
  return row;
}

Func reduceRow(
    PipelineBuilder &builder, const std::string &name, const RowReader &row,
    Combine combine,
    const std::function<Expr(Expr element, const Point &outer)> &term) {
  // Not -inf: an element that is would make NaN of their difference.
  double start = combine == Combine::Sum
                     ? 0.0
                     : -double(std::numeric_limits<float>::max());
  auto join = [combine](Expr a, Expr b) {
    return combine == Combine::Sum ? a + b : maxOfNumbers(a, b);
  };
  std::vector<std::string> laneDims = {"v"};
  std::vector<int64_t> laneExtents = {row.lanes};
  laneDims.insert(laneDims.end(), row.outerDims.begin(), row.outerDims.end());
  laneExtents.insert(laneExtents.end(), row.outerExtents.begin(),
                     row.outerExtents.end());
  auto initial = [&](const Point &) { return builder.real(start); };
  Func lanes = builder.func(
      {name + "_lanes", schedule::Role::Lanes, laneDims, laneExtents}, initial);
  builder.update(
      lanes, row.reductions(), [&](const Point &pure, const Point &reduced) {
        Point outer(pure.begin() + 1, pure.end());
        Expr value = term(row.read(pure[0], reduced, outer), outer);
        if (row.live)
          value =
              select(row.live(pure[0], reduced), value, builder.real(start));
        return Store{pure, join(lanes(pure), value)};
      });
  Func total = builder.func(
      {name, schedule::Role::Scalar, row.outerDims, row.outerExtents}, initial);
  builder.update(total, {{"rv", builder.index(0), builder.index(row.lanes)}},
                 [&](const Point &pure, const Point &reduced) {
                   Point lane = {reduced[0]};
                   lane.insert(lane.end(), pure.begin(), pure.end());
                   return Store{pure, join(total(pure), lanes(lane))};
                 });
  return total;
}

RowMoments rowMoments(PipelineBuilder &builder, const RowReader &row,
                      Expr count, double eps) {
  auto scalar = [&](const std::string &name,
                    const std::function<Expr(const Point &)> &body) {
    return builder.func(
        {name, schedule::Role::Scalar, row.outerDims, row.outerExtents}, body);
  };
  Func sum = reduceRow(builder, "row_sum", row, Combine::Sum,
                       [](Expr element, const Point &) { return element; });
  // Exact for a row of equal elements, by no reciprocal of a constant count:
  // what is left of their difference is divided by the root of eps.
  Func mean = scalar("row_mean",
                     [&](const Point &p) { return strict(sum(p) / count); });
  Func squares = reduceRow(builder, "row_squares", row, Combine::Sum,
                           [&](Expr element, const Point &outer) {
                             Expr difference = element - mean(outer);
                             return difference * difference;
                           });
  Func scale = scalar("row_scale", [&](const Point &p) {
    return builder.real(1.0) / squareRoot(squares(p) / count + eps);
  });
  return {mean, scale};
}

/// The sum of a row's squares.
static Func rowSquares(PipelineBuilder &builder, const RowReader &row) {
  return reduceRow(
      builder, "row_squares", row, Combine::Sum,
      [](Expr element, const Point &) { return element * element; });
}

Func rowInverseNorm(PipelineBuilder &builder, const RowReader &row,
                    double eps) {
  Func squares = rowSquares(builder, row);
  return builder.func(
      {"row_scale", schedule::Role::Scalar, row.outerDims, row.outerExtents},
      [&](const Point &p) {
        return builder.real(1.0) /
               max(squareRoot(squares(p)), builder.real(eps));
      });
}

Func rowInverseRms(PipelineBuilder &builder, const RowReader &row, Expr count,
                   double eps) {
  Func squares = rowSquares(builder, row);
  return builder.func(
      {"row_scale", schedule::Role::Scalar, row.outerDims, row.outerExtents},
      [&](const Point &p) {
        return builder.real(1.0) / squareRoot(squares(p) / count + eps);
      });
}

bool isRowNorm(Operation *op) {
  return isa<graph::LayerNormOp, graph::RmsNormOp, graph::L2NormalizeOp>(op);
}

RowMoments normMoments(PipelineBuilder &builder, Operation *norm,
                       const RowReader &row, Expr count) {
  if (auto layer = dyn_cast<graph::LayerNormOp>(norm))
    return rowMoments(builder, row, count, layer.epsilon());
  if (auto rms = dyn_cast<graph::RmsNormOp>(norm))
    return {{}, rowInverseRms(builder, row, count, rms.epsilon())};
  double eps = cast<graph::L2NormalizeOp>(norm).epsilon();
  return {{}, rowInverseNorm(builder, row, eps)};
}

Expr applyNorm(Operation *norm, Expr x, const RowMoments &moments,
               const Point &row, const std::function<Expr(Value)> &parameter) {
  if (moments.mean.owner)
    x = x - moments.mean(row);
  x = x * moments.scale(row);
  for (auto [i, operand] : llvm::enumerate(norm->getOperands().drop_front()))
    x = i == 0 ? x * parameter(operand) : x + parameter(operand);
  return x;
}

} // namespace heddle::lower
