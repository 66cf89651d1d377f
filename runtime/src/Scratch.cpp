// See Scratch.h. After the first run of a size nothing here asks the system
// for memory.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/src/Scratch.h"

#include "heddle/artifact.h"

#include <cstdlib>
#include <sys/mman.h>
#include <utility>

namespace heddle::runtime {

AlignedBytes::~AlignedBytes() { std::free(bytes); }

AlignedBytes::AlignedBytes(AlignedBytes &&other) noexcept
    : bytes(std::exchange(other.bytes, nullptr)),
      room(std::exchange(other.room, 0)) {}

bool AlignedBytes::reserve(size_t size) {
  if (size <= room)
    return true;
  // More than any address space has: a sum that went wrong.
  if (size > size_t(1) << 46)
    return false;
  // Large blocks start on a huge page and ask for huge pages, but for their
  // end: a page is in memory whole as soon as a byte of it is used.
  constexpr size_t hugePage = size_t(2) << 20;
  size_t align = size >= 2 * hugePage ? hugePage : HEDDLE_PAGE;
  size_t rounded = (size + HEDDLE_PAGE - 1) / HEDDLE_PAGE * HEDDLE_PAGE;
  void *fresh = nullptr;
  if (::posix_memalign(&fresh, align, rounded) != 0)
    return false;
  if (align == hugePage)
    ::madvise(fresh, rounded / hugePage * hugePage, MADV_HUGEPAGE);
  std::free(bytes);
  bytes = static_cast<uint8_t *>(fresh);
  room = rounded;
  return true;
}

bool Scratch::reset(size_t size) {
  blocks.clear();
  top = 0;
  for (Extra &extra : extras)
    extra.isUsed = false;
  return stack.reserve(size);
}

void *Scratch::allocate(size_t size) {
  if (size > SIZE_MAX - HEDDLE_ALIGN)
    return nullptr;
  // At least one unit, so that every address is its own.
  size_t rounded =
      size == 0 ? HEDDLE_ALIGN
                : (size + HEDDLE_ALIGN - 1) / HEDDLE_ALIGN * HEDDLE_ALIGN;
  if (rounded <= stack.size() - top) {
    blocks.push_back({top, false});
    top += rounded;
    return stack.data() + blocks.back().offset;
  }
  for (Extra &extra : extras) {
    if (!extra.isUsed && extra.bytes.size() >= rounded) {
      extra.isUsed = true;
      return extra.bytes.data();
    }
  }
  Extra fresh;
  if (!fresh.bytes.reserve(rounded))
    return nullptr;
  fresh.isUsed = true;
  extras.push_back(std::move(fresh));
  return extras.back().bytes.data();
}

void Scratch::free(void *pointer) {
  uint8_t *address = static_cast<uint8_t *>(pointer);
  for (size_t i = blocks.size(); i-- > 0;) {
    if (stack.data() + blocks[i].offset != address)
      continue;
    blocks[i].isFree = true;
    while (!blocks.empty() && blocks.back().isFree) {
      top = blocks.back().offset;
      blocks.pop_back();
    }
    return;
  }
  for (Extra &extra : extras)
    if (extra.bytes.data() == address)
      extra.isUsed = false;
}

uint64_t Scratch::size() const {
  uint64_t total = stack.size();
  for (const Extra &extra : extras)
    total += extra.bytes.size();
  return total;
}

} // namespace heddle::runtime
