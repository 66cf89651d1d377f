// FNV-1a 64, the artefact's hash.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_HASH_H
#define HEDDLE_RUNTIME_SRC_HASH_H

#include <cstddef>
#include <cstdint>

namespace heddle::runtime {

constexpr uint64_t hashSeed = 0xcbf29ce484222325ull;

/// Hash of `size` bytes; `state` continues an earlier one.
inline uint64_t hashBytes(const void *data, size_t size,
                          uint64_t state = hashSeed) {
  const uint8_t *bytes = static_cast<const uint8_t *>(data);
  for (size_t i = 0; i < size; ++i)
    state = (state ^ bytes[i]) * 0x100000001b3ull;
  return state;
}

} // namespace heddle::runtime

#endif // HEDDLE_RUNTIME_SRC_HASH_H
