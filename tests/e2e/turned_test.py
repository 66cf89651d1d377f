# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Rotary positions that the product before them turns: the numbers against
numpy's, on sizes around the tiles, and what is one kernel."""
import numpy as np

import support

MODEL = """model Turned(k = 40, d = 64, heads = 2, groups = 1, dtype = "f32", pairs = "half", turned = d) {
  dim b in 1..3, t in 1..131
  input x: f32[b, t, k], places: i32[b, t], line: i32[t]
  fn product(x, p, count) { return split_heads(linear(x, p, out = count * d, dtype = dtype), count) }
  fn turn(x, places) { return rope(x, positions = places, pairs = pairs, width = turned, rows = 100) }
  output y = merge_heads(rope(product(x, @q, heads), pairs = pairs, width = turned, offset = 3))
  output each = merge_heads(turn(product(x, @k, groups), places))
  output all = merge_heads(turn(product(x, @z, heads), line)) * 0.5
}
"""
READ = """model Read(k = 64, d = 64, dtype = "f32") {
  dim b in 1..3, t in 1..131
  input x: f32[b, t, k]
  fn heads(x, p, count) { return split_heads(linear(x, p, out = count * d), count) }
  q, l, v = rope(heads(x, @q, 4)), rope(heads(x, @k, 2)), heads(x, @v, 2)
  output y = merge_heads(attention(q, l, v, mask = causal, dtype = dtype))
}
"""


def turned(x, positions, width, adjacent):
    """x [B, H, T, D] in f64, positions [B, T]."""
    half = width // 2
    angle = positions[:, None, :, None] * 1e4 ** (-np.arange(half) / half)
    c, s, out = np.cos(angle), np.sin(angle), x.copy()
    one, two = ((np.s_[..., 0:width:2], np.s_[..., 1:width:2]) if adjacent
                else (np.s_[..., :half], np.s_[..., half:width]))
    out[one] = x[one] * c - x[two] * s
    out[two] = x[two] * c + x[one] * s
    return out


def attended(q, k, v):
    k, v = (np.repeat(a, q.shape[1] // a.shape[1], 1) for a in (k, v))
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(q.shape[-1])
    scores += np.triu(np.full(scores.shape[-2:], -np.inf), 1)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True) @ v


def merged(y):
    return y.transpose(0, 2, 1, 3).reshape(y.shape[0], y.shape[2], -1)


def variants(artifact):
    carried = [each["name"] for each in support.inspect(artifact)["variants"]]
    return [isa for isa in support.NARROW_ISAS if isa in carried]


class Turned(support.Case):
    near = {"f32": 2e-5, "bf16": 3e-2, "int8": 6e-2}

    def built(self, d, heads, groups, dtype="f32", pairs="half", width=None,
              k=40, more=()):
        width = width or d
        random = np.random.default_rng(d * 10 + heads)
        self.weights = {}
        for name, count in [("q", heads), ("k", groups), ("v", groups),
                            ("z", heads)]:
            self.weights[name + ".weight"] = random.standard_normal(
                (count * d, k), np.float32) * np.float32(k ** -0.5)
            self.weights[name + ".bias"] = random.standard_normal(
                count * d, np.float32)
        file = self.write("t.safetensors", support.safetensors(self.weights))
        sizes = {"k": k, "d": d, "heads": heads, "groups": groups,
                 "dtype": dtype, "pairs": pairs, "turned": width}
        return self.compiled(
            "turned", self.write("t.heddle", MODEL), "--weights", file, *more,
            *[word for name in sizes for word in ("-D", f"{name}={sizes[name]}")])

    def heads(self, x, name, d):
        y = x.astype(np.float64) @ self.weights[name + ".weight"].T
        y = y + self.weights[name + ".bias"]
        return y.reshape(*x.shape[:2], -1, d).transpose(0, 2, 1, 3)

    def known(self, x, places, line, d, pairs, width):
        def result(name, positions):
            y = turned(self.heads(x, name, d), positions, width,
                       pairs == "adjacent")
            return merged(y)

        return {"y": result("q", 3 + np.arange(x.shape[1])[None]),
                "each": result("k", np.clip(places, 0, 99)),
                "all": result("z", np.clip(line, 0, 99)[None]) * 0.5}

    def compare(self, artifact, sizes, d, dtype, pairs, width, k=40):
        isas = variants(artifact)
        for b, t in sizes:
            random = np.random.default_rng(b * 1000 + t)
            x = random.standard_normal((b, t, k), np.float32)
            places = random.integers(-3, 110, (b, t)).astype(np.int32)
            line = random.integers(-3, 140, t).astype(np.int32)
            known = self.known(x, places, line, d, pairs, width)
            for isa in isas:
                found = self.run_model(
                    artifact, {"x": x, "places": places, "line": line},
                    "--isa", isa)
                for name, value in known.items():
                    where = f"{name} {value.shape} {pairs} {dtype} {isa}"
                    self.assertEqual(found[name].shape, value.shape, where)
                    error = np.abs(found[name] - value).max()
                    self.assertLess(
                        error, self.near[dtype] * (np.abs(value).max() + 1),
                        where)

    def check(self, sizes, d, heads, groups, dtype="f32", pairs="half",
              width=None, k=40, more=()):
        artifact = self.built(d, heads, groups, dtype, pairs, width, k, more)
        self.compare(artifact, sizes, d, dtype, pairs, width or d, k)
        found = support.inspect(artifact)["entries"][0]["dispatches"]
        self.assertEqual(len(found), 3)

    def test_any_number_of_rows(self):
        rows = [(1, t) for t in [1, 2, 4, 5, 7, 8, 9, 17, 127, 128, 130]]
        for pairs in ["half", "adjacent"]:
            self.check(rows + [(2, 3), (3, 43), (3, 131)], 64, 2, 1,
                       pairs=pairs)

    def test_heads_inside_panels_and_across_them(self):
        for d, heads, groups in [(16, 3, 1), (16, 4, 2), (24, 2, 2),
                                 (64, 12, 3), (80, 3, 1), (80, 4, 2),
                                 (128, 2, 1), (96, 2, 2)]:
            for pairs in ["half", "adjacent"]:
                self.check([(1, 9), (2, 17)], d, heads, groups, pairs=pairs)

    def test_panels_of_narrow_vectors(self):
        for d, heads in [(16, 3), (24, 2), (16, 2), (48, 2), (64, 1)]:
            for pairs in ["half", "adjacent"]:
                self.check([(1, 9), (2, 17)], d, heads, heads, pairs=pairs,
                           more=["--isa", "avx2"])

    def test_a_part_of_a_head_turns(self):
        for d, width in [(64, 16), (80, 32), (32, 24), (128, 96)]:
            for pairs in ["half", "adjacent"]:
                self.check([(1, 3), (2, 33)], d, 3, 1, pairs=pairs,
                           width=width)

    def test_products_of_rounded_numbers(self):
        for dtype in ["bf16", "int8"]:
            for d, heads, groups, pairs, width in [
                    (64, 2, 1, "half", 64), (64, 3, 1, "adjacent", 32),
                    (80, 4, 2, "half", 80), (16, 3, 3, "half", 8),
                    (24, 2, 2, "adjacent", 24)]:
                self.check([(1, 1), (1, 8), (1, 130), (3, 43)], d, heads,
                           groups, dtype, pairs, width, k=64)

    def test_attention_reads_turned_heads_in_rows(self):
        self.built(64, 4, 2, k=64)
        file = self.folder / "t.safetensors"
        model = self.write("read.heddle", READ)
        for dtype, kernels in [("f32", 6), ("bf16", 4)]:
            artifact = self.compiled("read", model, "--weights", file, "-D",
                                     f"dtype={dtype}")
            found = support.inspect(artifact)["entries"][0]["dispatches"]
            self.assertEqual(len(found), kernels)
            for b, t in [(1, 1), (2, 5), (1, 17), (3, 130)]:
                x = np.random.default_rng(t).standard_normal((b, t, 64),
                                                             np.float32)
                places = np.arange(t)[None]
                q = turned(self.heads(x, "q", 64), places, 64, False)
                k = turned(self.heads(x, "k", 64), places, 64, False)
                known = merged(attended(q, k, self.heads(x, "v", 64)))
                for isa in variants(artifact):
                    y = self.run_model(artifact, {"x": x}, "--isa", isa)["y"]
                    error = np.abs(y - known).max()
                    self.assertLess(error, self.near[dtype] * 4, (dtype, t))
                    one = self.run_model(artifact, {"x": x}, "--isa", isa,
                                         "--threads", "1")["y"]
                    self.assertEqual(one.tobytes(), y.tobytes())
        done = self.works("verify", artifact, "--weights", file, "--dims",
                          "b=2,t=17")
        self.assertIn("ok   output 'y'", done.text)

    def test_remarks_print_costs_and_reasons(self):
        def remarks(text, *more):
            model = self.write("remarks.heddle", text)
            return self.works("compile", model, "--weights", "random:1",
                              "--stop-after=kernels", "--remarks", *more).err
        costs = r"[\d.]+ us against [\d.]+ us \(b=1, t=1\); "
        self.assertRegex(remarks(MODEL), r"remarks.heddle:\d+:\d+: remark: rope"
                         r" of a linear: one kernel, " + costs)
        for text, more, reason in [
                (READ, [], "what reads it takes longer where heads are not "
                 "side by side"),
                (MODEL, ["-D", "d=18"], "the features are no whole panels of "
                 "16"),
                (MODEL, ["-D", "d=48", "-D", "turned=6"],
                 "the pairs are no whole vectors of 4"),
                (MODEL, ["-D", "d=272"], "a head has more than 256 features")]:
            self.assertIn("rope of a linear: apart, since " + reason,
                          remarks(text, *more))


if __name__ == "__main__":
    support.main()
