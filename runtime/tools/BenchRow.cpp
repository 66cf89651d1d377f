// Prepares, checks and times one row.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/tools/BenchRow.h"

#include "runtime/tools/Verbs.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <ctime>

namespace heddle::tools {
namespace {

template <typename T>
void fillIntegers(LineBytes &bytes, int64_t low, int64_t high,
                  std::mt19937 &random) {
  std::uniform_int_distribution<int64_t> values(low, high);
  for (size_t at = 0; at < bytes.size(); at += sizeof(T)) {
    T value = T(values(random));
    std::memcpy(bytes.data() + at, &value, sizeof(T));
  }
}

template <typename T> void fillFloats(LineBytes &bytes, std::mt19937 &random) {
  std::normal_distribution<double> values;
  for (size_t at = 0; at < bytes.size(); at += sizeof(T)) {
    T value = T(values(random));
    std::memcpy(bytes.data() + at, &value, sizeof(T));
  }
}

/// Bits 0x3c00 and below are halves of 0..1.
void fillHalves(LineBytes &bytes, std::mt19937 &random) {
  fillIntegers<uint16_t>(bytes, 0, 0x3c00, random);
}

/// Upper halves of floats: not any bits, of which most are of tiny numbers,
/// whose products are denormal and slow.
void fillBf16(LineBytes &bytes, std::mt19937 &random) {
  std::normal_distribution<float> values;
  for (size_t at = 0; at < bytes.size(); at += sizeof(uint16_t)) {
    float value = values(random);
    uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof(bits));
    auto upper = uint16_t(bits >> 16);
    std::memcpy(bytes.data() + at, &upper, sizeof(upper));
  }
}

/// Random elements. Integers without a range, or with the range 0..1 of a
/// mask, are all 1: what a full batch has.
void fillInput(const heddle_buffer_info &info, LineBytes &bytes,
               std::mt19937 &random) {
  bool isMask = !info.has_range || (info.low == 0 && info.high == 1);
  int64_t low = isMask ? 1 : info.low, high = isMask ? 1 : info.high;
  switch (info.dtype) {
  case HEDDLE_F32:
    return fillFloats<float>(bytes, random);
  case HEDDLE_F64:
    return fillFloats<double>(bytes, random);
  case HEDDLE_F16:
    return fillHalves(bytes, random);
  case HEDDLE_BF16:
    return fillBf16(bytes, random);
  case HEDDLE_I16:
    return fillIntegers<int16_t>(bytes, low, high, random);
  case HEDDLE_I32:
    return fillIntegers<int32_t>(bytes, low, high, random);
  case HEDDLE_I64:
    return fillIntegers<int64_t>(bytes, low, high, random);
  default:
    return fillIntegers<uint8_t>(bytes, low, high, random);
  }
}

bool isFinite(const heddle_tensor &tensor, const LineBytes &bytes) {
  for (size_t at = 0; at < bytes.size();) {
    if (tensor.dtype == HEDDLE_F32) {
      float value = 0;
      std::memcpy(&value, bytes.data() + at, sizeof(value));
      at += sizeof(value);
      if (!std::isfinite(value))
        return false;
    } else if (tensor.dtype == HEDDLE_F64) {
      double value = 0;
      std::memcpy(&value, bytes.data() + at, sizeof(value));
      at += sizeof(value);
      if (!std::isfinite(value))
        return false;
    } else if (tensor.dtype == HEDDLE_BF16) {
      constexpr uint16_t exponent = 0x7f80; // all ones: infinite or no number
      uint16_t value = 0;
      std::memcpy(&value, bytes.data() + at, sizeof(value));
      at += sizeof(value);
      if ((value & exponent) == exponent)
        return false;
    } else {
      return true;
    }
  }
  return true;
}

double nowNs() {
  return double(std::chrono::duration_cast<std::chrono::nanoseconds>(
                    std::chrono::steady_clock::now().time_since_epoch())
                    .count());
}

double cpuNs() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return double(time.tv_sec) * 1e9 + double(time.tv_nsec);
}

double quantileOf(std::vector<double> values, double share) {
  if (values.empty())
    return 0;
  std::sort(values.begin(), values.end());
  double place = share * double(values.size() - 1);
  size_t below = size_t(place);
  size_t above = std::min(below + 1, values.size() - 1);
  return values[below] +
         (values[above] - values[below]) * (place - double(below));
}

} // namespace

std::string BenchRow::name() const {
  std::string text = "the row at";
  for (uint32_t i = 0; i < dims.size(); ++i) {
    heddle_dim_info info{};
    heddle_module_dim(module, i, &info);
    text += std::string(" ") + info.name + "=" + std::to_string(dims[i]);
  }
  return text;
}

int BenchRow::runOnce(size_t set) {
  heddle_run_options options = HEDDLE_RUN_OPTIONS_INIT;
  options.threads = threads;
  heddle_error error{};
  heddle_status status =
      heddle_session_run(session, entry, inputs[set].data(), inputs[set].size(),
                         outputs.data(), outputs.size(), &options, &error);
  return status == HEDDLE_OK ? int(ExitDone) : printStatus(status, error);
}

int BenchRow::run(size_t set, std::vector<uint8_t> &result) {
  // Stale outputs must not pass for fresh ones.
  for (LineBytes &bytes : outputBytes)
    std::fill(bytes.begin(), bytes.end(), uint8_t(0xff));
  if (int code = runOnce(set))
    return code;
  result.clear();
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!isFinite(outputs[i], outputBytes[i]))
      return printError(name() + " has an output that is not finite");
    result.insert(result.end(), outputBytes[i].begin(), outputBytes[i].end());
  }
  return ExitDone;
}

int BenchRow::prepare(std::mt19937 &random) {
  std::vector<heddle_tensor> shapes(heddle_module_num_inputs(module, entry));
  outputs.resize(heddle_module_num_outputs(module, entry));
  heddle_error error{};
  heddle_status status = heddle_module_shapes(
      module, entry, dims.data(), dims.size(), shapes.data(), shapes.size(),
      outputs.data(), outputs.size(), &error);
  if (status == HEDDLE_OK)
    status = heddle_module_costs(module, entry, dims.data(), dims.size(),
                                 nullptr, nullptr, &flops, &error);
  if (status != HEDDLE_OK)
    return printStatus(status, error);
  for (heddle_tensor &output : outputs) {
    outputBytes.emplace_back(bytesOf(output));
    output.data = outputBytes.back().data();
  }
  inputs.assign(inputSets, shapes);
  inputBytes.resize(inputSets);
  for (size_t set = 0; set < inputSets; ++set) {
    for (uint32_t i = 0; i < shapes.size(); ++i) {
      heddle_buffer_info info{};
      heddle_module_input(module, entry, i, &info);
      inputBytes[set].emplace_back(bytesOf(shapes[i]));
      fillInput(info, inputBytes[set].back(), random);
      inputs[set][i].data = inputBytes[set].back().data();
    }
  }
  expected.resize(inputSets);
  for (size_t set = 0; set < inputSets; ++set)
    if (int code = run(set, expected[set]))
      return code;
  for (size_t set = 1; set < inputSets; ++set)
    if (inputBytes[set] != inputBytes[0] && expected[set] == expected[0])
      return printError(name() + " has equal outputs for different inputs");
  return checkAgain();
}

int BenchRow::checkAgain() {
  std::vector<uint8_t> again;
  for (size_t set = 0; set < inputSets; ++set) {
    double start = nowNs();
    if (int code = run(set, again))
      return code;
    lastNs = nowNs() - start;
    if (again != expected[set])
      return printError(name() + " has different outputs for equal inputs");
  }
  return ExitDone;
}

int BenchRow::sample(double milliseconds) {
  size_t count =
      std::max<size_t>(1, size_t(std::ceil(milliseconds * 1e6 / lastNs)));
  double cpuStart = cpuNs(), start = nowNs();
  for (size_t i = 0; i < count; ++i)
    if (int code = runOnce((runs + i) % inputSets))
      return code;
  double end = nowNs(), cpuEnd = cpuNs();
  runs += count;
  lastNs = std::max((end - start) / double(count), 1.0);
  wall.push_back(lastNs);
  cpu.push_back((cpuEnd - cpuStart) / double(count));
  return ExitDone;
}

double BenchRow::quantile(double share) const {
  return quantileOf(wall, share);
}

double BenchRow::cpuQuantile(double share) const {
  return quantileOf(cpu, share);
}

} // namespace heddle::tools
