# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Products of bf16 read an input's rows where they lie: not beyond its last
byte, and with the same numbers wherever it begins."""
import ctypes
import mmap
import pathlib
import sys

import numpy as np

import support

LIBRARY = sys.argv.pop(1)  # libheddle.so
sys.path.append(str(pathlib.Path(__file__).parents[2] / "bench/peers"))
import heddle_worker  # noqa: E402

DEPTH, COLUMNS = 64, 256
FLAGS = pathlib.Path("/proc/cpuinfo").read_text().split()
ISAS = support.ISAS + ["avx512_amx"] * ("amx_tile" in FLAGS)
MODEL = f"""model InPlace {{
  dim m in 1..600
  input x: bf16[m, {DEPTH}]
  output y: bf16 = linear(x, @w, out = {COLUMNS}, bias = none)
}}
"""
LIBC = ctypes.CDLL(None)


class Fenced:
    """Memory behind which nothing may be read."""

    def __init__(self, size):
        pages = -(-size // mmap.PAGESIZE) + 1
        self.map = mmap.mmap(-1, (pages + 1) * mmap.PAGESIZE)
        self.bytes = np.frombuffer(self.map, np.uint8)
        self.end = pages * mmap.PAGESIZE
        fence = ctypes.c_void_p(self.bytes.ctypes.data + self.end)
        if LIBC.mprotect(fence, ctypes.c_size_t(mmap.PAGESIZE), 0):
            raise OSError("mprotect failed")

    def place(self, array, before_end):
        """The address of a copy that ends so many bytes before the fence."""
        raw = array.view(np.uint8).ravel()
        start = self.end - before_end - raw.size
        self.bytes[start:start + raw.size] = raw
        return self.bytes.ctypes.data + start


class InPlace(support.Case):
    def test_rows_where_they_lie(self):
        random = np.random.default_rng(7)
        weight = random.standard_normal((COLUMNS, DEPTH), np.float32)
        file = self.write("w.safetensors",
                          support.safetensors({"w.weight": weight}))
        artifact = self.compiled("in_place", self.write("i.heddle", MODEL),
                                 "--weights", file, "--dtype", "bf16")
        carried = [v["name"] for v in support.inspect(artifact)["variants"]]
        library = ctypes.CDLL(LIBRARY)
        for isa in set(ISAS) & set(carried):
            model = heddle_worker.Model(library, artifact, 1, isa)
            for m in [1, 15, 16, 17, 31, 32, 33, 127, 128, 160, 600]:
                self.compare(model, random, weight, m, f"{m} rows {isa}")
            model.free()

    def compare(self, model, random, weight, m, where):
        values = {"x": random.standard_normal((m, DEPTH), np.float32)}
        model.make_output(values)
        call, (arrays, tensors) = model.bind(values)
        bits, fenced = arrays[0][0], Fenced(m * DEPTH * 2 + 64)
        results = []
        for before_end in [0, 2, 32, 64]:
            tensors[0].data = fenced.place(bits, before_end)
            model.result[:] = 0
            call()
            results.append(model.output_values().copy())
        known = (heddle_worker.worker.from_bf16_bits(bits).astype(np.float64)
                 @ weight.T)
        error = np.abs(results[0] - known).max() / np.abs(known).max()
        self.assertLess(error, 2.0 ** -7, where)
        for result in results[1:]:
            self.assertTrue((result == results[0]).all(), where)


if __name__ == "__main__":
    support.main()
