// conv1d and conv2d: their windows, their weights, and how they write
// themselves down.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/dsl/Elaborator.h"

#include <algorithm>

namespace heddle::dsl {

/// One call of such an op.
class ConvolutionElaborator {
public:
  ConvolutionElaborator(Elaborator &model, const Arguments &arguments)
      : model(model), arguments(arguments),
        axes(arguments.callee == "conv1d" ? 1 : 2) {}

  Datum run();

private:
  /// A number an axis: from one for all, or from a list. Reports what else is
  /// found; empty when the argument is left out.
  std::optional<std::vector<int64_t>> numbers(const char *name);
  bool readWindows();
  bool readBias();
  std::optional<ValueId> readWeight(ValueId x, const std::string &path);
  bool checkWeight(ValueId weight);
  Datum emit(std::vector<ValueId> operands, const shape::Inferred &inferred);

  Elaborator &model;
  const Arguments &arguments;
  size_t axes;
  shape::Windows windows;
  std::vector<int64_t> kernel; ///< Empty when the text does not say it.
  std::optional<int64_t> out;
  bool hasBias = true;
};

Datum Elaborator::convolution(const Arguments &arguments) {
  return ConvolutionElaborator(*this, arguments).run();
}

std::optional<std::vector<int64_t>>
ConvolutionElaborator::numbers(const char *name) {
  const Arguments::Given *given = arguments.find(name);
  if (!given)
    return std::vector<int64_t>();
  if (const int64_t *number = std::get_if<int64_t>(&given->value))
    return std::vector<int64_t>(axes, *number);
  std::vector<int64_t> result;
  if (const ListRef *items = std::get_if<ListRef>(&given->value))
    for (const Datum &item : items->get()->items)
      if (const int64_t *number = std::get_if<int64_t>(&item))
        result.push_back(*number);
  if (result.size() == axes)
    return result;
  model.wrongArgument(arguments, *given,
                      axes == 1 ? "an integer, or a list of one"
                                : "an integer, or a list of two");
  return std::nullopt;
}

bool ConvolutionElaborator::readWindows() {
  std::optional<std::vector<int64_t>> stride = numbers("stride"),
                                      padding = numbers("padding"),
                                      dilation = numbers("dilation"),
                                      extents = numbers("kernel");
  std::optional<int64_t> groups =
      arguments.find("groups") ? model.integerOf(arguments, "groups") : 1;
  if (!stride || !padding || !dilation || !extents || !groups)
    return false;
  auto orElse = [&](std::vector<int64_t> given, int64_t standard) {
    return given.empty() ? std::vector<int64_t>(axes, standard)
                         : std::move(given);
  };
  windows = {orElse(*std::move(stride), 1), orElse(*std::move(padding), 0),
             orElse(*std::move(dilation), 1), *groups};
  kernel = *std::move(extents);
  std::string problem = shape::checkWindows(windows, axes);
  bool fits = std::all_of(kernel.begin(), kernel.end(), [](int64_t extent) {
    return extent >= 1 && extent <= INT32_MAX;
  });
  if (problem.empty() && !fits)
    problem = "found kernel " +
              shape::str(shape::Shape(kernel.begin(), kernel.end())) +
              ", expected extents of 1 to 2147483647";
  if (!problem.empty())
    model.error(arguments.mark, arguments.callee + ": " + problem);
  return problem.empty();
}

bool ConvolutionElaborator::readBias() {
  const Arguments::Given *bias = arguments.find("bias");
  hasBias = !bias;
  if (!bias || std::holds_alternative<None>(bias->value))
    return true;
  model.wrongArgument(arguments, *bias, "none or left out");
  return false;
}

/// False, reported, when the text says other extents than the weight has.
bool ConvolutionElaborator::checkWeight(ValueId weight) {
  const shape::Shape &found = model.shapeOf(weight);
  if (found.size() != axes + 2)
    return true; // the shape rule says what is wrong with it
  if (!model.checkExtent(arguments, "out", out, found[0], weight))
    return false;
  out = found[0].constant();
  shape::Shape said(kernel.begin(), kernel.end());
  shape::Shape own(found.begin() + 2, found.end());
  if (said.empty() || said == own)
    return true;
  Diagnostic &diagnostic = model.error(
      arguments.find("kernel")->span,
      "'" + arguments.callee + "' says kernel = " + shape::str(said) +
          ", the weight " + shape::str(found) + " has " + shape::str(own));
  model.noteOrigin(diagnostic, weight);
  return false;
}

std::optional<ValueId>
ConvolutionElaborator::readWeight(ValueId x, const std::string &path) {
  std::optional<shape::Shape> derived;
  std::optional<shape::Dim> channels =
      shape::Dim::divideExactly(model.shapeOf(x)[1], windows.groups);
  if (out && !kernel.empty() && channels && channels->isConstant()) {
    derived = shape::Shape{*out, *channels};
    derived->insert(derived->end(), kernel.begin(), kernel.end());
  }
  return model.weight(
      path + ".weight", derived, arguments.mark,
      "declare it, say 'out = N, kernel = N' or give the weight files");
}

/// As emitInferred, by the name that the text calls the op.
Datum ConvolutionElaborator::emit(std::vector<ValueId> operands,
                                  const shape::Inferred &inferred) {
  if (inferred)
    return model.emitInferred(OpKind::Conv, std::move(operands), inferred,
                              arguments.mark,
                              {{"stride", windows.stride},
                               {"padding", windows.padding},
                               {"dilation", windows.dilation},
                               {"groups", windows.groups}});
  const shape::Mismatch &mismatch = inferred.mismatch;
  Diagnostic &diagnostic =
      model.error(arguments.mark, arguments.callee + ": " + mismatch.message);
  for (int index : {mismatch.operand, mismatch.other})
    if (index >= 0)
      model.noteOrigin(diagnostic, operands[index]);
  return Poison();
}

Datum ConvolutionElaborator::run() {
  std::optional<ValueId> x = model.tensorOf(arguments, "x");
  std::optional<std::string> path = model.pathOf(arguments, "weights");
  bool good = true;
  out = model.extentOf(arguments, "out", good);
  good &= readBias();
  good &= readWindows();
  if (!x || !path || !good)
    return Poison();
  const shape::Shape &extents = model.shapeOf(*x);
  if (extents.size() != axes + 2) {
    Diagnostic &diagnostic = model.error(
        arguments.mark, arguments.callee + ": x must be " +
                            (axes == 1 ? "[batch, channels, length]"
                                       : "[batch, channels, height, width]") +
                            ", found " + shape::str(extents));
    model.noteOrigin(diagnostic, *x);
    return Poison();
  }
  std::optional<ValueId> weight = readWeight(*x, *path), bias;
  if (weight && !checkWeight(*weight))
    return Poison();
  if (hasBias) {
    std::optional<shape::Shape> length;
    if (out)
      length = shape::Shape{*out};
    bias = model.weight(*path + ".bias", length, arguments.mark,
                        "declare it or give the weight files");
  }
  if (!weight || (hasBias && !bias))
    return Poison();
  std::vector<ValueId> operands = {*x, *weight};
  if (bias)
    operands.push_back(*bias);
  return emit(operands,
              shape::convolution(model.shapeOf(*x), model.shapeOf(*weight),
                                 bias ? &model.shapeOf(*bias) : nullptr,
                                 windows, &model.program.dims));
}

} // namespace heddle::dsl
