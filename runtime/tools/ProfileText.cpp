// Renders a profile for people.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/tools/Profile.h"

#include <nlohmann/json.hpp>

namespace heddle::tools {
namespace {

using json = nlohmann::ordered_json;

/// One cell, right aligned; "-" where there is no number or it says nothing.
std::string cell(const json &value, double scale, int width, int digits) {
  char text[64];
  double number = value.is_number() ? value.get<double>() * scale : 0;
  if (number == 0)
    std::snprintf(text, sizeof(text), " %*s", width, "-");
  else
    std::snprintf(text, sizeof(text), " %*.*f", width, digits, number);
  return text;
}

std::string text(const json &value) { return value.get<std::string>(); }

std::string padded(std::string value, size_t width) {
  value.resize(std::max(value.size(), width), ' ');
  return value;
}

std::string heading(const json &report) {
  std::string dims;
  for (const auto &dim : report["dims"].items())
    dims += " " + dim.key() + "=" + dim.value().dump();
  char times[200];
  std::snprintf(
      times, sizeof(times),
      "%.3f ms (p10 %.3f, p90 %.3f), median of %u runs, %u thread%s, "
      "variant ",
      report["real_time"].get<double>(), report["p10"].get<double>(),
      report["p90"].get<double>(), report["repetitions"].get<unsigned>(),
      report["threads"].get<unsigned>(), report["threads"] == 1 ? "" : "s");
  char work[200];
  std::snprintf(work, sizeof(work),
                "%.4g GFLOP, %.1f GFLOP/s, %.1f %% of the %.1f that a loop of "
                "%s reaches\n",
                report["flops"].get<double>() / 1e9,
                report["FLOP/s"].get<double>() / 1e9,
                report["share_of_peak"].get<double>() * 100,
                report["peak_FLOP/s"].get<double>() / 1e9,
                text(report["peak_loop"]).c_str());
  return text(report["model"]) + "/" + text(report["entry"]) + dims + ": " +
         times + text(report["variant"]) + "\n" + work;
}

std::string row(const json &work, bool each) {
  return padded(text(work["kernel"]), 10) + padded(text(work["family"]), 14) +
         cell(work["calls"], 1, 5, 0) + cell(work["ms"], 1, 9, 4) +
         cell(work["mean_ms"], 1, 8, 4) + cell(work["share"], 100, 6, 1) +
         cell(work["FLOP/s"], 1e-9, 8, 1) +
         cell(work["share_of_peak"], 100, 6, 1) +
         cell(work["bytes_read"], 1e-6, 8, 3) +
         cell(work["bytes_written"], 1e-6, 8, 3) +
         cell(work["bytes/s"], 1e-9, 7, 1) +
         cell(work["idle_share"], 100, 7, 1) +
         (each ? "  " + text(work["origin"]) : "") + "\n";
}

} // namespace

std::string profileText(const json &report, bool each) {
  char names[200];
  std::snprintf(names, sizeof(names),
                "%-10s%-14s %5s %9s %8s %6s %8s %6s %8s %8s %7s %7s%s\n",
                "kernel", "family", "calls", "ms", "mean", "%", "GFLOP/s",
                "% peak", "MB read", "written", "GB/s", "% idle",
                each ? "  from" : "");
  std::string result = heading(report) + names;
  for (const json &work : report[each ? "dispatches" : "kernels"])
    result += row(work, each);
  double total = std::max(report["real_time"].get<double>(), 1e-9);
  for (const auto &part : report["outside_ms"].items())
    result += padded("outside", 10) + padded(part.key(), 14) +
              std::string(6, ' ') + cell(part.value(), 1, 9, 4) +
              std::string(9, ' ') + cell(part.value(), 100 / total, 6, 1) +
              "\n";
  return result;
}

} // namespace heddle::tools
