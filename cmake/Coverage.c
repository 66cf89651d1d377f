/* Linked into the executables of a build that counts executed lines: children
 * that end at once write their counts first.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */

void __gcov_dump(void);
void __real__exit(int code);
void __wrap__exit(int code);
void __real__Exit(int code);
void __wrap__Exit(int code);

void __wrap__exit(int code) {
  __gcov_dump();
  __real__exit(code);
}

void __wrap__Exit(int code) {
  __gcov_dump();
  __real__Exit(code);
}
