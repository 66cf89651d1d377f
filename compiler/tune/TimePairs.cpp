// Two artefacts of one kernel in one process, their runs in turns.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/tune/Jobs.h"

#include "heddle/runtime.h"

#include <algorithm>
#include <memory>
#include <random>
#include <sched.h>
#include <unistd.h>

namespace heddle::tune {

namespace {

constexpr unsigned warmUps = 3;

/// A loaded kernel with its inputs.
class Runner {
public:
  Runner() = default;
  ~Runner() {
    heddle_session_free(session);
    heddle_module_free(module);
  }
  Runner(const Runner &) = delete;
  Runner &operator=(const Runner &) = delete;

  bool prepare(const std::string &path, const TimeJob &job);
  /// Nanoseconds in the kernel; negative on a failure.
  double run();
  const char *problem() const { return error.message; }

private:
  bool shape(const TimeJob &job);
  void fill(heddle_tensor &tensor, const heddle_buffer_info &info);

  heddle_module *module = nullptr;
  heddle_session *session = nullptr;
  heddle_error error{};
  std::vector<heddle_tensor> inputs, outputs;
  std::vector<std::vector<uint8_t>> bytes;
  std::mt19937 random{1};
};

size_t countOf(const heddle_tensor &tensor) {
  size_t count = 1;
  for (uint32_t axis = 0; axis < tensor.rank; ++axis)
    count *= size_t(tensor.extents[axis]);
  return count;
}

/// Numbers of size 1; integers in their range.
void Runner::fill(heddle_tensor &tensor, const heddle_buffer_info &info) {
  size_t count = countOf(tensor);
  if (tensor.dtype == HEDDLE_F32) {
    float *to = static_cast<float *>(tensor.data);
    for (size_t i = 0; i < count; ++i)
      to[i] = float(random() >> 8) * 0x1p-23f - 1;
  } else if (tensor.dtype == HEDDLE_BF16) {
    constexpr int one = 0x3f80; // its bits: what is below is 0 to 1
    uint16_t *to = static_cast<uint16_t *>(tensor.data);
    for (size_t i = 0; i < count; ++i)
      to[i] = uint16_t(random() % one);
  } else if (tensor.dtype == HEDDLE_I32) {
    int64_t low = info.has_range ? info.low : 0;
    int64_t width = info.has_range ? info.high - info.low + 1 : 2;
    int32_t *to = static_cast<int32_t *>(tensor.data);
    for (size_t i = 0; i < count; ++i)
      to[i] = int32_t(low + int64_t(random()) % width);
  }
}

bool Runner::shape(const TimeJob &job) {
  std::vector<int64_t> dims;
  for (uint32_t i = 0; i < heddle_module_num_dims(module); ++i) {
    heddle_dim_info info{};
    heddle_module_dim(module, i, &info);
    auto given = job.dims.find(info.name);
    dims.push_back(given == job.dims.end() ? info.min : given->second);
  }
  inputs.resize(heddle_module_num_inputs(module, 0));
  outputs.resize(heddle_module_num_outputs(module, 0));
  if (heddle_module_shapes(module, 0, dims.data(), dims.size(), inputs.data(),
                           inputs.size(), outputs.data(), outputs.size(),
                           &error))
    return false;
  for (std::vector<heddle_tensor> *list : {&inputs, &outputs})
    for (heddle_tensor &tensor : *list) {
      bytes.emplace_back(countOf(tensor) * heddle_dtype_bytes(tensor.dtype));
      tensor.data = bytes.back().data();
    }
  for (uint32_t i = 0; i < inputs.size(); ++i) {
    heddle_buffer_info info{};
    heddle_module_input(module, 0, i, &info);
    fill(inputs[i], info);
  }
  return true;
}

bool Runner::prepare(const std::string &path, const TimeJob &job) {
  heddle_session_options options = HEDDLE_SESSION_OPTIONS_INIT;
  options.threads = job.threads;
  if (!job.variant.empty())
    options.variant = job.variant.c_str();
  if (heddle_module_load(path.c_str(), &module, &error) ||
      heddle_session_create(module, &options, &session, &error) || !shape(job))
    return false;
  for (unsigned i = 0; i < warmUps; ++i)
    if (run() < 0)
      return false;
  return true;
}

double Runner::run() {
  heddle_dispatch_profile dispatch{};
  heddle_profile profile = HEDDLE_PROFILE_INIT;
  profile.num_dispatches = 1;
  profile.dispatches = &dispatch;
  heddle_run_options options = HEDDLE_RUN_OPTIONS_INIT;
  options.profile = &profile;
  heddle_status status =
      heddle_session_run(session, 0, inputs.data(), inputs.size(),
                         outputs.data(), outputs.size(), &options, &error);
  // A clock's tick at least, so that ratios are numbers.
  return status == HEDDLE_OK ? double(std::max<uint64_t>(dispatch.ns, 1)) : -1;
}

/// Leaves the weights where a model's are when their layer's turn comes: not
/// in the caches of the core.
class CacheSweep {
public:
  CacheSweep() {
    long size = ::sysconf(_SC_LEVEL2_CACHE_SIZE);
    bytes.resize(2 * size_t(size > 0 ? size : 1 << 20), 1);
  }
  void sweep() {
    for (size_t at = 0; at < bytes.size(); at += cacheLine)
      sum = uint8_t(sum + bytes[at]);
  }

private:
  static constexpr size_t cacheLine = 64;
  std::vector<uint8_t> bytes;
  volatile uint8_t sum = 0;
};

/// Pins this process to the last `threads` of its CPUs: the first is where an
/// idle machine's other work is.
void pin(uint32_t threads) {
  cpu_set_t allowed, chosen;
  CPU_ZERO(&chosen);
  if (::sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
    return;
  for (int cpu = CPU_SETSIZE - 1; cpu >= 0 && threads > 0; --cpu)
    if (CPU_ISSET(cpu, &allowed)) {
      CPU_SET(cpu, &chosen);
      --threads;
    }
  ::sched_setaffinity(0, sizeof(chosen), &chosen);
}

} // namespace

std::string timePairs(const TimeJob &job, std::vector<double> &base,
                      std::vector<double> &candidate) {
  pin(job.threads);
  Runner runners[2];
  const std::string *paths[] = {&job.base, &job.candidate};
  for (int i : {0, 1})
    if (!runners[i].prepare(*paths[i], job))
      return runners[i].problem();
  CacheSweep caches;
  std::vector<double> *times[] = {&base, &candidate};
  for (unsigned pair = 0; pair < job.pairs; ++pair)
    for (unsigned turn : {0u, 1u}) {
      unsigned which = (turn + pair) % 2; // each is as often the first
      caches.sweep();
      double time = runners[which].run();
      if (time < 0)
        return runners[which].problem();
      times[which]->push_back(time);
    }
  return {};
}

} // namespace heddle::tune
