// Kernels computed row by row: element-wise chains, gathers, norms, reductions,
// softmax, and any single op. Any rank; the innermost axis is the row.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/Rows.h"

#include "mlir/IR/BuiltinOps.h"
#include "schedules/cpu/Rows.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace heddle::lower {

std::vector<std::string> dimNames(size_t rank) {
  std::vector<std::string> names;
  for (size_t i = 0; i < rank; ++i)
    names.push_back("d" + std::to_string(i));
  return names;
}

std::vector<int64_t> extentsOf(Value tensor) {
  std::vector<int64_t> extents;
  for (const shape::Dim &dim : shapeOf(tensor))
    extents.insert(extents.begin(), dim.constant().value_or(-1));
  return extents;
}

Point reversed(const Point &point) {
  return Point(point.rbegin(), point.rend());
}

/// True for an argument that the kernel reads through reshapes of one type.
static bool readsReshaped(Value value) {
  if (!isa<BlockArgument>(value))
    return false;
  return llvm::all_of(value.getUsers(), [&](Operation *user) {
    return isa<graph::ReshapeOp>(user) &&
           user->getResultTypes() == (*value.user_begin())->getResultTypes();
  });
}

Expr RowsLowering::extentOf(Value value, unsigned axis) {
  return builder.dimValue(shapeOf(value)[axis]);
}

Func RowsLowering::materialize(Value value) {
  size_t rank = shapeOf(value).size();
  Type element = cast<RankedTensorType>(value.getType()).getElementType();
  Func func = builder.func(
      {"row",
       schedule::Role::Row,
       dimNames(rank),
       extentsOf(value),
       {},
       element},
      [&](const Point &point) { return valueAt(value, reversed(point)); });
  rows[value] = func;
  return func;
}

void RowsLowering::settle(Value value) {
  if (!builder.bufferOf(value) && !rows.contains(value))
    materialize(value);
}

RowReader RowsLowering::rowOf(Value value) {
  settle(value);
  shape::Shape shape = shapeOf(value);
  std::vector<std::string> names = dimNames(shape.size());
  std::vector<int64_t> extents = extentsOf(value);
  names.erase(names.begin());
  extents.erase(extents.begin());
  return flatRow(builder, extentOf(value, shape.size() - 1),
                 shape.back().constant(), names, extents,
                 [this, value](Expr index, const Point &outer) {
                   Point point = reversed(outer);
                   point.push_back(index);
                   return valueAt(value, point);
                 });
}

/// Products as they come: for what has no packed weight.
void RowsLowering::prepareLinear(graph::LinearOp op) {
  Value result = op.getOutput();
  size_t rank = shapeOf(result).size();
  bool outIn = op.getLayout() == graph::Layout::OutIn;
  Expr length = extentOf(op.getX(), rank - 1);
  bool isBf16 = op.precision() == graph::Precision::BF16;
  auto factor = [isBf16](Expr value) {
    return isBf16 ? fromBf16(toBf16(value)) : value;
  };
  Func sum = builder.func(
      {"product", schedule::Role::RowSum, dimNames(rank), extentsOf(result)},
      [&](const Point &) { return builder.real(0.0); });
  builder.update(sum, {{"k", builder.index(0), length}},
                 [&](const Point &pure, const Point &reduced) {
                   Point x = reversed(pure), weight = {pure[0], reduced[0]};
                   if (!outIn)
                     std::swap(weight[0], weight[1]);
                   x.back() = reduced[0];
                   return Store{
                       pure,
                       sum(pure) + factor(valueAt(op.getX(), x)) *
                                       factor(valueAt(op.getWeight(), weight))};
                 });
  rows[result] = sum;
  if (op.getBias())
    rows[result] = builder.func(
        {"row", schedule::Role::Row, dimNames(rank), extentsOf(result)},
        [&](const Point &point) {
          return sum(point) + valueAt(op.getBias(), {point[0]});
        });
}

LogicalResult RowsLowering::prepare(Operation *op) {
  builder.setLocation(op->getLoc());
  if (isRowNorm(op))
    prepareNorm(op);
  else if (graph::reductionOf(op))
    prepareReduction(op);
  else if (isa<graph::SoftmaxOp, graph::LogSoftmaxOp>(op))
    prepareSoftmax(op);
  else if (auto linear = dyn_cast<graph::LinearOp>(op);
           linear && linear.precision() == graph::Precision::Int8)
    return op->emitOpError("computes in int8 without a weight that can be "
                           "packed; expected f32 or bf16");
  else if (linear)
    prepareLinear(linear);
  else if (auto product = dyn_cast<graph::MatmulOp>(op))
    rows[product.getOutput()] = matmulSums(builder, product, reader());
  else if (auto topK = dyn_cast<graph::TopKOp>(op))
    prepareTopK(topK);
  else if (auto reshape = dyn_cast<graph::ReshapeOp>(op);
           reshape && !readsReshaped(reshape.getX()))
    return op->emitOpError("has no lowering: a kernel reads an input reshaped "
                           "or as it is");
  else if (!graph::isElementwise(op) && !graph::movesElements(op) &&
           !isa<graph::EmbedOp, graph::PositionsOp, graph::RowOp,
                graph::SplitHeadsOp, graph::MergeHeadsOp, graph::TakeOp,
                graph::RopeOp, graph::DropoutOp, graph::ReshapeOp,
                graph::ConstantOp, graph::ReturnOp>(op))
    return op->emitOpError("has no lowering in a kernel of rows");
  return success();
}

/// An operand of an element-wise op at a point of its result, as numpy
/// broadcasts: aligned at the last axis, extent 1 repeats.
Expr RowsLowering::broadcastAt(Value operand, const Point &point) {
  return valueAt(operand, broadcastPoint(builder, shapeOf(operand), point));
}

Expr RowsLowering::gatherAt(graph::EmbedOp op, const Point &point) {
  Point tokens(point.begin(), point.end() - 1);
  Expr token = valueAt(op.getTokens(), tokens);
  Expr last = extentOf(op.getTable(), 0) - 1.0;
  return valueAt(op.getTable(),
                 {clamp(token, builder.index(0), last), point.back()});
}

Expr RowsLowering::valueAt(Value value, const Point &point) {
  if (builder.bufferOf(value))
    return builder.element(value, reversed(point));
  if (auto func = rows.find(value); func != rows.end()) {
    Point at = point;
    std::optional<graph::ReductionView> view =
        graph::reductionOf(value.getDefiningOp());
    if (view && view->keep) // the func lacks the axis
      at.erase(at.begin() + view->axis);
    return func->second(reversed(at));
  }
  if (Expr literal = literalAt(builder, value, point); literal.value)
    return literal;
  Operation *op = value.getDefiningOp();
  if (auto reshape = dyn_cast<graph::ReshapeOp>(op)) // the view is the result's
    return builder.element(reshape.getX(), reversed(point));
  if (Expr moved = movedAt(builder, op, point, reader()); moved.value)
    return moved;
  return llvm::TypeSwitch<Operation *, Expr>(op)
      .Case<graph::EmbedOp>(
          [&](graph::EmbedOp embed) { return gatherAt(embed, point); })
      .Case<graph::PositionsOp>([&](graph::PositionsOp positions) {
        return valueAt(positions.getTable(), point);
      })
      .Case<graph::RowOp>([&](graph::RowOp row) {
        Point at = point;
        at.insert(at.begin(), builder.index(row.getIndex()));
        return valueAt(row.getTable(), at);
      })
      .Case<graph::RopeOp>([&](graph::RopeOp rope) {
        return turnedAt(builder, rope, point, reader());
      })
      .Case<graph::SoftmaxOp, graph::LogSoftmaxOp>(
          [&](auto) { return softmaxAt(op, point); })
      .Case<graph::TakeOp>(
          [&](graph::TakeOp take) { return takeAt(take, point); })
      .Default([&](Operation *) {
        if (isRowNorm(op))
          return normAt(op, point);
        std::vector<Expr> operands;
        for (Value operand : op->getOperands())
          operands.push_back(broadcastAt(operand, point));
        return applyElementwise(op, operands);
      });
}

FailureOr<KernelPlan> lowerRows(ModuleOp module, graph::OutlinedOp kernel) {
  KernelPlan plan;
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    Value seen = argument;
    if (!argument.use_empty() && readsReshaped(argument))
      seen = argument.user_begin()->getResult(0);
    plan.inputs.push_back(plainPlan(seen));
  }
  Value result = kernel.returned()[0];
  plan.output = plainPlan(result);

  KernelBuilder builder(module, kernel, kernel.getSymName().str(), plan.inputs);
  RowsLowering lowering(builder, kernel);
  plan.flops = shape::Dim(0);
  for (Operation &op : kernel.getBody().front())
    if (failed(lowering.prepare(&op)))
      return failure();
  int64_t vector = schedule::rowLanes;
  for (graph::RopeOp rope : kernel.getBody().getOps<graph::RopeOp>())
    vector = std::min(vector, turnedVector(rope, schedule::rowLanes));
  if (vector != schedule::rowLanes)
    builder.keep({{"vector", vector}});
  for (graph::MatmulOp product : kernel.getBody().getOps<graph::MatmulOp>()) {
    shape::Shape a = shapeOf(product.getA());
    plan.flops =
        plan.flops + shape::elementCount(shapeOf(product.getOutput())) *
                         a[a.size() - (product.getTransposeA() ? 2 : 1)] *
                         shape::Dim(2);
  }
  builder.finish(plan.output, dimNames(shapeOf(result).size()),
                 extentsOf(result), [&](Value value, const Point &point) {
                   return lowering.valueAt(value, reversed(point));
                 });
  plan.scalars = builder.scalars();
  return plan;
}

} // namespace heddle::lower
