// Calls: arguments to parameters, ops by name, fns unfolded in place.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/ScoreOps.h"

#include <algorithm>

namespace heddle::dsl {

const Arguments::Given *Arguments::find(std::string_view name) const {
  for (const Given &one : given)
    if (one.name == name)
      return &one;
  return nullptr;
}

Datum Elaborator::evaluateCall(const ast::Expr &expr) {
  auto known = functions.find(expr.text);
  if (known == functions.end() && openLambdas)
    if (std::optional<Datum> result = Lambdas::call(*this, expr))
      return std::move(*result);
  const Builtin *builtin = Builtin::find(expr.text);
  if (known == functions.end() && !builtin) {
    unknownFunction(expr);
    return Poison();
  }
  std::vector<Datum> results = known != functions.end()
                                   ? callFunction(known->second, expr)
                                   : callBuiltin(*builtin, expr);
  if (results.size() == 1)
    return std::move(results[0]);
  if (!stopped())
    error(expr.mark, "'" + expr.text + "' gives " +
                         std::to_string(results.size()) +
                         " values where one is taken");
  return Poison();
}

std::vector<Datum> Elaborator::callBuiltin(const Builtin &builtin,
                                           const ast::Expr &expr) {
  Arguments arguments;
  if (!evaluateArguments(expr, builtin.parameters, arguments))
    return {Poison()};
  for (const Arguments::Given &one : arguments.given)
    if (isPoison(one.value))
      return {Poison()};
  if (builtin.runAll)
    return builtin.runAll(*this, arguments);
  return {builtin.run(*this, arguments)};
}

void Elaborator::unknownFunction(const ast::Expr &expr) {
  // The arguments may hold errors of their own.
  for (const ast::Argument &argument : expr.arguments)
    evaluate(*argument.value);
  std::vector<std::string> names = Builtin::names();
  for (const auto &[name, known] : functions)
    names.push_back(name);
  error(expr.mark,
        "unknown op or fn '" + expr.text + "'" + didYouMean(expr.text, names));
}

bool Elaborator::bind(const ast::Expr &call,
                      const std::vector<ParameterSpec> &specs,
                      std::vector<const ast::Argument *> &bound) {
  bound.assign(specs.size(), nullptr);
  std::vector<std::string> names;
  size_t positional = 0;
  for (const ParameterSpec &spec : specs) {
    names.push_back(spec.name);
    positional += !spec.namedOnly;
  }
  bool good = true;
  size_t next = 0;
  for (const ast::Argument &argument : call.arguments) {
    const std::string &name = argument.name.text;
    size_t index = next;
    if (!name.empty()) {
      index = std::find(names.begin(), names.end(), name) - names.begin();
      if (index == names.size()) {
        error(argument.name.span, "'" + call.text + "' has no argument '" +
                                      name + "'" + didYouMean(name, names));
        good = false;
        continue;
      }
    } else if (next++ >= positional) {
      error(argument.value->span,
            "'" + call.text + "' takes " + std::to_string(positional) +
                (positional == 1 ? " argument" : " arguments") +
                " without a name");
      return false;
    }
    if (bound[index]) {
      error(name.empty() ? argument.value->span : argument.name.span,
            "argument '" + names[index] + "' is given twice")
          .note(bound[index]->value->span, "the first is here");
      good = false;
    }
    bound[index] = &argument;
  }
  for (size_t i = 0; i < specs.size() && good; ++i)
    if (!bound[i] && specs[i].required) {
      error(call.mark,
            "'" + call.text + "' lacks its argument '" + names[i] + "'");
      good = false;
    }
  return good;
}

bool Elaborator::evaluateArguments(const ast::Expr &call,
                                   const std::vector<ParameterSpec> &specs,
                                   Arguments &arguments) {
  arguments.callee = call.text;
  arguments.mark = call.mark;
  std::vector<const ast::Argument *> bound;
  if (!bind(call, specs, bound))
    return false;
  for (size_t i = 0; i < specs.size(); ++i)
    if (bound[i])
      arguments.given.push_back(
          {specs[i].name, evaluate(*bound[i]->value), bound[i]->value->span});
  return true;
}

std::vector<Datum> Elaborator::callFunction(const KnownFunction &known,
                                            const ast::Expr &expr) {
  const ast::Function &function = *known.function;
  std::vector<Datum> failed = {Poison()};
  const Activation *open = current;
  do {
    if (open->function == &function) {
      error(expr.mark, "fn '" + expr.text + "' calls itself");
      return failed;
    }
    open = open->caller;
  } while (open);
  std::vector<ParameterSpec> specs;
  for (const ast::Parameter &parameter : function.parameters)
    specs.push_back({parameter.name.text, !parameter.value});
  // The body runs with arguments in error too: it may have errors of its own,
  // and its results keep their number.
  Arguments arguments;
  if (!evaluateArguments(expr, specs, arguments))
    return failed;

  Activation *outermost = current;
  while (outermost->caller)
    outermost = outermost->caller;
  Activation callee(known.inModel ? &outermost->environment : nullptr);
  callee.function = &function;
  callee.caller = current;
  callee.frame = program.frames.size();
  program.frames.push_back({function.name.text, locate(expr.mark)});
  current = &callee;
  for (const ast::Parameter &parameter : function.parameters) {
    const std::string &name = parameter.name.text;
    const Arguments::Given *given = arguments.find(name);
    Datum value = given             ? given->value
                  : parameter.value ? evaluate(*parameter.value)
                                    : Datum(Poison());
    callee.environment.add(
        name, {BindingKind::Variable, std::move(value), parameter.name.span});
  }
  runBlock(function.body);
  if (!callee.returned && !stopped()) {
    error(function.name.span,
          "fn '" + function.name.text + "' ends without a return");
    callee.results = failed;
  }
  current = callee.caller;
  return std::move(callee.results);
}

} // namespace heddle::dsl
