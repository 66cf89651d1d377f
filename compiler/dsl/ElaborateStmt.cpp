// Statements: declarations, assignments, blocks, outputs.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/StateOps.h"

namespace heddle::dsl {
namespace {

/// The widest range of a dim: kernels index with i32.
constexpr int64_t maxExtent = INT32_MAX;

} // namespace

void Elaborator::runBlock(const ast::Block &block) {
  for (const ast::Stmt &stmt : block) {
    if (current->returned)
      return;
    runStatement(stmt);
  }
}

void Elaborator::runStatement(const ast::Stmt &stmt) {
  if (!step(stmt.mark) || !enterLevel(stmt.mark))
    return;
  std::visit([&](const auto &node) { run(node, stmt.mark); }, stmt.node);
  --openLevels;
}

bool Elaborator::requireTop(const char *what, Span mark, bool isEntrys) {
  // The block of an entry is one within the model's.
  bool isNamed = isEntrys && entry().isNamed();
  if (!current->function && current->environment.depth() == (isNamed ? 2 : 1))
    return true;
  error(mark, std::string(what) + " stands at the top of " +
                  (isNamed ? "an entry" : "a model") + ", in no block");
  return false;
}

bool Elaborator::requireEntry(const char *what, Span mark) {
  if (inEntry)
    return true;
  error(mark, std::string(what) + " stands in an entry of a model that has "
                                  "entries");
  return false;
}

bool Elaborator::isTaken(const ast::Name &name) {
  const Binding *known = current->environment.find(name.text);
  if (!known)
    return false;
  error(name.span,
        "'" + name.text + "' is already " + dsl::describe(known->kind))
      .note(known->span, "it is declared here");
  return true;
}

void Elaborator::run(const ast::DimDecl &decl, Span mark) {
  if (!requireTop("a dim", mark) || isTaken(decl.name))
    return;
  const std::string &name = decl.name.text;
  std::optional<int64_t> min = evaluateInteger(*decl.min, "the least value");
  std::optional<int64_t> max = evaluateInteger(*decl.max, "the greatest value");
  bool good = false;
  Span range = join(decl.min->span, decl.max->span);
  std::string text =
      min && max ? std::to_string(*min) + ".." + std::to_string(*max) : "";
  if (!min || !max)
    min = max = 1;
  else if (*min < 1)
    error(range, "dim '" + name + "' in " + text + " must begin at 1 or more");
  else if (*min > *max)
    error(range, "dim '" + name + "' in " + text + " has no value");
  else if (*max > maxExtent)
    error(range, "dim '" + name + "' in " + text + " must end at " +
                     std::to_string(maxExtent) + " or less");
  else if (program.dims.size() == maxDims)
    error(decl.name.span,
          "a model has at most " + std::to_string(maxDims) + " dims");
  else
    good = true;
  // A dim of a wrong range still has a name, so that its uses are silent.
  if (good)
    program.dims.push_back({name, *min, *max});
  if (good && !decl.doc.empty())
    program.dimDocs[name] = decl.doc;
  current->environment.add(
      name, {BindingKind::Dim,
             good ? Datum(shape::Dim::symbol(name)) : Datum(Poison()),
             decl.name.span});
}

void Elaborator::refuseExtent(const ast::Expr &expr, const shape::Dim &extent) {
  Diagnostic &diagnostic =
      error(expr.span, "the extent " + extent.str() + " may be less than 1");
  Binding *name = expr.kind == ast::ExprKind::Variable
                      ? current->environment.findOwn(expr.text)
                      : nullptr;
  if (!name || name->kind != BindingKind::Parameter)
    return;
  diagnostic.note(name->span,
                  "parameter '" + expr.text + "' is " + extent.str());
  name->value = Poison(); // said once
}

static std::optional<ElementType> elementNamed(const std::string &text) {
  for (ElementType one : {ElementType::F32, ElementType::I32, ElementType::Bool,
                          ElementType::BF16})
    if (text == name(one))
      return one;
  return std::nullopt;
}

static std::string unknownElement(const ast::Name &element) {
  return "element type '" + element.text + "' is none of f32, i32, bool, bf16";
}

std::optional<TensorType>
Elaborator::tensorType(const ast::Name &element,
                       const std::vector<ast::ExprPtr> &list) {
  std::optional<ElementType> known = elementNamed(element.text);
  if (!known) {
    error(element.span, unknownElement(element));
    return std::nullopt;
  }
  std::optional<TensorType> type = TensorType{*known, {}};
  for (const ast::ExprPtr &expr : list) {
    Datum value = evaluate(*expr);
    std::optional<shape::Dim> extent = toDim(value);
    if (isPoison(value) || !type) {
      type.reset();
    } else if (!extent) {
      error(expr->span,
            "an extent must be an integer or a dim, found " + describe(value));
      type.reset();
    } else if (!shape::provablyAtMost(1, *extent, program.dims)) {
      refuseExtent(*expr, *extent);
      type.reset();
    } else {
      type->shape.push_back(*extent);
    }
  }
  return type;
}

void Elaborator::run(const ast::InputDecl &decl, Span mark) {
  if (!requireEntry("an input", mark) || !requireTop("an input", mark, true) ||
      isTaken(decl.name))
    return;
  const std::string &name = decl.name.text;
  std::optional<TensorType> type = tensorType(decl.element, decl.extents);
  Input input{name, decl.doc, 0, std::nullopt};
  if (decl.min) {
    std::optional<int64_t> min = evaluateInteger(*decl.min, "the least value");
    std::optional<int64_t> max =
        evaluateInteger(*decl.max, "the greatest value");
    Span range = join(decl.min->span, decl.max->span);
    if (type && type->element != ElementType::I32)
      error(range,
            "only an i32 input has a range, '" + name + "' is " + str(*type));
    else if (min && max && (*min < INT32_MIN || *max > INT32_MAX))
      error(range, "the range of '" + name + "' leaves i32");
    else if (min && max && *min > *max)
      error(range, "the range of '" + name + "' has no value");
    else if (min && max)
      input.range = {{*min, *max}};
  }
  Datum value = Poison();
  if (type && checkSize(*type, decl.name.span)) {
    input.value = addValue(*type, decl.name.span);
    value = Tensor{input.value};
    if (type->element == ElementType::BF16) // the model sees what it widens to
      value = emit(OpKind::Cast, {input.value}, {ElementType::F32, type->shape},
                   decl.name.span);
    open().inputs[input.value] = entry().inputs.size();
    entry().inputs.push_back(std::move(input));
  }
  current->environment.add(name, {BindingKind::Input, value, decl.name.span});
}

void Elaborator::run(const ast::WeightDecl &decl, Span) {
  Datum path = evaluate(*decl.path);
  std::optional<TensorType> type = tensorType(decl.element, decl.extents);
  if (isPoison(path))
    return;
  const std::string &name = std::get<Path>(path).text;
  Span span = decl.path->span;
  if (!type) {
    wronglyDeclared.insert(name);
    return;
  }
  if (type->element != ElementType::F32) {
    error(decl.element.span,
          "a weight is f32, found " + std::string(dsl::name(type->element)));
    return;
  }
  for (size_t i = 0; i < type->shape.size(); ++i)
    if (!type->shape[i].isConstant()) {
      error(decl.extents[i]->span,
            "a weight's extents are constant, found " + type->shape[i].str());
      return;
    }
  if (!checkSize(*type, span))
    return;
  if (auto used = weights.find(name); used != weights.end()) {
    error(span, "weight '" + name + "' is declared after its first use")
        .note(program.values[used->second].location.span, "it is used here");
    return;
  }
  auto [known, isNew] = declared.insert({name, {*type, span}});
  if (!isNew)
    error(span, "weight '" + name + "' is declared twice")
        .note(known->second.span, "the first is here");
}

void Elaborator::run(const ast::Assign &assign, Span mark) {
  std::vector<Datum> values =
      evaluateList(assign.values, assign.targets.size());
  if (values.size() != assign.targets.size() && !stopped()) {
    size_t names = assign.targets.size();
    error(mark, std::to_string(names) + (names == 1 ? " name" : " names") +
                    " for " + std::to_string(values.size()) +
                    (values.size() == 1 ? " value" : " values"));
    values.assign(names, Poison());
  }
  values.resize(assign.targets.size(), Poison());
  for (size_t i = 0; i < values.size(); ++i)
    this->assign(assign.targets[i], std::move(values[i]));
}

void Elaborator::assign(const ast::Target &place, Datum value) {
  const ast::Name &target = place.name;
  Binding *known = current->environment.findOwn(target.text);
  const States *states = known ? std::get_if<States>(&known->value) : nullptr;
  if (states) {
    StateOps::assign(*this, *states, place, value);
    return;
  }
  if (place.index) {
    error(place.index->span,
          "only one of several states is assigned by its index");
    return;
  }
  if (!known) {
    current->environment.add(
        target.text, {BindingKind::Variable, std::move(value), target.span});
    return;
  }
  if (known->kind == BindingKind::Variable) {
    known->value = std::move(value);
    known->span = target.span;
    return;
  }
  error(target.span, "'" + target.text + "' is " + dsl::describe(known->kind) +
                         " and cannot be assigned")
      .note(known->span, "it is declared here");
}

void Elaborator::run(const ast::Repeat &repeat, Span) {
  if (isTaken(repeat.index))
    return;
  std::optional<int64_t> count =
      evaluateInteger(*repeat.count, "the number of rounds");
  if (!count)
    return;
  if (*count < 0 || *count > options.limits.repeat) {
    error(repeat.count->span, "repeat takes 0 to " +
                                  std::to_string(options.limits.repeat) +
                                  " rounds, found " + std::to_string(*count));
    return;
  }
  for (int64_t i = 0; i < *count && !stopped() && !current->returned; ++i) {
    if (!step(repeat.index.span))
      return;
    current->environment.enter();
    current->environment.add(repeat.index.text,
                             {BindingKind::Index, i, repeat.index.span});
    runBlock(repeat.body);
    current->environment.leave();
  }
}

void Elaborator::run(const ast::Scope &node, Span) {
  Datum path = evaluate(*node.path);
  std::string outer = scope;
  if (!isPoison(path))
    scope = std::get<Path>(path).text;
  current->environment.enter();
  runBlock(node.body);
  current->environment.leave();
  scope = outer;
}

void Elaborator::run(const ast::If &branch, Span) {
  std::optional<bool> condition =
      evaluateTruth(*branch.condition, "the condition of an if");
  if (!condition)
    return;
  current->environment.enter();
  runBlock(*condition ? branch.then : branch.otherwise);
  current->environment.leave();
}

void Elaborator::run(const ast::Output &node, Span mark) {
  if (current->function) {
    error(mark, "an output stands in the model; a fn returns its value");
    return;
  }
  if (!requireEntry("an output", mark))
    return;
  Output output{node.name.text, 0, locate(node.name.span), node.doc};
  if (node.index) {
    std::optional<int64_t> index =
        evaluateInteger(*node.index, "the index of an output");
    if (!index)
      return;
    output.name += "." + std::to_string(*index);
  }
  Datum value = evaluate(*node.value);
  auto [first, isNew] = open().outputs.insert({output.name, node.name.span});
  if (!isNew) {
    error(node.name.span, "there are two outputs '" + output.name + "'")
        .note(first->second, "the first is here");
    return;
  }
  if (isPoison(value))
    return;
  const Tensor *tensor = std::get_if<Tensor>(&value);
  if (!tensor) {
    error(node.value->span, "an output is a tensor, found " + describe(value));
    return;
  }
  Datum kept = stored(*tensor, node);
  if (isPoison(kept))
    return;
  output.value = std::get<Tensor>(kept).id;
  if (auto input = open().inputs.find(output.value);
      input != open().inputs.end()) {
    error(node.value->span, "output '" + output.name + "' is the input '" +
                                entry().inputs[input->second].name +
                                "' itself: nothing computes it");
    return;
  }
  entry().outputs.push_back(std::move(output));
}

/// What an output of the value is: rounded where it says bf16 of f32.
Datum Elaborator::stored(const Tensor &value, const ast::Output &output) {
  if (!output.element)
    return value;
  std::optional<ElementType> wanted = elementNamed(output.element->text);
  TensorType own = type(value.id);
  if (!wanted)
    error(output.element->span, unknownElement(*output.element));
  else if (own.element == *wanted)
    return value;
  else if (own.element == ElementType::F32 && *wanted == ElementType::BF16)
    return emit(OpKind::Cast, {value.id}, {*wanted, own.shape},
                output.element->span);
  else
    error(output.value->span, "output '" + output.name.text + "' of " +
                                  name(*wanted) + " is " + str(own) +
                                  "; only f32 becomes another type, which is "
                                  "bf16");
  return Poison();
}

void Elaborator::run(const ast::Return &result, Span mark) {
  if (!current->function) {
    error(mark, "return stands in a fn");
    return;
  }
  current->results = evaluateList(result.values, 0);
  current->returned = true;
}

void Elaborator::run(const ast::Function &, Span mark) {
  // Fns at the top were collected before anything ran.
  requireTop("a fn", mark);
}

} // namespace heddle::dsl
