// How a large call is cut along its entry's slice dim.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_SLICES_H
#define HEDDLE_RUNTIME_SRC_SLICES_H

#include "runtime/src/Metadata.h"

#include <algorithm>

namespace heddle::runtime {

/// Values `first` to `first + size` of a dim.
struct Slice {
  int64_t first = 0;
  int64_t size = 0;
};

/// 0..whole in `count` slices whose sizes differ by one at most, the larger
/// ones first.
struct Slices {
  int64_t whole = 1;
  int64_t count = 1;

  Slice at(int64_t index) const {
    int64_t size = whole / count, longer = whole % count;
    return {index * size + std::min(index, longer), size + (index < longer)};
  }
};

/// The slices of at most `limit` values.
Slices slicesUpTo(int64_t whole, int64_t limit);

/// The slices of a call at `dims` of an entry that has a slice dim, where it is
/// worth it: what lies between a slice's kernels fills the second-level caches
/// of its threads, `cacheBytes` each, and moves at least twice the bytes of
/// the weights, which every slice reads again. One slice otherwise.
Slices slicesFor(const Metadata &metadata, uint32_t entry, const int64_t *dims,
                 uint32_t threads, uint64_t cacheBytes);

/// Bytes of a core's second-level cache; a guess where the system is silent.
uint64_t coreCacheBytes();

/// `tensor` from value `slice.first` of its outermost extent on.
heddle_tensor sliceOf(const heddle_tensor &tensor, const Slice &slice);

} // namespace heddle::runtime

#endif // HEDDLE_RUNTIME_SRC_SLICES_H
