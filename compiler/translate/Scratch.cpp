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

/// Largest constant block that Halide puts on the stack by itself.
constexpr int64_t stackLimit = 16 * 1024;

using Functions = std::map<std::string, const Halide::Internal::LoweredFunc *>;

/// Walks the kernel's function and, where it hands a loop to other threads, the
/// loop's function: the calling thread runs parts of it too. Notes the peak of
/// heap blocks alive together.
class PeakVisitor : public Halide::Internal::IRVisitor {
public:
  PeakVisitor(Halide::Internal::Scope<Interval> &scope,
              const Functions &functions)
      : scope(scope), functions(functions) {}

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

  void visit(const Halide::Internal::Call *op) override {
    IRVisitor::visit(op);
    if (op->name == "halide_do_par_for")
      visitTask(op);
  }

  /// halide_do_par_for(function, min, extent, closure): the function's second
  /// argument is the loop's variable, and names in it are those out here.
  void visitTask(const Halide::Internal::Call *op) {
    auto *callee = op->args[0].as<Halide::Internal::Variable>();
    llvm::StringRef name = callee ? llvm::StringRef(callee->name) : "";
    name.consume_front("::");
    auto task = functions.find(name.str());
    if (task == functions.end())
      return;
    Interval low = bounds(op->args[1]);
    Interval high = bounds(op->args[1] + op->args[2] - 1);
    Halide::Internal::ScopedBinding<Interval> bind(
        scope, task->second->args[1].name, Interval(low.min, high.max));
    task->second->body.accept(this);
  }

  /// True for what only repeats a binding of ours: a field of an argument, or a
  /// value that came through a closure under its own name.
  static bool isUnpacking(const Expr &value) {
    auto *call = value.as<Halide::Internal::Call>();
    llvm::StringRef name = call ? llvm::StringRef(call->name) : "";
    return name == "load_typed_struct_member" ||
           name.starts_with("_halide_buffer_get_");
  }

  template <typename Body>
  void withLet(const std::string &name, const Expr &value, Body body) {
    bool isIndex = value.type().is_int() && value.type().is_scalar() &&
                   !(isUnpacking(value) && scope.contains(name));
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
  const Functions &functions;
  int64_t live = 0;
};

using Extents = Halide::Internal::Scope<Interval>;

/// Binds the extents of one buffer; `largest` may be null.
void bindBuffer(const std::string &name, BufferType type,
                DenseI64ArrayAttr largest, Extents &scope) {
  for (auto [dim, extent] : llvm::enumerate(type.getShape())) {
    std::string field = std::to_string(dim);
    scope.push(name + ".min." + field, Interval::single_point(0));
    std::string key = name + ".extent." + field;
    if (!ShapedType::isDynamic(extent))
      scope.push(key, Interval::single_point(int(extent)));
    else if (largest && int64_t(dim) < largest.size())
      scope.push(key, Interval(0, int(largest[int64_t(dim)])));
  }
}

/// Extents of buffers and values of scalars, as the attributes bound them.
void bindArguments(PipelineOp pipeline, const Kernel &kernel, Extents &scope) {
  for (BlockArgument arg : pipeline.getBody().getArguments()) {
    unsigned index = arg.getArgNumber();
    const std::string &name = kernel.arguments[index].name;
    if (auto type = dyn_cast<BufferType>(arg.getType())) {
      bindBuffer(name, type,
                 pipeline.getArgAttrOfType<DenseI64ArrayAttr>(
                     index, "halide.max_extents"),
                 scope);
      continue;
    }
    auto low = pipeline.getArgAttrOfType<IntegerAttr>(index, "halide.min");
    auto high = pipeline.getArgAttrOfType<IntegerAttr>(index, "halide.max");
    if (high)
      scope.push(name,
                 Interval(low ? int(low.getInt()) : 0, int(high.getInt())));
  }
  for (auto output : pipeline.getOps<OutputOp>())
    bindBuffer(
        kernel.funcs.lookup(output.getFunc()).name(),
        cast<BufferType>(cast<TypeAttr>(output.getBuffers()[0]).getValue()),
        output->getAttrOfType<DenseI64ArrayAttr>("halide.max_extents"), scope);
}

} // namespace

Scratch boundScratch(const Halide::Module &module, PipelineOp pipeline,
                     const Kernel &kernel) {
  Extents scope;
  bindArguments(pipeline, kernel, scope);
  Functions functions;
  for (const auto &function : module.functions())
    functions[function.name] = &function;
  PeakVisitor visitor(scope, functions);
  for (const auto &function : module.functions())
    if (function.linkage != Halide::LinkageType::Internal)
      function.body.accept(&visitor);
  if (visitor.unbounded.empty())
    return {visitor.peak, true};
  pipeline.emitRemark("no bound for the memory of '")
      << visitor.unbounded
      << "': give the largest extents with 'halide.max_extents'";
  return {0, false};
}

} // namespace heddle::translate
