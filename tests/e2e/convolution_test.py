# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""conv1d and conv2d against their formula in f64, on sizes that fit no tile."""
import itertools

import numpy as np

import support

OUT = 13  # outputs of most of them: a prime


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


def convolution(x, weight, bias, stride, padding, dilation, groups):
    """Torch's convolution: a product for each element of the kernel."""
    axes = weight.ndim - 2
    stride, padding, dilation = ((value,) * axes if np.isscalar(value)
                                 else value
                                 for value in (stride, padding, dilation))
    x = np.pad(x.astype(np.float64),
               [(0, 0), (0, 0), *((p, p) for p in padding)])
    counts = [(length - d * (k - 1) - 1) // s + 1 for length, k, s, d in
              zip(x.shape[2:], weight.shape[2:], stride, dilation)]
    out = np.zeros((len(x), len(weight), *counts))
    parts = np.split(weight.astype(np.float64), groups)
    for element in itertools.product(*map(range, weight.shape[2:])):
        window = x[(..., *(slice(e * d, e * d + s * (n - 1) + 1, s)
                           for e, d, s, n in
                           zip(element, dilation, stride, counts)))]
        out += np.concatenate(
            [np.einsum("oc,bc...->bo...", part[(..., *element)], inputs)
             for part, inputs in zip(parts, np.split(window, groups, 1))], 1)
    if bias is not None:
        out += bias.reshape(-1, *(1,) * axes)
    return out


class Convolutions(support.Case):
    def setUp(self):
        self.weights = {}
        self.calls = {}

    def call(self, name, op, x, channels, kernel, out=OUT, stride=1, padding=0,
             dilation=1, groups=1, bias=True):
        """The text of a call; its tensors and settings are kept."""
        self.weights[name + ".weight"] = normal(
            len(name), out, channels // groups, *kernel)
        if bias:
            self.weights[name + ".bias"] = normal(1, out)
        self.calls[name] = (x, stride, padding, dilation, groups)
        listed = {"stride": stride, "padding": padding, "dilation": dilation}
        given = "".join(f", {key} = "
                        f"{value if np.isscalar(value) else list(value)}"
                        for key, value in listed.items())
        return (f"{op}({x}, @{name}{given}, groups = {groups}, out = {out}"
                f"{'' if bias else ', bias = none'})")

    def expected(self, name, inputs):
        x, *settings = self.calls[name]
        return convolution(inputs[x], self.weights[name + ".weight"],
                           self.weights.get(name + ".bias"), *settings)

    def compiled_text(self, name, text):
        path = self.write(name + ".safetensors",
                          support.safetensors(self.weights))
        return self.compiled(name, self.write(name + ".heddle", text),
                             "--weights", path)

    def check(self, artifact, inputs, expected):
        for isa in support.ISAS:
            found = self.run_model(artifact, inputs, "--isa", isa)
            self.assertEqual(found.keys(), expected.keys())
            for name, want in expected.items():
                self.assertEqual(found[name].shape, want.shape, name)
                # As compiler/reference/Tolerance.h, for the longest sum here.
                bound = 5e-7 * (1 + np.sqrt(768))
                rms = np.sqrt((want * want).mean())
                self.assertTrue(
                    (np.abs(found[name] - want)
                     <= bound * (np.abs(want) + rms)).all(),
                    f"{name} {want.shape} {isa}")

    def test_one_axis(self):
        calls = [("single", 6, (1,), {}),
                 ("same", 6, (3,), {"padding": 1}),
                 ("dilated", 6, (3,), {"padding": 2, "dilation": 2}),
                 ("wide", 6, (5,), {"padding": 7}),
                 ("grouped", 6, (2,), {"padding": 1, "groups": 3, "out": 15}),
                 ("depthwise", 6, (3,), {"padding": 1, "groups": 6, "out": 6}),
                 ("bare", 6, (4,), {"padding": 2, "bias": False, "out": 1})]
        lines = ["dim batch in 1..3, t in 1..140",
                 "input x: f32[batch, 6, t], y: f32[batch, 5, 2 * t + 1]"]
        lines += [f"output {name} = " + self.call(name, "conv1d", "x", channels,
                                                  kernel, **settings)
                  for name, channels, kernel, settings in calls]
        # Whisper's second: every other frame.
        lines.append("output stem = " + self.call("stem", "conv1d", "y", 5,
                                                  (3,), stride=2, padding=1))
        artifact = self.compiled_text(
            "one", "model M {\n" + "\n".join(lines) + "\n}\n")
        for batch, t in [(1, 1), (2, 7), (3, 16), (1, 31), (2, 32), (3, 33),
                         (1, 131)]:
            inputs = {"x": normal(t, batch, 6, t),
                      "y": normal(t, batch, 5, 2 * t + 1)}
            self.check(artifact, inputs, {name: self.expected(name, inputs)
                                          for name in self.calls})

    def test_two_axes(self):
        calls = [("patches", "p", 3, (16, 16), {"stride": 16, "out": 40}),
                 ("halved", "x", 4, (3, 3), {"stride": 2, "padding": 1}),
                 ("uneven", "x", 4, (2, 5),
                  {"stride": (3, 1), "padding": (0, 2), "dilation": (4, 1)}),
                 ("grouped", "x", 4, (3, 2), {"groups": 2, "out": 6}),
                 ("points", "z", 2, (1, 1), {}),
                 ("tall", "z", 2, (3, 3), {"padding": 1}),
                 ("rows", "z", 2, (1, 4), {"padding": (0, 3), "groups": 2,
                                           "out": 2})]
        lines = ["dim batch in 1..3, h in 1..20, w in 1..20",
                 "input p: f32[batch, 3, 48, 32], x: f32[batch, 4, 13, 17], "
                 "z: f32[batch, 2, h, w]"]
        lines += [f"output {name} = " + self.call(name, "conv2d", x, channels,
                                                  kernel, **settings)
                  for name, x, channels, kernel, settings in calls]
        artifact = self.compiled_text(
            "two", "model M {\n" + "\n".join(lines) + "\n}\n")
        for batch, h, w in [(1, 1, 1), (2, 7, 11), (3, 20, 1), (1, 13, 16)]:
            inputs = {"p": normal(1, batch, 3, 48, 32),
                      "x": normal(2, batch, 4, 13, 17),
                      "z": normal(h, batch, 2, h, w)}
            self.check(artifact, inputs, {name: self.expected(name, inputs)
                                          for name in self.calls})

    def test_what_follows_is_in_its_kernel(self):
        call = self.call("c", "conv2d", "x", 3, (3, 3), out=20, padding=1,
                         stride=2)
        self.weights["scale"] = normal(9, 20, 1, 1)
        artifact = self.compiled_text("fused", f"""model M {{
          dim batch in 1..3
          input x: f32[batch, 3, 15, 9], rest: f32[batch, 20, 8, 5]
          weight @scale: f32[20, 1, 1]
          output y = relu({call} * tensor(@scale) + rest) / 2
        }}""")
        kernels = support.inspect(artifact)["kernels"]
        self.assertEqual([kernel["family"] for kernel in kernels], ["matmul"])
        for batch in (1, 2, 3):
            inputs = {"x": normal(batch, batch, 3, 15, 9),
                      "rest": normal(4, batch, 20, 8, 5)}
            y = self.expected("c", inputs) * self.weights["scale"]
            self.check(artifact, inputs,
                       {"y": np.maximum(y + inputs["rest"], 0) / 2})

    def test_work_is_counted(self):
        call = self.call("c", "conv1d", "x", 6, (3,), stride=2, groups=2,
                         out=8)
        artifact = self.compiled_text("counted", f"""model M {{
          dim batch in 1..3, t in 2..9
          input x: f32[batch, 6, 2 * t + 1], s: f32[t]
          output y = {call}
          output z = s + 1
        }}""")
        report = support.inspect(artifact, "--dims", "batch=3,t=5")
        self.assertEqual(report["entries"][0]["at"][0]["flops"],
                         3 * 8 * 5 * 2 * 9)


if __name__ == "__main__":
    support.main()
