// CPUID and XCR0 by feature name.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/CpuFeatures.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <cstdint>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace heddle::runtime {
namespace {

enum Register { EAX, EBX, ECX, EDX };
/// Which registers the operating system must save for a feature.
enum State { Sse, Avx, Avx512, Amx };

struct Feature {
  const char *name;
  uint32_t leaf, subleaf;
  Register reg;
  uint32_t bit;
  State state;
};

constexpr Feature features[] = {
    {"sse2", 1, 0, EDX, 26, Sse},
    {"sse3", 1, 0, ECX, 0, Sse},
    {"ssse3", 1, 0, ECX, 9, Sse},
    {"sse4_1", 1, 0, ECX, 19, Sse},
    {"sse4_2", 1, 0, ECX, 20, Sse},
    {"popcnt", 1, 0, ECX, 23, Sse},
    {"fma", 1, 0, ECX, 12, Avx},
    {"avx", 1, 0, ECX, 28, Avx},
    {"f16c", 1, 0, ECX, 29, Avx},
    {"bmi1", 7, 0, EBX, 3, Sse},
    {"avx2", 7, 0, EBX, 5, Avx},
    {"bmi2", 7, 0, EBX, 8, Sse},
    {"avx512f", 7, 0, EBX, 16, Avx512},
    {"avx512dq", 7, 0, EBX, 17, Avx512},
    {"avx512ifma", 7, 0, EBX, 21, Avx512},
    {"avx512pf", 7, 0, EBX, 26, Avx512},
    {"avx512er", 7, 0, EBX, 27, Avx512},
    {"avx512cd", 7, 0, EBX, 28, Avx512},
    {"avx512bw", 7, 0, EBX, 30, Avx512},
    {"avx512vl", 7, 0, EBX, 31, Avx512},
    {"avx512_vbmi", 7, 0, ECX, 1, Avx512},
    {"avx512_vbmi2", 7, 0, ECX, 6, Avx512},
    {"avx512_vnni", 7, 0, ECX, 11, Avx512},
    {"avx512_bitalg", 7, 0, ECX, 12, Avx512},
    {"avx512_vpopcntdq", 7, 0, ECX, 14, Avx512},
    {"avx512_vp2intersect", 7, 0, EDX, 8, Avx512},
    {"amx_bf16", 7, 0, EDX, 22, Amx},
    {"avx512_fp16", 7, 0, EDX, 23, Avx512},
    {"amx_tile", 7, 0, EDX, 24, Amx},
    {"amx_int8", 7, 0, EDX, 25, Amx},
    {"avx_vnni", 7, 1, EAX, 4, Avx},
    {"avx512_bf16", 7, 1, EAX, 5, Avx512},
    {"lzcnt", 0x80000001, 0, ECX, 5, Sse},
};

/// Halide's names for sets of features, and common other spellings.
struct FeatureSet {
  const char *name;
  const char *members[9];
};

constexpr FeatureSet sets[] = {
    {"sse41", {"sse4_1"}},
    {"avx512vnni", {"avx512_vnni"}},
    {"avx512bf16", {"avx512_bf16"}},
    {"avx512fp16", {"avx512_fp16"}},
    {"avxvnni", {"avx_vnni"}},
    {"avx512", {"avx512f", "avx512cd"}},
    {"avx512_knl", {"avx512", "avx512pf", "avx512er"}},
    {"avx512_skylake", {"avx512", "avx512vl", "avx512bw", "avx512dq"}},
    {"avx512_cannonlake", {"avx512_skylake", "avx512ifma", "avx512_vbmi"}},
    {"avx512_zen4",
     {"avx512_cannonlake", "avx512_bf16", "avx512_vnni", "avx512_bitalg",
      "avx512_vbmi2", "avx512_vpopcntdq"}},
    {"avx512_zen5", {"avx512_zen4", "avx512_vp2intersect", "avx_vnni"}},
    {"avx512_sapphirerapids",
     {"avx512_zen4", "avx_vnni", "amx_int8", "amx_bf16", "amx_tile"}},
};

uint64_t savedStates() {
  uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
  constexpr uint32_t osxsave = 1u << 27;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & osxsave))
    return 0;
  // xgetbv by its bytes: the intrinsic wants -mxsave.
  uint32_t low = 0, high = 0;
  __asm__ volatile(".byte 0x0f, 0x01, 0xd0" : "=a"(low), "=d"(high) : "c"(0));
  return low | uint64_t(high) << 32;
}

/// Linux lets a process use tile registers that has asked for them; threads
/// inherit it.
bool mayUseTiles() {
#if defined(__linux__)
  constexpr long requestPermission = 0x1023, tileData = 18;
  static const bool isAllowed =
      ::syscall(SYS_arch_prctl, requestPermission, tileData) == 0;
  return isAllowed;
#else
  return false;
#endif
}

bool isSaved(State state) {
  constexpr uint64_t masks[] = {0, 0x6, 0xe6, 0x60006};
  return (savedStates() & masks[state]) == masks[state] &&
         (state != Amx || mayUseTiles());
}

bool hasBit(const Feature &feature) {
  uint32_t regs[4] = {};
  return __get_cpuid_count(feature.leaf, feature.subleaf, &regs[EAX],
                           &regs[EBX], &regs[ECX], &regs[EDX]) &&
         (regs[feature.reg] >> feature.bit & 1) && isSaved(feature.state);
}

} // namespace

bool cpuHas(std::string_view name) {
  for (const Feature &feature : features)
    if (name == feature.name)
      return hasBit(feature);
  for (const FeatureSet &set : sets) {
    if (name != set.name)
      continue;
    for (const char *member : set.members)
      if (member && !cpuHas(member))
        return false;
    return true;
  }
  return false;
}

bool cpuIsSlowAt(std::string_view feature) {
  return feature == "avx512_bf16" && cpuHas("amx_bf16");
}

} // namespace heddle::runtime

#else

bool heddle::runtime::cpuHas(std::string_view) { return false; }
bool heddle::runtime::cpuIsSlowAt(std::string_view) { return false; }

#endif
