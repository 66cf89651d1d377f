// Convolutions: the weights as they lie times the windows of x, which are the
// columns of a right operand and are packed a panel at a time, as the Matmul
// family packs; with an element-wise epilogue.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/ShapeMaps.h"

#include "mlir/IR/BuiltinOps.h"

using namespace mlir;

namespace heddle::lower {

namespace {

/// The output is seen as (window, output of the group, group, batch), the
/// group only where there are several. Points are innermost first.
class ConvLowering {
public:
  ConvLowering(ModuleOp module, graph::OutlinedOp kernel, graph::ConvOp conv)
      : module(module), kernel(kernel), conv(conv), windows(conv.windows()),
        x(shapeOf(conv.getX())), out(shapeOf(conv.getOutput())) {
    outputs = *shapeOf(conv.getWeight())[0].constant();
    channels = *shapeOf(conv.getWeight())[1].constant();
    perGroup = outputs / windows.groups;
    places = shape::elementCount(shape::Shape(out.begin() + 2, out.end()));
  }

  LogicalResult plan();
  LogicalResult build();
  KernelPlan result() { return std::move(kernelPlan); }

private:
  LogicalResult planArgument(BlockArgument argument);
  LogicalResult checkReaders();
  std::vector<std::string> dims() const;
  std::vector<int64_t> extents() const;
  /// Elements `own` of the kernel's axis, 1 where there is none.
  int64_t kernelExtent(size_t axis) {
    return *shapeOf(conv.getWeight())[axis].constant();
  }
  Expr channelOf(const Point &point);
  Point natural(const Point &point);
  Expr weightAt(Expr term, Expr output);
  Expr windowAt(Expr place, Expr term, const Point &point);
  Func pack();
  Func accumulate();
  Expr valueAt(Value value, const Point &point);

  ModuleOp module;
  graph::OutlinedOp kernel;
  graph::ConvOp conv;
  shape::Windows windows;
  shape::Shape x, out;
  shape::Dim places; ///< windows of one plane
  int64_t outputs = 0, channels = 0, perGroup = 0;
  KernelPlan kernelPlan;
  std::optional<KernelBuilder> builder;
  Func sum;
};

LogicalResult ConvLowering::plan() {
  shape::Shape view = {places, shape::Dim(perGroup)};
  if (windows.groups > 1)
    view.push_back(shape::Dim(windows.groups));
  view.push_back(out[0]);
  kernelPlan.output.view = view;
  for (BlockArgument argument : kernel.getBody().getArguments())
    if (failed(planArgument(argument)))
      return failure();
  kernelPlan.flops =
      shape::elementCount(out) * shape::Dim(2) * shape::Dim(conv.terms());
  return checkReaders();
}

LogicalResult ConvLowering::planArgument(BlockArgument argument) {
  shape::Shape shape = shapeOf(argument), each(out.size(), shape::Dim(1));
  each[1] = out[1];
  shape::Shape shorter(each.begin() + 1, each.end());
  OperandPlan plan = plainPlan(argument);
  if (argument == conv.getX() || shape.empty()) {
    // as it is
  } else if (argument == conv.getWeight()) {
    plan.view = {shape::Dim(conv.terms()), shape::Dim(outputs)};
  } else if (shape == out) {
    plan.view = kernelPlan.output.view;
  } else if (argument == conv.getBias() || shape == each || shape == shorter) {
    plan.view = {shape::Dim(outputs)};
  } else {
    return conv.emitOpError("shares a kernel with an operand of shape ")
           << shape::str(shape) << "; expected " << shape::str(out)
           << " or a number for each output";
  }
  kernelPlan.inputs.push_back(std::move(plan));
  return success();
}

/// What follows the convolution is element-wise, and does not read what it
/// reads, which the kernel sees under other extents.
LogicalResult ConvLowering::checkReaders() {
  for (Operation &op : kernel.getBody().front()) {
    if (&op == conv || isa<graph::ConstantOp, graph::ReturnOp>(op))
      continue;
    bool reads = llvm::any_of(op.getOperands(), [&](Value operand) {
      return llvm::is_contained(conv->getOperands(), operand);
    });
    if (!graph::isElementwise(&op) || reads)
      return op.emitOpError("has no lowering in the epilogue of a convolution");
  }
  return success();
}

std::vector<std::string> ConvLowering::dims() const {
  std::vector<std::string> names = {"w", "n"};
  if (windows.groups > 1)
    names.push_back("g");
  names.push_back("b");
  return names;
}

std::vector<int64_t> ConvLowering::extents() const {
  std::vector<int64_t> extents;
  for (const shape::Dim &dim : kernelPlan.output.view)
    extents.push_back(dim.constant().value_or(-1));
  return extents;
}

/// The output's index among all groups'.
Expr ConvLowering::channelOf(const Point &point) {
  return windows.groups == 1 ? point[1]
                             : point[2] * double(perGroup) + point[1];
}

/// The point of the tensor, outermost first.
Point ConvLowering::natural(const Point &point) {
  Point at = {point.back(), channelOf(point)};
  if (out.size() == 3) {
    at.push_back(point[0]);
    return at;
  }
  Expr width = builder->dimValue(out[3]);
  at.push_back(floorDiv(point[0], width));
  at.push_back(modulo(point[0], width));
  return at;
}

/// Element `term` of an output's weights, the last axis fastest.
Expr ConvLowering::weightAt(Expr term, Expr output) {
  Value weight = conv.getWeight();
  if (!builder->bufferOf(weight))
    return literalAt(*builder, weight, output * double(conv.terms()) + term);
  if (weight != conv.getX())
    return builder->element(weight, {term, output});
  Point at; // one buffer for both, under its own extents
  for (size_t axis = x.size() - 1; axis > 0; --axis) {
    at.push_back(modulo(term, kernelExtent(axis)));
    term = floorDiv(term, kernelExtent(axis));
  }
  at.push_back(output);
  return builder->element(weight, at);
}

/// Element `term` of the window at `place`: 0 outside of x. `point` gives the
/// group and the batch.
Expr ConvLowering::windowAt(Expr place, Expr term, const Point &point) {
  Point at(x.size());
  Expr inside;
  for (size_t axis = x.size() - 1; axis > 1; --axis) {
    size_t i = axis - 2;
    Expr step = place;
    if (axis == 3) {
      Expr width = builder->dimValue(out[3]);
      step = modulo(place, width);
      place = floorDiv(place, width);
    }
    int64_t extent = kernelExtent(axis);
    Expr index = step * double(windows.stride[i]) +
                 modulo(term, extent) * double(windows.dilation[i]);
    term = floorDiv(term, extent);
    if (windows.padding[i] > 0) {
      index = index - double(windows.padding[i]);
      Expr zero = builder->index(0), last = builder->dimValue(x[axis]) - 1.0;
      Expr here = (zero <= index) & (index <= last);
      inside = inside.value ? inside & here : here;
      index = clamp(index, zero, last);
    }
    at[axis] = index;
  }
  at[1] = term;
  if (windows.groups > 1)
    at[1] = point[2] * double(channels) + term;
  at[0] = point.back();
  Value source = conv.getX();
  Expr element = builder->bufferOf(source)
                     ? builder->element(source, Point(at.rbegin(), at.rend()))
                     : literalAt(*builder, source, at);
  return inside.value ? select(inside, element, builder->real(0.0)) : element;
}

Func ConvLowering::pack() {
  std::vector<int64_t> packed = extents();
  packed[1] = conv.terms();
  return builder->func({"packed", schedule::Role::Pack, dims(), packed},
                       [&](const Point &point) {
                         Expr last = builder->dimValue(places) - 1.0;
                         return windowAt(min(likely(point[0]), last), point[1],
                                         point);
                       });
}

/// Tiles run past the last output; what they read there is thrown away.
Func ConvLowering::accumulate() {
  Func packed = pack();
  Func acc =
      builder->func({"acc", schedule::Role::Accumulator, dims(), extents()},
                    [&](const Point &) { return builder->real(0.0); });
  builder->update(acc, {{"k", builder->index(0), builder->index(conv.terms())}},
                  [&](const Point &pure, const Point &reduced) {
                    Point clamped = pure, window = pure;
                    clamped[1] = min(pure[1], builder->index(perGroup - 1));
                    window[1] = reduced[0];
                    return Store{pure,
                                 acc(pure) +
                                     weightAt(reduced[0], channelOf(clamped)) *
                                         packed(window)};
                  });
  return acc;
}

Expr ConvLowering::valueAt(Value value, const Point &point) {
  if (builder->bufferOf(value)) {
    shape::Shape shape = shapeOf(value);
    if (shape.empty())
      return builder->element(value, {});
    return builder->element(value,
                            shape == out ? point : Point{channelOf(point)});
  }
  if (value.getDefiningOp<graph::ConstantOp>())
    return literalAt(*builder, value,
                     broadcastPoint(*builder, shapeOf(value), natural(point)));
  Operation *op = value.getDefiningOp();
  if (op == conv) {
    Value bias = conv.getBias();
    if (!bias)
      return sum(point);
    Expr added = builder->bufferOf(bias)
                     ? builder->element(bias, {channelOf(point)})
                     : literalAt(*builder, bias, channelOf(point));
    return sum(point) + added;
  }
  std::vector<Expr> operands;
  for (Value operand : op->getOperands())
    operands.push_back(valueAt(operand, point));
  return applyElementwise(op, operands);
}

LogicalResult ConvLowering::build() {
  builder.emplace(module, kernel, kernel.getSymName().str(), kernelPlan.inputs);
  builder->setLocation(conv.getLoc());
  sum = accumulate();
  Value value = kernel.returned()[0];
  builder->setLocation(value.getLoc());
  Type element = cast<RankedTensorType>(value.getType()).getElementType();
  Func output = builder->func(
      {"out", schedule::Role::Output, dims(), extents(), {}, element},
      [&](const Point &point) { return valueAt(value, point); });
  builder->finish(output, kernelPlan.output);
  kernelPlan.scalars = builder->scalars();
  return success();
}

} // namespace

FailureOr<KernelPlan> lowerConv(ModuleOp module, graph::OutlinedOp kernel) {
  auto convs = kernel.getBody().getOps<graph::ConvOp>();
  if (!llvm::hasSingleElement(convs))
    return (*std::next(convs.begin()))
        .emitOpError("has no lowering: two convolutions in one kernel");
  ConvLowering lowering(module, kernel, *convs.begin());
  if (failed(lowering.plan()) || failed(lowering.build()))
    return failure();
  return lowering.result();
}

} // namespace heddle::lower
