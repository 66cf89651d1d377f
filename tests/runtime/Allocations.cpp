// In a file of its own, so that no caller sees what operator new does.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/runtime/Allocations.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<size_t> count{0};
}

size_t heddle::test::allocationCount() { return count; }

void *operator new(size_t size) {
  ++count;
  if (void *pointer = std::malloc(size ? size : 1))
    return pointer;
  throw std::bad_alloc();
}
void operator delete(void *pointer) noexcept { std::free(pointer); }
void operator delete(void *pointer, size_t) noexcept { std::free(pointer); }
