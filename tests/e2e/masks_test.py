# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Masks that hide everything give zeros; what is not finite does not spread."""
import itertools

import numpy as np

import support

ATTENTION = """
model Attend {
  dim batch in 1..4, tq in 1..70, tk in 1..400
  input q: f32[batch, 2, tq, 16], k: f32[batch, 2, tk, 16],
        v: f32[batch, 2, tk, 16], mask: i32[batch, tk]
  output y = attention(q, k, v, mask = padding(mask))
}
"""
CAUSAL = """
model Causal {
  dim batch in 1..4, t in 1..400
  input x: f32[batch, t, 32], mask: i32[batch, t]
  h = split_heads(x, 2)
  output y = merge_heads(attention(h, h, h, mask = causal & padding(mask)))
}
"""
ROWS = """
model Rows {
  dim n in 1..64
  input x: f32[n, 24]
  h = gelu(linear(x, @a, out = 48))
  h = layer_norm(relu(linear(h, @b, out = 24)) + x, @norm)
  output normal = l2_normalize(h)
  output soft = softmax(x)
}
"""
POOL = """
model Pool {
  dim batch in 1..4, t in 1..64
  input x: f32[batch, t, 24], mask: i32[batch, t]
  output y = l2_normalize(mean(x, over = t, where = mask))
}
"""
BAD = [np.nan, np.inf, -np.inf]


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


def attend(q, k, v, live):
    """Softmax attention in f64; `live` broadcasts to the scores."""
    scores = np.einsum("bhqd,bhkd->bhqk", q, k, dtype=np.float64)
    scores = np.where(live, scores / np.sqrt(q.shape[-1]), -np.inf)
    most = scores.max(-1, keepdims=True)
    weights = np.exp(scores - np.where(np.isinf(most), 0, most))
    total = weights.sum(-1, keepdims=True)
    weights /= np.where(total == 0, 1, total)
    return np.einsum("bhqk,bhkd->bhqd", weights, v)


class Masks(support.Case):
    def model(self, name, text, *arguments):
        return self.compiled(name, self.write(name + ".heddle", text),
                             *arguments)

    def results(self, artifact, inputs):
        return [self.run_model(artifact, inputs, "--isa", isa)
                for isa in support.ISAS]

    def test_a_padding_mask_that_hides_all_gives_zeros(self):
        artifact = self.model("attend", ATTENTION)
        for tq, tk in [(1, 1), (5, 17), (64, 65), (3, 391)]:
            q = normal(1, 3, 2, tq, 16)
            k, v = normal(2, 3, 2, tk, 16), normal(3, 3, 2, tk, 16)
            mask = np.ones((3, tk), np.int32)
            mask[1] = 0
            mask[2, 1:] = 0
            expected = attend(q, k, v, mask[:, None, None, :] != 0)
            inputs = {"q": q, "k": k, "v": v, "mask": mask}
            for found in self.results(artifact, inputs):
                self.assertFalse(found["y"][1].any())
                np.testing.assert_allclose(found["y"], expected, atol=2e-6)

    def test_a_mask_of_truth_values_is_one_of_integers(self):
        x = normal(10, 3, 21, 24)
        mask = (np.arange(63).reshape(3, 21) % 5).astype(np.int32)
        mask[1] = 0
        whole = self.results(self.model("pool", POOL), {"x": x, "mask": mask})
        text = POOL.replace("mask: i32", "mask: bool")
        for level in [0, 2]:
            artifact = self.model("truth", text, "-O", level)
            inputs = {"x": x, "mask": mask != 0}
            for one, other in zip(whole, self.results(artifact, inputs)):
                np.testing.assert_allclose(one["y"], other["y"], atol=2e-6)

    def test_causal_rows_with_no_key_left_give_zeros(self):
        artifact = self.model("causal", CAUSAL)
        for t in [1, 48, 49, 391]:
            x = normal(4, 2, t, 32)
            mask = np.ones((2, t), np.int32)
            mask[0, :t // 2 + 1] = 0  # padding in front hides the first rows
            heads = x.reshape(2, t, 2, 16).transpose(0, 2, 1, 3)
            live = np.tril(np.ones((t, t), bool)) & (mask != 0)[:, None, None]
            expected = attend(heads, heads, heads, live)
            expected = expected.transpose(0, 2, 1, 3).reshape(2, t, 32)
            for found in self.results(artifact, {"x": x, "mask": mask}):
                self.assertFalse(found["y"][0, :t // 2 + 1].any())
                np.testing.assert_allclose(found["y"], expected, atol=2e-6)

    def test_a_mean_of_nothing_is_zero(self):
        artifact = self.model("pool", POOL)
        mask = np.ones((3, 9), np.int32)
        mask[1] = 0
        for found in self.results(artifact,
                                  {"x": normal(5, 3, 9, 24), "mask": mask}):
            self.assertFalse(found["y"][1].any())
            self.assertTrue(found["y"][[0, 2]].any(-1).all())

    def test_minilm_of_nothing_is_zero(self):
        artifact = self.compiled("minilm", support.MINILM, *support.SMALL)
        inputs = support.token_inputs(3, 18, lengths=[18, 0, 5])
        alone = {name: array[:1] for name, array in inputs.items()}
        for found, first in zip(self.results(artifact, inputs),
                                self.results(artifact, alone)):
            self.assertFalse(found["embedding"][1].any())
            np.testing.assert_allclose(found["embedding"][:1],
                                       first["embedding"], atol=2e-6)

    def spreads(self, artifact, inputs, name, where, touched):
        """Puts what is not finite at inputs[name][where]: outputs outside
        `touched` (an index of each output) keep every bit, and there it shows.
        A softmax of -inf is 0."""
        before = self.results(artifact, inputs)
        for value in BAD:
            changed = {key: array.copy() for key, array in inputs.items()}
            changed[name][where] = value
            for one, other in zip(before, self.results(artifact, changed)):
                for output in one:
                    same = (one[output].view(np.int32) ==
                            other[output].view(np.int32))
                    same[touched] = True
                    self.assertTrue(same.all(), (value, output))
                    rows = other[output][touched]
                    if np.isnan(value):
                        self.assertTrue(np.isnan(rows).any(), output)
                    elif value > 0 or output != "soft":
                        self.assertFalse(np.isfinite(rows).all(),
                                         (value, output))

    def test_what_is_not_finite_stays_in_its_row(self):
        artifact = self.model("rows", ROWS, "--weights", "random:3")
        for n, row in [(1, 0), (13, 0), (13, 12), (50, 29)]:
            self.spreads(artifact, {"x": normal(6, n, 24)}, "x", (row, 5),
                         np.s_[row])

    def test_what_is_not_finite_in_a_query_stays_in_its_row(self):
        artifact = self.model("attend", ATTENTION)
        inputs = {"q": normal(7, 2, 2, 51, 16), "k": normal(8, 2, 2, 20, 16),
                  "v": normal(9, 2, 2, 20, 16),
                  "mask": np.ones((2, 20), np.int32)}
        self.spreads(artifact, inputs, "q", (1, 0, 48, 3), np.s_[1, 0, 48])
        # A key's and a value's are seen by all queries of their head.
        self.spreads(artifact, inputs, "v", (1, 0, 19, 3), np.s_[1, 0])
        self.spreads(artifact, inputs, "k", (1, 0, 19, 3), np.s_[1, 0])
        # One key of many is seen: the score that is kept is no number.
        inputs["mask"][1, :19] = 0
        self.spreads(artifact, inputs, "k", (1, 0, 19, 3), np.s_[1, 0])
        inputs["mask"][1] = 0
        inputs["mask"][1, 0] = 1
        self.spreads(artifact, inputs, "k", (1, 0, 0, 3), np.s_[1, 0])

    def hidden(self, artifact, inputs, where, touched, seen=None):
        """Puts what is not finite into a key and its value at `where`, which no
        query of `touched` sees: there each number is what it was or is none;
        those of `seen` show NaN; all others keep every bit."""
        before = self.results(artifact, inputs)
        for name, value in itertools.product(["k", "v"], BAD):
            changed = {key: array.copy() for key, array in inputs.items()}
            changed[name][where] = value
            for one, other in zip(before, self.results(artifact, changed)):
                found = other["y"]
                same = one["y"].view(np.int32) == found.view(np.int32)
                same[touched] |= ~np.isfinite(found[touched])
                if seen:
                    if np.isnan(value):
                        self.assertTrue(np.isnan(found[seen]).any())
                    same[seen] = True
                self.assertTrue(same.all(), (name, where, value))

    def test_a_masked_key_that_is_not_finite_gives_no_wrong_number(self):
        artifact = self.model("attend", ATTENTION)
        for tk, key in [(20, 19), (20, 0), (391, 130)]:
            inputs = {"q": normal(11, 2, 2, 51, 16),
                      "k": normal(12, 2, 2, tk, 16),
                      "v": normal(13, 2, 2, tk, 16),
                      "mask": np.ones((2, tk), np.int32)}
            inputs["mask"][1, key] = 0
            self.hidden(artifact, inputs, (1, 0, key, 3), np.s_[1, 0])
            inputs["mask"][1] = 0
            self.hidden(artifact, inputs, (1, 0, key, 3), np.s_[1, 0])

    def test_a_key_to_come_that_is_not_finite_gives_no_wrong_number(self):
        text = ATTENTION.replace("padding(mask)", "causal & padding(mask)")
        text = text.replace("tq in 1..70, tk", "t").replace("tq", "t")
        artifact = self.model("later", text.replace("tk", "t"))
        for t, key in [(51, 50), (51, 20), (391, 200)]:
            inputs = {"q": normal(14, 2, 2, t, 16),
                      "k": normal(15, 2, 2, t, 16),
                      "v": normal(16, 2, 2, t, 16),
                      "mask": np.ones((2, t), np.int32)}
            self.hidden(artifact, inputs, (1, 0, key, 3), np.s_[1, 0, :key],
                        np.s_[1, 0, key:])


if __name__ == "__main__":
    support.main()
