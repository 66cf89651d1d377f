// See Slices.h.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/Slices.h"

#include "runtime/src/Tensor.h"

#include <set>
#include <unistd.h>

namespace heddle::runtime {
namespace {

/// What the kernels of an entry move, in bytes.
struct Traffic {
  int64_t between = 0; ///< of slots, each time one is read or written
  int64_t weights = 0;
};

/// Adds what a dispatch moves. Of weights that indices choose from, few rows
/// are read.
class TrafficCounter {
public:
  TrafficCounter(const Metadata &metadata, const int64_t *dims)
      : metadata(metadata), dims(dims) {}

  bool add(const heddle_meta_dispatch &dispatch) {
    bool isLookedUp = false;
    for (uint32_t index : metadata.span<uint32_t>(dispatch.inputs))
      isLookedUp |= metadata.buffers()[index].has_range != 0;
    return add(dispatch.inputs, isLookedUp) &&
           add(dispatch.outputs, isLookedUp);
  }

  Traffic traffic;

private:
  bool add(heddle_meta_span list, bool isLookedUp) {
    for (uint32_t index : metadata.span<uint32_t>(list)) {
      const heddle_meta_buffer &buffer = metadata.buffers()[index];
      bool isSlot = buffer.kind == HEDDLE_BUFFER_SLOT;
      bool isNew = buffer.kind == HEDDLE_BUFFER_WEIGHT && !isLookedUp &&
                   weights.insert(index).second;
      if (!isSlot && !isNew)
        continue;
      int64_t bytes = 0;
      int64_t &sum = isSlot ? traffic.between : traffic.weights;
      if (!evaluate(metadata.formula(buffer.bytes), dims, bytes) ||
          __builtin_add_overflow(sum, bytes, &sum))
        return false;
    }
    return true;
  }

  const Metadata &metadata;
  const int64_t *dims;
  std::set<uint32_t> weights; ///< those counted
};

int64_t ceilDiv(int64_t a, int64_t b) { return a / b + (a % b != 0); }

} // namespace

Slices slicesUpTo(int64_t whole, int64_t limit) {
  return {whole, std::max<int64_t>(ceilDiv(whole, limit), 1)};
}

Slices slicesFor(const Metadata &metadata, uint32_t entry, const int64_t *dims,
                 uint32_t threads, uint64_t cacheBytes) {
  const heddle_meta_entry &meta = metadata.entries()[entry];
  uint32_t dim = meta.slice_dim - 1;
  Slices uncut{dims[dim], 1};
  std::vector<int64_t> one(dims, dims + metadata.dims().count);
  one[dim] = 1;
  TrafficCounter counter(metadata, one.data());
  for (const heddle_meta_dispatch &dispatch :
       metadata.span<heddle_meta_dispatch>(meta.dispatches))
    if (!counter.add(dispatch))
      return uncut;
  int64_t arena = 0, between = counter.traffic.between;
  if (!evaluate(metadata.formula(meta.arena), one.data(), arena) || arena < 1 ||
      between < 1)
    return uncut;
  uint64_t filled = cacheBytes * threads / uint64_t(arena) + 1;
  int64_t carried = ceilDiv(counter.traffic.weights, ceilDiv(between, 2));
  int64_t least = std::max(int64_t(filled), carried);
  return {uncut.whole, std::max<int64_t>(uncut.whole / least, 1)};
}

uint64_t coreCacheBytes() {
  constexpr long usual = 1 << 20;
  static const long bytes = ::sysconf(_SC_LEVEL2_CACHE_SIZE);
  return uint64_t(bytes > 0 ? bytes : usual);
}

heddle_tensor sliceOf(const heddle_tensor &tensor, const Slice &slice) {
  heddle_tensor part = tensor;
  size_t one = tensorBytes(tensor) / size_t(tensor.extents[0]);
  if (part.data)
    part.data = static_cast<uint8_t *>(part.data) + one * size_t(slice.first);
  part.extents[0] = slice.size;
  return part;
}

} // namespace heddle::runtime
