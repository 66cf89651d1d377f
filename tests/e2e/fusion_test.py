# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Products whose results meet and norms beside a residual: the numbers of one
kernel, of several, and against numpy, on sizes around the tiles."""
import numpy as np

import rounding
import support

GATED = """model Gated(k = 96, n = 96, dtype = "f32") {
  dim m in 1..300
  input x: f32[m, k], r: f32[m, n]
  fn product(x, p) { return linear(x, p, out = n, dtype = dtype) }
  output swiglu = silu(product(x, @gate)) * product(x, @up)
  output geglu = linear(x, @up, out = n, layout = "out_in", dtype = dtype)
    * gelu(linear(x, @plain, out = n, bias = none, dtype = dtype), approximate = "tanh") + r
}
"""
# What the numbers that are multiplied are rounded to.
ROUNDED = {"bf16": rounding.bf16, "int8": rounding.int8}
NORMED = """model Normed(k = 40, n = 96) {
  dim b in 1..3, m in 1..131
  input x: f32[b, m, k], r: f32[b, m, n]
  y = r + linear(x, @gate, out = n)
  output norm = layer_norm(y, @norm, eps = 1e-5)
  output scaled = rms_norm(y * y + y, @scale, eps = 1e-5)
  output sum = y
}
"""
# A kernel more costs a second, or nothing.
ALWAYS = "--heddle-group-kernels=kernel-time=1e9"
NO_MORE = "--heddle-group-kernels=kernel-time=0"


def weights(k, n):
    random = np.random.default_rng(k * 1000 + n)
    tensors = {}
    for name in ["gate", "up", "plain"]:
        scale = np.float32(k ** -0.5)
        tensors[name + ".weight"] = random.standard_normal(
            (n, k), np.float32) * scale
        if name != "plain":
            tensors[name + ".bias"] = random.standard_normal(n, np.float32)
    for name in ["norm.weight", "norm.bias", "scale.weight"]:
        tensors[name] = random.standard_normal(n, np.float32)
    return tensors


def product(x, w, name, factor):
    weight = factor(w[name + ".weight"])
    return factor(x).astype(np.float64) @ weight.T + w.get(name + ".bias", 0)


def gated(x, r, w, factor=np.asarray):
    gate, plain = (product(x, w, name, factor) for name in ("gate", "plain"))
    inner = np.sqrt(2 / np.pi) * (plain + 0.044715 * plain ** 3)
    up = product(x, w, "up", factor)
    return {"swiglu": gate / (1 + np.exp(-gate)) * up,
            "geglu": up * 0.5 * plain * (1 + np.tanh(inner)) + r}


def normed(x, r, w):
    y = r + product(x, w, "gate", np.asarray)
    centred = y - y.mean(-1, keepdims=True)
    scale = np.sqrt((centred ** 2).mean(-1, keepdims=True) + 1e-5)
    z = y * y + y
    rms = np.sqrt((z ** 2).mean(-1, keepdims=True) + 1e-5)
    return {"norm": centred / scale * w["norm.weight"] + w["norm.bias"],
            "scaled": z / rms * w["scale.weight"], "sum": y}


class Fusion(support.Case):
    def compare(self, artifact, inputs, known, near=2e-5, isas=support.ISAS):
        for isa in isas:
            found = self.run_model(artifact, inputs, "--isa", isa)
            for name, value in known.items():
                where = f"{name} {value.shape} {isa}"
                self.assertEqual(found[name].shape, value.shape, where)
                error = np.abs(found[name] - value).max()
                self.assertLess(error, near * (np.abs(value).max() + 1), where)

    def pairs(self, k, n, rows, dtype="f32"):
        w = weights(k, n)
        model = self.write("gated.heddle", GATED)
        file = self.write("gated.safetensors", support.safetensors(w))
        artifact = self.compiled("gated", model, "--weights", file, "-D",
                                 f"k={k}", "-D", f"n={n}", "-D",
                                 f"dtype={dtype}")
        carried = [v["name"] for v in support.inspect(artifact)["variants"]]
        isas = [isa for isa in support.NARROW_ISAS if isa in carried]
        # Of int8 a number between two multiples may go either way.
        near = 5e-3 if dtype == "int8" else 2e-5
        for m in rows:
            random = np.random.default_rng(m)
            x = random.standard_normal((m, k), np.float32)
            r = random.standard_normal((m, n), np.float32)
            known = gated(x, r, w, ROUNDED.get(dtype, np.asarray))
            self.compare(artifact, {"x": x, "r": r}, known, near, isas)
        return support.inspect(artifact)["entries"][0]["dispatches"]

    def test_two_products_are_one_kernel_on_any_rows(self):
        rows = [1, 2, 3, 4, 5, 7, 8, 9, 13, 64, 127, 128, 129, 131, 257, 300]
        self.assertEqual(len(self.pairs(96, 96, rows)), 2)

    def test_columns_that_panels_divide_or_not(self):
        for n in [1, 15, 16, 17, 48, 50, 64, 101, 160]:
            self.assertEqual(len(self.pairs(24, n, [1, 5, 66])), 2)

    def test_narrow_products_are_one_kernel_too(self):
        rows = [1, 4, 5, 9, 15, 16, 17, 31, 32, 33, 65, 127, 128, 129, 257]
        for dtype in ROUNDED:
            self.assertEqual(len(self.pairs(128, 96, rows, dtype)), 2)
            for k, n in [(64, 101), (33, 17)]:
                self.assertEqual(len(self.pairs(k, n, [1, 5, 66], dtype)), 2)

    def grouped(self, name, model, file, *options):
        """The artefact of a model that is grouped as `options` say."""
        graph, kernels = self.folder / "g.mlir", self.folder / "k.mlir"
        self.works("compile", model, "--weights", file, "--stop-after=graph",
                   "-o", graph)
        self.works(graph, *options, "-o", kernels, program="heddle-opt")
        return self.compiled(name, kernels, "--weights", file)

    def test_a_norm_stands_beside_what_it_reads(self):
        w = weights(40, 96)
        model = self.write("normed.heddle", NORMED)
        file = self.write("normed.safetensors", support.safetensors(w))
        together = self.grouped("together", model, file, ALWAYS)
        apart = self.grouped("apart", model, file, NO_MORE)
        counts = [len(support.inspect(path)["entries"][0]["dispatches"])
                  for path in (together, apart)]
        self.assertEqual(counts, [2, 3])
        for b, m in [(1, 1), (1, 3), (2, 2), (1, 5), (1, 8), (3, 3), (1, 63),
                     (2, 32), (1, 65), (3, 43), (1, 131)]:
            random = np.random.default_rng(m)
            x = random.standard_normal((b, m, 40), np.float32)
            r = random.standard_normal((b, m, 96), np.float32)
            for artifact in (together, apart):
                self.compare(artifact, {"x": x, "r": r}, normed(x, r, w))
        done = self.works("verify", together, "--weights", file, "--dims",
                          "b=2,m=17")
        self.assertIn("ok   output 'norm'", done.text)

    def test_remarks_print_both_costs(self):
        model = self.write("remarks.heddle", GATED + "\n")
        done = self.works("compile", model, "--weights", "random:1",
                          "--stop-after=kernels", "--remarks")
        self.assertRegex(done.err, r"remarks.heddle:5:\d+: remark: two linears "
                         r"of one input: one kernel, [\d.]+ us against [\d.]+ "
                         r"us \(m=1\); [\d.]+ us against [\d.]+ us \(m=300\)")
        known = done.err
        done = self.works("compile", model, "--weights", "random:1", "-D",
                          "dtype=bf16", "--stop-after=kernels", "--remarks")
        self.assertIn("two linears of one input: one kernel, ", done.err)
        self.assertNotEqual(done.err, known)
        mixed = self.write("mixed.heddle", GATED.replace(
            "bias = none, dtype = dtype", 'bias = none, dtype = "int8"'))
        done = self.works("compile", mixed, "--weights", "random:1",
                          "--stop-after=kernels", "--remarks")
        self.assertIn("two linears of one input: apart, since one is of f32, "
                      "the other of int8", done.err)


if __name__ == "__main__":
    support.main()
