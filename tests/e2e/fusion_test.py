# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Products whose results meet and norms beside a residual: the numbers of one
kernel, of several, and against numpy, on sizes around the tiles."""
import numpy as np

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


def product(x, w, name):
    x = x.astype(np.float64) @ w[name + ".weight"].T
    return x + w.get(name + ".bias", 0)


def gated(x, r, w):
    gate, plain = product(x, w, "gate"), product(x, w, "plain")
    inner = np.sqrt(2 / np.pi) * (plain + 0.044715 * plain ** 3)
    up = product(x, w, "up")
    return {"swiglu": gate / (1 + np.exp(-gate)) * up,
            "geglu": up * 0.5 * plain * (1 + np.tanh(inner)) + r}


def normed(x, r, w):
    y = r + product(x, w, "gate")
    centred = y - y.mean(-1, keepdims=True)
    scale = np.sqrt((centred ** 2).mean(-1, keepdims=True) + 1e-5)
    z = y * y + y
    rms = np.sqrt((z ** 2).mean(-1, keepdims=True) + 1e-5)
    return {"norm": centred / scale * w["norm.weight"] + w["norm.bias"],
            "scaled": z / rms * w["scale.weight"], "sum": y}


class Fusion(support.Case):
    def compare(self, artifact, inputs, known, near=2e-5):
        for isa in support.ISAS:
            found = self.run_model(artifact, inputs, "--isa", isa)
            for name, value in known.items():
                where = f"{name} {value.shape} {isa}"
                self.assertEqual(found[name].shape, value.shape, where)
                error = np.abs(found[name] - value).max()
                self.assertLess(error, near * (np.abs(value).max() + 1), where)

    def pairs(self, k, n, rows, *more, near=2e-5):
        w = weights(k, n)
        model = self.write("gated.heddle", GATED)
        file = self.write("gated.safetensors", support.safetensors(w))
        artifact = self.compiled("gated", model, "--weights", file, "-D",
                                 f"k={k}", "-D", f"n={n}", *more)
        for m in rows:
            random = np.random.default_rng(m)
            x = random.standard_normal((m, k), np.float32)
            r = random.standard_normal((m, n), np.float32)
            self.compare(artifact, {"x": x, "r": r}, gated(x, r, w), near)
        return support.inspect(artifact)["entries"][0]["dispatches"]

    def test_two_products_are_one_kernel_on_any_rows(self):
        rows = [1, 2, 3, 4, 5, 7, 8, 9, 13, 64, 127, 128, 129, 131, 257, 300]
        self.assertEqual(len(self.pairs(96, 96, rows)), 2)

    def test_columns_that_panels_divide_or_not(self):
        for n in [1, 15, 16, 17, 48, 50, 64, 101, 160]:
            self.assertEqual(len(self.pairs(24, n, [1, 5, 66])), 2)

    def test_narrow_products_stay_apart(self):
        for dtype, near in [("bf16", 2e-2), ("int8", 5e-2)]:
            count = len(self.pairs(96, 96, [1, 9, 130], "-D",
                                   f"dtype={dtype}", near=near))
            self.assertEqual(count, 4)

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
        done = self.works("compile", model, "--weights", "random:1", "-D",
                          "dtype=bf16", "--stop-after=kernels", "--remarks")
        self.assertIn("two linears of one input: apart, since products of bf16"
                      " have no form for them", done.err)


if __name__ == "__main__":
    support.main()
