# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Calls that are cut along a dim: which models allow it, that no number
depends on how, and what --slice and inspect say."""
import numpy as np

import support

HEAD = """model M {
  dim batch in 1..40, seq in 1..30
  input tokens: i32[batch, seq], x: f32[batch, seq, 32], row: f32[batch, 32],
        whole: f32[seq, 32], mask: i32[batch, seq]
"""
HEADS = "split_heads(x, 2)"
# What a model may do with batches one by one, and what it may not.
CUT = {
    "rows": "output y = relu(linear(x, @w, out = 8)) + 1",
    "broadcast": "output y = x * whole + x",
    "norms": "output y = layer_norm(x, @n) + l2_normalize(rms_norm(x, @m))",
    "tables": "output y = embed(tokens, @t, rows = 9, width = 32) "
              "+ positions(seq, @p, rows = 30, width = 32)",
    "reductions": "output y = sum(x, over = 1) + row\n"
                  "  output m = mean(x, over = seq, where = mask)",
    "softmax": "output y = softmax(x, over = 1)",
    "moves": "output y = transpose(concat([x, x], over = 2), "
             "order = [0, 2, 1])",
    "reshape": "output y = reshape(x, [batch, 8, 4 * seq])",
    "largest": "best, at = top_k(row, 3)\n  output y = best\n"
               "  output m = at",
    "attention": f"output y = merge_heads(attention({HEADS}, {HEADS}, "
                 f"{HEADS}, mask = causal & padding(mask)))",
    "products": "output y = matmul(x, x, transpose_b = true)",
}
WHOLE = {
    "a reduction over it": "output y = x - sum(x, over = 0)",
    "a softmax over it": "output y = softmax(x, over = 0)",
    "a result without it": "output y = relu(x)\n  output z = relu(whole)",
    "an axis further in": "output y = transpose(x, order = [1, 0, 2])",
    "merged rows": "output y = reshape(relu(x), [batch * seq, 32])",
    "one row of it": "output y = row + slice(row, over = 0, to = 1)",
    "a product over it": "output y = matmul(row, row, transpose_a = true)",
    "pairs of it": "output y = matmul(row, row, transpose_b = true)",
    "more of it": "output y = concat([x, x], over = 0)",
}


class Slices(support.Case):
    def model(self, name, body):
        return self.write(name.replace(" ", "_") + ".heddle",
                          HEAD + "  " + body + "\n}\n")

    def phase(self, name, body):
        done = self.works("compile", self.model(name, body), "--weights",
                          "random:3", "--stop-after=host")
        return done.text

    def test_models_that_are_cut(self):
        for name, body in CUT.items():
            with self.subTest(name):
                self.assertIn('host.entry @main slices "batch"',
                              self.phase(name, body))

    def test_models_that_are_not(self):
        for name, body in WHOLE.items():
            with self.subTest(name):
                text = self.phase(name, body)
                self.assertIn("host.entry @main {", text)

    def test_a_dim_that_starts_at_two(self):
        model = self.write("two.heddle", "model M {\n  dim batch in 2..9\n"
                           "  input x: f32[batch, 4]\n"
                           "  output y = relu(x)\n}\n")
        text = self.works("compile", model, "--stop-after=host").text
        self.assertIn("host.entry @main {", text)

    def inputs(self, batch, seq):
        random = np.random.default_rng(batch)
        return {"tokens": random.integers(0, 9, (batch, seq), np.int32),
                "x": random.standard_normal((batch, seq, 32), np.float32),
                "row": random.standard_normal((batch, 32), np.float32),
                "whole": random.standard_normal((seq, 32), np.float32),
                "mask": random.integers(0, 2, (batch, seq), np.int32)}

    def test_every_slice_gives_the_same(self):
        body = "\n  ".join(
            text.replace("output y", f"output y{number}").replace(
                " m = ", f" m{number} = ")
            for number, text in enumerate(CUT.values()))
        path = self.model("all", body)
        artifact = self.compiled("all", path, "--weights", "random:3")
        self.assertEqual(support.inspect(artifact)["entries"][0]["slice_dim"],
                         "batch")
        for batch, seq in [(1, 3), (7, 30), (40, 5)]:
            inputs = self.inputs(batch, seq)
            whole = self.run_model(artifact, inputs, "--slice", "whole")
            for slice in ["auto", 1, 2, 3, 7, 39]:
                for threads in [1, 2]:
                    cut = self.run_model(artifact, inputs, "--slice", slice,
                                         "--threads", threads)
                    for name, array in whole.items():
                        np.testing.assert_allclose(
                            cut[name], array, rtol=2e-5, atol=2e-5,
                            err_msg=f"{name} at {batch}, {seq} by {slice}")

    def test_large_batches_hold_less(self):
        artifact = self.compiled("minilm", support.MINILM, *support.SMALL)
        entry = support.inspect(artifact, "--dims",
                                "batch=64,seq=512")["entries"][0]
        point = entry["at"][0]
        slices = point["slices"]
        self.assertGreater(slices["count"], 1)
        self.assertEqual(slices["count"], 64 // slices["size"])
        self.assertLess(slices["arena_bytes"] * slices["count"],
                        1.1 * point["arena_bytes"])
        text = self.works("inspect", artifact).text
        self.assertIn("slices         of batch", text)
        self.assertIn(" in slices of ", text)

    def test_what_cannot_be_a_slice(self):
        artifact = self.compiled("small", self.model("small", CUT["rows"]),
                                 "--weights", "random:1")
        for verb in [["run"], ["bench", "--dims", "batch=1,seq=1"]]:
            for slice in ["0", "-1", "2.5", "half", "99999999999"]:
                self.refused([f'--slice is "{slice}", expected auto, whole or '
                              f"a number from 1"], *verb, artifact,
                             f"--slice={slice}")


if __name__ == "__main__":
    support.main()
