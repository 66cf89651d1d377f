// Counts the program's allocations, by replacing operator new.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef HEDDLE_TESTS_RUNTIME_ALLOCATIONS_H
#define HEDDLE_TESTS_RUNTIME_ALLOCATIONS_H

#include <cstddef>

namespace heddle::test {

/// Calls of operator new so far, of all threads.
size_t allocationCount();

} // namespace heddle::test

#endif // HEDDLE_TESTS_RUNTIME_ALLOCATIONS_H
