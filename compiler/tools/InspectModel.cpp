// heddle inspect MODEL.heddle: what a model's text declares.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/pipeline/Describe.h"
#include "compiler/tools/CompileArguments.h"
#include "compiler/tools/CompilerVerbs.h"
#include "runtime/tools/InspectText.h"
#include "runtime/tools/Verbs.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

namespace heddle::tools {

namespace {

using json = nlohmann::ordered_json;

/// Adds what the text says of a thing, where it does.
json documented(json report, const std::string &doc) {
  if (!doc.empty())
    report["doc"] = doc;
  return report;
}

json tensorReport(const pipeline::TensorInfo &tensor) {
  json result = documented({{"name", tensor.name},
                            {"dtype", tensor.dtype},
                            {"extents", tensor.extents}},
                           tensor.doc);
  if (tensor.range)
    result["range"] = {tensor.range->first, tensor.range->second};
  return result;
}

json tensorsReport(const std::vector<pipeline::TensorInfo> &tensors) {
  json result = json::array();
  for (const pipeline::TensorInfo &tensor : tensors)
    result.push_back(tensorReport(tensor));
  return result;
}

/// The keys are those of an artefact's report, where it has them.
json modelReport(const pipeline::ModelInfo &model) {
  json parameters = json::object(), dims = json::array();
  for (const pipeline::ParameterInfo &parameter : model.parameters)
    std::visit([&](const auto &value) { parameters[parameter.name] = value; },
               parameter.value);
  for (const pipeline::DimInfo &dim : model.dims)
    dims.push_back(documented(
        {{"name", dim.name}, {"min", dim.min}, {"max", dim.max}}, dim.doc));
  json entries = json::array();
  for (const pipeline::EntryInfo &entry : model.entries)
    entries.push_back(documented({{"name", entry.name},
                                  {"inputs", tensorsReport(entry.inputs)},
                                  {"outputs", tensorsReport(entry.outputs)}},
                                 entry.doc));
  json report = documented({{"model", model.name},
                            {"parameters", parameters},
                            {"dims", dims},
                            {"entries", entries},
                            {"weights", tensorsReport(model.weights)}},
                           model.doc);
  if (!model.states.empty())
    report["states"] = tensorsReport(model.states);
  return report;
}

/// Bytes of a weight, whose extents are numbers.
double bytesOf(const pipeline::TensorInfo &weight) {
  double bytes = 4;
  for (const std::string &extent : weight.extents)
    bytes *= std::stod(extent);
  return bytes;
}

std::string modelText(const pipeline::ModelInfo &model, const json &report) {
  std::ostringstream out;
  out << model.name << ": a model's text\n";
  printDoc(out, report, "");
  if (!model.parameters.empty())
    out << "\nparameters\n";
  for (const auto &parameter : report["parameters"].items())
    printNamed(out, parameter.key(), parameter.value());
  printDims(out, report["dims"]);
  if (report.contains("states")) {
    out << "\nstates\n";
    for (const json &state : report["states"])
      printTensor(out, "", state);
  }
  for (const json &entry : report["entries"])
    printSignature(out, entry);
  double bytes = 0;
  for (const pipeline::TensorInfo &weight : model.weights)
    bytes += bytesOf(weight);
  out << "\n"
      << model.weights.size() << " weights, " << bytesText(bytes) << "\n";
  for (const json &weight : report["weights"])
    printTensor(out, "", weight);
  return out.str();
}

int inspectModel(CompileArguments &arguments, bool asJson) {
  std::string problem = finishArguments(arguments);
  if (!problem.empty()) {
    std::fprintf(stderr, "error: %s\n", problem.c_str());
    return ExitUsage;
  }
  std::optional<pipeline::ModelInfo> model =
      pipeline::describeModel(arguments.options);
  if (!model)
    return ExitInput;
  json report = modelReport(*model);
  std::string text =
      asJson ? report.dump(2, ' ', false, json::error_handler_t::replace) + "\n"
             : modelText(*model, report);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return ExitDone;
}

} // namespace

ModelInspector modelInspector() {
  auto arguments = std::make_shared<CompileArguments>();
  return {
      [arguments](CLI::App &verb) { addModelOptions(verb, *arguments); },
      [arguments](const std::string &path, bool asJson) -> std::optional<int> {
        if (!path.ends_with(".heddle"))
          return std::nullopt;
        arguments->options.input = path;
        return inspectModel(*arguments, asJson);
      }};
}

} // namespace heddle::tools
