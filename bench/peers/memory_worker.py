# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How fast memory is read: the dot product of two arrays that no cache holds
(numpy's OpenBLAS, whose AVX-512 kernel does nothing but wait for them)."""
import numpy as np

import cases
import worker

PARTS = 16  # calls of a pass


class Memory:
    def start(self, _):
        return np.__version__

    def prepare(self, _):
        part = cases.COLD_BYTES // 8 // PARTS
        a, b = np.ones((2, PARTS, part), np.float32)
        calls = [lambda i=i: a[i].dot(b[i]) for i in range(PARTS)]
        return [worker.Prepared("", calls, lambda: a[:1, :1])], ""


if __name__ == "__main__":
    worker.serve(Memory())
