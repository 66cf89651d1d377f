# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Attention of few queries against many keys, which has a kernel of its own:
every grouping, head and mask against the dense one in f64, on sizes around its
chunks of 256 keys and their lanes of 16."""
import numpy as np

import attention_test
import support

MODEL = """model Decode {{
  dim batch in 1..3, tq in 1..{most}, tk in 1..700
  input q: f32[batch, {heads}, tq, {depth}],
        k: f32[batch, {shared}, tk, {depth}],
        v: f32[batch, {shared}, tk, {width}],
        lengths: i32[batch]
  output y = attention(q, k, v{more})
}}
"""
SPLIT = """model Split {
  dim batch in 1..3, tk in 1..700
  input q: f32[batch, 1, 192], k: f32[batch, tk, 64], v: f32[batch, tk, 64]
  output y = merge_heads(attention(split_heads(q, 6), split_heads(k, 2),
                                   split_heads(v, 2)))
}
"""
KEYS = [1, 15, 16, 17, 255, 256, 257, 521, 700]


def dense(q, k, v, live=None):
    group = q.shape[1] // k.shape[1]
    k, v = (np.repeat(x, group, 1).astype(np.float64) for x in (k, v))
    score = q @ k.transpose(0, 1, 3, 2) / np.sqrt(q.shape[3])
    if live is not None:
        score = np.where(live, score, -1e30)
    weight = np.exp(score - score.max(-1, keepdims=True))
    return weight / weight.sum(-1, keepdims=True) @ v


class Decode(support.Case):
    def model(self, heads, shared, depth, width, more="", most=3):
        return self.compiled("decode", self.write("decode.heddle", MODEL.format(
            heads=heads, shared=shared, depth=depth, width=width, more=more,
            most=most)))

    def inputs(self, batch, heads, shared, depth, width, tq, tk):
        random = np.random.default_rng([heads, shared, depth, tq, tk])
        normal = lambda *shape: random.standard_normal(shape, np.float32)
        return {"q": normal(batch, heads, tq, depth),
                "k": normal(batch, shared, tk, depth),
                "v": normal(batch, shared, tk, width),
                "lengths": random.integers(1, tk + 1, batch, np.int32)}

    def close(self, found, expected, **case):
        np.testing.assert_allclose(found, expected, rtol=2e-5, atol=4e-6,
                                   err_msg=str(case))

    def test_groups_and_lengths(self):
        for heads, shared in [(2, 2), (6, 2), (4, 1), (10, 1), (11, 1)]:
            path = self.model(heads, shared, 32, 32)
            self.assertEqual({kernel["family"] for kernel in
                              support.inspect(path)["kernels"]}, {"decode"})
            for i, tk in enumerate(KEYS):
                batch, tq = 1 + i % 3, 1 + i % 2 * 2
                x = self.inputs(batch, heads, shared, 32, 32, tq, tk)
                expected = dense(x["q"], x["k"], x["v"])
                for isa in support.ISAS:
                    one, two = [self.run_model(path, x, "--isa", isa,
                                               "--threads", threads)
                                for threads in (1, 2)]
                    self.close(one["y"], expected, heads=heads, tk=tk, isa=isa)
                    self.same_bits(one, two)

    def test_heads(self):
        for depth, width in [(32, 32), (64, 64), (80, 80), (96, 96),
                             (128, 128), (256, 256), (64, 32), (16, 112)]:
            path = self.model(6, 2, depth, width)
            x = self.inputs(2, 6, 2, depth, width, 1, 307)
            for isa in support.ISAS:
                self.close(self.run_model(path, x, "--isa", isa)["y"],
                           dense(x["q"], x["k"], x["v"]), depth=depth,
                           width=width, isa=isa)

    def test_other_heads_take_the_general_kernel(self):
        path = self.model(6, 2, 24, 24)
        self.assertEqual({kernel["family"] for kernel in
                          support.inspect(path)["kernels"]}, {"attention"})

    def test_heads_inside_rows(self):
        path = self.compiled("split", self.write("split.heddle", SPLIT))
        random = np.random.default_rng(3)
        for tk in (1, 257, 600):
            x = {name: random.standard_normal((2, n, width), np.float32)
                 for name, n, width in [("q", 1, 192), ("k", tk, 64),
                                        ("v", tk, 64)]}
            q, k, v = (x[name].reshape(2, -1, h, 32).transpose(0, 2, 1, 3)
                       for name, h in [("q", 6), ("k", 2), ("v", 2)])
            expected = dense(q, k, v).transpose(0, 2, 1, 3).reshape(2, 1, 192)
            for isa in support.ISAS:
                self.close(self.run_model(path, x, "--isa", isa)["y"], expected,
                           tk=tk, isa=isa)

    def test_chunks_behind_a_length_are_not_read(self):
        path = self.model(6, 2, 32, 32, ", mask = prefix(lengths)")
        x = self.inputs(2, 6, 2, 32, 32, 1, 700)
        x["lengths"][:] = [200, 512]
        live = np.arange(700) < x["lengths"][:, None, None, None]
        expected = dense(x["q"], x["k"], x["v"], live)
        for name in "kv":
            x[name][0, :, 256:] = np.nan
            x[name][1, :, 512:] = np.nan
        for isa in support.ISAS:
            self.close(self.run_model(path, x, "--isa", isa)["y"], expected,
                       isa=isa)

    def test_the_number_of_queries_chooses_the_kernel(self):
        path = self.model(6, 2, 32, 32, most=40)
        names = []
        for tq in (1, 8, 9, 16, 17):
            report = support.inspect(path, "--dims", f"batch=1,tq={tq},tk=70")
            names += report["entries"][0]["at"][0]["kernels"]
        self.assertEqual(names, ["k0_decode"] * 2 + ["k0_few"] * 2 + ["k0"])


class Masks(attention_test.Attention):
    """The masks of attention_test on sizes that have this kernel."""
    SIZES = [(1, 70), (3, 300), (8, 391)]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        attention_test.WIDTH = attention_test.VALUES = 32

    def seen(self, arguments, live=None, change=None, **more):
        self.check(arguments, live, change, sizes=self.SIZES,
                   scale=1 / np.sqrt(32), **more)

    def test_positions(self):
        self.seen("mask = causal(offset = 290)",
                  lambda x, b, h, q, k: k <= q + 290)
        self.seen("mask = causal(offset = -2)",
                  lambda x, b, h, q, k: k <= q - 2)
        self.seen("mask = window(left = 40, right = 0, offset = 299)",
                  lambda x, b, h, q, k: (q + 259 <= k) & (k <= q + 299))

    def test_tensors(self):
        self.seen("mask = padding(keep)",
                  lambda x, b, h, q, k: x["keep"][:, None, None])
        self.seen("mask = dense(pairs)", lambda x, b, h, q, k: x["pairs"])
        self.seen("mask = dense(heads) | prefix(lengths)",
                  lambda x, b, h, q, k: (x["heads"] != 0)
                  | (k < x["lengths"][:, None, None, None]))
        self.seen("mask = (b, h, q, k) => ids[b, k] == q | k < 3",
                  lambda x, b, h, q, k: (x["ids"][:, None, None] == q)
                  | (k < 3))

    def test_scores(self):
        slopes = attention_test.alibi_slopes(6)[:, None, None]
        self.seen("bias = pairwise", None,
                  lambda s, x, b, h, q, k: s + x["pairwise"])
        self.seen("softcap = 5", None,
                  lambda s, x, b, h, q, k: 5 * np.tanh(s / 5))
        self.seen("bias = alibi, mask = causal(offset = 200)",
                  lambda x, b, h, q, k: k <= q + 200,
                  lambda s, x, b, h, q, k: s - slopes * abs(q - k))


for name in dir(attention_test.Attention): # those are run there
    if name.startswith("test_") and name not in vars(Masks):
        setattr(Masks, name, None)

if __name__ == "__main__":
    support.main()
