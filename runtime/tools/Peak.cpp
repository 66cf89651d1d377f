// The FMA loops. Twelve chains hide the latency on every CPU so far.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/tools/Peak.h"

#include "runtime/src/CpuFeatures.h"

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace heddle::tools {
namespace {

constexpr int chains = 12;
constexpr int rounds = 2000;

/// Read and written around each block, so that none is dropped or hoisted.
thread_local volatile float seed = 0.5f;

#if defined(__x86_64__)
/// One block of work.
__attribute__((target("avx2,fma"))) float blockAvx2() {
  __m256 sums[chains];
  __m256 factor = _mm256_set1_ps(0.999f), addend = _mm256_set1_ps(0.001f);
  for (int c = 0; c < chains; ++c)
    sums[c] = _mm256_set1_ps(seed + float(c));
  for (int i = 0; i < rounds; ++i)
#pragma GCC unroll 12
    for (int c = 0; c < chains; ++c)
      sums[c] = _mm256_fmadd_ps(sums[c], factor, addend);
  for (int c = 1; c < chains; ++c)
    sums[0] = _mm256_add_ps(sums[0], sums[c]);
  return _mm256_cvtss_f32(sums[0]);
}

__attribute__((target("avx512f"))) float blockAvx512() {
  __m512 sums[chains];
  __m512 factor = _mm512_set1_ps(0.999f), addend = _mm512_set1_ps(0.001f);
  for (int c = 0; c < chains; ++c)
    sums[c] = _mm512_set1_ps(seed + float(c));
  for (int i = 0; i < rounds; ++i)
#pragma GCC unroll 12
    for (int c = 0; c < chains; ++c)
      sums[c] = _mm512_fmadd_ps(sums[c], factor, addend);
  for (int c = 1; c < chains; ++c)
    sums[0] = _mm512_add_ps(sums[0], sums[c]);
  return _mm512_cvtss_f32(sums[0]);
}
#endif

float runBlock(PeakIsa isa) {
#if defined(__x86_64__)
  return isa == PeakIsa::Avx512 ? blockAvx512() : blockAvx2();
#else
  return float(isa == PeakIsa::None);
#endif
}

/// Blocks done in the given time, and the time they took.
double opsPerSecond(PeakIsa isa, double milliseconds) {
  double lanes = isa == PeakIsa::Avx512 ? 16 : 8;
  auto start = std::chrono::steady_clock::now();
  double seconds = 0;
  int blocks = 0;
  do {
    for (int i = 0; i < 8; ++i, ++blocks)
      seed = runBlock(isa);
    seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
            .count();
  } while (seconds * 1e3 < milliseconds);
  return 2.0 * lanes * chains * rounds * blocks / seconds;
}

} // namespace

PeakIsa peakIsa(PeakIsa limit) {
  if (limit == PeakIsa::Avx512 && runtime::cpuHas("avx512f"))
    return PeakIsa::Avx512;
  if (limit != PeakIsa::None && runtime::cpuHas("avx2") &&
      runtime::cpuHas("fma"))
    return PeakIsa::Avx2;
  return PeakIsa::None;
}

PeakIsa peakIsaOf(const heddle_module *module, const heddle_session *session) {
  heddle_variant_info variant{};
  std::string name = heddle_session_variant(session);
  for (uint32_t i = 0; heddle_module_variant(module, i, &variant) == HEDDLE_OK;
       ++i)
    if (variant.name == name)
      break;
  bool isWide = std::string(variant.target).find("avx512") != std::string::npos;
  return peakIsa(isWide ? PeakIsa::Avx512 : PeakIsa::Avx2);
}

const char *peakName(PeakIsa isa) {
  return isa == PeakIsa::Avx512 ? "AVX-512 FMA"
         : isa == PeakIsa::Avx2 ? "AVX2 FMA"
                                : "none";
}

double measurePeak(PeakIsa isa, uint32_t threads, double milliseconds) {
  if (isa == PeakIsa::None)
    return 0;
  std::vector<double> rates(threads);
  std::vector<std::thread> workers;
  for (uint32_t i = 1; i < threads; ++i)
    workers.emplace_back([&rates, isa, i, milliseconds] {
      rates[i] = opsPerSecond(isa, milliseconds);
    });
  rates[0] = opsPerSecond(isa, milliseconds);
  double total = 0;
  for (std::thread &worker : workers)
    worker.join();
  for (double rate : rates)
    total += rate;
  return total;
}

} // namespace heddle::tools
