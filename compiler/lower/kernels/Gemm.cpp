// Linear layers: rows of the input against packed panels of the weight, with
// an element-wise epilogue and, where a norm follows, whole rows finished in
// the kernel. Two products of one input may meet in the epilogue.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/lower/kernels/Gemm.h"

#include "mlir/IR/BuiltinOps.h"
#include "schedules/cpu/GemmNarrow.h"

using namespace mlir;

namespace heddle::lower {

namespace {

/// Numbers that dot-product instructions take from each operand at once.
constexpr int64_t groupOf(graph::Precision precision) {
  return precision == graph::Precision::Int8 ? 4 : 2;
}

/// What an int8 kernel reads beside a weight, behind its first extra.
constexpr unsigned scalesExtra = 0, offsetsExtra = 1;

/// What a linear multiplies: in bf16 where a cast widens it.
Value inputOf(graph::LinearOp linear) {
  auto cast = linear.getX().getDefiningOp<graph::CastOp>();
  return cast && cast.widens() ? cast.getX() : linear.getX();
}

shape::Dim rowsOf(graph::LinearOp linear) {
  shape::Shape shape = shapeOf(linear.getX());
  return shape::elementCount(shape::Shape(shape.begin(), shape.end() - 1));
}

} // namespace

LogicalResult GemmLowering::plan() {
  graph::Precision precision = linear.precision();
  isNarrow = precision != graph::Precision::F32;
  isInt8 = precision == graph::Precision::Int8;
  group = isNarrow ? groupOf(precision) : 1;
  inner = *linear.inFeatures().constant();
  columns = *linear.outFeatures().constant();
  for (graph::RopeOp op : kernel.getBody().getOps<graph::RopeOp>())
    rope = op;
  panel = isNarrow && !isInt8
              ? schedule::narrowGemmPanel(columns, "bf16")
              : schedule::gemmPanel(columns, isNarrow || form.onDevice
                                                 ? schedule::widestLanes
                                                 : form.lanes);
  panelled = columns % panel == 0;
  rowCount = rowsOf(linear);
  for (unsigned i = 0; i < kernel.getBody().getNumArguments(); ++i)
    if (failed(planArgument(i)))
      return failure();
  kernelPlan.output.view = {shape::Dim(columns), rowCount};
  if (panelled)
    kernelPlan.output.view = {shape::Dim(panel), shape::Dim(columns / panel),
                              rowCount};
  if (rope && failed(planTurn()))
    return failure();
  int64_t count = int64_t(linears.size());
  kernelPlan.flops = rowCount * shape::Dim(2 * inner * columns * count);
  return success();
}

/// Panels [panel, k, n], and of numbers that products read in groups
/// [panel, k / group, n, group].
OperandPlan GemmLowering::planWeight(graph::LinearOp product) {
  int64_t panels = (columns + panel - 1) / panel;
  MLIRContext *context = module.getContext();
  OperandPlan plan;
  if (product.getLayout() == graph::Layout::OutIn)
    plan.recipe.push_back("transpose");
  std::vector<std::string> start = plan.recipe;
  if (isInt8)
    plan.recipe.push_back("int8");
  plan.recipe.push_back("pack " + std::to_string(panel));
  plan.stored = {panels, inner, panel};
  if (isNarrow) {
    plan.recipe.push_back("group " + std::to_string(group));
    plan.stored = {panels, (inner + group - 1) / group, panel, group};
    plan.element = IntegerType::get(context, 8);
  }
  if (isNarrow && !isInt8) {
    plan.recipe.push_back("bf16");
    plan.element = BFloat16Type::get(context);
  }
  for (int64_t extent : llvm::reverse(plan.stored))
    plan.view.push_back(shape::Dim(extent));
  unsigned argument = cast<BlockArgument>(product.getWeight()).getArgNumber();
  firstExtra[product] = unsigned(kernelPlan.extras.size());
  auto addExtra = [&](const char *step, Type element) {
    ExtraWeight extra{argument, {}};
    extra.plan.recipe = start;
    extra.plan.recipe.push_back(step);
    extra.plan.recipe.push_back("pad 0 " + std::to_string(panels * panel));
    extra.plan.stored = {panels * panel};
    extra.plan.view = {shape::Dim(panel), shape::Dim(panels)};
    extra.plan.element = element;
    kernelPlan.extras.push_back(std::move(extra));
  };
  if (isInt8) { // in the order of scalesExtra and offsetsExtra
    addExtra("scales", Float32Type::get(context));
    addExtra("offsets", IntegerType::get(context, 32));
  }
  return plan;
}

LogicalResult GemmLowering::planArgument(unsigned index) {
  BlockArgument argument = kernel.getBody().getArgument(index);
  shape::Shape shape = shapeOf(argument);
  int64_t panels = (columns + panel - 1) / panel;
  OperandPlan plan;
  auto product = llvm::find_if(
      linears, [&](graph::LinearOp op) { return argument == op.getWeight(); });
  if (product != linears.end()) {
    plan = planWeight(*product);
  } else if (rope && argument == rope.getTable()) {
    plan = plainPlan(argument);
  } else if (rope && argument == rope.getPositions()) {
    plan.view = {shape.size() > 1 ? rowCount : shape[0]};
  } else if (argument == input) {
    plan.view = {shape::Dim(inner), rowCount};
  } else if (shape == shapeOf(linear.getOutput())) {
    plan.view = {shape::Dim(columns), rowCount};
    if (panelled)
      plan.view = {shape::Dim(panel), shape::Dim(panels), rowCount};
  } else if (shape == shape::Shape{shape::Dim(columns)}) {
    plan.view = {shape::Dim(columns)};
    if (panelled)
      plan.view = {shape::Dim(panel), shape::Dim(panels)};
  } else if (shape.empty()) {
    plan.view = {};
  } else {
    return linear.emitOpError("shares a kernel with an operand of shape ")
           << shape::str(shape) << "; expected "
           << shape::str(shapeOf(linear.getOutput())) << " or one row of it";
  }
  kernelPlan.inputs.push_back(std::move(plan));
  return success();
}

std::vector<std::string> GemmLowering::dims(bool withRow) const {
  std::vector<std::string> names = {"n"};
  if (panelled)
    names.push_back("nb");
  if (withRow)
    names.push_back("m");
  return names;
}

std::vector<int64_t> GemmLowering::extents() const {
  if (panelled)
    return {panel, columns / panel, -1};
  return {columns, -1};
}

/// x[k, m] as f32.
Expr GemmLowering::inputAt(Expr k, Expr row) {
  Expr element = builder->load(builder->bufferOf(input), {k, row});
  return element.value.getType().isBF16() ? fromBf16(element) : element;
}

/// sum over k of x[k, m] * W[n, k, panel]. The row is clamped, so that tiles
/// keep a constant shape where the rows end.
Func GemmLowering::accumulate(graph::LinearOp product) {
  Value weight = builder->bufferOf(product.getWeight());
  auto zero = [&](const Point &) { return builder->real(0.0); };
  Func sum = builder->func(
      {"acc", schedule::Role::Accumulator, dims(true), extents()}, zero);
  builder->update(
      sum, {{"k", builder->index(0), builder->index(inner)}},
      [&](const Point &pure, const Point &reduced) {
        Expr row = min(pure.back(), lastRow);
        Point at = {pure[0], reduced[0], pure[1]};
        if (!panelled)
          at = {modulo(pure[0], panel), reduced[0], floorDiv(pure[0], panel)};
        Expr term = inputAt(reduced[0], row) * builder->load(weight, at);
        return Store{pure, sum(pure) + term};
      });
  return sum;
}

Expr GemmLowering::valueAt(Value value, const Point &point) {
  Point columnsOnly(point.begin(), point.end() - 1);
  if (value == linear.getX()) { // its view has no panels
    Expr column = panelled ? point[1] * double(panel) + point[0] : point[0];
    return inputAt(column, min(point.back(), lastRow));
  }
  if (Value buffer = builder->bufferOf(value)) {
    size_t rank = cast<halide::BufferType>(buffer.getType()).getRank();
    if (rank == 0)
      return builder->element(value, {});
    if (rank < point.size())
      return builder->element(value, columnsOnly);
    Point at = point;
    if (clampRows)
      at.back() = min(at.back(), lastRow);
    return builder->element(value, at);
  }
  if (auto row = rows.find(value); row != rows.end())
    return row->second(point);
  if (value.getDefiningOp<graph::ConstantOp>()) {
    Expr column = panelled ? point[1] * double(panel) + point[0] : point[0];
    bool isRow = shapeOf(value).size() <= 1;
    return literalAt(*builder, value,
                     isRow ? column : point.back() * double(columns) + column);
  }
  Operation *op = value.getDefiningOp();
  if (auto product = dyn_cast<graph::LinearOp>(op)) {
    Point at = point;
    if (isNarrow && !panelled) // the sums are panel by panel always
      at = {modulo(point[0], panel), floorDiv(point[0], panel), point.back()};
    Expr sum = accumulators[op](at);
    if (isInt8) {
      auto extra = [&](unsigned index) {
        return builder->load(builder->extraBuffer(firstExtra[op] + index),
                             {at[0], at[1]});
      };
      Expr scale = extra(scalesExtra), offset = extra(offsetsExtra);
      sum = toFloat(sum + offset) * (scale * scaleOfRow(at.back()));
    }
    return product.getBias() ? sum + valueAt(product.getBias(), point) : sum;
  }
  if (isa<graph::MergeHeadsOp>(op))
    return turnedAt(turned);
  if (isRowNorm(op))
    return applyNorm(
        op, valueAt(op->getOperand(0), point), moments[op], {point.back()},
        [&](Value parameter) { return valueAt(parameter, point); });
  std::vector<Expr> operands;
  for (Value operand : op->getOperands())
    operands.push_back(valueAt(operand, point));
  return applyElementwise(op, operands);
}

LogicalResult GemmLowering::build() {
  std::optional<KernelSize> limit;
  if (form.few)
    limit = gemmSize(kernel, form.lanes);
  builder.emplace(module, kernel, form.name, kernelPlan.inputs, limit,
                  kernelPlan.extras);
  builder->keep({{"panel", panel}});
  lastRow = builder->extent(builder->bufferOf(input), 1) - 1.0;
  columnCount = builder->index(columns);
  for (graph::LinearOp product : linears) {
    builder->setLocation(product.getLoc());
    accumulators[product] =
        isNarrow ? accumulateGroups(product) : accumulate(product);
    // The others' epilogue reads what the first ones gave for its panel.
    if (product != linears.back())
      keepPanel(product.getOutput());
  }
  for (Operation &op : kernel.getBody().front()) {
    if (isRowNorm(&op) && !rope) {
      if (failed(prepareRow(&op, op.getOperand(0))))
        return failure();
    } else if (!graph::isElementwise(&op) &&
               !isa<graph::LinearOp, graph::ConstantOp, graph::ReturnOp>(op) &&
               !(rope &&
                 isa<graph::SplitHeadsOp, graph::RopeOp, graph::MergeHeadsOp>(
                     op))) {
      return op.emitOpError("has no lowering in the epilogue of a linear");
    }
  }
  if (rope)
    finishTurned();
  else
    builder->finish(
        kernelPlan.output, dims(true), extents(),
        [&](Value value, const Point &point) { return valueAt(value, point); });
  kernelPlan.scalars = builder->scalars();
  return success();
}

bool hasPackableLinear(graph::OutlinedOp kernel) {
  auto linears = kernel.getBody().getOps<graph::LinearOp>();
  return !linears.empty() && llvm::all_of(linears, [&](graph::LinearOp linear) {
    auto weight = dyn_cast<BlockArgument>(linear.getWeight());
    return isa<BlockArgument>(inputOf(linear)) &&
           linear.inFeatures().isConstant() &&
           linear.outFeatures().isConstant() && weight && weight.hasOneUse() &&
           isWeight(kernel, weight.getArgNumber());
  });
}

KernelSize gemmSize(graph::OutlinedOp kernel, int64_t lanes) {
  auto linears = kernel.getBody().getOps<graph::LinearOp>();
  graph::LinearOp first = *linears.begin();
  if (first.precision() != graph::Precision::F32)
    return {rowsOf(first), schedule::narrowGemvRows};
  int64_t panel = schedule::gemmPanel(*first.outFeatures().constant(), lanes);
  return {rowsOf(first), schedule::gemvRows(panel, lanes)};
}

FailureOr<KernelPlan> lowerGemm(ModuleOp module, graph::OutlinedOp kernel,
                                const KernelForm &form) {
  SmallVector<graph::LinearOp> linears(
      kernel.getBody().getOps<graph::LinearOp>());
  graph::LinearOp first = linears.front();
  for (graph::LinearOp other : ArrayRef(linears).drop_front())
    if (linears.size() > 2 || form.onDevice ||
        inputOf(other) != inputOf(first) ||
        other.getType() != first.getType() ||
        other.precision() != first.precision())
      return other.emitOpError("has no lowering: linears in one kernel; "
                               "expected two of one input, shape and "
                               "precision, on a CPU");
  GemmLowering lowering(module, kernel, linears, inputOf(first), form);
  if (failed(lowering.plan()) || failed(lowering.build()))
    return failure();
  return lowering.result();
}

} // namespace heddle::lower
