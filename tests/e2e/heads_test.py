# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Heads of every width that kernels treat differently, apart and inside the
rows of a projection, and the code of chunks that a mask leaves whole."""
import numpy as np

import support

HEADS = 3
MODEL = """
model Heads {{
  dim b in 1..2, t in 1..850
  input x: f32[b, t, {row}], y: f32[b, t, {row}], z: f32[b, t, {row}],
        a: f32[b, {heads}, t, {width}], c: f32[b, {heads}, t, {width}]
  q = split_heads(x, {heads})
  k = split_heads(y, {heads})
  v = split_heads(z, {heads})
  output inside = merge_heads(attention(q, k, v, mask = causal))
  output apart = attention(a, c, a)
}}
"""
CAUSAL = """
model Causal {
  dim t in 1..850
  input a: f32[1, 3, t, 64]
  output y = attention(a, a, a, mask = causal)
}
"""
# Whole squares of 16 are transposed in registers, other queries not.
WIDTHS = [8, 24, 32, 80]
SIZES = [(1, 1), (2, 15), (1, 17), (2, 33), (1, 49), (1, 401), (1, 830)]


def attend(q, k, v, live=True):
    """Softmax attention in f64."""
    scores = np.einsum("bhqd,bhkd->bhqk", q, k, dtype=np.float64)
    scores = np.where(live, scores / np.sqrt(q.shape[-1]), -np.inf)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True) @ v


class Heads(support.Case):
    def text(self, width):
        return MODEL.format(heads=HEADS, width=width, row=HEADS * width)

    def test_widths(self):
        for width in WIDTHS:
            name = f"heads{width}"
            artifact = self.compiled(
                name, self.write(name + ".heddle", self.text(width)))
            for b, t in SIZES:
                rng = np.random.default_rng(width * t)
                rows = {key: rng.standard_normal((b, t, HEADS * width),
                                                 np.float32) for key in "xyz"}
                heads = {key: rng.standard_normal((b, HEADS, t, width),
                                                  np.float32) for key in "ac"}
                live = np.tril(np.ones((t, t), bool))
                split = [rows[key].reshape(b, t, HEADS, width)
                         .transpose(0, 2, 1, 3) for key in "xyz"]
                inside = attend(*split, live).transpose(0, 2, 1, 3)
                a, c = heads["a"], heads["c"]
                expected = {"inside": inside.reshape(b, t, HEADS * width),
                            "apart": attend(a, c, a)}
                for isa in support.ISAS:
                    found = self.run_model(artifact, {**rows, **heads},
                                           "--isa", isa)
                    for key, value in expected.items():
                        np.testing.assert_allclose(
                            found[key], value, rtol=2e-5, atol=4e-6,
                            err_msg=f"{key} {width} {b} {t} {isa}")

    def test_whole_chunks_carry_no_mask(self):
        path = self.write("causal.heddle", CAUSAL)
        done = self.works("compile", path, "--isa", "avx512", "--stop-after",
                          "stmt")
        # Chunks before the diagonal have a loop of their own, the first one.
        for kernel in done.text.split("// heddle_")[1:]:
            loops = kernel.split("produce scores {")[1:]
            masked = ["select(" in loop.split("produce chunk_max {")[0]
                      for loop in loops]
            self.assertEqual(masked, [False, True])


if __name__ == "__main__":
    support.main()
