// Weights made from a seed, for tests and `--weights random:SEED`. Whoever
// reads a weight by name gets the same values from here.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_COMPILER_WEIGHTS_RANDOMWEIGHTS_H
#define HEDDLE_COMPILER_WEIGHTS_RANDOMWEIGHTS_H

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace heddle::weights {

/// The f32 values of the tensor `name` under `seed`, in C order: uniform with
/// variance 1 / (last extent) for rank 2 and more, within 0.1 of 1 for a
/// vector named "....weight", within 0.1 of 0 for any other vector or scalar.
/// A value depends on seed, name, rank, last extent and its own place only,
/// and is the same on every machine.
std::vector<float> randomWeight(uint64_t seed, std::string_view name,
                                const std::vector<int64_t> &shape);

/// Elements [first, first + count) of the same tensor, into `values`.
void fillRandomWeight(uint64_t seed, std::string_view name,
                      const std::vector<int64_t> &shape, size_t first,
                      size_t count, float *values);

} // namespace heddle::weights

#endif // HEDDLE_COMPILER_WEIGHTS_RANDOMWEIGHTS_H
