# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every mask and score change against the dense mask in f64, on sizes that no
tile divides, rows without a key included."""
import numpy as np

import support

HEADS, GROUPS, WIDTH = 6, 2, 16
SIZES = [(1, 1), (16, 16), (49, 49), (97, 97), (401, 401)]
UNEQUAL = [(1, 70), (17, 3), (50, 391)]
HEADER = """model Attend {{
  dim batch in 1..3, tq in 1..{most}, tk in 1..450
  input q: f32[batch, {heads}, {queries}, {width}],
        k: f32[batch, {groups}, tk, {width}], v: f32[batch, {groups}, tk, {values}],
        ids: i32[batch, tk], lengths: i32[batch], keep: bool[batch, tk],
        pairs: bool[{queries}, tk], heads: i32[1, {heads}, 1, tk],
        pairwise: f32[batch, 1, {queries}, tk]
  output y = attention(q, k, v, {arguments})
}}
"""


def alibi_slopes(heads):
    n = 2 ** int(np.floor(np.log2(heads)))
    powers = [2.0 ** (-8 * (i + 1) / n) for i in range(n)]
    more = [2.0 ** (-4 * (i + 1) / n) for i in range(0, 2 * (heads - n), 2)]
    return np.array(powers + more)


def t5_bucket(distance, buckets, most, both):
    """T5's rule, in f32 as it was trained."""
    result = np.zeros_like(distance)
    if both:
        buckets //= 2
        result += (distance > 0) * buckets
        distance = np.abs(distance)
    else:
        distance = -np.minimum(distance, 0)
    exact = buckets // 2
    far = np.maximum(distance, 1).astype(np.float32) / np.float32(exact)
    large = exact + (np.log(far) / np.float32(np.log(most / exact)) *
                     np.float32(buckets - exact)).astype(np.int64)
    return result + np.where(distance < exact, distance,
                             np.minimum(large, buckets - 1))


class Attention(support.Case):
    VALUES = 24
    MORE = ""  # arguments of every attention
    ISAS = support.ISAS
    OPTIONS = []
    NEAR = {"rtol": 2e-5, "atol": 4e-6}

    def inputs(self, seed, tq, tk, batch=2):
        rng = np.random.default_rng(seed)
        return {
            "q": rng.standard_normal((batch, HEADS, tq, WIDTH), np.float32),
            "k": rng.standard_normal((batch, GROUPS, tk, WIDTH), np.float32),
            "v": rng.standard_normal((batch, GROUPS, tk, self.VALUES), np.float32),
            "ids": np.sort(rng.integers(0, 3, (batch, tk), np.int32)),
            "lengths": rng.integers(0, tk + 1, batch, np.int32),
            "keep": rng.random((batch, tk)) < 0.5,
            "pairs": rng.random((tq, tk)) < 0.3,
            "heads": rng.integers(0, 2, (1, HEADS, 1, tk), np.int32),
            "pairwise": rng.standard_normal((batch, 1, tq, tk), np.float32)}

    def expected(self, x, live, change, scale):
        keys = np.repeat(x["k"], HEADS // GROUPS, 1).astype(np.float64)
        values = np.repeat(x["v"], HEADS // GROUPS, 1).astype(np.float64)
        scores = np.einsum("bhqd,bhkd->bhqk", x["q"], keys) * scale
        b, h, q, k = np.ogrid[tuple(slice(n) for n in scores.shape)]
        if change:
            scores = change(scores, x, b, h, q, k)
        mask = np.broadcast_to(live(x, b, h, q, k) if live else True,
                               scores.shape)
        scores = np.where(mask, scores, -np.inf)
        most = np.where(mask.any(-1, keepdims=True),
                        scores.max(-1, keepdims=True), 0)
        weights = np.exp(scores - most)
        total = weights.sum(-1, keepdims=True)
        return weights / np.where(total == 0, 1, total) @ values

    def check(self, arguments, live=None, change=None, sizes=None,
              weights=(), scale=1 / np.sqrt(WIDTH)):
        """One attention on all sizes; `live` and `change` say in numpy what
        `arguments` says in the language."""
        sizes = sizes or SIZES
        same = all(tq == tk for tq, tk in sizes)
        text = HEADER.format(most=1 if same else 64, heads=HEADS,
                             groups=GROUPS, width=WIDTH, values=self.VALUES,
                             queries="tk" if same else "tq",
                             arguments=arguments + self.MORE)
        if same:
            text = text.replace("tq in 1..1, ", "")
        path = self.compiled("attend", self.write("attend.heddle", text),
                             *self.OPTIONS, *weights)
        for seed, (tq, tk) in enumerate(sizes):
            x = self.inputs(seed, tq, tk)
            expected = self.expected(x, live, change, scale)
            for isa in self.ISAS:
                with self.subTest(arguments=arguments, tq=tq, tk=tk, isa=isa):
                    found = self.run_model(path, x, "--isa", isa)["y"]
                    np.testing.assert_allclose(found, expected, **self.NEAR)

    def test_positions(self):
        self.check("mask = causal", lambda x, b, h, q, k: k <= q)
        self.check("mask = window(7)",
                   lambda x, b, h, q, k: abs(q - k) < 7)
        self.check("mask = window(left = 60) & causal",
                   lambda x, b, h, q, k: (q - 60 <= k) & (k <= q))
        self.check("mask = window(left = 3, right = 100)",
                   lambda x, b, h, q, k: (q - 3 <= k) & (k <= q + 100))
        self.check("mask = window(right = 2)",
                   lambda x, b, h, q, k: k <= q + 2)

    def test_offsets(self):
        self.check("mask = causal(offset = 20)",
                   lambda x, b, h, q, k: k <= q + 20, sizes=UNEQUAL)
        self.check("mask = causal(offset = -4)",
                   lambda x, b, h, q, k: k <= q - 4, sizes=UNEQUAL)
        self.check("mask = window(left = 9, right = 0, offset = 30)",
                   lambda x, b, h, q, k: (q + 21 <= k) & (k <= q + 30),
                   sizes=UNEQUAL)

    def test_tensors(self):
        def prefix(x, b, h, q, k):
            return k < x["lengths"][:, None, None, None]

        self.check("mask = prefix(lengths)", prefix, sizes=UNEQUAL)
        self.check("mask = documents(ids) & causal",
                   lambda x, b, h, q, k: (
                       x["ids"][:, None, :, None] == x["ids"][:, None, None])
                   & (k <= q))
        self.check("mask = dense(pairs)",
                   lambda x, b, h, q, k: x["pairs"], sizes=UNEQUAL)
        self.check("mask = dense(heads) | !padding(keep)",
                   lambda x, b, h, q, k: (x["heads"] != 0)
                   | ~x["keep"][:, None, None], sizes=UNEQUAL)

    def test_combinations(self):
        def live(x, b, h, q, k):
            near = (k <= q) & (q - k < 20)
            return (near | (k < 4)) & x["keep"][:, None, None]

        self.check("mask = (causal & window(20) | prefix(4)) & padding(keep)",
                   live)
        self.check("mask = !(causal & window(20))",
                   lambda x, b, h, q, k: ~((k <= q) & (abs(q - k) < 20)))
        self.check("mask = causal & !causal", lambda x, b, h, q, k: k < 0)

    def test_lambdas(self):
        self.check("mask = (b, h, i, j) => i / 8 == j / 8 | mod(j, 5) == h",
                   lambda x, b, h, q, k: (q // 8 == k // 8) | (k % 5 == h))
        self.check("score = (s, b, h, i, j) => select(j > i, s * 0.5, max(s, "
                   "-1)) - 0.01 * abs(i - j) + float(ids[b, j])",
                   change=lambda s, x, b, h, q, k: np.where(
                       k > q, s * 0.5, np.maximum(s, -1)) - 0.01 * abs(q - k)
                   + x["ids"][:, None, None], sizes=UNEQUAL)
        self.check("score = (s, b, h, i, j) => tanh(s) * sqrt(abs(s)) "
                   "+ log(exp(s) + 1), mask = causal",
                   lambda x, b, h, q, k: k <= q,
                   lambda s, x, b, h, q, k: np.tanh(s) * np.sqrt(abs(s))
                   + np.log(np.exp(s) + 1))

    def test_caps_and_biases(self):
        self.check("softcap = 2, scale = 1.5",
                   change=lambda s, x, b, h, q, k: 2 * np.tanh(s / 2),
                   scale=1.5, sizes=UNEQUAL)
        self.check("bias = pairwise, softcap = 3, mask = padding(keep)",
                   lambda x, b, h, q, k: x["keep"][:, None, None],
                   lambda s, x, b, h, q, k: 3 * np.tanh(s / 3) + x["pairwise"],
                   sizes=UNEQUAL)
        slopes = alibi_slopes(HEADS)[None, :, None, None]
        self.check("bias = alibi, mask = causal",
                   lambda x, b, h, q, k: k <= q,
                   lambda s, x, b, h, q, k: s - slopes * abs(q - k))

    def test_relative_bias(self):
        table = np.random.default_rng(5).standard_normal((32, HEADS),
                                                         np.float32)
        weights = self.write("bias.safetensors", support.safetensors(
            {"bias.weight": table}))
        for both in [True, False]:
            def biased(s, x, b, h, q, k, both=both):
                buckets = t5_bucket((k - q)[0, 0], 32, 128, both)
                return s + np.moveaxis(table[buckets], -1, 0)[None]

            flag = "true" if both else "false"
            self.check(f"bias = relative(@bias, bidirectional = {flag})",
                       change=biased, weights=("--weights", weights),
                       sizes=UNEQUAL)


if __name__ == "__main__":
    support.main()
