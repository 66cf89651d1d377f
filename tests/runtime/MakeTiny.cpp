// Writes the test artefact to a file, for the tests of the command line.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tests/runtime/Tiny.h"

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  heddle::test::writeBytes(argv[1], heddle::test::tinyFile());
  return 0;
}
