# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reductions, softmax and choices of the largest along every axis, against
numpy."""
import numpy as np

import support

REDUCTIONS = ["sum", "mean", "var", "max", "min", "argmax"]
SIZES = [(1, 1, 1), (2, 3, 5), (3, 17, 16), (2, 40, 33), (5, 1, 64)]
NEAR = {"rtol": 2e-6, "atol": 2e-6}
LLAMA = """
model Llama(d = 48) {
  dim n in 1..64
  input x: f32[n, d]
  h = rms_norm(x, @norm1, eps = 1e-5)
  h = silu(linear(h, @gate, out = 96, bias = none)) * linear(h, @up, out = 96, bias = none)
  output y = rms_norm(linear(h, @down, out = d, bias = none) + x, @norm2)
}
"""
TOP = """
model Top {
  dim n in 1..64, m in 4..700
  input x: f32[n, m]
  values, indices = top_k(x, 4)
  output values = values
  output indices = indices
  output again = embed(indices, @table, rows = 700, width = 3)
}
"""


def model(axis, mask):
    """Every reduction of x [a, b, c] along an axis; `mask` is the mask's
    declaration or nothing."""
    where = ", where = mask" if mask else ""
    lines = [f"output {name} = {name}(x, over = {axis}{where})\n"
             f"output {name}_kept = {name}(x, over = {axis}, keep = true"
             f"{where})" for name in REDUCTIONS]
    return ("model Reduce { dim a in 1..8, b in 1..64, c in 1..64\n"
            f"input x: f32[a, b, c]{', mask: ' + mask if mask else ''}\n"
            + "\n".join(lines) + "\n}")


def expected_of(x, axis, live):
    """The reductions of x where `live`, which broadcasts, holds."""
    live = np.broadcast_to(live, x.shape)
    count = live.sum(axis)
    with np.errstate(invalid="ignore", divide="ignore"):
        masked = np.where(live, x, 0)
        mean = np.where(count == 0, 0, masked.sum(axis) / count)
        away = np.where(live, x - np.expand_dims(mean, axis), 0)
        var = np.where(count == 0, 0, (away ** 2).sum(axis) / count)
    return {"sum": masked.sum(axis), "mean": mean, "var": var,
            "max": np.where(live, x, -np.inf).max(axis),
            "min": np.where(live, x, np.inf).min(axis),
            "argmax": np.where(live, x, -np.inf).argmax(axis)}


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


class Reductions(support.Case):
    def artifact(self, name, text, *arguments):
        return self.compiled(name, self.write(name + ".heddle", text),
                             *arguments)

    def results(self, artifact, inputs):
        for isa in support.ISAS:
            yield self.run_model(artifact, inputs, "--isa", isa)

    def check(self, artifact, axis, sizes, mask=None):
        for a, b, c in sizes:
            random = np.random.default_rng(a + b + c)
            # Halves, so that there are equal elements; exact in f32.
            x = np.float32(random.integers(-6, 7, (a, b, c)) / 2)
            inputs, live = {"x": x}, np.ones((1, 1, 1), bool)
            if mask:
                shape = (a, b, c)[:mask]
                live = random.integers(0, 3, shape) > 0
                live.reshape(-1, shape[-1])[0] = False
                inputs["mask"] = live if mask == 3 else live.astype(np.int32)
                live = live.reshape(shape + (1,) * (3 - mask))
            expected = expected_of(np.float64(x), axis, live)
            for found in self.results(artifact, inputs):
                for name, array in expected.items():
                    np.testing.assert_allclose(
                        found[name], array, err_msg=f"{name} {x.shape}",
                        **NEAR)
                    np.testing.assert_allclose(
                        found[name + "_kept"], np.expand_dims(array, axis),
                        **NEAR)

    def test_along_every_axis(self):
        for axis in range(3):
            self.check(self.artifact("reduce", model(axis, None)), axis, SIZES)

    def test_of_chosen_elements(self):
        for axis, mask, text in [(0, 1, "i32[a]"), (1, 2, "i32[a, b]"),
                                 (0, 3, "bool[a, b, c]"),
                                 (1, 3, "bool[a, b, c]"),
                                 (2, 3, "bool[a, b, c]")]:
            self.check(self.artifact("where", model(axis, text)), axis, SIZES,
                       mask)

    def test_what_is_not_chosen_does_not_count_even_when_nan(self):
        artifact = self.artifact("hidden", model(2, "bool[a, b, c]"))
        x = np.ones((2, 3, 21), np.float32)
        live = np.ones(x.shape, bool)
        x[..., 7], live[..., 7] = np.nan, False
        expected = expected_of(x, 2, live)
        for found in self.results(artifact, {"x": x, "mask": live}):
            for name, array in expected.items():
                np.testing.assert_allclose(found[name], array, **NEAR)

    def test_nan_is_the_largest_and_stays(self):
        for axis in range(3):
            artifact = self.artifact("nan", model(axis, None))
            x = np.ones((5, 6, 19), np.float32)
            x[3, 4, 17] = np.nan
            x[4, 5, 18] = np.nan
            for found in self.results(artifact, {"x": x}):
                for name in ["sum", "mean", "var", "max", "min"]:
                    np.testing.assert_array_equal(
                        np.isnan(found[name]), np.isnan(x).any(axis), name)
                np.testing.assert_array_equal(found["argmax"], x.argmax(axis))

    def test_softmax_and_its_logarithm(self):
        for axis in range(3):
            artifact = self.artifact(
                "soft", "model Soft { dim a in 1..8, b in 1..64, c in 1..64\n"
                "input x: f32[a, b, c]\n"
                f"output soft = softmax(x, over = {axis})\n"
                f"output log = log_softmax(x, over = {axis}) }}")
            for size in SIZES:
                x = np.random.default_rng(1).standard_normal(size, np.float32)
                x *= 8
                expected = softmax(np.float64(x), axis)
                for found in self.results(artifact, {"x": x}):
                    np.testing.assert_allclose(found["soft"], expected, **NEAR)
                    np.testing.assert_allclose(found["log"],
                                               np.log(expected), **NEAR)
            x = np.full((2, 3, 21), -np.inf, np.float32)
            for found in self.results(artifact, {"x": x}):
                self.assertFalse(found["soft"].any())
                self.assertTrue((found["log"] == -np.inf).all())
            x = np.zeros((2, 3, 21), np.float32)
            x[1, 2, 20] = np.nan
            rows = np.broadcast_to(np.isnan(x).any(axis, keepdims=True),
                                   x.shape)
            for found in self.results(artifact, {"x": x}):
                for array in found.values():
                    np.testing.assert_array_equal(np.isnan(array), rows)

    def test_rms_norm_is_finished_in_the_kernel_before_it(self):
        random = np.random.default_rng(3)
        shapes = {"norm1": [48], "gate": [96, 48], "up": [96, 48],
                  "down": [48, 96], "norm2": [48]}
        weights = {name + ".weight": random.standard_normal(shape, np.float32)
                   / 4 for name, shape in shapes.items()}
        file = self.write("llama.safetensors", support.safetensors(weights))
        artifact = self.artifact("llama", LLAMA, "--weights", file)
        report = support.inspect(artifact)
        # A norm, gate and up, and down with the other norm.
        self.assertEqual(len(report["entries"][0]["dispatches"]), 3)
        self.assertEqual(report["kernels"][0]["family"], "norm")
        w = {name: np.float64(array) for name, array in weights.items()}

        def norm(x, weight, eps):
            return x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * weight

        for n in [1, 13, 64]:
            x = random.standard_normal((n, 48), np.float32)
            h = norm(np.float64(x), w["norm1.weight"], 1e-5)
            gate = h @ w["gate.weight"].T
            h = gate / (1 + np.exp(-gate)) * (h @ w["up.weight"].T)
            y = norm(h @ w["down.weight"].T + x, w["norm2.weight"], 1e-6)
            for found in self.results(artifact, {"x": x}):
                np.testing.assert_allclose(found["y"], y, rtol=2e-5, atol=2e-5)

    def test_the_largest_come_in_order_the_first_of_equals_first(self):
        artifact = self.artifact("top", TOP, "--weights", "random:1")
        for n, m in [(1, 4), (3, 5), (2, 33), (5, 700)]:
            x = np.float32(np.random.default_rng(m).integers(-6, 7, (n, m)))
            if m == 33:
                x[0, [3, 9]] = np.nan
                x[1, 4:] = -np.inf
            order = np.argsort(-x, axis=-1, kind="stable")[:, :4]
            if m == 33:  # argsort puts NaN last, here it is the largest
                rest = [i for i in order[0] if i not in (3, 9)]
                order[0] = ([3, 9] + rest)[:4]
            for found in self.results(artifact, {"x": x}):
                np.testing.assert_array_equal(found["indices"], order)
                np.testing.assert_array_equal(
                    found["values"], np.take_along_axis(x, order, -1))
                self.assertEqual(found["again"].shape, (n, 4, 3))


if __name__ == "__main__":
    support.main()
