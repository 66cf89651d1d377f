// Builds the report as JSON first; the text is a rendering of it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/tools/Inspect.h"

#include "runtime/src/ArtifactFile.h"
#include "runtime/src/Module.h"
#include "runtime/src/Slices.h"
#include "runtime/tools/Blocks.h"
#include "runtime/tools/InspectText.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace heddle::tools {
namespace {

using json = nlohmann::ordered_json;
using namespace heddle::runtime;

class Reporter {
public:
  Reporter(const Metadata &metadata, const heddle_footer &footer,
           const InspectOptions &options)
      : meta(metadata), footer(footer), options(options),
        dimNames(meta.dimNames()) {}

  /// Returns an error's text.
  std::string report(json &result) {
    std::string error = choosePoints();
    if (!error.empty())
      return error;
    result["model"] = meta.text(meta.header().model);
    result["artifact_version"] = footer.version;
    result["build_id"] = hex(meta.header().build_id);
    result["bytes"] = {{"file", footer.file_size},
                       {"code", footer.code_size},
                       {"metadata", footer.metadata_size},
                       {"weights", footer.weights_size},
                       {"graph", meta.header().graph.count}};
    for (const heddle_meta_dim &dim : meta.dims())
      result["dims"].push_back(
          {{"name", meta.text(dim.name)}, {"min", dim.min}, {"max", dim.max}});
    for (const heddle_meta_variant &variant : meta.variants())
      result["variants"].push_back(variantReport(variant));
    for (const heddle_meta_entry &entry : meta.entries())
      result["entries"].push_back(entryReport(entry));
    for (uint32_t i = 0; i < meta.kernels().count; ++i)
      result["kernels"].push_back(
          {{"name", meta.text(meta.kernels()[i].name)},
           {"family", meta.text(meta.kernels()[i].family)},
           {"schedule", meta.text(meta.kernels()[i].schedule)}});
    result["weights"] = weightsReport();
    for (const heddle_meta_note &note : meta.notes())
      if (meta.text(note.key).rfind(blocksNote, 0) != 0)
        result["notes"][std::string(meta.text(note.key))] =
            meta.text(note.value);
    if (options.blocks)
      return reportBlocks(meta, points.back(), result["blocks"]);
    return {};
  }

private:
  static std::string hex(uint64_t value) {
    char text[24];
    std::snprintf(text, sizeof(text), "%016llx", (unsigned long long)value);
    return text;
  }

  /// The dims at which costs are told: the given ones, else both ends.
  std::string choosePoints() {
    std::vector<int64_t> low, high;
    for (const auto &given : options.dims)
      if (std::find(dimNames.begin(), dimNames.end(), given.first) ==
          dimNames.end())
        return "no dim \"" + given.first + "\"; there is " +
               quotedList(dimNames);
    for (uint32_t i = 0; i < meta.dims().count; ++i) {
      const heddle_meta_dim &dim = meta.dims()[i];
      auto given = options.dims.find(dimNames[i]);
      if (given == options.dims.end()) {
        low.push_back(dim.min);
        high.push_back(dim.max);
        continue;
      }
      if (given->second < dim.min || given->second > dim.max)
        return dimNames[i] + " is " + std::to_string(given->second) +
               ", outside " + std::to_string(dim.min) + ".." +
               std::to_string(dim.max);
      low.push_back(given->second);
      high.push_back(given->second);
    }
    points.push_back(low);
    if (high != low)
      points.push_back(high);
    return {};
  }

  json variantReport(const heddle_meta_variant &variant) const {
    json features = json::array();
    for (heddle_meta_string feature :
         meta.span<heddle_meta_string>(variant.features))
      features.push_back(meta.text(feature));
    return {
        {"name", meta.text(variant.name)},
        {"target", meta.text(variant.target)},
        {"features", features},
        {"device", variant.device == HEDDLE_DEVICE_NONE ? "none" : "opencl"},
        {"runs_here", missingFeatures(meta, variant).empty()}};
  }

  json bufferReport(uint32_t index) const {
    const heddle_meta_buffer &buffer = meta.buffers()[index];
    json extents = json::array();
    for (heddle_meta_formula extent : meta.extents(buffer))
      extents.push_back(formulaText(meta.formula(extent), dimNames));
    json result = {{"name", meta.text(buffer.name)},
                   {"dtype", heddle_dtype_name(buffer.dtype)},
                   {"extents", extents}};
    if (buffer.has_range)
      result["range"] = {buffer.low, buffer.high};
    return result;
  }

  /// A number, or null where the formula overflows.
  json valueAt(heddle_meta_formula formula,
               const std::vector<int64_t> &dims) const {
    int64_t value = 0;
    return evaluate(meta.formula(formula), dims.data(), value) ? json(value)
                                                               : json();
  }

  json entryReport(const heddle_meta_entry &entry) const {
    json result = {{"name", meta.text(entry.name)},
                   {"inputs", json::array()},
                   {"outputs", json::array()}};
    for (uint32_t index : meta.span<uint32_t>(entry.inputs))
      result["inputs"].push_back(bufferReport(index));
    for (uint32_t index : meta.span<uint32_t>(entry.outputs))
      result["outputs"].push_back(bufferReport(index));
    result["arena_bytes"] = formulaText(meta.formula(entry.arena), dimNames);
    result["scratch_bytes_per_thread"] =
        formulaText(meta.formula(entry.scratch), dimNames);
    if (entry.slice_dim)
      result["slice_dim"] = dimNames[entry.slice_dim - 1];
    for (const std::vector<int64_t> &point : points)
      result["at"].push_back(costReport(entry, point));
    result["dispatches"] = json::array();
    for (const heddle_meta_dispatch &dispatch :
         meta.span<heddle_meta_dispatch>(entry.dispatches))
      result["dispatches"].push_back(
          {{"kernel", meta.text(meta.kernels()[dispatch.kernel].name)},
           {"flops", formulaText(meta.formula(dispatch.flops), dimNames)},
           {"origin", meta.text(dispatch.origin)}});
    return result;
  }

  json costReport(const heddle_meta_entry &entry,
                  const std::vector<int64_t> &point) const {
    json dims = json::object();
    for (size_t i = 0; i < point.size(); ++i)
      dims[dimNames[i]] = point[i];
    uint64_t flops = 0;
    json kernels = json::array(); // those that run at this point, in order
    for (const heddle_meta_dispatch &dispatch :
         meta.span<heddle_meta_dispatch>(entry.dispatches)) {
      int64_t value = 0;
      if (evaluate(meta.formula(dispatch.flops), point.data(), value))
        flops += uint64_t(value);
      uint32_t kernel = 0;
      if (meta.kernelAt(dispatch, point.data(), kernel))
        kernels.push_back(meta.text(meta.kernels()[kernel].name));
    }
    json result = {{"dims", dims},
                   {"arena_bytes", valueAt(entry.arena, point)},
                   {"scratch_bytes_per_thread", valueAt(entry.scratch, point)},
                   {"flops", flops},
                   {"kernels", kernels}};
    if (entry.slice_dim)
      addSlices(result, entry, point);
    return result;
  }

  /// What one thread holds here where the call is cut.
  void addSlices(json &result, const heddle_meta_entry &entry,
                 std::vector<int64_t> point) const {
    uint32_t index = uint32_t(&entry - meta.entries().data);
    Slices slices = slicesFor(meta, index, point.data(), 1, coreCacheBytes());
    if (slices.count == 1)
      return;
    point[entry.slice_dim - 1] = slices.at(0).size;
    result["slices"] = {
        {"count", slices.count},
        {"size", slices.at(0).size},
        {"arena_bytes", valueAt(entry.arena, point)},
        {"scratch_bytes_per_thread", valueAt(entry.scratch, point)}};
  }

  json weightsReport() const {
    json result = json::array();
    for (uint32_t i = 0; i < meta.buffers().count; ++i)
      if (meta.buffers()[i].kind == HEDDLE_BUFFER_WEIGHT) {
        result.push_back(bufferReport(i));
        result.back()["bytes"] = valueAt(meta.buffers()[i].bytes, points[0]);
      }
    return result;
  }

  const Metadata &meta;
  const heddle_footer &footer;
  const InspectOptions &options;
  std::vector<std::string> dimNames;
  std::vector<std::vector<int64_t>> points;
};

} // namespace

std::string inspectMetadata(const Metadata &metadata,
                            const heddle_footer &footer,
                            const InspectOptions &options,
                            std::string &report) {
  json result;
  std::string error = Reporter(metadata, footer, options).report(result);
  if (!error.empty())
    return error;
  if (options.check)
    result["checked"] = true;
  // Names come from the file: what is no UTF-8 is replaced.
  report =
      options.json
          ? result.dump(2, ' ', false, json::error_handler_t::replace) + "\n"
      : options.blocks ? blocksText(result["blocks"])
                       : inspectText(result, options.schedules);
  return {};
}

std::string inspectArtifact(const std::string &path,
                            const InspectOptions &options,
                            std::string &report) {
  ArtifactFile file;
  Outcome outcome = file.open(path);
  if (outcome && options.check)
    outcome = file.checkCode();
  if (outcome && options.check)
    outcome = file.checkWeights();
  if (!outcome)
    return outcome.text;
  return inspectMetadata(file.metadata(), file.footer(), options, report);
}

} // namespace heddle::tools
