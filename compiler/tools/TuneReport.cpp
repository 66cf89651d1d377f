// Tables and JSON of heddle tune.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tools/TuneReport.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <sstream>

namespace heddle::tools {

namespace {

using json = nlohmann::ordered_json;

std::string dump(const json &report) {
  return report.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

json spaceReport(const pipeline::TunableModel &model, size_t index) {
  const pipeline::TunableKernel &kernel = model.kernels()[index];
  tune::Space space(kernel.knobs, [&](const pipeline::Knobs &knobs) {
    return model.problem(index, knobs);
  });
  tune::Census census = tune::countPoints(space);
  json knobs = json::array(), constraints = json::array();
  for (const pipeline::KnobInfo &knob : kernel.knobs)
    knobs.push_back({{"name", knob.name},
                     {"unit", knob.unit},
                     {"values", knob.values},
                     {"default", knob.initial}});
  for (const auto &[words, count] : census.broken)
    constraints.push_back({{"words", words}, {"breaking", count}});
  return {{"origin", kernel.origin},     {"uses", kernel.uses},
          {"identity", kernel.identity}, {"knobs", knobs},
          {"constraints", constraints},  {"points", space.size()},
          {"legal", census.legal}};
}

std::string listText(const json &values) {
  std::string text;
  for (const json &value : values)
    text += (text.empty() ? "" : ", ") + value.dump();
  return text;
}

void printSpace(std::ostream &out, const json &kernel) {
  out << "\nkernel at " << kernel["origin"].get<std::string>() << ", "
      << kernel["uses"] << " of the model, "
      << kernel["identity"].get<std::string>() << "\n";
  for (const json &knob : kernel["knobs"])
    out << "  " << knob["name"].get<std::string>() << ": "
        << knob["unit"].get<std::string>() << "\n    one of "
        << listText(knob["values"]) << "; default " << knob["default"] << "\n";
  out << "  " << kernel["points"] << " points, " << kernel["legal"]
      << " of them legal\n";
  for (const json &constraint : kernel["constraints"])
    out << "    " << constraint["words"].get<std::string>() << ": broken by "
        << constraint["breaking"] << "\n";
}

json intervalReport(const tune::Interval &interval) {
  return {{"p10", interval.low},
          {"median", interval.median},
          {"p90", interval.high}};
}

json kernelReport(const tune::KernelReport &kernel) {
  const tune::Counts &counts = kernel.counts;
  json report = {{"origin", kernel.kernel.origin},
                 {"uses", kernel.kernel.uses},
                 {"identity", kernel.kernel.identity},
                 {"variant", kernel.key.target},
                 {"sizes", kernel.key.bucket},
                 {"threads", kernel.key.threads},
                 {"tried", counts.tried},
                 {"known", counts.known},
                 {"illegal", counts.illegal},
                 {"wrong", counts.wrong},
                 {"failed", counts.failed},
                 {"timed_out", counts.timedOut}};
  if (!kernel.best)
    return report;
  const tune::Choice &choice = kernel.choice;
  bool isChosen = choice.trials > 0;
  const tune::Comparison &figures =
      isChosen ? choice.figures : kernel.best->figures;
  report["default_ns"] = intervalReport(figures.base);
  report["best_ns"] = intervalReport(figures.candidate);
  report["gain"] = intervalReport(figures.ratio);
  report["gain_at_least"] = figures.atLeast;
  report["significant"] = !choice.knobs.empty();
  report["final"] = choice.isFinal;
  report["knobs"] = choice.knobs.empty() ? kernel.best->knobs : choice.knobs;
  return report;
}

std::string timeText(double nanoseconds) {
  char text[32];
  if (nanoseconds < 1e6)
    std::snprintf(text, sizeof text, "%.1f us", nanoseconds / 1e3);
  else
    std::snprintf(text, sizeof text, "%.2f ms", nanoseconds / 1e6);
  return text;
}

void printFigures(std::ostream &out, const json &kernel) {
  char gain[96];
  std::snprintf(gain, sizeof gain, "%.3fx (p10 %.3f, p90 %.3f, surely %.3f)",
                kernel["gain"]["median"].get<double>(),
                kernel["gain"]["p10"].get<double>(),
                kernel["gain"]["p90"].get<double>(),
                kernel["gain_at_least"].get<double>());
  out << "  " << timeText(kernel["default_ns"]["median"]) << " by default, "
      << timeText(kernel["best_ns"]["median"]) << " at best: " << gain << "\n  "
      << (kernel["significant"].get<bool>() ? "chosen: "
                                            : "no significant gain with ")
      << pipeline::knobsText(kernel["knobs"].get<pipeline::Knobs>())
      << (kernel["final"].get<bool>() ? "" : " (not measured a second time)")
      << "\n";
}

void printKernel(std::ostream &out, const json &kernel) {
  out << "\nkernel at " << kernel["origin"].get<std::string>() << ", "
      << kernel["uses"] << " of the model\n  " << kernel["tried"] << " tried ("
      << kernel["known"] << " known before), " << kernel["illegal"]
      << " illegal, " << kernel["wrong"] << " wrong, " << kernel["failed"]
      << " failed, " << kernel["timed_out"] << " timed out\n";
  if (kernel.contains("gain"))
    printFigures(out, kernel);
}

} // namespace

std::string spaceText(const pipeline::TunableModel &model,
                      const std::string &variant, bool asJson) {
  json kernels = json::array();
  for (size_t i = 0; i < model.kernels().size(); ++i)
    kernels.push_back(spaceReport(model, i));
  json report = {{"family", pipeline::tunedFamily},
                 {"variant", variant},
                 {"kernels", kernels}};
  if (asJson)
    return dump(report);
  std::ostringstream out;
  out << kernels.size() << " kernels of the family " << pipeline::tunedFamily
      << " for " << variant << "\n";
  for (const json &kernel : kernels)
    printSpace(out, kernel);
  return out.str();
}

std::string tuneText(const tune::SessionReport &report,
                     const tune::SessionOptions &options, bool asJson) {
  json kernels = json::array();
  for (const tune::KernelReport &kernel : report.kernels)
    kernels.push_back(kernelReport(kernel));
  if (asJson)
    return dump({{"database", options.database},
                 {"out_of_time", report.isOutOfTime},
                 {"kernels", kernels}});
  std::ostringstream out;
  for (const json &kernel : kernels)
    printKernel(out, kernel);
  out << (kernels.empty() ? "" : "\n") << kernels.size()
      << " kernels of the family " << pipeline::tunedFamily
      << (report.isOutOfTime ? ", as far as the budget went" : "")
      << "; kept in '" << options.database << "'\n";
  return out.str();
}

} // namespace heddle::tools
