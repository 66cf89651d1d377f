// Lookup by role, and the targets.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "schedules/KernelView.h"

namespace heddle::schedule {

static constexpr std::pair<Family, const char *> families[] = {
    {Family::Gemm, "gemm"},           {Family::Gemv, "gemv"},
    {Family::Attention, "attention"}, {Family::Decode, "decode"},
    {Family::Matmul, "matmul"},       {Family::Norm, "norm"},
    {Family::Softmax, "softmax"},     {Family::Reduction, "reduction"},
    {Family::Gather, "gather"},       {Family::Elementwise, "elementwise"}};

const char *name(Family family) {
  for (const auto &known : families)
    if (known.first == family)
      return known.second;
  return "";
}

Family familyOf(const std::string &name) {
  for (const auto &known : families)
    if (name == known.second)
      return known.first;
  return Family::Elementwise;
}

const FuncView *KernelView::find(Role role) const {
  for (const FuncView &func : funcs)
    if (func.role == role)
      return &func;
  return nullptr;
}

const FuncView *KernelView::findLast(Role role) const {
  const FuncView *last = nullptr;
  for (const FuncView &func : funcs)
    if (func.role == role)
      last = &func;
  return last;
}

const std::vector<CpuTarget> &cpuTargets() {
  static const std::vector<CpuTarget> targets = {
      {"avx512_amx",
       "x86-64-linux-avx-avx2-avx512-avx512_cannonlake-avx512_sapphirerapids-"
       "avx512_skylake-avx512_zen4-f16c-fma-sse41",
       16,
       32,
       {"avx2", "fma", "f16c", "avx512f", "avx512cd", "avx512vl", "avx512bw",
        "avx512dq", "avx512ifma", "avx512_vbmi", "avx512_vbmi2", "avx512_vnni",
        "avx512_bitalg", "avx512_vpopcntdq", "avx512_bf16", "avx_vnni",
        "amx_tile", "amx_bf16", "amx_int8"},
       {"bf16", "int8"},
       "avx512_vnni",
       /*hasTiles=*/true},
      {"avx512_bf16",
       "x86-64-linux-avx-avx2-avx512-avx512_cannonlake-avx512_skylake-"
       "avx512_zen4-f16c-fma-sse41",
       16,
       32,
       {"avx2", "fma", "f16c", "avx512f", "avx512cd", "avx512vl", "avx512bw",
        "avx512dq", "avx512ifma", "avx512_vbmi", "avx512_vbmi2", "avx512_vnni",
        "avx512_bitalg", "avx512_vpopcntdq", "avx512_bf16"},
       {"bf16"},
       "avx512_vnni"},
      {"avx512_vnni",
       "x86-64-linux-avx-avx2-avx512-avx512_cannonlake-avx512_skylake-"
       "avx512_zen4-f16c-fma-sse41",
       16,
       32,
       {"avx2", "fma", "f16c", "avx512f", "avx512cd", "avx512vl", "avx512bw",
        "avx512dq", "avx512ifma", "avx512_vbmi", "avx512_vbmi2", "avx512_vnni",
        "avx512_bitalg", "avx512_vpopcntdq"},
       {"int8"},
       "avx512"},
      {"avx512",
       "x86-64-linux-avx-avx2-avx512-avx512_skylake-f16c-fma-sse41",
       16,
       32,
       {"avx2", "fma", "f16c", "avx512f", "avx512cd", "avx512vl", "avx512bw",
        "avx512dq"}},
      {"avx2",
       "x86-64-linux-avx-avx2-f16c-fma-sse41",
       8,
       16,
       {"avx2", "fma", "f16c"}}};
  return targets;
}

bool usesTiles(const KernelView &view, const CpuTarget &target) {
  const FuncView *kept = view.find(Role::Narrow);
  constexpr int64_t tileBytes = 64;
  int64_t depth = view.narrow == "int8" ? tileBytes : tileBytes / 2;
  bool ofManyRows =
      view.family == Family::Gemm || view.family == Family::Attention;
  return target.hasTiles && ofManyRows && kept &&
         *kept->extents[0] % depth == 0;
}

bool gainsFrom(const KernelView &view, const CpuTarget &target) {
  return target.hasDots(view.narrow) &&
         (!target.hasTiles || usesTiles(view, target));
}

std::vector<std::string> basesOf(const CpuTarget &target) {
  std::vector<std::string> bases;
  std::string next = target.base;
  for (const CpuTarget &other : cpuTargets()) // each stands before its base
    if (other.name == next) {
      bases.push_back(next);
      next = other.base;
    }
  return bases;
}

const std::vector<GpuTarget> &gpuTargets() {
  // What every OpenCL device of version 1.1 has, and CUDA since sm_20.
  static const std::vector<GpuTarget> targets = {
      {"opencl", "x86-64-linux-opencl", 256, 32768, true},
      {"cuda", "x86-64-linux-cuda-cuda_capability_80", 256, 49152, false}};
  return targets;
}

} // namespace heddle::schedule
