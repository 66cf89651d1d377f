// The artefact's hash, as runtime/include/heddle/artifact.h defines it.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_HASH_H
#define HEDDLE_RUNTIME_SRC_HASH_H

#include "heddle/artifact.h"

#include <cstddef>
#include <cstdint>

namespace heddle::runtime {

/// Hash of `size` bytes.
inline uint64_t hashBytes(const void *data, size_t size) {
  return heddle_hash(HEDDLE_HASH_SEED, data, size);
}

} // namespace heddle::runtime

#endif // HEDDLE_RUNTIME_SRC_HASH_H
