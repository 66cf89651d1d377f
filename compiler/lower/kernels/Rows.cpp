// Kernels computed row by row: element-wise chains, gathers, norms, means,
// softmax, and any single op. Any rank; the innermost axis is the row.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/Kernel.h"
#include "compiler/lower/kernels/ShapeMaps.h"
#include "compiler/lower/kernels/Transcendentals.h"

#include "mlir/IR/BuiltinOps.h"
#include "schedules/cpu/Rows.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace heddle::lower {

namespace {

/// Names of the dims of a tensor, innermost first: d0, d1, ...
std::vector<std::string> dimNames(size_t rank) {
  std::vector<std::string> names;
  for (size_t i = 0; i < rank; ++i)
    names.push_back("d" + std::to_string(i));
  return names;
}

/// Extents innermost first, -1 where they are known at run time only.
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
bool readsReshaped(Value value) {
  if (!isa<BlockArgument>(value))
    return false;
  return llvm::all_of(value.getUsers(), [&](Operation *user) {
    return isa<graph::ReshapeOp>(user) &&
           user->getResultTypes() == (*value.user_begin())->getResultTypes();
  });
}

/// Turns the ops of one kernel into funcs; points are outermost first, as the
/// tensors' axes are.
class RowsLowering {
public:
  RowsLowering(KernelBuilder &builder, graph::OutlinedOp kernel)
      : builder(builder), kernel(kernel) {}

  /// Makes the funcs that `op` needs before it can be read.
  LogicalResult prepare(Operation *op);
  Expr valueAt(Value value, const Point &point);

private:
  void prepareNorm(Operation *op, Value x, double eps, bool moments);
  void prepareMean(graph::MeanOp op);
  void prepareSoftmax(graph::SoftmaxOp op);
  void prepareColumnSoftmax(graph::SoftmaxOp op);
  void prepareLinear(graph::LinearOp op);
  Func materialize(Value value);
  RowReader rowOf(Value value);
  Expr extentOf(Value value, unsigned axis);
  Expr broadcastAt(Value operand, const Point &point);
  Expr stored(Value value, Expr literal);
  ReadAt reader() {
    return [this](Value value, const Point &point) {
      return valueAt(value, point);
    };
  }
  Expr gatherAt(graph::EmbedOp op, const Point &point);
  Expr normAt(Operation *op, Value x, Value weight, Value bias,
              const Point &point);

  KernelBuilder &builder;
  graph::OutlinedOp kernel;
  /// Funcs by the value they hold, dims innermost first.
  DenseMap<Value, Func> rows;
  DenseMap<Operation *, RowMoments> moments;
  DenseMap<Operation *, Func> scales;
};

Expr RowsLowering::extentOf(Value value, unsigned axis) {
  return builder.dimValue(shapeOf(value)[axis]);
}

Func RowsLowering::materialize(Value value) {
  size_t rank = shapeOf(value).size();
  Func func = builder.func(
      {"row", schedule::Role::Row, dimNames(rank), extentsOf(value)},
      [&](const Point &point) { return valueAt(value, reversed(point)); });
  rows[value] = func;
  return func;
}

RowReader RowsLowering::rowOf(Value value) {
  if (!builder.bufferOf(value) && !rows.contains(value))
    materialize(value);
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

void RowsLowering::prepareNorm(Operation *op, Value x, double eps,
                               bool wantMoments) {
  RowReader row = rowOf(x);
  if (wantMoments) {
    Expr count = toFloat(extentOf(x, shapeOf(x).size() - 1));
    moments[op] = rowMoments(builder, row, count, eps);
  } else {
    scales[op] = rowInverseNorm(builder, row, eps);
  }
}

/// Sum and count along an axis; the mean is their quotient.
void RowsLowering::prepareMean(graph::MeanOp op) {
  Value x = op.getX(), mask = op.getMask(), result = op.getOutput();
  unsigned axis = op.getAxis(), rank = shapeOf(result).size();
  Expr length = extentOf(x, axis);
  auto insertAxis = [axis](const Point &outer, Expr index) {
    Point point = reversed(outer);
    point.insert(point.begin() + axis, index);
    return point;
  };
  auto live = [&](const Point &point) {
    Point leading(point.begin(), point.begin() + axis + 1);
    return isNonZero(valueAt(mask, leading));
  };
  auto zero = [&](const Point &) { return builder.real(0.0); };
  Func sum = builder.func(
      {"sum", schedule::Role::RowSum, dimNames(rank), extentsOf(result)}, zero);
  builder.update(sum, {{"r", builder.index(0), length}},
                 [&](const Point &pure, const Point &reduced) {
                   Point point = insertAxis(pure, reduced[0]);
                   Expr value = valueAt(x, point);
                   if (mask)
                     value = select(live(point), value, builder.real(0.0));
                   return Store{pure, sum(pure) + value};
                 });
  if (!mask) {
    rows[result] = builder.func(
        {"mean", schedule::Role::Row, dimNames(rank), extentsOf(result)},
        [&](const Point &point) { return sum(point) / toFloat(length); });
    return;
  }
  // The mask has the axes before `axis` only: its count is one a leading index.
  std::vector<std::string> names = dimNames(rank);
  std::vector<int64_t> extents = extentsOf(result);
  names.erase(names.begin(), names.end() - axis);
  extents.erase(extents.begin(), extents.end() - axis);
  Func count =
      builder.func({"count", schedule::Role::Serial, names, extents}, zero);
  builder.update(count, {{"r", builder.index(0), length}},
                 [&](const Point &pure, const Point &reduced) {
                   Point leading = reversed(pure);
                   leading.push_back(reduced[0]);
                   Expr one = select(live(leading), builder.real(1.0),
                                     builder.real(0.0));
                   return Store{pure, count(pure) + one};
                 });
  rows[result] = builder.func(
      {"mean", schedule::Role::Row, dimNames(rank), extentsOf(result)},
      [&](const Point &point) {
        Expr n = count(Point(point.end() - axis, point.end()));
        return select(n <= 0.0, builder.real(0.0),
                      sum(point) / max(n, builder.real(1.0)));
      });
}

/// The largest element and the sum of exponentials of each row.
void RowsLowering::prepareSoftmax(graph::SoftmaxOp op) {
  RowReader row = rowOf(op.getX());
  Func largest = reduceRow(builder, "row_max", row, Combine::Max,
                           [](Expr element, const Point &) { return element; });
  Func sum = reduceRow(builder, "row_sum", row, Combine::Sum,
                       [&](Expr element, const Point &outer) {
                         return exponential(element - largest(outer));
                       });
  moments[op] = {largest, sum};
}

/// The same along an axis that is not the last: one of each for every choice
/// of the other indices, before anything else is computed.
void RowsLowering::prepareColumnSoftmax(graph::SoftmaxOp op) {
  Value x = op.getX();
  unsigned axis = op.getAxis();
  std::vector<int64_t> extents = extentsOf(x);
  extents.erase(extents.end() - 1 - axis);
  Expr length = extentOf(x, axis);
  auto along = [&](const std::string &name, double start,
                   const std::function<Expr(Expr, Expr, const Point &)> &join) {
    Func func = builder.func(
        {name, schedule::Role::Before, dimNames(extents.size()), extents},
        [&](const Point &) { return builder.real(start); });
    builder.update(
        func, {{"r", builder.index(0), length}},
        [&](const Point &pure, const Point &reduced) {
          Point point = reversed(pure);
          point.insert(point.begin() + axis, reduced[0]);
          return Store{pure, join(func(pure), valueAt(x, point), pure)};
        });
    return func;
  };
  Func largest =
      along("column_max", -1e30, [](Expr a, Expr element, const Point &) {
        return maxOfNumbers(a, element);
      });
  Func sum =
      along("column_sum", 0.0, [&](Expr a, Expr element, const Point &outer) {
        return a + exponential(element - largest(outer));
      });
  moments[op] = {largest, sum};
}

/// Products as they come: for what has no packed weight.
void RowsLowering::prepareLinear(graph::LinearOp op) {
  Value result = op.getOutput();
  size_t rank = shapeOf(result).size();
  bool outIn = op.getLayout() == graph::Layout::OutIn;
  Expr length = extentOf(op.getX(), rank - 1);
  Func sum = builder.func(
      {"product", schedule::Role::RowSum, dimNames(rank), extentsOf(result)},
      [&](const Point &) { return builder.real(0.0); });
  builder.update(sum, {{"k", builder.index(0), length}},
                 [&](const Point &pure, const Point &reduced) {
                   Point x = reversed(pure), weight = {pure[0], reduced[0]};
                   if (!outIn)
                     std::swap(weight[0], weight[1]);
                   x.back() = reduced[0];
                   return Store{pure, sum(pure) +
                                          valueAt(op.getX(), x) *
                                              valueAt(op.getWeight(), weight)};
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
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<graph::LayerNormOp>([&](graph::LayerNormOp norm) {
        prepareNorm(op, norm.getX(), norm.epsilon(), true);
        return success();
      })
      .Case<graph::L2NormalizeOp>([&](graph::L2NormalizeOp norm) {
        prepareNorm(op, norm.getX(), norm.epsilon(), false);
        return success();
      })
      .Case<graph::MeanOp>([&](graph::MeanOp mean) {
        prepareMean(mean);
        return success();
      })
      .Case<graph::SoftmaxOp>([&](graph::SoftmaxOp softmax) {
        if (softmax.getAxis() + 1 == shapeOf(softmax.getX()).size())
          prepareSoftmax(softmax);
        else
          prepareColumnSoftmax(softmax);
        return success();
      })
      .Case<graph::LinearOp>([&](graph::LinearOp linear) {
        prepareLinear(linear);
        return success();
      })
      .Case<graph::MatmulOp>([&](graph::MatmulOp product) {
        rows[product.getOutput()] = matmulSums(builder, product, reader());
        return success();
      })
      .Case<graph::ReshapeOp>([&](graph::ReshapeOp reshape) {
        return success(readsReshaped(reshape.getX()) ||
                       failed(reshape.emitOpError(
                           "has no lowering: a kernel reads an input reshaped "
                           "or as it is")));
      })
      .Case<graph::AddOp, graph::SubOp, graph::MulOp, graph::DivOp,
            graph::ReluOp, graph::GeluOp, graph::EmbedOp, graph::PositionsOp,
            graph::RowOp, graph::SplitHeadsOp, graph::MergeHeadsOp,
            graph::RopeOp, graph::DropoutOp, graph::TransposeOp,
            graph::ConcatOp, graph::SliceOp, graph::PadOp, graph::BroadcastToOp,
            graph::ConstantOp, graph::ReturnOp>(
          [](Operation *) { return success(); })
      .Default([](Operation *other) {
        return other->emitOpError("has no lowering in a kernel of rows");
      });
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

Expr RowsLowering::normAt(Operation *op, Value x, Value weight, Value bias,
                          const Point &point) {
  Point outer = reversed(Point(point.begin(), point.end() - 1));
  const RowMoments &row = moments[op];
  Expr value = (valueAt(x, point) - row.mean(outer)) * row.scale(outer) *
               valueAt(weight, {point.back()});
  return bias ? value + valueAt(bias, {point.back()}) : value;
}

/// A literal as buffers hold it: a truth value is a byte.
Expr RowsLowering::stored(Value value, Expr literal) {
  Type type = storedElement(value);
  if (literal.value.getType() == type)
    return literal;
  return select(literal, builder.constant(type, 1), builder.constant(type, 0));
}

Expr RowsLowering::valueAt(Value value, const Point &point) {
  if (Value buffer = builder.bufferOf(value))
    return builder.load(buffer, reversed(point));
  if (auto func = rows.find(value); func != rows.end())
    return func->second(reversed(point));
  if (Expr literal = literalAt(builder, value, point); literal.value)
    return stored(value, literal);
  Operation *op = value.getDefiningOp();
  if (auto reshape = dyn_cast<graph::ReshapeOp>(op)) // the view is the result's
    return builder.load(builder.bufferOf(reshape.getX()), reversed(point));
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
      .Case<graph::LayerNormOp>([&](graph::LayerNormOp norm) {
        return normAt(op, norm.getX(), norm.getWeight(), norm.getBias(), point);
      })
      .Case<graph::L2NormalizeOp>([&](graph::L2NormalizeOp norm) {
        Point outer = reversed(Point(point.begin(), point.end() - 1));
        return valueAt(norm.getX(), point) * scales[op](outer);
      })
      .Case<graph::SoftmaxOp>([&](graph::SoftmaxOp softmax) {
        Point outer = point;
        outer.erase(outer.begin() + softmax.getAxis());
        outer = reversed(outer);
        const RowMoments &row = moments[op];
        return exponential(valueAt(softmax.getX(), point) - row.mean(outer)) /
               row.scale(outer);
      })
      .Default([&](Operation *) {
        std::vector<Expr> operands;
        for (Value operand : op->getOperands())
          operands.push_back(broadcastAt(operand, point));
        return applyElementwise(op, operands);
      });
}

} // namespace

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
  builder.setLocation(result.getLoc());
  Func out = builder.func({"out",
                           schedule::Role::Output,
                           dimNames(shapeOf(result).size()),
                           extentsOf(result),
                           {},
                           storedElement(result)},
                          [&](const Point &point) {
                            return lowering.valueAt(result, reversed(point));
                          });
  builder.finish(out, plan.output);
  plan.scalars = builder.scalars();
  return plan;
}

} // namespace heddle::lower
