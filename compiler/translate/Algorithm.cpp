// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arguments, funcs, updates and outputs of a pipeline in Halide.

#include "compiler/translate/Kernel.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/TypeSwitch.h"

#include <set>

using namespace mlir;
using namespace heddle::halide;

namespace heddle::translate {

Halide::Type halideType(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type)) {
    unsigned width = integer.getWidth();
    bool isUnsigned = width == 1 || integer.isUnsigned();
    return isUnsigned ? Halide::UInt(width) : Halide::Int(width);
  }
  if (isa<BFloat16Type>(type))
    return Halide::BFloat(16);
  return Halide::Float(type.getIntOrFloatBitWidth());
}

namespace {

/// Names that no func has, for arguments: Halide refuses a parameter and a func
/// of one name.
class Names {
public:
  explicit Names(PipelineOp pipeline) {
    for (auto func : pipeline.getOps<FuncOp>())
      taken.insert(func.getName());
  }
  std::string fresh(StringRef stem, unsigned index) {
    std::string name = stem.str() + std::to_string(index);
    while (!taken.insert(name).second)
      name += "_";
    return name;
  }

private:
  llvm::StringSet<> taken;
};

/// Dense strides while they are constant.
template <typename Param> void describeStrides(Param param, BufferType type) {
  int64_t stride = 1;
  for (auto [dim, extent] : llvm::enumerate(type.getShape())) {
    if (dim > 0 && stride > 0)
      param.dim(int(dim)).set_stride(int(stride));
    stride = ShapedType::isDynamic(extent) ? 0 : stride * extent;
  }
}

/// Static extents and minimum 0.
template <typename Param> void describeBounds(Param param, BufferType type) {
  for (auto [dim, extent] : llvm::enumerate(type.getShape()))
    if (ShapedType::isDynamic(extent))
      param.dim(int(dim)).set_min(0);
    else
      param.dim(int(dim)).set_bounds(0, int(extent));
}

void declareArguments(PipelineOp pipeline, Kernel &kernel) {
  Names names(pipeline);
  for (BlockArgument arg : pipeline.getBody().getArguments()) {
    unsigned index = arg.getArgNumber();
    if (auto type = dyn_cast<BufferType>(arg.getType())) {
      Halide::ImageParam param(halideType(type.getElementType()),
                               int(type.getRank()), names.fresh("in", index));
      describeBounds(param, type);
      describeStrides(param, type);
      kernel.arguments.push_back(param);
      kernel.buffers[arg] = param;
      continue;
    }
    Halide::Param<void> param(halideType(arg.getType()),
                              names.fresh("scalar", index));
    kernel.arguments.push_back(param);
    kernel.values[arg] = param;
  }
}

/// Everything in a region but its terminator, which the caller knows.
LogicalResult translateBody(Region &region, Kernel &kernel) {
  for (Operation &op : region.front().without_terminator())
    if (!isa<WhereOp>(op) && failed(translateExpr(&op, kernel)))
      return failure();
  return success();
}

std::vector<Halide::Expr> exprs(ValueRange values, Kernel &kernel) {
  std::vector<Halide::Expr> result;
  for (Value value : values)
    result.push_back(kernel.value(value));
  return result;
}

/// f(indices) = values.
void define(Halide::FuncRef ref, std::vector<Halide::Expr> values) {
  if (values.size() == 1)
    ref = values.front();
  else
    ref = Halide::Tuple(values);
}

LogicalResult defineFunc(FuncOp op, Kernel &kernel) {
  Halide::Func func(op.getName().str());
  std::vector<Halide::Var> vars;
  for (auto [name, index] :
       llvm::zip(op.getDimNames(), op.getBody().getArguments())) {
    vars.emplace_back(name.str());
    kernel.values[index] = vars.back();
  }
  if (failed(translateBody(op.getBody(), kernel)))
    return failure();
  define(func(vars), exprs(op.getYield().getValues(), kernel));
  kernel.funcs[op.getFunc()] = func;
  return success();
}

/// A domain whose variables are called as in the text.
Halide::RDom makeDomain(UpdateOp op, Kernel &kernel) {
  std::vector<Halide::Internal::ReductionVariable> variables;
  for (auto [name, min, extent] :
       llvm::zip(op.getReductionNames(), op.getMins(), op.getExtents()))
    variables.push_back({name.str(), kernel.value(min), kernel.value(extent)});
  return Halide::RDom(Halide::Internal::ReductionDomain(variables));
}

/// Which elements of a tuple a value reads, plainly or inside a call.
class OwnReads : public Halide::Internal::IRVisitor {
public:
  explicit OwnReads(const std::string &func) : func(func) {}
  std::set<int> plain, hidden;

private:
  using IRVisitor::visit;
  void visit(const Halide::Internal::Call *op) override {
    if (op->call_type == Halide::Internal::Call::Halide && op->name == func)
      (depth ? hidden : plain).insert(op->value_index);
    ++depth;
    IRVisitor::visit(op);
    --depth;
  }
  const std::string &func;
  int depth = 0;
};

/// Halide stores a tuple's elements one after the other where it sees no value
/// that reads another element, and does not look into calls.
LogicalResult checkTuple(StoreOp store, const std::string &func,
                         const std::vector<Halide::Expr> &values) {
  std::vector<OwnReads> reads;
  for (const Halide::Expr &value : values)
    value.accept(&reads.emplace_back(func));
  for (size_t i = 0; i < values.size(); ++i)
    for (int j : reads[i].hidden)
      if (size_t(j) != i && !reads[i].plain.count(j) &&
          !reads[size_t(j)].plain.count(int(i)))
        return store.emitOpError("computes element ")
               << i << " from element " << j << " of its own func inside a "
               << "function or a maximum, which Halide overlooks in a tuple";
  return success();
}

LogicalResult defineUpdate(UpdateOp op, Kernel &kernel) {
  for (auto [name, index] :
       llvm::zip(op.getFuncOp().getDimNames(), op.getPureIndices()))
    kernel.values[index] = Halide::Var(name.str());
  Halide::RDom domain;
  if (!op.getReduction().empty()) {
    domain = makeDomain(op, kernel);
    for (auto [dim, index] : llvm::enumerate(op.getReductionIndices()))
      kernel.values[index] = domain[int(dim)];
  }
  if (failed(translateBody(op.getBody(), kernel)))
    return failure();
  for (auto where : op.getBody().getOps<WhereOp>()) {
    if (!domain.defined())
      return where.emitOpError("needs a reduction domain");
    domain.where(kernel.value(where.getCondition()));
  }
  StoreOp store = op.getStore();
  Halide::Func func = kernel.funcs.lookup(op.getFunc());
  std::vector<Halide::Expr> values = exprs(store.getValues(), kernel);
  if (failed(checkTuple(store, func.name(), values)))
    return failure();
  define(func(exprs(store.getIndices(), kernel)), values);
  return success();
}

void addOutput(OutputOp op, Kernel &kernel) {
  Halide::Func func = kernel.funcs.lookup(op.getFunc());
  auto types = llvm::to_vector(op.getBuffers().getAsValueRange<TypeAttr>());
  std::vector<Halide::OutputImageParam> params = func.output_buffers();
  // Halide takes the bounds of a tuple's other buffers from the first
  describeBounds(params.front(), cast<BufferType>(types.front()));
  for (auto [param, type] : llvm::zip(params, types))
    describeStrides(param, cast<BufferType>(type));
  kernel.outputs.push_back(func);
}

void setExtent(SetExtentOp op, Kernel &kernel) {
  Halide::Expr extent = kernel.value(op.getExtent());
  int dim = int(op.getDim());
  if (isa<BufferType>(op.getSubject().getType())) {
    kernel.buffers.lookup(op.getSubject()).dim(dim).set_extent(extent);
    return;
  }
  kernel.funcs.lookup(op.getSubject())
      .output_buffers()
      .front()
      .dim(dim)
      .set_extent(extent);
}

LogicalResult translateOp(Operation *op, Kernel &kernel) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](FuncOp func) { return defineFunc(func, kernel); })
      .Case([&](UpdateOp update) { return defineUpdate(update, kernel); })
      .Case([&](OutputOp output) {
        addOutput(output, kernel);
        return success();
      })
      .Case([&](SetExtentOp set) {
        setExtent(set, kernel);
        return success();
      })
      .Case([](ScheduleOp) { return success(); })
      .Default([&](Operation *expr) { return translateExpr(expr, kernel); });
}

} // namespace

LogicalResult buildAlgorithm(PipelineOp pipeline, Kernel &kernel,
                             Guard &guard) {
  for (Type type : pipeline.getArgumentTypes())
    if (!isa<BufferType>(type) && !hasHalideType(type))
      return pipeline.emitOpError("has an argument of type ")
             << type << ", which Halide lacks";
  if (failed(guard.run([&] { declareArguments(pipeline, kernel); })))
    return failure();
  for (Operation &op : pipeline.getBody().front()) {
    LogicalResult result = success();
    guard.at(&op);
    if (failed(guard.run([&] { result = translateOp(&op, kernel); })) ||
        failed(result))
      return failure();
  }
  guard.at(pipeline);
  return success();
}

} // namespace heddle::translate
