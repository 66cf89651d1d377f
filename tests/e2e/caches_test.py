# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Attention of bf16 tensors, which every kernel of it reads and writes where
they lie: the numbers are those of the same tensors as f32."""
import numpy as np

import support
from stored_test import from_bits, to_bits

MODEL = """model Caches {{
  dim batch in 1..3, tq in 1..60, tk in 1..700
  input q: {q}[batch, {heads}, tq, {depth}],
        k: {k}[batch, {groups}, tk, {depth}],
        v: {v}[batch, {groups}, tk, {width}], keep: bool[batch, tk]
  output y = attention(q, k, v, mask = {mask}, dtype = "{dtype}")
}}
"""
ROWS = """model Rows {{
  dim batch in 1..3, tq in 1..60, tk in 1..700
  input q: {stored}[batch, tq, {wide}], k: {stored}[batch, tk, {narrow}],
        v: {stored}[batch, tk, {narrow}]
  output y: {stored} = merge_heads(attention(
    split_heads(q, 6), split_heads(k, 2), split_heads(v, 2),
    mask = causal(offset = 300), dtype = "{dtype}"))
}}
"""
ALL = dict(q="bf16", k="bf16", v="bf16", heads=6, groups=2, depth=64, width=64,
           mask="padding(keep)", dtype="f32")
# The variant of VNNI has nothing of bf16.
ISAS = [isa for isa in support.NARROW_ISAS if isa != "avx512_vnni"]
# Sums of f32 in another order.
NEAR = {"rtol": 2e-5, "atol": 2e-6}


class Caches(support.Case):
    def models(self, text, **sizes):
        """Of bf16 tensors and of f32 ones."""
        plain = {name: "f32" if value == "bf16" and name != "dtype" else value
                 for name, value in sizes.items()}
        return [self.compiled(f"m{i}", self.write(
            f"m{i}.heddle", text.format(**given)))
                for i, given in enumerate([sizes, plain])]

    def check(self, paths, bits, isas=support.ISAS, **more):
        """The results, which are of bf16 where the tensors are."""
        given = {name: array.view("V2") if array.dtype == np.uint16 else array
                 for name, array in bits.items()}
        plain = {name: from_bits(array) if array.dtype == np.uint16 else array
                 for name, array in bits.items()}
        for isa in isas:
            found = self.run_model(paths[0], given, "--isa", isa)["y"]
            known = self.run_model(paths[1], plain, "--isa", isa)["y"]
            self.assertTrue(np.isfinite(known).all())
            near = NEAR
            if found.dtype == np.dtype("V2"): # to either neighbour of a tie
                found = from_bits(found.view(np.uint16))
                near = {"rtol": 2.0 ** -8, "atol": 1e-5}
            np.testing.assert_allclose(found, known, **near,
                                       err_msg=f"{more} {isa}")

    def inputs(self, tq, tk, stored="qkv", **sizes):
        random = np.random.default_rng([tq, tk])
        shapes = {"q": (2, sizes["heads"], tq, sizes["depth"]),
                  "k": (2, sizes["groups"], tk, sizes["depth"]),
                  "v": (2, sizes["groups"], tk, sizes["width"])}
        found = {"keep": np.arange(tk) < random.integers(1, tk + 1, (2, 1))}
        for name, shape in shapes.items():
            bits = to_bits(random.standard_normal(shape, np.float32))
            found[name] = bits if name in stored else from_bits(bits)
        return found

    def test_every_number_of_queries(self):
        paths = self.models(MODEL, **ALL)
        for tq in range(1, 41):
            isas = support.ISAS if tq % 5 == 1 else support.ISAS[:1]
            self.check(paths, self.inputs(tq, 1 + tq * 97 % 600, **ALL), isas,
                       tq=tq)

    def test_kernels_read_them_where_they_lie(self):
        path, _ = self.models(MODEL, **ALL)
        report = support.inspect(path)
        self.assertEqual({kernel["family"] for kernel in report["kernels"]},
                         {"attention", "decode"})
        path, _ = self.models(ROWS, stored="bf16", wide=192, narrow=64,
                              dtype="bf16")
        self.assertEqual({kernel["family"] for kernel in
                          support.inspect(path)["kernels"]},
                         {"attention", "decode"})

    def test_head_sizes(self):
        for depth, width, heads in [(16, 48, 6), (80, 80, 6), (256, 128, 6),
                                    (96, 32, 16), (7, 20, 6), (33, 1, 6)]:
            given = ALL | dict(depth=depth, width=width, heads=heads)
            paths = self.models(MODEL, **given)
            for tq, tk in [(1, 300), (8, 31), (16, 64), (35, 129)]:
                self.check(paths, self.inputs(tq, tk, **given), tq=tq,
                           depth=depth, width=width)

    def test_some_of_them(self):
        for stored in ["q", "k", "v", "kv"]:
            given = ALL | {name: "bf16" if name in stored else "f32"
                           for name in "qkv"}
            given |= dict(heads=4, groups=4, mask="causal(offset = 100)")
            paths = self.models(MODEL, **given)
            for tq in (1, 4, 12, 50):
                self.check(paths, self.inputs(tq, 170, stored, **given),
                           stored=stored, tq=tq)

    def test_attention_of_bf16(self):
        # The same numbers, rounded in the same places.
        for depth, width in [(64, 64), (20, 16), (33, 32)]:
            given = ALL | dict(depth=depth, width=width, dtype="bf16")
            paths = self.models(MODEL, **given)
            for tq, tk in [(1, 77), (9, 300), (17, 31), (60, 257)]:
                self.check(paths, self.inputs(tq, tk, **given), ISAS, tq=tq,
                           depth=depth, width=width)

    def test_heads_inside_rows(self):
        for dtype, depth in [("f32", 32), ("f32", 20), ("bf16", 32),
                             ("bf16", 48)]:
            paths = self.models(ROWS, stored="bf16", wide=6 * depth,
                                narrow=2 * depth, dtype=dtype)
            for tq, tk in [(1, 257), (3, 600), (16, 90), (33, 65)]:
                random = np.random.default_rng([depth, tk])
                bits = {name: to_bits(random.standard_normal(
                    (2, n, heads * depth), np.float32))
                        for name, n, heads in [("q", tq, 6), ("k", tk, 2),
                                               ("v", tk, 2)]}
                self.check(paths, bits, ISAS if dtype == "bf16" else
                           support.ISAS, dtype=dtype, depth=depth, tq=tq)


if __name__ == "__main__":
    support.main()
