# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Rotary and sinusoidal positions against their formulas in f64."""
import numpy as np

import support

NEAR = 4e-7  # a table rounded to f32, two products, a sum of values near 1


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


def frequencies(width, theta=1e4, linear=1.0, llama3=None):
    f = theta ** (-2 * np.arange(width // 2) / width) / linear
    if llama3 is None:
        return f
    factor, low, high, length = llama3
    wave = 2 * np.pi / f
    smooth = (length / wave - low) / (high - low)
    between = (1 - smooth) * f / factor + smooth * f
    return np.where(wave > length / low, f / factor,
                    np.where(wave < length / high, f, between))


def turned(x, positions, f, adjacent=False):
    """x [B, H, T, D] in f64; positions [T] or [B, T]."""
    x = x.astype(np.float64)
    half = len(f)
    place = np.asarray(positions, np.float64)
    angle = place[..., None] * f
    angle = angle[None, None] if place.ndim == 1 else angle[:, None]
    c, s = np.cos(angle), np.sin(angle)
    out = x.copy()
    one, two = ((np.s_[..., 0:2 * half:2], np.s_[..., 1:2 * half:2]) if adjacent
                else (np.s_[..., :half], np.s_[..., half:2 * half]))
    out[one] = x[one] * c - x[two] * s
    out[two] = x[two] * c + x[one] * s
    return out


class Positions(support.Case):
    def model(self, name, body, dims="dim batch in 1..4, t in 1..140"):
        text = "model M { " + dims + "\n" + body + "\n}\n"
        return self.compiled(name, self.write(name + ".heddle", text))

    def near(self, found, expected, bound=NEAR):
        self.assertEqual(found.shape, expected.shape)
        error = np.abs(found - expected) / (1 + np.abs(expected))
        self.assertLess(error.max(), bound)

    def each(self, artifact, inputs, *arguments):
        return [self.run_model(artifact, inputs, "--isa", isa, *arguments)
                for isa in support.ISAS]

    def test_every_width_and_pairing(self):
        for width, wide in [(2, 2), (4, 4), (6, 10), (16, 16), (40, 80),
                            (48, 48), (64, 64), (32, 96)]:
            outputs = "\n".join(
                f'output {pairs} = rope(x, pairs = "{pairs}", width = {width})'
                for pairs in ("half", "adjacent"))
            artifact = self.model(
                f"turn{width}", f"input x: f32[batch, 3, t, {wide}]\n{outputs}")
            for batch, t in [(1, 1), (2, 7), (3, 17), (1, 131)]:
                x = normal(t, batch, 3, t, wide)
                for found in self.each(artifact, {"x": x}):
                    for pairs in found:
                        self.near(found[pairs], turned(
                            x, np.arange(t), frequencies(width),
                            pairs == "adjacent"))

    def test_offsets_scalings_and_bases(self):
        artifact = self.model("scaled", """
          input x: f32[batch, 2, t, 32], past: f32[n]
          output a = rope(x, offset = 5, theta = 500000)
          output b = rope(x, offset = n + t)
          output c = rope(x, scaling = "linear", factor = 2.5)
          output d = rope(x, theta = 500000, scaling = "llama3", factor = 8,
                          original = 64)
          output e = mean(past, over = n) * 0
        """, "dim batch in 1..4, t in 1..140, n in 1..50")
        for t, n in [(1, 1), (16, 50), (131, 13)]:
            x = normal(t, 2, 2, t, 32)
            cases = {
                "a": (5, frequencies(32, 5e5)), "b": (n + t, frequencies(32)),
                "c": (0, frequencies(32, linear=2.5)),
                "d": (0, frequencies(32, 5e5, llama3=(8, 1, 4, 64)))}
            inputs = {"x": x, "past": normal(1, n)}
            for found in self.each(artifact, inputs):
                for name, (first, f) in cases.items():
                    self.near(found[name], turned(x, first + np.arange(t), f))

    def test_explicit_positions_are_clamped(self):
        artifact = self.model("given", """
          input x: f32[batch, 2, t, 16], each: i32[batch, t], all: i32[t]
          output each_row = rope(x, positions = each, rows = 100)
          output all_rows = rope(x, positions = all, pairs = "adjacent")
        """)
        random = np.random.default_rng(3)
        for t in [1, 17, 140]:
            x = normal(t, 3, 2, t, 16)
            each = random.integers(-3, 110, (3, t)).astype(np.int32)
            whole = random.integers(-3, 150, t).astype(np.int32)
            f = frequencies(16)
            for found in self.each(artifact,
                                   {"x": x, "each": each, "all": whole}):
                self.near(found["each_row"],
                          turned(x, np.clip(each, 0, 99), f))
                self.near(found["all_rows"],
                          turned(x, np.clip(whole, 0, 139), f, True))

    def test_heads_split_on_the_way(self):
        artifact = self.model("split", """
          input x: f32[batch, t, 96]
          output y = merge_heads(rope(split_heads(x, 3)))
        """)
        x = normal(9, 2, 33, 96)
        heads = x.reshape(2, 33, 3, 32).transpose(0, 2, 1, 3)
        expected = turned(heads, np.arange(33), frequencies(32))
        for found in self.each(artifact, {"x": x}):
            self.near(found["y"],
                      expected.transpose(0, 2, 1, 3).reshape(2, 33, 96))

    def test_sinusoidal_positions_are_those_of_the_article(self):
        artifact = self.model("sinusoid", """
          input x: f32[batch, t, 50]
          output y = x + positions_sinusoidal(t, 50)
        """)
        for t in [1, 16, 131]:
            x = normal(t, 2, t, 50)
            angle = np.arange(t)[:, None] * frequencies(50)
            table = np.empty((t, 50))
            table[:, 0::2], table[:, 1::2] = np.sin(angle), np.cos(angle)
            for found in self.each(artifact, {"x": x}):
                self.near(found["y"], x + table)

    def test_dropout_changes_nothing_and_is_in_no_kernel(self):
        artifact = self.model("drop", """
          input x: f32[batch, t]
          output y = relu(dropout(x * 2, 0.1))
          output z = dropout(x, 0.5)
        """)
        x = normal(1, 2, 7)
        for found in self.each(artifact, {"x": x}):
            np.testing.assert_array_equal(found["y"], np.maximum(x * 2, 0))
            np.testing.assert_array_equal(found["z"], x)
        self.assertEqual(len(support.inspect(artifact)["kernels"]), 2)


if __name__ == "__main__":
    support.main()
