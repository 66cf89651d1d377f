// Kernel scratch of one thread: a stack that overflows into kept heap blocks.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_RUNTIME_SRC_SCRATCH_H
#define HEDDLE_RUNTIME_SRC_SCRATCH_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace heddle::runtime {

/// Aligned memory that only grows. Contents are lost when it does.
class AlignedBytes {
public:
  AlignedBytes() = default;
  ~AlignedBytes();
  AlignedBytes(AlignedBytes &&other) noexcept;
  AlignedBytes &operator=(AlignedBytes &&) = delete;

  /// Makes room for `size` bytes; false when there is no memory.
  bool reserve(size_t size);
  uint8_t *data() const { return bytes; }
  size_t size() const { return room; }

private:
  uint8_t *bytes = nullptr;
  size_t room = 0;
};

/// Allocations of one thread during a run; freed in any order. Used by one
/// thread at a time.
class Scratch {
public:
  /// Forgets all allocations and makes room for `size` bytes of them.
  bool reset(size_t size);

  /// HEDDLE_ALIGN-aligned; NULL when there is no memory.
  void *allocate(size_t size);
  void free(void *pointer);

  /// Bytes held.
  uint64_t size() const;

private:
  struct Block {
    size_t offset;
    bool isFree;
  };
  struct Extra {
    AlignedBytes bytes;
    bool isUsed = false;
  };

  AlignedBytes stack;
  std::vector<Block> blocks; ///< live ones and freed ones below a live one
  size_t top = 0;
  std::vector<Extra> extras; ///< what did not fit, kept for later runs
};

} // namespace heddle::runtime

#endif // HEDDLE_RUNTIME_SRC_SCRATCH_H
