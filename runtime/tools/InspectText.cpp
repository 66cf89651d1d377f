// Renders inspect's JSON for people.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/tools/InspectText.h"

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

namespace heddle::tools {
namespace {

using json = nlohmann::ordered_json;

std::string text(const json &value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// Joins an array's elements: "batch, seq".
std::string joined(const json &list) {
  std::string result;
  for (const json &item : list)
    result += (result.empty() ? "" : ", ") + text(item);
  return result;
}

std::string padded(std::string value, size_t width) {
  value.resize(std::max(value.size(), width), ' ');
  return value + " ";
}

void printEntry(std::ostream &out, const json &entry) {
  printSignature(out, entry);
  out << "  arena bytes    " << text(entry["arena_bytes"]) << "\n";
  out << "  scratch bytes  " << text(entry["scratch_bytes_per_thread"])
      << " for each thread\n";
  if (entry.contains("slice_dim"))
    out << "  slices         of " << text(entry["slice_dim"])
        << ", where a call is large\n";
  for (const json &point : entry["at"]) {
    std::string dims;
    for (const auto &dim : point["dims"].items())
      dims +=
          (dims.empty() ? "" : ", ") + dim.key() + " = " + dim.value().dump();
    out << "  at " << (dims.empty() ? "any dims" : dims) << ": ";
    if (point["arena_bytes"].is_number() &&
        point["scratch_bytes_per_thread"].is_number())
      out << bytesText(point["arena_bytes"].get<double>()) << " arena, "
          << bytesText(point["scratch_bytes_per_thread"].get<double>())
          << " scratch, ";
    if (point.contains("slices")) {
      const json &slices = point["slices"];
      out << bytesText(slices["arena_bytes"].get<double>()) << " and "
          << bytesText(slices["scratch_bytes_per_thread"].get<double>())
          << " in slices of " << slices["size"] << ", ";
    }
    char flops[32];
    std::snprintf(flops, sizeof(flops), "%.3g GFLOP",
                  point["flops"].get<double>() / 1e9);
    out << flops << "\n";
  }
  std::map<std::string, int> uses;
  for (const json &dispatch : entry["dispatches"])
    ++uses[text(dispatch["kernel"])];
  out << "  " << entry["dispatches"].size() << " dispatches of " << uses.size()
      << " kernels\n";
}

void printLists(std::ostream &out, const json &report, bool schedules) {
  out << "\nvariants\n";
  for (const json &variant : report["variants"])
    out << "  " << padded(text(variant["name"]), 10)
        << (variant["runs_here"].get<bool>() ? "runs here   "
                                             : "not on this CPU   ")
        << text(variant["target"]) << "\n";
  out << "\nkernels\n";
  if (report.contains("kernels"))
    for (const json &kernel : report["kernels"]) {
      out << "  " << padded(text(kernel["name"]), 10) << text(kernel["family"])
          << "\n";
      if (schedules)
        out << text(kernel["schedule"]) << "\n";
    }
  if (report.contains("notes")) {
    out << "\nnotes\n";
    for (const auto &note : report["notes"].items())
      out << "  " << padded(note.key(), 15) << text(note.value()) << "\n";
  }
}

} // namespace

void printTensor(std::ostream &out, const std::string &role,
                 const json &tensor) {
  out << "  " << (role.empty() ? role : padded(role, 6))
      << padded(text(tensor["name"]), 16) << text(tensor["dtype"]) << " ["
      << joined(tensor["extents"]) << "]";
  if (tensor.contains("range"))
    out << " in " << tensor["range"][0] << ".." << tensor["range"][1];
  out << "\n";
  printDoc(out, tensor, "      ");
}

void printDoc(std::ostream &out, const json &documented,
              const std::string &indent) {
  if (!documented.contains("doc"))
    return;
  std::istringstream lines(text(documented["doc"]));
  for (std::string line; std::getline(lines, line);)
    out << indent << line << "\n";
}

void printSignature(std::ostream &out, const json &entry) {
  out << "\nentry " << text(entry["name"]) << "\n";
  printDoc(out, entry, "  ");
  for (const json &tensor : entry["inputs"])
    printTensor(out, "input", tensor);
  for (const json &tensor : entry["outputs"])
    printTensor(out, "output", tensor);
}

void printNamed(std::ostream &out, const std::string &name, const json &value) {
  out << "  " << padded(name, 10) << text(value) << "\n";
}

void printDims(std::ostream &out, const json &dims) {
  if (!dims.empty())
    out << "\ndims\n";
  for (const json &dim : dims) {
    out << "  " << padded(text(dim["name"]), 10) << dim["min"] << ".."
        << dim["max"] << "\n";
    printDoc(out, dim, "      ");
  }
}

std::string quotedList(const std::vector<std::string> &names) {
  std::string text;
  for (const std::string &name : names)
    text += (text.empty() ? "\"" : ", \"") + name + "\"";
  return text.empty() ? "none" : text;
}

std::string bytesText(double bytes) {
  const char *unit = "B";
  for (const char *next : {"kB", "MB", "GB"}) {
    if (bytes < 1000)
      break;
    bytes /= 1000;
    unit = next;
  }
  char result[32];
  std::snprintf(result, sizeof(result),
                bytes < 10 && *unit != 'B' ? "%.1f %s" : "%.0f %s", bytes,
                unit);
  return result;
}

std::string inspectText(const json &report, bool schedules) {
  std::ostringstream out;
  const json &bytes = report["bytes"];
  out << text(report["model"]) << ": artefact version "
      << report["artifact_version"] << ", build " << text(report["build_id"])
      << "\n"
      << bytesText(bytes["file"].get<double>()) << ": code "
      << bytesText(bytes["code"].get<double>()) << ", metadata "
      << bytesText(bytes["metadata"].get<double>()) << ", "
      << report["weights"].size() << " weights "
      << bytesText(bytes["weights"].get<double>()) << "\n";
  if (report.contains("checked"))
    out << "every hash matches\n";
  if (report.contains("dims"))
    printDims(out, report["dims"]);
  if (report.contains("entries"))
    for (const json &entry : report["entries"])
      printEntry(out, entry);
  printLists(out, report, schedules);
  return out.str();
}

} // namespace heddle::tools
