// A counter-based generator: element i is a hash of (seed, name, i).
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "compiler/weights/RandomWeights.h"

#include <cmath>

using namespace heddle;

/// The finaliser of splitmix64 (Steele, Lea, Flood 2014).
static uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

static uint64_t streamOf(uint64_t seed, std::string_view name) {
  uint64_t hash = 0xcbf29ce484222325ull; // FNV-1a 64
  for (unsigned char c : name)
    hash = (hash ^ c) * 0x100000001b3ull;
  return mix(mix(seed + 0x9e3779b97f4a7c15ull) ^ hash);
}

void weights::fillRandomWeight(uint64_t seed, std::string_view name,
                               const std::vector<int64_t> &shape, size_t first,
                               size_t count, float *values) {
  float center = 0.0f, spread = 0.1f;
  if (shape.size() >= 2) // uniform on [-s, s] has variance s * s / 3
    spread = std::sqrt(3.0f / float(shape.back()));
  else if (shape.size() == 1 && name.ends_with(".weight"))
    center = 1.0f;
  uint64_t stream = streamOf(seed, name);
  for (size_t i = 0; i < count; ++i) {
    uint64_t bits =
        mix(stream + uint64_t(first + i) * 0x9e3779b97f4a7c15ull) >> 40;
    // In double the product is exact, so fused and separate multiply-adds
    // give the same float.
    double unit = double(bits) * 0x1p-23 - 1.0; // in [-1, 1)
    values[i] = float(double(center) + unit * double(spread));
  }
}

std::vector<float> weights::randomWeight(uint64_t seed, std::string_view name,
                                         const std::vector<int64_t> &shape) {
  size_t count = 1;
  for (int64_t extent : shape)
    count *= size_t(extent);
  std::vector<float> values(count);
  fillRandomWeight(seed, name, shape, 0, count, values.data());
  return values;
}
