# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Weights that are missing, doubled, wrong or lying are refused by name."""
import struct

import numpy as np

import support

WEIGHT = np.linspace(-1, 1, 128, dtype=np.float32).reshape(16, 8)
BIAS = np.arange(16, dtype=np.float32)
GOOD = {"w.weight": WEIGHT, "w.bias": BIAS}
AT = "first.heddle:8:19: error: "


class BadWeights(support.Case):
    def file(self, name, content):
        if isinstance(content, dict):
            content = support.safetensors(content)
        return self.write(name + ".safetensors", content)

    def not_taken(self, pieces, *files):
        arguments = [part for file in files for part in ("--weights", file)]
        return self.not_compiled(pieces, support.FIRST, *arguments)

    def test_files_give_the_numbers_they_hold(self):
        whole = self.file("whole", GOOD)
        parts = [self.file("a", {"w.bias": BIAS}),
                 self.file("b", {"w.weight": WEIGHT})]
        x = np.linspace(-2, 2, 24, dtype=np.float32).reshape(3, 8)
        expected = np.maximum(x @ WEIGHT.T + BIAS, 0)
        files = []
        for name, given in [("one", [whole]), ("two", parts)]:
            arguments = [part for file in given
                         for part in ("--weights", file)]
            artifact = self.compiled(name, support.FIRST, *arguments)
            found = self.run_model(artifact, {"x": x})["y"]
            np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)
            files.append(artifact.read_bytes())
        self.assertEqual(files[0], files[1])

    def test_no_weights_at_all_lists_what_is_missing(self):
        self.not_compiled(["error: the model needs 2 weights and no --weights "
                           "was given:\n  w.weight\n  w.bias\n"],
                          support.FIRST)
        self.not_compiled(["error: the model needs 21 weights", "\n  and 11 "
                           "more\n"], support.MINILM, "-D", "layers=1")

    def test_a_missing_tensor_gets_the_nearest_name(self):
        near = self.file("near", {"w.weight": WEIGHT, "w.biass": BIAS})
        self.not_taken([AT + "weight 'w.bias' is not in the weight files; did "
                        "you mean 'w.biass'?"], near)
        far = self.file("far", {"other": BIAS})
        done = self.not_taken([AT + "2 weights are not in the weight files",
                               "'w.weight' is used here",
                               "'w.bias' is used here"], far)
        self.assertNotIn("did you mean", done.err)

    def test_a_tensor_in_two_files(self):
        one = self.file("one", GOOD)
        two = self.file("two", {"w.bias": BIAS})
        self.not_taken([f"error: {two}: tensor 'w.bias' is also in {one}"],
                       one, two)

    def test_a_wrong_dtype(self):
        for dtype, name in [(np.int32, "I32"), (np.float64, "F64")]:
            path = self.file("dtype", {"w.weight": WEIGHT.astype(dtype),
                                       "w.bias": BIAS})
            self.not_taken([AT + f"weight 'w.weight' is {name} in {path}, and "
                            "must be F32, F16 or BF16"], path)

    def test_half_precision_is_converted(self):
        brain = (WEIGHT.view(np.uint32) >> 16).astype(np.uint16)
        x = np.linspace(-2, 2, 24, dtype=np.float32).reshape(3, 8)
        for name, stored, meant in [
                ("f16", WEIGHT.astype(np.float16),
                 WEIGHT.astype(np.float16).astype(np.float32)),
                ("bf16", brain,
                 (brain.astype(np.uint32) << 16).view(np.float32))]:
            half = self.file(name, {"w.weight": stored, "w.bias": BIAS})
            artifact = self.compiled(name, support.FIRST, "--weights", half)
            found = self.run_model(artifact, {"x": x})["y"]
            np.testing.assert_allclose(
                found, np.maximum(x @ meant.T + BIAS, 0), rtol=1e-6, atol=1e-6)
            # The reference reads the original file, the artefact its own tail.
            whole = self.file(name + "-whole", {"w.weight": meant,
                                                "w.bias": BIAS})
            for weights in [half, whole]:
                self.works("verify", artifact, "--weights", weights, "--dims",
                           "batch=3")
            other = self.file("other", {"w.weight": -meant, "w.bias": BIAS})
            done = support.tool("verify", artifact, "--weights", other,
                                "--dims", "batch=3")
            self.assertEqual(done.code, 1, done.text)

    def test_a_wrong_shape_names_both_shapes(self):
        path = self.file("shape", {"w.weight": np.ones((16, 9), np.float32),
                                   "w.bias": BIAS})
        self.not_taken([AT + "linear: x [batch, 8] has 8 features, the weight "
                        "[16, 9], read as [out, in], takes 9",
                        "first.heddle:7:9: note: f32[batch, 8] comes from",
                        "note: weight 'w.weight' is f32[16, 9]"], path)
        path = self.file("turned", {"w.weight": WEIGHT.T.copy(),
                                    "w.bias": BIAS})
        self.not_taken(["first.heddle:8:39: error: 'linear' says out = 16, "
                        "the weight [8, 16] has 8"], path)

    def test_a_printed_phase_checks_them_too(self):
        text = self.works("compile", support.FIRST, "--stop-after",
                          "graph").text
        graph = self.write("graph.mlir", text)
        path = self.file("missing", {"w.weight": WEIGHT, "w.bia": BIAS})
        self.not_compiled(["first.heddle:8:19: error: ", "no weights file has "
                           "tensor 'w.bias'; did you mean 'w.bia'?"], graph,
                          "--weights", path)
        path = self.file("shape", {"w.weight": WEIGHT, "w.bias": BIAS[:-1]})
        self.not_compiled(["first.heddle:8:19: error: ", "tensor 'w.bias' has "
                           "shape [15], expected [16]"], graph, "--weights",
                          path)

    def test_a_truncated_file(self):
        raw = support.safetensors(GOOD)
        for size in [0, 3, 8, 50, len(raw) - 1]:
            path = self.file("cut", raw[:size])
            self.not_taken([f"error: {path}: "], path)
        path = self.file("cut", raw[:50])
        self.not_taken(["is no safetensors file or is cut short: names a "
                        "header of 152 bytes in a file of 50"], path)

    def test_an_oversized_file_and_header(self):
        raw = support.safetensors(GOOD)
        self.not_taken(["bytes [576, 580) belong to no tensor"],
                       self.file("long", raw + b"\0\0\0\0"))
        self.not_taken(["names a header of 18446744073709551615 bytes in a "
                        "file of 736"],
                       self.file("header", b"\xff" * 8 + raw[8:]))
        size, = struct.unpack("<Q", raw[:8])
        self.not_taken(['tensor "w.bias" lies at bytes [512, 576) of 568'],
                       self.file("into", struct.pack("<Q", size + 8) +
                                 raw[8:]))

    def lies(self, piece, tensor, **changes):
        header = {"w.weight": {"dtype": "F32", "shape": [16, 8],
                               "data_offsets": [0, 512]},
                  "w.bias": {"dtype": "F32", "shape": [16],
                             "data_offsets": [512, 576]}}
        header[tensor].update(changes)
        path = self.file("lie", support.with_header(header, b"\0" * 576))
        self.not_taken([f"error: {path}: ", piece], path)

    def test_a_lying_header(self):
        self.lies('tensors "w.weight" and "w.bias" overlap at byte 508',
                  "w.bias", data_offsets=[508, 572])
        self.lies("bytes [508, 512) belong to no tensor", "w.weight",
                  shape=[127], data_offsets=[0, 508])
        self.lies('tensor "w.bias" lies at bytes [512, 580) of 576', "w.bias",
                  shape=[17], data_offsets=[512, 580])
        self.lies('tensor "w.bias" lies at bytes [576, 512) of 576', "w.bias",
                  data_offsets=[576, 512])
        self.lies('tensor "w.weight" of [16, 9] F32 needs 576 bytes but has '
                  "512", "w.weight", shape=[16, 9])
        self.lies("which is too large", "w.weight", shape=[2**62, 2**62])
        self.lies("the number -16, which has no place there", "w.weight",
                  shape=[-16, -8])
        self.lies('tensor "w.bias" has the unknown dtype "F33"', "w.bias",
                  dtype="F33")

    def test_a_header_that_is_no_header(self):
        for header, piece in [
                (b"{oops", "the header is no JSON: error at its byte 2"),
                (b'{"a":' + b"[" * 100000, "an array, which has no place"),
                (b'{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},'
                 b'"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
                 'the name "a" is given twice')]:
            self.not_taken([piece], self.file("no-header", support.with_header(
                header, b"")))

    def test_what_is_no_file(self):
        self.not_taken(["error: /no/such: cannot open: No such file or "
                        "directory"], "/no/such")
        self.not_taken([": is not a regular file"], self.folder)
        self.not_taken(["'random:x' has no seed, expected random:SEED with a "
                        "whole number"], "random:x")
        self.not_taken(["'random:1' stands beside other weights, expected it "
                        "alone"], "random:1", self.file("one", GOOD))


if __name__ == "__main__":
    support.main()
