// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How much one thread allocates during a call, read off the lowered statement:
// once with the extents free, for a formula, and once at their largest.

#include "compiler/translate/Kernel.h"

#include <map>
#include <optional>

using namespace mlir;
using namespace heddle::halide;
using Halide::Expr;
using Halide::Internal::Interval;

namespace heddle::translate {

namespace {

/// Largest constant block that Halide puts on the stack by itself.
constexpr int64_t stackLimit = 16 * 1024;

using Functions = std::map<std::string, const Halide::Internal::LoweredFunc *>;

/// What a formula of Translate.h calls the extents and scalars of a kernel, by
/// their names in the lowered statement.
using Names = std::map<std::string, std::string>;

/// Writes expressions as Scratch::formula spells them. What it cannot write
/// exactly becomes something larger, or smaller where that makes the whole
/// larger.
class FormulaWriter {
public:
  explicit FormulaWriter(const Names &names) : names(names) {}

  /// Empty where there is no such formula.
  std::string write(const Expr &e) {
    isGood = true;
    std::string text = term(e, /*larger=*/true);
    return isGood ? text : std::string();
  }

private:
  template <typename Op>
  std::string both(const Op *op, bool larger, const char *code) {
    return term(op->a, larger) + term(op->b, larger) + code;
  }

  std::string term(const Expr &e, bool larger) {
    using namespace Halide::Internal;
    if (auto value = as_const_int(e))
      return std::to_string(*value) + " ";
    if (auto *op = e.as<Add>())
      return both(op, larger, "+ ");
    if (auto *op = e.as<Sub>())
      return term(op->a, larger) + term(op->b, !larger) + "-1 * + ";
    if (auto *op = e.as<Max>())
      return both(op, larger, "> ");
    if (auto *op = e.as<Min>())
      return both(op, larger, "< ");
    if (auto *op = e.as<Select>())
      return term(op->true_value, larger) + term(op->false_value, larger) +
             (larger ? "> " : "< ");
    if (auto *op = e.as<Cast>(); op && op->type.is_int())
      return term(op->value, larger);
    if (auto *op = e.as<Mul>())
      return product(op->a, op->b, larger);
    if (auto *op = e.as<Div>()) // of positive numbers, but in empty loops
      return term(op->a, larger) + term(op->b, !larger) +
             (as_const_int(op->b) ? "/ " : "1 > / ");
    if (auto *op = e.as<Variable>())
      if (auto found = names.find(op->name); found != names.end())
        return found->second + " ";
    isGood = false;
    return {};
  }

  /// A negative constant turns the direction; all else is taken as positive.
  std::string product(const Expr &a, const Expr &b, bool larger) {
    auto factor = Halide::Internal::as_const_int(b);
    return term(a, larger != (factor && *factor < 0)) + term(b, larger) + "* ";
  }

  const Names &names;
  bool isGood = true;
};

/// The value of a formula at given values of its names; none where one lacks.
std::optional<int64_t> valueOf(llvm::StringRef formula,
                               const std::map<std::string, int64_t> &values) {
  std::vector<int64_t> stack;
  llvm::SmallVector<llvm::StringRef> words;
  formula.split(words, ' ', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef word : words) {
    int64_t value = 0;
    if (!word.getAsInteger(10, value)) {
      stack.push_back(value);
    } else if (auto found = values.find(word.str()); found != values.end()) {
      stack.push_back(found->second);
    } else if (stack.size() < 2) {
      return std::nullopt;
    } else {
      int64_t right = stack.back();
      stack.pop_back();
      int64_t &left = stack.back();
      left = word == "+"   ? left + right
             : word == "*" ? left * right
             : word == "/" ? llvm::divideFloorSigned(left, right)
             : word == "<" ? std::min(left, right)
             : word == ">" ? std::max(left, right)
                           : int64_t(llvm::alignTo(left, uint64_t(right)));
    }
  }
  return stack.size() == 1 ? std::optional<int64_t>(stack.back())
                           : std::nullopt;
}

/// Walks the kernel's function and, where it hands a loop to other threads, the
/// loop's function: the calling thread runs parts of it too. Notes the peaks of
/// heap blocks alive together: in numbers where the scope bounds all extents,
/// in formulas where it leaves them free.
class PeakVisitor : public Halide::Internal::IRVisitor {
public:
  PeakVisitor(Halide::Internal::Scope<Interval> &scope,
              const Functions &functions, const Names &names)
      : scope(scope), functions(functions), names(names) {}

  /// The first allocation without a bound.
  std::string unbounded;

  /// The largest of the peaks.
  std::string formula() const {
    std::string result;
    for (const auto &[terms, bytes] : peaks) {
      bool isFirst = result.empty();
      result += terms;
      if (bytes > 0 || terms.empty())
        result += std::to_string(bytes) + (terms.empty() ? " " : " + ");
      if (!isFirst)
        result += "> ";
    }
    return result.empty() ? "0" : result;
  }

private:
  using IRVisitor::visit;

  void visit(const Halide::Internal::Allocate *op) override {
    std::string bytes = heapBytes(op);
    if (bytes.empty())
      return IRVisitor::visit(op);
    live.push_back(bytes);
    hasInner = false;
    IRVisitor::visit(op);
    if (!hasInner)
      notePeak();
    hasInner = true; // of the block around this one
    live.pop_back();
  }

  /// Sums what is alive: numbers by themselves, so that of equal formulas only
  /// the largest is kept.
  void notePeak() {
    std::string terms;
    int64_t bytes = 0, number = 0;
    for (const std::string &one : live)
      if (!llvm::StringRef(one).rtrim().getAsInteger(10, number))
        bytes += number;
      else
        terms += one + (terms.empty() ? "" : "+ ");
    int64_t &most = peaks[terms];
    most = std::max(most, bytes);
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

  /// True for what only repeats a name of ours: a field of an argument, or a
  /// value that came through a closure under its own name.
  static bool isUnpacking(const Expr &value) {
    auto *call = value.as<Halide::Internal::Call>();
    llvm::StringRef name = call ? llvm::StringRef(call->name) : "";
    return name == "load_typed_struct_member" ||
           name.starts_with("_halide_buffer_get_");
  }

  template <typename Body>
  void withLet(const std::string &name, const Expr &value, Body body) {
    bool isIndex =
        value.type().is_int() && value.type().is_scalar() &&
        !(isUnpacking(value) && (scope.contains(name) || names.count(name)));
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

  /// The block's size on the heap as a formula; empty for one on the stack.
  std::string heapBytes(const Halide::Internal::Allocate *op) {
    using Halide::MemoryType;
    if (op->new_expr.defined() || op->memory_type == MemoryType::Register)
      return {};
    int64_t constantBytes =
        int64_t(op->constant_allocation_size()) * op->type.bytes();
    bool fits = constantBytes > 0 && constantBytes <= stackLimit;
    bool onStack = op->memory_type == MemoryType::Stack ||
                   (op->memory_type == MemoryType::Auto && fits);
    if (onStack && constantBytes > 0)
      return {};
    // Numbers multiply here, so that a constant size stays one.
    int64_t number = op->type.bytes();
    std::string factors;
    bool isPositive = true;
    for (const Expr &extent : op->extents) {
      std::string factor = boundOf(extent, op->name, isPositive);
      int64_t value = 0;
      if (!llvm::StringRef(factor).rtrim().getAsInteger(10, value))
        number *= std::max<int64_t>(value, 0);
      else
        factors += factor + (factors.empty() ? "" : "* ");
    }
    int64_t padding = int64_t(op->padding) * op->type.bytes();
    auto rounded = [](int64_t bytes) {
      return std::to_string(llvm::alignTo(uint64_t(std::max<int64_t>(bytes, 1)),
                                          scratchAlignment));
    };
    if (factors.empty())
      return rounded(number + padding) + " ";
    factors += std::to_string(number) + " * ";
    if (padding > 0)
      factors += std::to_string(padding) + " + ";
    if (!isPositive)
      factors += "1 > ";
    return factors + std::to_string(scratchAlignment) + " ^ ";
  }

  /// The largest value of an extent, or 0 after noting that there is none.
  /// Clears `isPositive` where it may be 0 or less.
  std::string boundOf(const Expr &extent, const std::string &name,
                      bool &isPositive) {
    Interval range = bounds(extent);
    std::string text;
    if (range.has_upper_bound()) {
      Halide::Internal::Scope<Interval> known = positive();
      Expr most = Halide::Internal::simplify(
          Halide::Internal::substitute_in_all_lets(range.max),
          /*remove_dead_code=*/true, known);
      isPositive &= can_prove(most >= 1, known);
      text = FormulaWriter(names).write(most);
    }
    if (text.empty() && unbounded.empty())
      unbounded = name;
    return text.empty() ? "0 " : text;
  }

  /// Extents as formulas are simplified: above 0. Where one is 0
  /// nothing is computed, and no memory to speak of is needed.
  Halide::Internal::Scope<Interval> positive() const {
    Halide::Internal::Scope<Interval> result;
    for (const auto &[name, word] : names)
      if (word.front() == 'x')
        result.push(name, Interval(1, Interval::pos_inf()));
    return result;
  }

  Halide::Internal::Scope<Interval> &scope;
  const Functions &functions;
  const Names &names;
  std::vector<std::string> live;
  bool hasInner = false;
  std::map<std::string, int64_t> peaks; ///< by the terms that are not numbers
};

using Extents = Halide::Internal::Scope<Interval>;

/// The arguments of a kernel while its memory is bounded.
struct Arguments {
  Extents scope;                         ///< what has bounds
  Names names;                           ///< what is left free
  std::map<std::string, int64_t> values; ///< the largest, by formula's word
};

/// Binds the extents of view number `view`; `largest` may be null. With `free`
/// those that are not known stay in the formulas.
void bindBuffer(const std::string &name, size_t view, BufferType type,
                DenseI64ArrayAttr largest, bool free, Arguments &arguments) {
  for (auto [dim, extent] : llvm::enumerate(type.getShape())) {
    std::string field = std::to_string(dim);
    arguments.scope.push(name + ".min." + field, Interval::single_point(0));
    std::string key = name + ".extent." + field;
    std::string word = "x" + std::to_string(view) + "." + field;
    bool isKnown = largest && int64_t(dim) < largest.size();
    if (isKnown)
      arguments.values[word] = largest[int64_t(dim)];
    if (!ShapedType::isDynamic(extent))
      arguments.scope.push(key, Interval::single_point(int(extent)));
    else if (free)
      arguments.names[key] = word;
    else if (isKnown)
      arguments.scope.push(key, Interval(0, int(largest[int64_t(dim)])));
  }
}

/// Extents of buffers and values of scalars, as the attributes bound them.
void bindArguments(PipelineOp pipeline, const Kernel &kernel, bool free,
                   Arguments &arguments) {
  size_t view = 0, scalar = 0;
  for (BlockArgument arg : pipeline.getBody().getArguments()) {
    unsigned index = arg.getArgNumber();
    const std::string &name = kernel.arguments[index].name;
    if (auto type = dyn_cast<BufferType>(arg.getType())) {
      bindBuffer(name, view++, type,
                 pipeline.getArgAttrOfType<DenseI64ArrayAttr>(
                     index, "halide.max_extents"),
                 free, arguments);
      continue;
    }
    auto low = pipeline.getArgAttrOfType<IntegerAttr>(index, "halide.min");
    auto high = pipeline.getArgAttrOfType<IntegerAttr>(index, "halide.max");
    std::string word = "s" + std::to_string(scalar++);
    if (high)
      arguments.values[word] = high.getInt();
    if (free)
      arguments.names[name] = word;
    else if (high)
      arguments.scope.push(
          name, Interval(low ? int(low.getInt()) : 0, int(high.getInt())));
  }
  for (auto output : pipeline.getOps<OutputOp>()) {
    Halide::Func func = kernel.funcs.lookup(output.getFunc());
    for (auto [param, type] :
         llvm::zip(func.output_buffers(),
                   output.getBuffers().getAsValueRange<TypeAttr>()))
      bindBuffer(param.name(), view++, cast<BufferType>(type),
                 output->getAttrOfType<DenseI64ArrayAttr>("halide.max_extents"),
                 free, arguments);
  }
}

/// The formula, and the first allocation without a bound.
std::pair<std::string, std::string> peakOf(const Halide::Module &module,
                                           Arguments &arguments) {
  Functions functions;
  for (const auto &function : module.functions())
    functions[function.name] = &function;
  PeakVisitor visitor(arguments.scope, functions, arguments.names);
  for (const auto &function : module.functions())
    if (function.linkage != Halide::LinkageType::Internal)
      function.body.accept(&visitor);
  return {llvm::StringRef(visitor.formula()).rtrim().str(), visitor.unbounded};
}

} // namespace

Scratch boundScratch(const Halide::Module &module, PipelineOp pipeline,
                     const Kernel &kernel) {
  Arguments free, largest;
  bindArguments(pipeline, kernel, /*free=*/true, free);
  bindArguments(pipeline, kernel, /*free=*/false, largest);
  auto [formula, notWritten] = peakOf(module, free);
  auto [number, unbounded] = peakOf(module, largest);
  std::optional<int64_t> bytes;
  if (unbounded.empty())
    bytes = valueOf(number, {});
  if (notWritten.empty())
    return {bytes ? *bytes : valueOf(formula, free.values).value_or(0), true,
            formula};
  if (bytes)
    return {*bytes, true, number};
  pipeline.emitRemark("no bound for the memory of '")
      << unbounded << "': give the largest extents with 'halide.max_extents'";
  return {0, false, "0"};
}

} // namespace heddle::translate
