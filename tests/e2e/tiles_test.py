# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tiles of queries and keys that the data of a mask exclude: whatever is left
out, the numbers are those of the dense mask."""
import numpy as np

import support

HEADS, WIDTH = 2, 16
MODEL = f"""
model Tiles {{
  dim b in 1..3, s in 1..700
  input q: f32[b, {HEADS}, s, {WIDTH}], k: f32[b, {HEADS}, s, {WIDTH}],
        v: f32[b, {HEADS}, s, {WIDTH}],
        ids: i32[b, s], keep: bool[b, s], lengths: i32[b], by_head: i32[{HEADS}, s]
  output documents = attention(q, k, v, mask = documents(ids))
  output packed = attention(q, k, v, mask = documents(ids) & causal)
  output short = attention(q, k, v, mask = prefix(lengths) & padding(keep))
  output either = attention(q, k, v, mask = documents(ids) | prefix(lengths))
  output heads = attention(q, k, v, mask =
    (b, h, q, k) => by_head[h, q] <= by_head[h, k] & ids[b, q] > 1)
  output far = attention(q, k, v, mask =
    (b, h, q, k) => ids[b, q] > ids[b, k] + 1 & k / 64 == q / 64)
}}
"""


def dense(inputs, live):
    """softmax over the live keys, zeros where none is, in f64."""
    q, k, v = (inputs[name].astype(np.float64) for name in "qkv")
    score = q @ k.transpose(0, 1, 3, 2) / np.sqrt(WIDTH)
    live = np.broadcast_to(live, score.shape)
    score = np.where(live, score, -np.inf)
    most = np.max(score, -1, keepdims=True, initial=-1e30)
    weight = np.where(live, np.exp(score - most), 0)
    total = weight.sum(-1, keepdims=True)
    return weight / np.where(total == 0, 1, total) @ v


def masks(inputs):
    ids, keep, lengths = inputs["ids"], inputs["keep"], inputs["lengths"]
    s = ids.shape[1]
    query, key = np.arange(s)[:, None], np.arange(s)[None, :]
    same = (ids[:, :, None] == ids[:, None, :])[:, None]
    prefix = (key < lengths[:, None, None])[:, None]
    by_head = inputs["by_head"]
    return {
        "documents": same,
        "packed": same & (key <= query),
        "short": prefix & keep[:, None, None, :],
        "either": same | prefix,
        "heads": ((by_head[:, :, None] <= by_head[:, None, :])[None]
                  & (ids > 1)[:, None, :, None]),
        "far": ((ids[:, :, None] > ids[:, None, :] + 1)[:, None]
                & (query // 64 == key // 64))}


class Tiles(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        model = cls.folder / "tiles.heddle"
        model.write_text(MODEL)
        cls.artifact = cls.compiled("tiles", model)

    def inputs(self, b, s, kind, random):
        ids = {"sorted": np.sort(random.integers(0, 6, (b, s)), 1),
               "mixed": random.integers(0, 4, (b, s)),
               "negative": -np.sort(random.integers(0, 6, (b, s)), 1),
               "one": np.full((b, s), 7)}[kind]
        shape = (b, HEADS, s, WIDTH)
        return {"q": random.standard_normal(shape, np.float32),
                "k": random.standard_normal(shape, np.float32),
                "v": random.standard_normal(shape, np.float32),
                "ids": ids.astype(np.int32),
                "keep": random.random((b, s)) < 0.5,
                "lengths": random.integers(-2, s + 2, b).astype(np.int32),
                "by_head": np.sort(random.integers(0, 9, (HEADS, s)), 1)
                .astype(np.int32)}

    def test_excluded_tiles_change_no_number(self):
        random = np.random.default_rng(11)
        for isa in support.ISAS:
            for b, s, kind in [(1, 1, "one"), (2, 15, "sorted"),
                               (3, 16, "mixed"), (2, 17, "sorted"),
                               (1, 127, "sorted"), (2, 128, "negative"),
                               (1, 129, "mixed"), (3, 383, "sorted"),
                               (1, 521, "negative"), (2, 700, "sorted")]:
                inputs = self.inputs(b, s, kind, random)
                found = self.run_model(self.artifact, inputs, "--isa", isa)
                for name, live in masks(inputs).items():
                    np.testing.assert_allclose(
                        found[name], dense(inputs, live), rtol=0, atol=3e-6,
                        err_msg=f"{name} {isa} b={b} s={s} {kind}")

    def test_what_excluded_tiles_hold_is_never_read(self):
        # Three documents; the keys of two are no numbers at all.
        random = np.random.default_rng(12)
        inputs = self.inputs(1, 700, "sorted", random)
        inputs["ids"][0] = np.repeat([0, 1, 2], [256, 256, 188])
        clean = self.run_model(self.artifact, inputs)["documents"]
        for name in "kv":
            inputs[name][:, :, 512:] = np.nan
        found = self.run_model(self.artifact, inputs)["documents"]
        self.same_bits({"y": found[:, :, :240]}, {"y": clean[:, :, :240]})
        self.assertTrue(np.isnan(found[:, :, 560:]).all())

    def test_the_schedule_shows_what_is_left_out(self):
        text = self.works("compile", self.folder / "tiles.heddle",
                          "--stop-after=stmt", "--isa", support.ISAS[0]).text
        self.assertIn("scores.used", text)


if __name__ == "__main__":
    support.main()
