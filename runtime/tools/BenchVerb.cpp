// `bench`: times entries at given dims and threads, rows taking turns.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/tools/BenchRow.h"
#include "runtime/tools/SessionArguments.h"
#include "runtime/tools/Verbs.h"

#include <CLI/CLI.hpp>
#include <ctime>
#include <deque>
#include <nlohmann/json.hpp>
#include <thread>
#include <unistd.h>

namespace heddle::tools {
namespace {

using json = nlohmann::ordered_json;

struct BenchArguments {
  SessionArguments session;
  std::string dims;
  std::vector<uint32_t> threads = {1};
  uint32_t repeat = 15, seed = 1;
  double sampleMs = 20;
  bool json = false;
};

class BenchVerb {
public:
  explicit BenchVerb(const BenchArguments &arguments) : args(arguments) {}

  int execute() {
    int code = load();
    if (!code)
      code = makeRows();
    if (!code)
      code = measure();
    if (!code)
      args.json ? printJson() : printTable();
    return code;
  }

private:
  int load();
  int makeRows();
  int measure();
  std::string rowName(const BenchRow &row) const;
  json rowReport(const BenchRow &row) const;
  json context() const;
  void printJson() const;
  void printTable() const;

  const BenchArguments &args;
  OpenedSession opened;
  PeakIsa isa = PeakIsa::None;
  std::deque<BenchRow> rows;
};

int BenchVerb::load() {
  int code = openSession(args.session, HEDDLE_THREADS_ALL, opened);
  if (!code)
    isa = peakIsaOf(opened.module.get(), opened.session.get());
  return code;
}

int BenchVerb::makeRows() {
  for (uint32_t threads : args.threads)
    if (!isThreadCount(threads))
      return ExitInput;
  std::vector<std::vector<int64_t>> values;
  std::string error = parseDims(opened.module.get(), args.dims, values);
  if (!error.empty())
    return printError(error);
  // All combinations, the last dim fastest.
  std::vector<std::vector<int64_t>> points = {{}};
  for (const std::vector<int64_t> &choices : values) {
    std::vector<std::vector<int64_t>> longer;
    for (const std::vector<int64_t> &point : points)
      for (int64_t value : choices) {
        longer.push_back(point);
        longer.back().push_back(value);
      }
    points = std::move(longer);
  }
  std::mt19937 random(args.seed);
  for (const std::vector<int64_t> &point : points)
    for (uint32_t threads : args.threads) {
      rows.emplace_back(opened.module.get(), opened.session.get(), opened.entry,
                        point, threads);
      if (int code = rows.back().prepare(random))
        return code;
    }
  return ExitDone;
}

int BenchVerb::measure() {
  bool isTerminal = ::isatty(2) == 1;
  for (uint32_t round = 0; round < args.repeat; ++round) {
    if (isTerminal)
      std::fprintf(stderr, "\rround %u of %u ", round + 1, args.repeat);
    for (BenchRow &row : rows) {
      row.peak = std::max(row.peak, measurePeak(isa, row.threads, 5));
      if (int code = row.sample(args.sampleMs))
        return code;
    }
  }
  if (isTerminal)
    std::fprintf(stderr, "\r                        \r");
  // One peak a thread count: the best of all rounds of all its rows.
  for (BenchRow &row : rows)
    for (const BenchRow &other : rows)
      if (other.threads == row.threads)
        row.peak = std::max(row.peak, other.peak);
  for (BenchRow &row : rows)
    if (int code = row.checkAgain())
      return code;
  return ExitDone;
}

std::string BenchVerb::rowName(const BenchRow &row) const {
  std::string name =
      std::string(heddle_module_name(opened.module.get())) + "/" +
      heddle_module_entry_name(opened.module.get(), opened.entry);
  for (uint32_t i = 0; i < row.dims.size(); ++i) {
    heddle_dim_info dim{};
    heddle_module_dim(opened.module.get(), i, &dim);
    name += std::string("/") + dim.name + ":" + std::to_string(row.dims[i]);
  }
  return name + "/threads:" + std::to_string(row.threads);
}

json BenchVerb::rowReport(const BenchRow &row) const {
  double rate = double(row.flops) / row.quantile(0.5) * 1e9;
  return {{"name", rowName(row) + "_median"},
          {"run_name", rowName(row)},
          {"run_type", "aggregate"},
          {"aggregate_name", "median"},
          {"aggregate_unit", "time"},
          {"repetitions", args.repeat},
          {"threads", row.threads},
          {"iterations", row.runs},
          {"real_time", row.quantile(0.5) / 1e6},
          {"cpu_time", row.cpuQuantile(0.5) / 1e6},
          {"time_unit", "ms"},
          {"p10", row.quantile(0.1) / 1e6},
          {"p90", row.quantile(0.9) / 1e6},
          {"flops", row.flops},
          {"FLOP/s", rate},
          {"peak_FLOP/s", row.peak},
          {"share_of_peak", row.peak > 0 ? rate / row.peak : 0}};
}

json BenchVerb::context() const {
  char host[256] = {}, date[64] = {};
  ::gethostname(host, sizeof(host) - 1);
  std::time_t now = std::time(nullptr);
  std::strftime(date, sizeof(date), "%FT%T%z", std::localtime(&now));
  return {{"date", date},
          {"host_name", host},
          {"executable", args.session.artifact},
          {"num_cpus", std::thread::hardware_concurrency()},
          {"library_build_type", "release"},
          {"heddle_version", heddle_version()},
          {"variant", heddle_session_variant(opened.session.get())},
          {"peak_loop", peakName(isa)},
          {"seed", args.seed}};
}

void BenchVerb::printJson() const {
  json report = {{"context", context()}, {"benchmarks", json::array()}};
  for (const BenchRow &row : rows)
    report["benchmarks"].push_back(rowReport(row));
  std::printf(
      "%s\n",
      report.dump(2, ' ', false, json::error_handler_t::replace).c_str());
}

void BenchVerb::printTable() const {
  std::printf("variant %s, median of %u samples, inputs rotated\n",
              heddle_session_variant(opened.session.get()), args.repeat);
  std::printf("%-44s %10s %10s %10s %9s %7s\n", "", "ms", "p10", "p90",
              "GFLOP/s", "% peak");
  for (const BenchRow &row : rows) {
    double rate = double(row.flops) / row.quantile(0.5);
    std::printf("%-44s %10.3f %10.3f %10.3f %9.1f %7.1f\n",
                rowName(row).c_str(), row.quantile(0.5) / 1e6,
                row.quantile(0.1) / 1e6, row.quantile(0.9) / 1e6, rate,
                row.peak > 0 ? 100e9 * rate / row.peak : 0);
  }
}

} // namespace

void addBenchVerb(CLI::App &app, int &code) {
  auto arguments = std::make_shared<BenchArguments>();
  CLI::App *verb =
      app.add_subcommand("bench", "Time a compiled model on random inputs");
  addSessionOptions(*verb, arguments->session);
  verb->add_option("--dims", arguments->dims,
                   "A value or several for each dim: batch=1,seq=16,128 makes "
                   "a row for each combination")
      ->type_name("NAME=N,...");
  verb->add_option("--threads,-t", arguments->threads,
                   "Thread counts, 1 to 1024, a row each")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->capture_default_str()
      ->type_name("N,...");
  verb->add_option("--repeat", arguments->repeat,
                   "Samples of each row; the rows take turns")
      ->check(CLI::Range(1u, 100000u))
      ->capture_default_str();
  verb->add_option("--sample-ms", arguments->sampleMs,
                   "Shortest sample, in milliseconds")
      ->capture_default_str();
  verb->add_option("--seed", arguments->seed, "Seed of the random inputs")
      ->capture_default_str();
  verb->add_flag("--json", arguments->json,
                 "Print JSON in Google Benchmark's shape");
  verb->footer("Inputs: integers at random within their range; a mask (an "
               "integer without a range or within 0..1) is all 1; floats are "
               "normal. The peak is a loop of fused multiply-adds run between "
               "the rows.");
  verb->callback(
      [arguments, &code] { code = BenchVerb(*arguments).execute(); });
}

} // namespace heddle::tools
