// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How much one thread allocates during a call, read off the lowered statement.

#include "compiler/translate/Kernel.h"

#include <map>

using namespace mlir;
using namespace heddle::halide;
using Halide::Expr;
using Halide::Internal::Interval;

namespace heddle::translate {

namespace {

constexpr int64_t int32Max = std::numeric_limits<int32_t>::max();

/// Largest constant block that Halide puts on the stack by itself.
constexpr int64_t stackLimit = 16 * 1024;

/// Walks one function: the peak of the heap blocks alive together, tasks that
/// it hands to other threads included (the calling thread runs them too).
class PeakVisitor : public Halide::Internal::IRVisitor {
public:
  PeakVisitor(Halide::Internal::Scope<Interval> &scope,
              const std::map<std::string, int64_t> &tasks)
      : scope(scope), tasks(tasks) {}

  int64_t peak = 0;
  /// The first allocation without a bound.
  std::string unbounded;

private:
  using IRVisitor::visit;

  void visit(const Halide::Internal::Allocate *op) override {
    int64_t bytes = heapBytes(op);
    live += bytes;
    peak = std::max(peak, live);
    IRVisitor::visit(op);
    live -= bytes;
  }

  void visit(const Halide::Internal::LetStmt *op) override {
    op->value.accept(this);
    withLet(op->name, op->value, [&] { op->body.accept(this); });
  }

  void visit(const Halide::Internal::For *op) override {
    op->min.accept(this);
    op->extent.accept(this);
    Interval low = bounds(op->min), high = bounds(op->min + op->extent - 1);
    Halide::Internal::ScopedBinding<Interval> bind(scope, op->name,
                                                   Interval(low.min, high.max));
    op->body.accept(this);
  }

  void visit(const Halide::Internal::Variable *op) override {
    callTask(op->name);
  }

  void visit(const Halide::Internal::Call *op) override {
    callTask(op->name);
    IRVisitor::visit(op);
  }

  void callTask(const std::string &name) {
    auto task = tasks.find(name);
    if (task != tasks.end())
      peak = std::max(peak, live + task->second);
  }

  template <typename Body>
  void withLet(const std::string &name, const Expr &value, Body body) {
    bool isIndex = value.type().is_int() && value.type().is_scalar();
    Halide::Internal::ScopedBinding<Interval> bind(
        isIndex, scope, name, isIndex ? bounds(value) : Interval());
    body();
  }

  Interval bounds(const Expr &e) {
    Interval range = bounds_of_expr_in_scope(e, scope);
    if (range.has_upper_bound())
      range.max = Halide::Internal::simplify(range.max);
    if (range.has_lower_bound())
      range.min = Halide::Internal::simplify(range.min);
    return range;
  }

  /// The block's size on the heap, 0 for one on the stack.
  int64_t heapBytes(const Halide::Internal::Allocate *op) {
    using Halide::MemoryType;
    if (op->new_expr.defined() || op->memory_type == MemoryType::Register)
      return 0;
    int64_t constantBytes =
        int64_t(op->constant_allocation_size()) * op->type.bytes();
    bool fits = constantBytes > 0 && constantBytes <= stackLimit;
    bool onStack = op->memory_type == MemoryType::Stack ||
                   (op->memory_type == MemoryType::Auto && fits);
    if (onStack && constantBytes > 0)
      return 0;
    Expr count = Halide::Internal::make_const(Halide::Int(64), 1);
    for (const Expr &extent : op->extents)
      count = count * boundOf(extent, op->name);
    count = Halide::Internal::simplify(count);
    auto elements = Halide::Internal::as_const_int(count);
    if (!elements)
      return 0;
    int64_t bytes = (*elements + op->padding) * op->type.bytes();
    return llvm::alignTo(uint64_t(std::max<int64_t>(bytes, 1)),
                         scratchAlignment);
  }

  /// The largest value of an extent, or 0 after noting that there is none.
  Expr boundOf(const Expr &extent, const std::string &name) {
    Interval range = bounds(extent);
    if (range.has_upper_bound())
      if (auto value = Halide::Internal::as_const_int(range.max))
        return Halide::Internal::make_const(Halide::Int(64), *value);
    if (unbounded.empty())
      unbounded = name;
    return Halide::Internal::make_const(Halide::Int(64), 0);
  }

  Halide::Internal::Scope<Interval> &scope;
  const std::map<std::string, int64_t> &tasks;
  int64_t live = 0;
};

/// Extents of buffers and values of scalars, as the attributes bound them.
void bindArguments(PipelineOp pipeline, const Kernel &kernel,
                   Halide::Internal::Scope<Interval> &scope) {
  for (BlockArgument arg : pipeline.getBody().getArguments()) {
    unsigned index = arg.getArgNumber();
    const std::string &name = kernel.arguments[index].name;
    auto largest = pipeline.getArgAttrOfType<DenseI64ArrayAttr>(
        index, "halide.max_extents");
    if (auto type = dyn_cast<BufferType>(arg.getType())) {
      for (auto [dim, extent] : llvm::enumerate(type.getShape())) {
        std::string field = std::to_string(dim);
        scope.push(name + ".min." + field, Interval::single_point(0));
        if (!ShapedType::isDynamic(extent))
          scope.push(name + ".extent." + field,
                     Interval::single_point(int(extent)));
        else if (largest && int64_t(dim) < largest.size())
          scope.push(name + ".extent." + field, Interval(0, int(largest[dim])));
      }
      continue;
    }
    auto low = pipeline.getArgAttrOfType<IntegerAttr>(index, "halide.min");
    auto high = pipeline.getArgAttrOfType<IntegerAttr>(index, "halide.max");
    if (high)
      scope.push(name,
                 Interval(low ? int(low.getInt()) : 0, int(high.getInt())));
  }
}

} // namespace

Scratch boundScratch(const Halide::Module &module, PipelineOp pipeline,
                     const Kernel &kernel) {
  Halide::Internal::Scope<Interval> scope;
  bindArguments(pipeline, kernel, scope);
  std::map<std::string, int64_t> tasks;
  Scratch scratch;
  for (const auto &function : module.functions()) {
    PeakVisitor visitor(scope, tasks);
    function.body.accept(&visitor);
    tasks[function.name] = visitor.peak;
    scratch.bytes = std::max(scratch.bytes, visitor.peak);
    if (!visitor.unbounded.empty() && scratch.bounded) {
      scratch.bounded = false;
      pipeline.emitRemark("no bound for the memory of '")
          << visitor.unbounded
          << "': give the largest extents with 'halide.max_extents'";
    }
  }
  if (!scratch.bounded)
    scratch.bytes = 0;
  return scratch;
}

} // namespace heddle::translate
