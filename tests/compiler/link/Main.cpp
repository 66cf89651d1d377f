// The linker runs in a child process of this executable; so does a writer
// that a test kills.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/compiler/link/Support.h"

#include "compiler/link/Link.h"
#include <gtest/gtest.h>

int main(int argc, char **argv) {
  if (std::optional<int> status = heddle::link::runLinkJob(argc, argv))
    return *status;
  if (std::optional<int> status = heddle::test::runWriterJob(argc, argv))
    return *status;
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
