# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Element-wise ops against numpy, on sizes that fill no vector."""
import numpy as np

import support

FUNCTIONS = """
model Functions {
  dim n in 1..64, m in 1..64
  input x: f32[n, m], y: f32[m], c: f32[n, 1]
  output neg = -x
  output abs = abs(x)
  output sqrt = sqrt(abs(x))
  output exp = exp(x)
  output log = log(abs(x))
  output sin = sin(x * 100)
  output cos = cos(x * 100)
  output tanh = tanh(x)
  output sigmoid = sigmoid(x)
  output silu = silu(x)
  output relu = relu(x)
  output power = pow(abs(x), y)
  output square = pow(x, 2)
  output root = pow(abs(x), 0.5)
  output inverse = pow(x, -3)
  output base = pow(2, x)
  output least = min(x, y)
  output most = max(c, x)
  output cut = min(max(x, -0.5), 0.5)
  output chain = silu(x * y + c) / sqrt(1 + pow(x, 2)) - 3
}
"""
TRUTH = """
model Truth {
  dim n in 1..64, m in 1..64
  input x: f32[n, m], y: f32[m], a: i32[n, m] in -9..9, b: i32[n, 1] in -9..9
  input keep: bool[n, m]
  output lt = x < y
  output le = x <= y
  output gt = x > 0
  output ge = a >= b
  output eq = a == b
  output ne = x != y
  output both = x > 0 & keep
  output either = (x > 0 | keep) & !(a == 3)
  output neither = !(x < y)
  output chosen = select(x > y, x, y)
  output number = select(keep, x, -1)
  output whole = select(keep, a, 0)
  output truth = select(keep, x > 0, x < 0)
  output sum = a + b * 2 - 3
  output ends = min(a, b) + max(a, 4) - abs(-b)
  output real = cast(a, "f32") / 2
  output cut = cast(x * 3, "i32")
  output bit = cast(keep, "f32") + cast(cast(keep, "i32"), "f32")
  output live = cast(a, "bool") & cast(x, "bool")
}
"""
EPILOGUE = """
model Epilogue(out = 40) {
  dim n in 1..64
  input x: f32[n, 24], keep: bool[n, 40], shift: f32[40]
  h = max(linear(x, @p, out = out), shift) * 0.5
  output y = select(keep, silu(h), shift)
  output positive = linear(x, @q, out = out) > 0
}
"""
SIZES = [(1, 1), (3, 5), (2, 16), (7, 33), (64, 64)]
BAD = [np.nan, np.inf, -np.inf, 0.0, -0.0, 3e38, 1e-30]


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def functions(x, y, c):
    """In f64, by the formulas."""
    x, y, c = [np.asarray(array, np.float64) for array in (x, y, c)]
    product = x * y + c
    return {
        "neg": -x, "abs": abs(x), "sqrt": np.sqrt(abs(x)), "exp": np.exp(x),
        "log": np.log(abs(x)), "sin": np.sin(np.float32(x * 100)),
        "cos": np.cos(np.float32(x * 100)), "tanh": np.tanh(x),
        "sigmoid": sigmoid(x), "silu": x * sigmoid(x), "relu": x * (x > 0),
        "power": abs(x) ** y, "square": x * x, "root": abs(x) ** 0.5,
        "inverse": x ** -3.0, "base": 2.0 ** x, "least": np.minimum(x, y),
        "most": np.maximum(c, x), "cut": np.clip(x, -0.5, 0.5),
        "chain": product * sigmoid(product) / np.sqrt(1 + x * x) - 3}


def truth(x, y, a, b, keep):
    return {
        "lt": x < y, "le": x <= y, "gt": x > 0, "ge": a >= b, "eq": a == b,
        "ne": x != y, "both": (x > 0) & keep,
        "either": ((x > 0) | keep) & (a != 3), "neither": ~(x < y),
        "chosen": np.where(x > y, x, y), "number": np.where(keep, x, -1),
        "whole": np.where(keep, a, 0), "truth": np.where(keep, x > 0, x < 0),
        "sum": a + b * 2 - 3,
        "ends": np.minimum(a, b) + np.maximum(a, 4) - abs(b),
        "real": a.astype(np.float32) / 2,
        "cut": (x * np.float32(3)).astype(np.int32),
        "bit": keep * np.float32(2), "live": (a != 0) & (x != 0)}


class Elementwise(support.Case):
    def artifact(self, name, text, *arguments):
        return self.compiled(name, self.write(name + ".heddle", text),
                             *arguments)

    def results(self, artifact, inputs):
        for isa in support.ISAS:
            yield self.run_model(artifact, inputs, "--isa", isa)

    def test_functions_are_those_of_numpy(self):
        for level in [0, 2]:
            artifact = self.artifact("functions", FUNCTIONS, "-O", level)
            for n, m in SIZES:
                inputs = {"x": normal(1, n, m) * 2, "y": normal(2, m),
                          "c": normal(3, n, 1)}
                expected = functions(**inputs)
                for found in self.results(artifact, inputs):
                    self.assertEqual(found.keys(), expected.keys())
                    for name, array in expected.items():
                        np.testing.assert_allclose(
                            found[name], array, rtol=3e-6, atol=3e-6,
                            err_msg=f"{name} {n} {m}")

    def test_comparisons_and_integers_are_exact(self):
        for level in [0, 2]:
            artifact = self.artifact("truth", TRUTH, "-O", level)
            for n, m in SIZES:
                random = np.random.default_rng(n * m)
                inputs = {"x": np.float32(random.integers(-4, 5, (n, m)) / 2),
                          "y": np.float32(random.integers(-4, 5, m) / 2),
                          "a": random.integers(-9, 10, (n, m), np.int32),
                          "b": random.integers(-9, 10, (n, 1), np.int32),
                          "keep": random.integers(0, 2, (n, m)) != 0}
                expected = truth(**inputs)
                for found in self.results(artifact, inputs):
                    self.assertEqual(found.keys(), expected.keys())
                    for name, array in expected.items():
                        np.testing.assert_array_equal(
                            found[name], array, err_msg=f"{name} {n} {m}")

    def test_what_follows_a_linear_is_computed_in_its_kernel(self):
        artifact = self.artifact("epilogue", EPILOGUE, "--weights", "random:5")
        dispatches = support.inspect(artifact)["entries"][0]["dispatches"]
        self.assertEqual(len(dispatches), 2)
        for n in [1, 13, 64]:
            done = self.works("verify", artifact, "--weights", "random:5",
                              "--dims", f"n={n}")
            self.assertIn("ok   output 'positive'", done.text)

    def test_nan_stays_nan(self):
        artifact = self.artifact("functions", FUNCTIONS)
        x = np.full((3, 19), np.nan, np.float32)
        one = np.ones_like
        inputs = {"x": x, "y": one(x[0]), "c": one(x[:, :1])}
        for found in self.results(artifact, inputs):
            for name, array in found.items():
                self.assertTrue(np.isnan(array).all(), name)

    def test_not_finite_elements_compare_as_numpy_does(self):
        artifact = self.artifact("truth", TRUTH)
        x = np.array([[a] * len(BAD) for a in BAD], np.float32)
        n = len(BAD)
        inputs = {"x": x, "y": np.array(BAD, np.float32),
                  "a": np.ones((n, n), np.int32),
                  "b": np.ones((n, 1), np.int32),
                  "keep": np.ones((n, n), bool)}
        with np.errstate(invalid="ignore", over="ignore"):
            expected = truth(**inputs)
        low, high = np.iinfo(np.int32).min, np.iinfo(np.int32).max
        with np.errstate(invalid="ignore", over="ignore"):
            cut = np.clip(np.float64(x * np.float32(3)), low, high)
        expected["cut"] = np.where(np.isnan(x), 0, cut).astype(np.int32)
        for found in self.results(artifact, inputs):
            for name, array in expected.items():
                np.testing.assert_array_equal(found[name], array,
                                              err_msg=name)


if __name__ == "__main__":
    support.main()
