# The avx512_bf16 variant is compiled for AMD's first processor with these
# instructions, and must run on others: no instruction that AMD's alone have.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import re

import objects

# SSE4a, and what went the way of 3DNow.
VENDOR = re.compile(r"\t(extrq|insertq|movntss|movntsd|clzero|femms)\b")


def check(path):
    text = objects.output(objects.tool("llvm-objdump"), "-d", path)
    findings = [f"one vendor's: {' '.join(line.split())}"
                for line in text.splitlines() if VENDOR.search(line)]
    return findings[:5]


if __name__ == "__main__":
    objects.main(check, "no vendor's instructions", "*avx512_*.o")
