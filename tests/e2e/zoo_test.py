# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The models of the zoo, small and of random weights, against what transformers
gives (data/zoo, see make_references.py) or a plain computation in numpy."""
import json

import numpy as np

import make_references
import support

DATA = support.MODELS.parent / "tests" / "e2e" / "data" / "zoo"
SETTINGS = {
    "gpt2": {"layers": 2, "d": 48, "heads": 4, "vocab": 97, "length": 40},
    "llama": {"layers": 2, "d": 48, "heads": 6, "kv_heads": 2, "ff": 80,
              "vocab": 89, "length": 64, "theta": "10000.0", "factor": "8.0",
              "tied": "false"},
    "t5_encoder": {"layers": 2, "d": 32, "heads": 4, "width": 12, "ff": 64,
                   "vocab": 71},
    "vit": {"layers": 2, "d": 32, "heads": 4, "ff": 48, "image": 30,
            "patch": 6, "classes": 7},
    "whisper_encoder": {"layers": 2, "d": 32, "heads": 4, "ff": 48,
                        "mels": 20, "states": 25},
}


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


class Transformer:
    """The classic encoder-decoder in f64, as the article tells it."""

    def __init__(self, layers=2, d=64, heads=4, vocab=100):
        self.layers, self.d, self.heads, self.vocab = layers, d, heads, vocab
        self.weights = {}

    def weight(self, name, *shape):
        value = make_references.weight(name, list(shape))
        self.weights[name] = value
        return value.astype(np.float64)

    def embedding(self, ids, name):
        table = self.weight(name + ".weight", self.vocab, self.d)
        place = np.arange(ids.shape[1])[:, None]
        angle = place / 10000 ** (np.arange(0, self.d, 2) / self.d)
        positions = np.stack([np.sin(angle), np.cos(angle)], -1)
        return table[ids] * np.sqrt(self.d) + positions.reshape(-1, self.d)

    def attend(self, x, memory, name, live):
        def heads_of(y, which):
            w = self.weight(f"{name}.{which}.weight", self.d, self.d)
            y = (y @ w.T).reshape(*y.shape[:2], self.heads, -1)
            return y.transpose(0, 2, 1, 3)

        q, k, v = (heads_of(y, which) for y, which in
                   [(x, "W_Q"), (memory, "W_K"), (memory, "W_V")])
        scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(q.shape[-1])
        y = softmax(np.where(live, scores, -1e30)) @ v
        y = y.transpose(0, 2, 1, 3).reshape(x.shape)
        return y @ self.weight(name + ".W_O.weight", self.d, self.d).T

    def add_and_norm(self, x, change, name):
        x = x + change
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-6)
        return (x * self.weight(name + ".weight", self.d)
                + self.weight(name + ".bias", self.d))

    def linear(self, x, name, out):
        w = self.weight(name + ".weight", out, x.shape[-1])
        return x @ w.T + self.weight(name + ".bias", out)

    def feed_forward(self, x, name):
        h = np.maximum(self.linear(x, name + ".first", 4 * self.d), 0)
        return self.linear(h, name + ".second", self.d)

    def run(self, tokens, mask, previous):
        keys = (mask != 0)[:, None, None]
        x = self.embedding(tokens, "encoder.embedding")
        for i in range(self.layers):
            at = f"encoder.layer.{i}."
            x = self.add_and_norm(
                x, self.attend(x, x, at + "attention", keys), at + "norm1")
            x = self.add_and_norm(
                x, self.feed_forward(x, at + "feed_forward"), at + "norm2")
        y = self.embedding(previous, "decoder.embedding")
        past = np.tril(np.ones((y.shape[1], y.shape[1]), bool))
        for i in range(self.layers):
            at = f"decoder.layer.{i}."
            y = self.add_and_norm(
                y, self.attend(y, y, at + "self_attention", past),
                at + "norm1")
            y = self.add_and_norm(
                y, self.attend(y, x, at + "cross_attention", keys),
                at + "norm2")
            y = self.add_and_norm(
                y, self.feed_forward(y, at + "feed_forward"), at + "norm3")
        logits = self.linear(y, "projection", self.vocab)
        return {"memory": x, "probabilities": softmax(logits)}


class Zoo(support.Case):
    def compiled_model(self, name, weights, settings):
        path = self.write(name + ".safetensors", support.safetensors(weights))
        given = [word for key, value in settings.items()
                 for word in ("-D", f"{key}={value}")]
        return self.compiled(name, support.MODELS / (name + ".heddle"),
                             "--weights", path, *given)

    def close(self, found, expected):
        """Within what f32 gives sums of some hundred products."""
        for name, values in expected.items():
            np.testing.assert_allclose(found[name], values, rtol=0, err_msg=name,
                                       atol=2e-5 * np.abs(values).max())

    def against_transformers(self, name):
        data = np.load(DATA / (name + ".npz"))
        shapes = json.loads(str(data["weights"]))
        artifact = self.compiled_model(
            name, {path: make_references.weight(path, shape)
                   for path, shape in shapes.items()}, SETTINGS[name])
        parts = {"input": {}, "output": {}}
        for key in data.files:
            kind, _, label = key.partition(".")
            if label:
                parts[kind][label] = data[key]
        for isa in support.ISAS:
            found = self.run_model(artifact, parts["input"], "--isa", isa)
            self.close(found, parts["output"])

    def test_gpt2(self):
        self.against_transformers("gpt2")

    def test_llama(self):
        self.against_transformers("llama")

    def test_t5_encoder(self):
        self.against_transformers("t5_encoder")

    def test_vit(self):
        self.against_transformers("vit")

    def test_whisper_encoder(self):
        self.against_transformers("whisper_encoder")

    def test_the_classic_transformer(self):
        random = np.random.default_rng(3)
        inputs = {"tokens": random.integers(0, 100, (2, 13), np.int32),
                  "mask": np.ones((2, 13), np.int32),
                  "previous": random.integers(0, 100, (2, 7), np.int32)}
        inputs["mask"][1, 9:] = 0
        plain = Transformer()
        expected = plain.run(**inputs)
        artifact = self.compiled_model("transformer", plain.weights, {})
        for isa in support.ISAS:
            self.close(self.run_model(artifact, inputs, "--isa", isa),
                       expected)

    def test_the_worked_example(self):
        unit = np.eye(2, dtype=np.float32)
        artifact = self.compiled_model(
            "attention_2x2", {f"W_{name}.weight": unit for name in "QKV"}, {})
        x = np.array([[[1, 2], [3, 4]]], np.float32)
        for isa in support.ISAS:
            found = self.run_model(artifact, {"x": x}, "--isa", isa)
            weights = found["weights"][0, 0]
            np.testing.assert_allclose(weights.sum(-1), 1, rtol=1e-6)
            np.testing.assert_allclose(
                weights, [[0.01416604, 0.98583396], [5.019751e-5, 0.9999498]],
                rtol=1e-5)
            np.testing.assert_allclose(
                found["y"][0], [[2.9716679, 3.9716679],
                                [2.9998996, 3.9998996]], rtol=1e-6)


if __name__ == "__main__":
    support.main()
