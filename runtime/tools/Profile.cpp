// Measures and adds up; ProfileText.cpp renders the report.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/tools/Profile.h"

#include "runtime/tools/Peak.h"
#include "runtime/tools/Verbs.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace heddle::tools {
namespace {

using json = nlohmann::ordered_json;

/// Warm-up: so many runs at least, and so many milliseconds.
constexpr int warmUpRuns = 2;
constexpr double warmUpMs = 50;
/// Of one measurement of the peak.
constexpr double peakMs = 5;
constexpr double nsPerMs = 1e6;

double quantile(std::vector<uint64_t> values, double share) {
  std::sort(values.begin(), values.end());
  double place = share * double(values.size() - 1);
  size_t below = size_t(place);
  size_t above = std::min(below + 1, values.size() - 1);
  return double(values[below]) +
         (double(values[above]) - double(values[below])) *
             (place - double(below));
}

/// A time of every run.
struct Series {
  std::vector<uint64_t> ns;
  double median() const { return quantile(ns, 0.5); }
};

/// What one dispatch did, or all those of a kernel together.
struct Work {
  double ns = 0, loopNs = 0, busyNs = 0;
  uint64_t calls = 1, loops = 0, flops = 0, read = 0, written = 0;
  bool isReadKnown = true;

  void add(const Work &other) {
    ns += other.ns;
    loopNs += other.loopNs;
    busyNs += other.busyNs;
    calls += other.calls;
    loops += other.loops;
    flops += other.flops;
    read += other.read;
    written += other.written;
    isReadKnown &= other.isReadKnown;
  }
};

class Profiling {
public:
  Profiling(const ProfiledCall &call, uint32_t repeat)
      : call(call), repeat(repeat),
        threads(heddle_session_threads(call.session)),
        dims(heddle_module_num_dims(call.module)),
        isa(peakIsaOf(call.module, call.session)),
        times(heddle_module_num_dispatches(call.module, call.entry)),
        dispatches(times.size()), loops(times.size()), busy(times.size()) {}

  int measure();
  json report() const;

private:
  int runOnce(heddle_profile &result);
  void keep(const heddle_profile &result);
  Work workOf(uint32_t dispatch) const;
  json workReport(const Work &work) const;
  json head() const;

  const ProfiledCall &call;
  uint32_t repeat, threads;
  std::vector<int64_t> dims;
  PeakIsa isa;
  double peak = 0;
  std::vector<heddle_dispatch_profile> times; ///< of the last run
  Series total, checks, memory, outputs, rest;
  std::vector<Series> dispatches, loops, busy;
};

int Profiling::runOnce(heddle_profile &result) {
  result = HEDDLE_PROFILE_INIT;
  result.num_dispatches = uint32_t(times.size());
  result.dispatches = times.data();
  heddle_run_options options = HEDDLE_RUN_OPTIONS_INIT;
  options.profile = &result;
  heddle_error error{};
  heddle_status status = heddle_session_run(
      call.session, call.entry, call.inputs.data(), call.inputs.size(),
      call.outputs.data(), call.outputs.size(), &options, &error);
  return status == HEDDLE_OK ? int(ExitDone) : printStatus(status, error);
}

void Profiling::keep(const heddle_profile &result) {
  uint64_t known = result.check_ns + result.prepare_ns + result.output_ns;
  for (size_t i = 0; i < times.size(); ++i) {
    known += times[i].ns;
    dispatches[i].ns.push_back(times[i].ns);
    loops[i].ns.push_back(times[i].loop_ns);
    busy[i].ns.push_back(times[i].busy_ns);
  }
  total.ns.push_back(result.total_ns);
  checks.ns.push_back(result.check_ns);
  memory.ns.push_back(result.prepare_ns);
  outputs.ns.push_back(result.output_ns);
  rest.ns.push_back(result.total_ns - std::min(known, result.total_ns));
}

int Profiling::measure() {
  heddle_profile result{};
  double spentMs = 0;
  for (int i = 0; i < warmUpRuns || spentMs < warmUpMs; ++i) {
    if (int code = runOnce(result))
      return code;
    spentMs += double(result.total_ns) / nsPerMs;
  }
  peak = measurePeak(isa, threads, peakMs);
  for (uint32_t i = 0; i < repeat; ++i) {
    if (int code = runOnce(result))
      return code;
    keep(result);
  }
  peak = std::max(peak, measurePeak(isa, threads, peakMs));
  heddle_module_infer_dims(call.module, call.entry, call.inputs.data(),
                           call.inputs.size(), dims.data(), dims.size(),
                           nullptr);
  return ExitDone;
}

Work Profiling::workOf(uint32_t dispatch) const {
  Work work;
  work.ns = dispatches[dispatch].median();
  work.loopNs = loops[dispatch].median();
  work.busyNs = busy[dispatch].median();
  work.loops = times[dispatch].loops;
  heddle_module_dispatch_flops(call.module, call.entry, dispatch, dims.data(),
                               dims.size(), &work.flops, nullptr);
  heddle_module_dispatch_bytes(call.module, call.entry, dispatch, dims.data(),
                               dims.size(), &work.read, &work.written, nullptr);
  work.isReadKnown = work.read > 0;
  return work;
}

json Profiling::workReport(const Work &work) const {
  double rate = work.ns > 0 ? double(work.flops) / work.ns * 1e9 : 0;
  json result = {{"calls", work.calls},
                 {"ms", work.ns / nsPerMs},
                 {"mean_ms", work.ns / nsPerMs / double(work.calls)},
                 {"share", work.ns / std::max(total.median(), 1.0)},
                 {"flops", work.flops},
                 {"FLOP/s", rate},
                 {"share_of_peak", peak > 0 ? rate / peak : 0},
                 {"bytes_read", work.isReadKnown ? json(work.read) : json()},
                 {"bytes_written", work.written},
                 {"bytes/s", nullptr}};
  if (work.isReadKnown && work.ns > 0)
    result["bytes/s"] = double(work.read + work.written) / work.ns * 1e9;
  double given = work.loopNs * threads;
  result["parallel_loops"] = work.loops;
  result["parallel_ms"] = work.loopNs / nsPerMs;
  result["idle_share"] = given > 0 ? std::max(0.0, 1 - work.busyNs / given) : 0;
  return result;
}

json Profiling::head() const {
  json dimValues = json::object();
  for (uint32_t i = 0; i < dims.size(); ++i) {
    heddle_dim_info info{};
    heddle_module_dim(call.module, i, &info);
    dimValues[info.name] = dims[i];
  }
  uint64_t flops = 0;
  heddle_module_costs(call.module, call.entry, dims.data(), dims.size(),
                      nullptr, nullptr, &flops, nullptr);
  double rate = double(flops) / std::max(total.median(), 1.0) * 1e9;
  return {{"model", heddle_module_name(call.module)},
          {"entry", heddle_module_entry_name(call.module, call.entry)},
          {"dims", dimValues},
          {"variant", heddle_session_variant(call.session)},
          {"threads", threads},
          {"repetitions", repeat},
          {"time_unit", "ms"},
          {"real_time", total.median() / nsPerMs},
          {"p10", quantile(total.ns, 0.1) / nsPerMs},
          {"p90", quantile(total.ns, 0.9) / nsPerMs},
          {"flops", flops},
          {"FLOP/s", rate},
          {"peak_loop", peakName(isa)},
          {"peak_FLOP/s", peak},
          {"share_of_peak", peak > 0 ? rate / peak : 0},
          {"session_bytes", heddle_session_bytes(call.session)}};
}

json Profiling::report() const {
  json result = head();
  std::map<uint32_t, Work> kernels;
  json each = json::array();
  for (uint32_t i = 0; i < times.size(); ++i) {
    heddle_dispatch_info dispatch{};
    heddle_kernel_info kernel{};
    uint32_t index = 0;
    heddle_module_dispatch(call.module, call.entry, i, &dispatch);
    heddle_module_dispatch_kernel(call.module, call.entry, i, dims.data(),
                                  dims.size(), &index, nullptr);
    heddle_module_kernel(call.module, index, &kernel);
    Work work = workOf(i);
    json row = {{"kernel", kernel.name},
                {"family", kernel.family},
                {"origin", dispatch.origin}};
    row.update(workReport(work));
    each.push_back(row);
    auto [found, isFirst] = kernels.try_emplace(index, work);
    if (!isFirst)
      found->second.add(work);
  }
  json rows = json::array();
  for (const auto &[index, work] : kernels) {
    heddle_kernel_info kernel{};
    heddle_module_kernel(call.module, index, &kernel);
    rows.push_back({{"kernel", kernel.name}, {"family", kernel.family}});
    rows.back().update(workReport(work));
  }
  std::stable_sort(rows.begin(), rows.end(), [](const json &a, const json &b) {
    return a["ms"].get<double>() > b["ms"].get<double>();
  });
  result["kernels"] = rows;
  result["outside_ms"] = {{"checks", checks.median() / nsPerMs},
                          {"memory", memory.median() / nsPerMs},
                          {"outputs", outputs.median() / nsPerMs},
                          {"rest", rest.median() / nsPerMs}};
  result["dispatches"] = each;
  return result;
}

} // namespace

int profile(const ProfiledCall &call, uint32_t repeat, json &report) {
  Profiling profiling(call, repeat);
  if (int code = profiling.measure())
    return code;
  report = profiling.report();
  return ExitDone;
}

} // namespace heddle::tools
