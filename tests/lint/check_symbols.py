# Kernels call nothing but the services of the call that runs them: no libm, no
# libc beyond the compiler's own memory functions, no runtime of Halide's.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import re

import objects

ALLOWED = re.compile(
    r"halide_do_par_for|halide_malloc|halide_free|halide_error(_\w+)?"
    r"|halide_msan_annotate_\w+|mem(cpy|move|set|cmp)")


def undefined(path):
    for line in objects.output(objects.tool("llvm-nm"), "-u", path).splitlines():
        name = line.split()[-1]
        if name != "_GLOBAL_OFFSET_TABLE_":
            yield name


def check(path):
    return [f"calls {name}" for name in undefined(path)
            if not ALLOWED.fullmatch(name)]


if __name__ == "__main__":
    objects.main(check, "what kernels may call")
