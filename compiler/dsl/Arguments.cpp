// Arguments of ops as what the op needs, or what was found instead.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Elaborator.h"

#include <algorithm>
#include <cmath>

namespace heddle::dsl {

void Elaborator::wrongArgument(const Arguments &arguments,
                               const Arguments::Given &given,
                               const char *expected) {
  error(given.span, "'" + given.name + "' of '" + arguments.callee +
                        "' must be " + expected + ", found " +
                        describe(given.value));
}

std::optional<ValueId> Elaborator::tensorOf(const Arguments &arguments,
                                            const char *name,
                                            bool wholeNumbers) {
  const Arguments::Given &given = *arguments.find(name);
  const Tensor *tensor = std::get_if<Tensor>(&given.value);
  ElementType wanted = wholeNumbers ? ElementType::I32 : ElementType::F32;
  if (tensor && type(tensor->id).element == wanted)
    return tensor->id;
  wrongArgument(arguments, given,
                wholeNumbers ? "an i32 tensor" : "an f32 tensor");
  return std::nullopt;
}

std::optional<std::string> Elaborator::pathOf(const Arguments &arguments,
                                              const char *name) {
  const Arguments::Given &given = *arguments.find(name);
  if (const Path *path = std::get_if<Path>(&given.value))
    return path->text;
  wrongArgument(arguments, given, "the path of a weight, as in @a.b");
  return std::nullopt;
}

std::optional<int64_t> Elaborator::integerOf(const Arguments &arguments,
                                             const char *name) {
  const Arguments::Given &given = *arguments.find(name);
  if (const int64_t *value = std::get_if<int64_t>(&given.value))
    return *value;
  wrongArgument(arguments, given, "an integer");
  return std::nullopt;
}

std::optional<int64_t> Elaborator::extentOf(const Arguments &arguments,
                                            const char *name, bool &good) {
  const Arguments::Given *given = arguments.find(name);
  if (!given)
    return std::nullopt;
  std::optional<int64_t> value = integerOf(arguments, name);
  if (value && (*value < 1 || *value > INT32_MAX)) {
    wrongArgument(arguments, *given, "an extent of 1 to 2147483647");
    value.reset();
  }
  good &= value.has_value();
  return value;
}

bool Elaborator::checkExtent(const Arguments &arguments, const char *name,
                             std::optional<int64_t> given,
                             const shape::Dim &found, ValueId weight) {
  if (!given || found == shape::Dim(*given))
    return true;
  Diagnostic &diagnostic =
      error(arguments.find(name)->span,
            "'" + arguments.callee + "' says " + name + " = " +
                std::to_string(*given) + ", the weight " +
                shape::str(shapeOf(weight)) + " has " + found.str());
  noteOrigin(diagnostic, weight);
  return false;
}

std::optional<double> Elaborator::epsilonOf(const Arguments &arguments,
                                            double standard) {
  std::optional<double> eps = numberOf(arguments, "eps", standard);
  if (!eps || *eps >= 0)
    return eps;
  error(arguments.find("eps")->span,
        "'eps' of '" + arguments.callee + "' must be 0 or more");
  return std::nullopt;
}

std::optional<double> Elaborator::numberOf(const Arguments &arguments,
                                           const char *name, double standard) {
  const Arguments::Given *given = arguments.find(name);
  if (!given)
    return standard;
  if (std::optional<double> value = toNumber(given->value))
    return value;
  wrongArgument(arguments, *given, "a number");
  return std::nullopt;
}

std::optional<std::string>
Elaborator::choiceOf(const Arguments &arguments, const char *name,
                     std::vector<std::string> choices) {
  const Arguments::Given *given = arguments.find(name);
  if (!given)
    return choices.front();
  std::string expected;
  for (const std::string &choice : choices)
    expected += (expected.empty() ? "\"" : " or \"") + choice + "\"";
  const std::string *text = std::get_if<std::string>(&given->value);
  if (!text) {
    wrongArgument(arguments, *given, expected.c_str());
    return std::nullopt;
  }
  if (std::find(choices.begin(), choices.end(), *text) != choices.end())
    return *text;
  error(given->span, "'" + given->name + "' of '" + arguments.callee +
                         "' must be " + expected + ", found \"" + *text + "\"" +
                         didYouMean(*text, choices));
  return std::nullopt;
}

std::optional<int64_t> Elaborator::axisOf(const Arguments &arguments, ValueId x,
                                          int64_t standard) {
  const Arguments::Given *given = arguments.find("over");
  const shape::Shape &extents = shapeOf(x);
  int64_t rank = extents.size();
  if (!given)
    return standard < 0 ? standard + rank : standard;
  if (const int64_t *axis = std::get_if<int64_t>(&given->value)) {
    if (*axis >= -rank && *axis < rank)
      return *axis < 0 ? *axis + rank : *axis;
    error(given->span, "axis " + std::to_string(*axis) + " is not in x " +
                           shape::str(extents));
    return std::nullopt;
  }
  const shape::Dim *dim = std::get_if<shape::Dim>(&given->value);
  if (!dim) {
    wrongArgument(arguments, *given, "a dim or the number of an axis");
    return std::nullopt;
  }
  int64_t count = std::count(extents.begin(), extents.end(), *dim);
  if (count == 1)
    return std::find(extents.begin(), extents.end(), *dim) - extents.begin();
  error(given->span,
        count == 0
            ? "no axis of x " + shape::str(extents) + " is " + dim->str()
            : std::to_string(count) + " axes of x " + shape::str(extents) +
                  " are " + dim->str() + "; give the axis as a number");
  return std::nullopt;
}

} // namespace heddle::dsl
