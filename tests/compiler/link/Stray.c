/* An object that needs what no artefact provides, in code that a linker keeps.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include <math.h>

static volatile float value;
__attribute__((constructor)) static void stray(void) { value = sinf(value); }
