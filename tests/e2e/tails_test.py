# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Products of every number of rows: the last tile has only some of them."""
import math
import re

import numpy as np

import support

K, N, ODD, MOST = 64, 96, 50, 140  # K: whole tiles in every dtype
NARROW_ROWS = [*range(1, 36), 48, 49, 63, 64, 65, 95, 127, 128, 129, 140]
MODEL = f"""model Tails(dtype = "f32") {{
  dim m in 1..{MOST}
  input x: f32[m, {K}], r: f32[m, {N}], y: f32[{K}, {ODD}]
  fn product(p, n) {{ return linear(x, p, out = n, dtype = dtype) }}
  output plain = product(@gate, {N})
  output odd = product(@odd, {ODD})
  output sum = gelu(product(@gate, {N})) + r
  output norm = layer_norm(r + product(@gate, {N}), @norm, eps = 1e-5)
  output gated = silu(product(@gate, {N})) * product(@up, {N})
  output computed = matmul(x, y)
}}
"""


def weights():
    random = np.random.default_rng(5)
    tensors = {}
    for name, n in [("gate", N), ("up", N), ("odd", ODD)]:
        tensors[name + ".weight"] = (random.standard_normal((n, K), np.float32)
                                     * np.float32(K ** -0.5))
        tensors[name + ".bias"] = random.standard_normal(n, np.float32)
    tensors["norm.weight"] = random.standard_normal(N, np.float32)
    tensors["norm.bias"] = random.standard_normal(N, np.float32)
    return tensors


def exact(inputs, w):
    """Every output in f64."""
    x, r = inputs["x"].astype(np.float64), inputs["r"]
    gate, up, odd = [x @ w[name + ".weight"].T + w[name + ".bias"]
                     for name in ("gate", "up", "odd")]
    normed = r + gate
    normed = normed - normed.mean(-1, keepdims=True)
    normed /= np.sqrt((normed ** 2).mean(-1, keepdims=True) + 1e-5)
    error = np.vectorize(math.erf)(gate * np.sqrt(0.5))
    return {"plain": gate, "odd": odd,
            "sum": gate * 0.5 * (1 + error) + r,
            "norm": normed * w["norm.weight"] + w["norm.bias"],
            "gated": gate / (1 + np.exp(-gate)) * up,
            "computed": x @ inputs["y"]}


class Tails(support.Case):
    def every_row(self, dtype, near, rows, *more):
        w = weights()
        artifact = self.compiled(
            dtype, self.write("tails.heddle", MODEL), "-D", f"dtype={dtype}",
            "--weights",
            self.write("tails.safetensors", support.safetensors(w)), *more)
        random = np.random.default_rng(7)
        whole = {"x": random.standard_normal((MOST, K), np.float32),
                 "r": random.standard_normal((MOST, N), np.float32)}
        y = random.standard_normal((K, ODD), np.float32)
        known = exact({**whole, "y": y}, w)
        variants = [v["name"] for v in support.inspect(artifact)["variants"]]
        for isa in set(variants) & set(support.NARROW_ISAS):
            for m in rows:
                inputs = {name: x[:m] for name, x in whole.items()}
                found = self.run_model(artifact, {**inputs, "y": y},
                                       "--isa", isa)
                for name, value in known.items():
                    where = f"{name} {m} {isa} {dtype}"
                    self.assertEqual(found[name].shape[0], m, where)
                    error = np.abs(found[name] - value[:m]).max()
                    self.assertLess(error, near * np.abs(value).max(), where)

    def test_f32(self):
        self.every_row("f32", 2e-5, range(1, MOST + 1))

    def test_f32_of_narrow_vectors_alone(self):
        """Whose panels are narrower than those that are shared."""
        packs = [set(re.findall(r'"pack (\d+)"', self.works(
            "compile", self.write("tails.heddle", MODEL),
            "--stop-after=halide", *more).text))
                 for more in ([], ["--isa", "avx2"], ["--isa", "avx512,avx2"])]
        self.assertEqual(packs, [{"48", "16"}, {"24", "16"}, {"48", "16"}])
        self.every_row("f32", 2e-5, NARROW_ROWS, "--isa", "avx2")

    def test_bf16(self):
        self.every_row("bf16", 2e-2, NARROW_ROWS)

    def test_int8(self):
        self.every_row("int8", 5e-2, NARROW_ROWS)


if __name__ == "__main__":
    support.main()
