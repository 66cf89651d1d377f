// The model as a whole: parameters, fns, and how ops are written down.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Finisher.h"
#include "compiler/dsl/Parser.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace heddle::dsl {

std::optional<Program> elaborate(const ast::File &file, const Source &source,
                                 const Options &options,
                                 Diagnostics &diagnostics) {
  return Elaborator(file, source, options, diagnostics).run();
}

std::optional<Program> compileModel(Source &source, const Options &options,
                                    Diagnostics &diagnostics) {
  ast::File file = parse(source, diagnostics);
  if (!diagnostics.hasErrors())
    importFiles(file, source, options.read, diagnostics);
  if (diagnostics.hasErrors())
    return std::nullopt;
  return elaborate(file, source, options, diagnostics);
}

Elaborator::Elaborator(const ast::File &file, const Source &source,
                       const Options &options, Diagnostics &diagnostics)
    : file(file), source(source), options(options), diagnostics(diagnostics) {
  for (size_t i = 0; i < source.fileCount(); ++i)
    program.files.push_back(source.name(i));
}

std::optional<Program> Elaborator::run() {
  const ast::Model *model = findModel();
  if (!model)
    return std::nullopt;
  program.name = model->name.text;
  program.doc = model->doc;
  Activation activation(nullptr);
  current = &activation;
  collectFunctions(*model);
  runParameters(*model);
  // A model that names no entry is one.
  inEntry = true;
  for (const ast::Stmt &stmt : model->body)
    inEntry &= !std::holds_alternative<ast::Entry>(stmt.node);
  if (inEntry) {
    entries.emplace_back();
    program.entries.push_back({"main"});
  }
  for (const ast::Stmt &stmt : model->body)
    runStatement(stmt);
  if (inEntry)
    closeEntry();
  if (!stopped())
    Finisher(*this).run();
  current = nullptr;
  if (diagnostics.hasErrors())
    return std::nullopt;
  return std::move(program);
}

const ast::Model *Elaborator::findModel() {
  if (file.models.empty()) {
    diagnostics.report(Severity::Error, std::nullopt,
                       "the text holds no model");
    return nullptr;
  }
  for (size_t i = 1; i < file.models.size(); ++i)
    error(file.models[i].name.span, "a file holds one model")
        .note(file.models[0].name.span, "the first is here");
  return &file.models[0];
}

void Elaborator::addFunction(const ast::Function &function, bool inModel) {
  const ast::Name &name = function.name;
  if (Builtin::find(name.text)) {
    error(name.span, "'" + name.text + "' is an op of the language");
    return;
  }
  auto [known, isNew] =
      functions.insert({name.text, KnownFunction{&function, inModel}});
  if (!isNew)
    error(name.span, "there are two fns '" + name.text + "'")
        .note(known->second.function->name.span, "the first is here");
  std::map<std::string_view, Span> parameters;
  for (const ast::Parameter &parameter : function.parameters) {
    auto [first, fresh] =
        parameters.insert({parameter.name.text, parameter.name.span});
    if (!fresh)
      error(parameter.name.span, "fn '" + name.text + "' has two parameters '" +
                                     parameter.name.text + "'")
          .note(first->second, "the first is here");
  }
}

void Elaborator::collectFunctions(const ast::Model &model) {
  for (const ast::Function &function : file.functions)
    addFunction(function, /*inModel=*/false);
  for (const ast::Stmt &stmt : model.body)
    if (auto *function = std::get_if<ast::Function>(&stmt.node))
      addFunction(*function, /*inModel=*/true);
}

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

/// Constants are kept for those who ask what a model is; others are wrong.
static void keep(std::vector<Parameter> &parameters, const std::string &name,
                 const Datum &value) {
  if (const bool *truth = std::get_if<bool>(&value))
    parameters.push_back({name, *truth});
  else if (const int64_t *integer = std::get_if<int64_t>(&value))
    parameters.push_back({name, *integer});
  else if (const double *number = std::get_if<double>(&value))
    parameters.push_back({name, *number});
  else if (const std::string *text = std::get_if<std::string>(&value))
    parameters.push_back({name, *text});
}

void Elaborator::runParameters(const ast::Model &model) {
  std::vector<std::string> names;
  for (const ast::Parameter &parameter : model.parameters) {
    const ast::Name &name = parameter.name;
    names.push_back(name.text);
    if (isTaken(name))
      continue;
    Datum value = Poison();
    if (!parameter.value)
      error(name.span, "parameter '" + name.text + "' needs a default");
    else
      value = evaluate(*parameter.value);
    bool constant = toNumber(value) || std::holds_alternative<bool>(value) ||
                    std::holds_alternative<std::string>(value);
    if (!constant && !isPoison(value)) {
      error(parameter.value->span,
            "parameter '" + name.text +
                "' must be a number, a string or a truth value, found " +
                describe(value));
      value = Poison();
    }
    for (const auto &[key, text] : options.defines)
      if (key == name.text && !isPoison(value))
        value = defined(key, text, value);
    keep(program.parameters, name.text, value);
    current->environment.add(name.text,
                             {BindingKind::Parameter, value, name.span});
  }
  for (const auto &[key, text] : options.defines)
    if (std::find(names.begin(), names.end(), key) == names.end())
      diagnostics.report(Severity::Error, std::nullopt,
                         "-D " + key + "=" + text + ": model '" +
                             model.name.text + "' has no parameter '" + key +
                             "'" + didYouMean(key, names));
}

Datum Elaborator::defined(const std::string &name, const std::string &text,
                          const Datum &standard) {
  auto read = [&](auto value) -> std::optional<decltype(value)> {
    const char *end = text.data() + text.size();
    auto [stop, fault] = std::from_chars(text.data(), end, value);
    if (fault != std::errc() || stop != end)
      return std::nullopt;
    return value;
  };
  const char *expected = "true or false";
  if (std::holds_alternative<std::string>(standard))
    return text;
  if (std::holds_alternative<bool>(standard)) {
    if (text == "true" || text == "false")
      return text == "true";
  } else if (std::holds_alternative<int64_t>(standard)) {
    expected = "an integer of 64 bits";
    if (std::optional<int64_t> value = read(int64_t()))
      return *value;
  } else {
    expected = "a finite number";
    std::optional<double> value = read(double());
    if (value && std::isfinite(*value))
      return *value;
  }
  diagnostics.report(Severity::Error, std::nullopt,
                     "-D " + name + "=" + text + ": expected " + expected);
  return Poison();
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

Location Elaborator::locate(Span span) const {
  return {span, source.place(span.begin),
          static_cast<uint32_t>(source.fileAt(span.begin)), current->frame};
}

ValueId Elaborator::addValue(TensorType type, Span span) {
  program.values.push_back({std::move(type), locate(span)});
  return program.values.size() - 1;
}

bool Elaborator::checkSize(const TensorType &type, Span span) {
  if (type.shape.size() > maxRank) {
    error(span, "a tensor has at most " + std::to_string(maxRank) +
                    " axes, found " + std::to_string(type.shape.size()));
    return false;
  }
  std::optional<int64_t> most =
      shape::maximum(shape::elementCount(type.shape), program.dims);
  if (most && *most <= options.limits.elements)
    return true;
  bool counted = most && *most != INT64_MAX;
  error(span, "a tensor " + str(type) + " may have " +
                  (counted ? std::to_string(*most)
                           : "more elements than 64 bits count") +
                  (counted ? " elements, more than " : ", more than ") +
                  std::to_string(options.limits.elements));
  return false;
}

Datum Elaborator::emit(
    OpKind kind, std::vector<ValueId> operands, TensorType type, Span span,
    std::vector<std::pair<std::string, AttributeValue>> attributes,
    std::shared_ptr<const ScoreRegion> score) {
  if (!requireEntry("an op", span) || !checkSize(type, span))
    return Poison();
  if (entry().ops.size() == options.limits.ops) {
    error(span, "the model unfolds to more than " +
                    std::to_string(options.limits.ops) + " ops");
    outOfSteps = true;
    return Poison();
  }
  Op op;
  op.kind = kind;
  op.operands = std::move(operands);
  op.attributes = std::move(attributes);
  op.score = std::move(score);
  op.result = addValue(std::move(type), span);
  entry().ops.push_back(std::move(op));
  return Tensor{entry().ops.back().result};
}

Datum Elaborator::emitInferred(
    OpKind kind, std::vector<ValueId> operands, const shape::Inferred &inferred,
    Span span, std::vector<std::pair<std::string, AttributeValue>> attributes,
    std::shared_ptr<const ScoreRegion> score, ElementType element) {
  if (inferred)
    return emit(kind, std::move(operands), {element, *inferred.shape}, span,
                std::move(attributes), std::move(score));
  const shape::Mismatch &mismatch = inferred.mismatch;
  Diagnostic &diagnostic =
      error(span, std::string(name(kind)) + ": " + mismatch.message);
  for (int operand : {mismatch.operand, mismatch.other})
    if (operand >= 0 && operand < static_cast<int>(operands.size()))
      noteOrigin(diagnostic, operands[operand]);
  return Poison();
}

void Elaborator::noteOrigin(Diagnostic &diagnostic, ValueId value) {
  const Value &made = program.values[value];
  std::string what = str(made.type) + " comes from here";
  for (const Weight &weight : program.weights)
    if (weight.value == value)
      what = "weight '" + weight.name + "' is " + str(made.type);
  diagnostic.note(made.location.span, what);
}

//===----------------------------------------------------------------------===//
// Words and limits
//===----------------------------------------------------------------------===//

Diagnostic &Elaborator::error(Span span, std::string message) {
  constexpr int shownCalls = 8;
  Diagnostic &diagnostic = diagnostics.error(span, std::move(message));
  int32_t frame = current ? current->frame : -1;
  for (int i = 0; frame >= 0 && i < shownCalls; ++i) {
    const Frame &call = program.frames[frame];
    diagnostic.note(call.call.span, "in '" + call.function + "', called here");
    frame = call.call.frame;
  }
  return diagnostic;
}

std::string Elaborator::describe(const Datum &datum) const {
  struct Describer {
    const Elaborator &self;
    std::string operator()(const Poison &) { return "an error"; }
    std::string operator()(const None &) { return "none"; }
    std::string operator()(bool) { return "a truth value"; }
    std::string operator()(int64_t value) {
      return "the integer " + std::to_string(value);
    }
    std::string operator()(double) { return "a number"; }
    std::string operator()(const std::string &) { return "a string"; }
    std::string operator()(const shape::Dim &dim) {
      return "the dim " + dim.str();
    }
    std::string operator()(const Tensor &tensor) {
      return "a tensor " + str(self.type(tensor.id));
    }
    std::string operator()(const Path &) { return "the path of a weight"; }
    std::string operator()(const MaskRef &) { return "a mask"; }
    std::string operator()(const ListRef &) { return "a list"; }
    std::string operator()(const States &) { return "several states"; }
    std::string operator()(const BiasRef &) { return "a bias"; }
    std::string operator()(const ScoreChange &) {
      return "a lambda over scores";
    }
    std::string operator()(const ScalarRef &scalar) {
      return dsl::describe(scalar->type) + std::string(" of a lambda");
    }
  };
  return std::visit(Describer{*this}, datum);
}

bool Elaborator::enterLevel(Span span) {
  if (openLevels < maxOpenLevels) {
    ++openLevels;
    return true;
  }
  error(span, "calls, blocks and expressions nest deeper than " +
                  std::to_string(maxOpenLevels) + " levels here");
  return false;
}

bool Elaborator::step(Span span) {
  if (stopped())
    return false;
  if (steps++ < options.limits.steps)
    return true;
  error(span, "the model takes more than " +
                  std::to_string(options.limits.steps) + " steps to unfold");
  outOfSteps = true;
  return false;
}

} // namespace heddle::dsl
