# Objects of the avx2 variant must run on a CPU without AVX-512: no instruction
# in EVEX encoding, no register that only it reaches.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import re

import objects

# In 64-bit code the byte 62 is never anything but the EVEX prefix; segment
# and address-size prefixes may stand before it.
EVEX = re.compile(r"^\s*[0-9a-f]+:\s+(?:(?:2e|36|3e|26|64|65|67|f0) )*62 ")
REGISTER = re.compile(r"%zmm\d|%[xy]mm(1[6-9]|2\d|3[01])\b|%k[0-7]\b")


def check(path):
    text = objects.output(objects.tool("llvm-objdump"), "-d", path)
    findings = [f"EVEX: {' '.join(line.split())}"
                for line in text.splitlines()
                if EVEX.match(line) or REGISTER.search(line)]
    return findings[:5]


if __name__ == "__main__":
    objects.main(check, "no EVEX in avx2 objects", "*avx2*.o")
