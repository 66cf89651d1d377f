# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Ops that move elements, bit for bit against numpy, and matmul near it."""
import numpy as np

import support

SIZES = [(1, 1), (2, 7), (3, 16), (2, 17), (4, 131)]
DIMS = "dim batch in 1..4, t in 1..140\n"


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


class Case(support.Case):
    def model(self, name, body, dims=DIMS, *arguments):
        text = "model M { " + dims + body + "\n}\n"
        return self.compiled(name, self.write(name + ".heddle", text),
                             *arguments)


class Moves(Case):
    def same(self, artifact, inputs, expected):
        for isa in support.ISAS:
            found = self.run_model(artifact, inputs, "--isa", isa)
            self.assertEqual(found.keys(), expected.keys())
            for name, array in expected.items():
                np.testing.assert_array_equal(found[name], array, name)
                self.assertEqual(found[name].dtype, array.dtype, name)

    def typed(self, x):
        """The same data as each element type."""
        return {"f": x, "i": (x * 100).astype(np.int32), "b": x > 0}

    def test_moves_of_every_element_type(self):
        lines = ["input f: f32[batch, t, 6], i: i32[batch, t, 6], "
                 "b: bool[batch, t, 6]"]
        for name in "fib":
            value = {"f": "0.5", "i": "-3", "b": "true"}[name]
            lines += [
                f"output {name}_turned = transpose({name}, [2, 0, 1])",
                f"output {name}_joined = concat([{name}, {name}], over = t)",
                f"output {name}_wide = concat([{name}, {name}, {name}], "
                "over = 2)",
                f"output {name}_cut = slice({name}, over = -1, from = 1, "
                "to = 4)",
                f"output {name}_padded = pad({name}, over = t, before = 2, "
                f"after = t, value = {value})",
                f"output {name}_row = pad({name}, over = 2, after = 3)",
                f"output {name}_many = broadcast_to({name}, "
                "[3, batch, t, 6])",
                f"output {name}_flat = reshape({name}, [batch * t, 2, 3])",
            ]
        artifact = self.model("moves", "\n".join(lines))
        for batch, t in SIZES:
            inputs = self.typed(normal(t, batch, t, 6))
            expected = {}
            for name, x in inputs.items():
                value = {"f": 0.5, "i": -3, "b": True}[name]
                expected |= {
                    name + "_turned": x.transpose(2, 0, 1),
                    name + "_joined": np.concatenate([x, x], 1),
                    name + "_wide": np.concatenate([x, x, x], 2),
                    name + "_cut": x[:, :, 1:4],
                    name + "_padded": np.pad(x, ((0, 0), (2, t), (0, 0)),
                                             constant_values=value),
                    name + "_row": np.pad(x, ((0, 0), (0, 0), (0, 3))),
                    name + "_many": np.broadcast_to(x, (3, batch, t, 6)),
                    name + "_flat": x.reshape(batch * t, 2, 3)}
            self.same(artifact, inputs, expected)

    def test_bounds_and_extents_of_dims(self):
        artifact = self.model("bounds", """
          input x: f32[batch, 2 * t + 1], y: f32[batch, t + 3]
          output odd = slice(x, over = 1, from = t, to = 2 * t)
          output last = slice(y, over = 1, from = t + 2)
          output both = concat([x, y], over = 1)
          output pairs = reshape(slice(x, over = 1, to = 2 * t),
                                 [batch, t, 2])
          input z: f32[t]
          output ends = pad(z, over = 0, before = t, after = 2 * t - 1,
                            value = 7)
        """)
        for batch, t in SIZES:
            x, y = normal(t, batch, 2 * t + 1), normal(1, batch, t + 3)
            z = normal(2, t)
            self.same(artifact, {"x": x, "y": y, "z": z}, {
                "odd": x[:, t:2 * t], "last": y[:, t + 2:],
                "both": np.concatenate([x, y], 1),
                "pairs": x[:, :2 * t].reshape(batch, t, 2),
                "ends": np.pad(z, (t, 2 * t - 1), constant_values=7)})

    def test_readers_take_moves_in_place(self):
        artifact = self.model("fused", """
          input x: f32[batch, t, 8]
          y = transpose(slice(x, over = -1, from = 2, to = 6), [0, 2, 1])
          output a = relu(y) + pad(slice(y, over = t, to = 1), over = 2,
                                   after = t - 1)
          h = relu(x) * 2
          output b = transpose(h, [1, 0, 2])
          output c = reshape(x, [batch, t, 2, 4]) + 1
          output d = reshape(reshape(h, [batch * t, 8]), [t * batch * 8]) * 1
        """)
        kernels = support.inspect(artifact)["kernels"]
        # y and h are read twice; the outputs take everything else in place.
        self.assertEqual(len(kernels), 6)
        for batch, t in SIZES:
            x = normal(t, batch, t, 8)
            y = x[:, :, 2:6].transpose(0, 2, 1)
            first = np.zeros_like(y)
            first[:, :, 0] = y[:, :, 0]
            h = np.maximum(x, 0) * 2
            self.same(artifact, {"x": x}, {
                "a": np.maximum(y, 0) + first, "b": h.transpose(1, 0, 2),
                "c": x.reshape(batch, t, 2, 4) + 1, "d": h.reshape(-1)})

    def test_views_are_outputs(self):
        artifact = self.model("views", """
          input x: f32[batch, t, 4]
          h = relu(x)
          flat = reshape(h, [batch * t * 4])
          output whole = h
          output line = flat
          output copied = reshape(x, [t * batch, 4])
          output back = reshape(relu(flat), [batch, t, 4])
          output again = h
        """)
        for batch, t in SIZES:
            x = normal(t, batch, t, 4)
            h = np.maximum(x, 0)
            self.same(artifact, {"x": x}, {
                "whole": h, "line": h.reshape(-1),
                "copied": x.reshape(t * batch, 4), "back": h, "again": h})


class Products(Case):
    def test_products_of_every_orientation_and_batch(self):
        lines = ["input a: f32[batch, 3, t, k], b: f32[k, n], "
                 "c: f32[3, n, k], d: f32[batch, 1, k, t]",
                 "output plain = matmul(a, b)",
                 "output right = matmul(a, c, transpose_b = true)",
                 "output left = matmul(d, b, transpose_a = true)",
                 "output both = matmul(d, c, transpose_a = true, "
                 "transpose_b = true)",
                 "output scaled = relu(matmul(a, transpose(c, [0, 2, 1])) / 2 "
                 "+ 1)"]
        artifact = self.model(
            "products", "\n".join(lines), "dim batch in 1..3, t in 1..70, "
            "k in 1..140, n in 1..100\n")
        for batch, t, k, n in [(1, 1, 1, 1), (2, 7, 131, 47), (3, 12, 16, 48),
                               (1, 13, 5, 33), (2, 70, 64, 97)]:
            x = {"a": normal(1, batch, 3, t, k), "b": normal(2, k, n),
                 "c": normal(3, 3, n, k), "d": normal(4, batch, 1, k, t)}
            a, b, c, d = (x[name].astype(np.float64) for name in "abcd")
            turned = c.transpose(0, 2, 1)
            left = d.transpose(0, 1, 3, 2)
            expected = {"plain": a @ b, "right": a @ turned, "left": left @ b,
                        "both": left @ turned,
                        "scaled": np.maximum(a @ turned / 2 + 1, 0)}
            for isa in support.ISAS:
                found = self.run_model(artifact, x, "--isa", isa)
                for name, want in expected.items():
                    self.assertEqual(found[name].shape, want.shape)
                    bound = 5e-7 * (1 + np.sqrt(k)) * (np.abs(want) + 1
                                                       + np.sqrt(k))
                    self.assertTrue((np.abs(found[name] - want) < bound).all(),
                                    f"{name} {batch} {t} {k} {n} {isa}")

    def test_a_tied_table_is_read_both_ways(self):
        artifact = self.model("tied", """
          input ids: i32[t]
          weight @words: f32[37, 24]
          x = embed(ids, @words)
          output row = relu(x)
          output logits = linear(x, @words, bias = none)
        """, "dim t in 1..40\n", "--weights", "random:3")
        ids = np.arange(37, dtype=np.int32)
        for isa in support.ISAS:
            found = self.run_model(artifact, {"ids": ids}, "--isa", isa)
            row, logits = found["row"], found["logits"]
            np.testing.assert_allclose(logits, logits.T, atol=1e-6)
            self.assertTrue((np.diag(logits) > 0).all())
            self.assertEqual(row.shape, (37, 24))


if __name__ == "__main__":
    support.main()
