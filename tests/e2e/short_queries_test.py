# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Attention of few queries: which kernel takes how many, and the numbers on
both sides of every change."""
import numpy as np

import support

MODEL = """model Short(width = 64, most = 400) {
  dim batch in 1..4, n in 1..most
  input q: f32[batch, 4, n, width], k: f32[batch, 2, n, width],
        v: f32[batch, 2, n, width], kept: i32[batch, n]
  output all = attention(q, k, v)
  output past = attention(q, k, v, mask = causal)
  output some = attention(q, k, v, mask = padding(kept))
}
"""
KERNELS = {1: "few", 16: "few", 17: "short", 32: "short", 33: "",
           48: "", 49: "short", 64: "short", 65: "", 129: ""}


class ShortQueries(support.Case):
    def kernels(self, artifact, n):
        at = support.inspect(artifact, "--dims",
                             f"batch=1,n={n}")["entries"][0]["at"][0]
        return [name.partition("_")[2] for name in at["kernels"]]

    def attend(self, x, live):
        keys, values = (np.repeat(x[name], 2, 1).astype(np.float64)
                        for name in "kv")
        scores = np.einsum("bhqd,bhkd->bhqk", x["q"], keys)
        scores = np.where(live, scores / np.sqrt(keys.shape[-1]), -np.inf)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        return weights / weights.sum(-1, keepdims=True) @ values

    def check(self, artifact, n, width):
        random = np.random.default_rng(n)
        x = {name: random.standard_normal((2, heads, n, width), np.float32)
             for name, heads in [("q", 4), ("k", 2), ("v", 2)]}
        x["kept"] = random.integers(0, 2, (2, n), np.int32)
        x["kept"][:, 0] = 1
        q, k = np.arange(n)[:, None], np.arange(n)
        expected = {"all": self.attend(x, True), "past": self.attend(x, k <= q),
                    "some": self.attend(x, x["kept"][:, None, None] != 0)}
        for isa in support.ISAS:
            found = self.run_model(artifact, x, "--isa", isa)
            for name, array in expected.items():
                np.testing.assert_allclose(
                    found[name], array, rtol=2e-5, atol=4e-6,
                    err_msg=f"{name} of {n}, heads of {width}, {isa}")

    def test_every_number_of_queries(self):
        path = self.write("short.heddle", MODEL)
        for width in (64, 128):
            artifact = self.compiled("short", path, "-D", f"width={width}")
            for n, kernel in KERNELS.items():
                with self.subTest(width=width, n=n):
                    self.assertEqual(self.kernels(artifact, n), [kernel] * 3)
                    self.check(artifact, n, width)

    def test_narrow_heads_have_short_blocks_anyhow(self):
        artifact = self.compiled("narrow", self.write("narrow.heddle", MODEL),
                                 "-D", "width=32")
        for n in (16, 17, 33, 50, 64):
            self.assertEqual(self.kernels(artifact, n),
                             ["few" if n == 16 else ""] * 3)
            self.check(artifact, n, 32)

    def test_no_kernel_that_no_number_takes(self):
        path = self.write("range.heddle", MODEL)
        for most, names in [(16, {"k0"}), (30, {"k0_few", "k0"}),
                            (48, {"k0_few", "k0_short", "k0"}),
                            (60, {"k0_few", "k0_short", "k0"}),
                            (70, {"k0_few", "k0_short", "k0"})]:
            artifact = self.compiled("range", path, "-D", f"most={most}")
            self.assertEqual({kernel["name"] for kernel in
                              support.inspect(artifact)["kernels"]
                              if kernel["name"].startswith("k0")}, names)
            for n in (most - 1, most):
                self.check(artifact, n, 64)


if __name__ == "__main__":
    support.main()
