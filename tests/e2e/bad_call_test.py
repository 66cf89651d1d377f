# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A wrong call is refused before a kernel runs, and no output is written."""
import numpy as np

import support


class BadCall(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.artifact = cls.compiled("minilm", support.MINILM, *support.SMALL)
        cls.good = support.token_inputs(2, 7)

    def is_refused(self, message, *arguments, code=1, **changes):
        """`changes` are other inputs by name; None leaves one out."""
        inputs = {name: array for name, array in {**self.good,
                                                  **changes}.items()
                  if array is not None}
        given = self.folder / "given.npz"
        np.savez(given, **inputs)
        output = self.write("embedding.npy", b"old")
        self.refused([f"error: {message}"], "run", self.artifact, "--input",
                     given, "--output", f"embedding={output}", *arguments,
                     code=code)
        self.assertEqual(output.read_bytes(), b"old")

    def test_names(self):
        self.is_refused('no input "token"; there is "tokens", "mask"',
                        token=self.good["tokens"])
        self.is_refused('input "mask" is not given: --input mask=FILE',
                        mask=None)
        self.is_refused('no output "e"; there is "embedding"', "--output",
                        "e=-")
        self.is_refused('no entry "other"; the module has "main"', "--entry",
                        "other")
        self.is_refused('no variant "neon"; there is avx512, avx2', "--isa",
                        "neon")

    def test_ranks(self):
        tokens = self.good["tokens"]
        self.is_refused('input 0 "tokens" has rank 1, not 2', tokens=tokens[0])
        self.is_refused('input 0 "tokens" has rank 3, not 2',
                        tokens=tokens[None])

    def test_types(self):
        for dtype, name in [(np.int64, "i64"), (np.float32, "f32"),
                            (np.uint8, "u8")]:
            self.is_refused(f'input 0 "tokens" has element type {name}, not '
                            "i32", tokens=self.good["tokens"].astype(dtype))

    def test_extents(self):
        self.is_refused('input 1 "mask" has extent 6 at axis 1, not 7: seq is '
                        "7", mask=self.good["mask"][:, :6].copy())
        self.is_refused('input 1 "mask" has extent 1 at axis 0, not 2: batch '
                        "is 2", mask=self.good["mask"][:1])

    def test_dims_out_of_range(self):
        for shape, message in [
                ((1, 513), "seq is 513, outside 1..512, by axis 1 of"),
                ((65, 1), "batch is 65, outside 1..64, by axis 0 of"),
                ((0, 3), "batch is 0, outside 1..64, by axis 0 of"),
                ((3, 0), "seq is 0, outside 1..512, by axis 1 of")]:
            zeros = np.zeros(shape, np.int32)
            self.is_refused(f'{message} input 0 "tokens"', tokens=zeros,
                            mask=zeros)

    def test_token_ids_out_of_the_vocabulary(self):
        for at, value in [((1, 3), support.VOCAB), ((0, 0), -1),
                          ((1, 6), 2**31 - 1)]:
            tokens = self.good["tokens"].copy()
            tokens[at] = value
            self.is_refused(f'input 0 "tokens" holds {value} at '
                            f"[{at[0]}, {at[1]}], outside 0..127",
                            tokens=tokens)

    def test_layout(self):
        self.is_refused(f"{self.folder}/given.npz: tokens.npy: is in Fortran "
                        "order", tokens=np.asfortranarray(self.good["tokens"]))

    def test_threads(self):
        for threads in ["0", "1025", "1000000"]:
            self.is_refused(f"threads is {threads}, outside 1..1024",
                            "--threads", threads)
            self.refused([f"error: threads is {threads}, outside 1..1024"],
                         "bench", self.artifact, "--dims", "batch=1,seq=2",
                         "--threads", threads)
        self.is_refused("Could not convert: --threads = many", "--threads",
                        "many", code=2)

    def test_dims_of_the_other_verbs(self):
        weights = support.SMALL[-2:]
        for message, *arguments in [
                ("dim 'seq' is 600; expected 1..512", "verify", *weights,
                 "--dims", "seq=600"),
                ('no dim "sq"; there is "batch", "seq"', "verify", *weights,
                 "--dims", "sq=6"),
                ('no dim "sq"; there is "batch", "seq"', "inspect", "--dims",
                 "batch=1,sq=6"),
                ('no dim "sq"; there is "batch", "seq"', "bench", "--dims",
                 "batch=1,sq=6"),
                ("seq is 600, outside 1..512", "inspect", "--dims",
                 "seq=600"),
                ("seq is 600, outside 1..512", "bench", "--dims",
                 "batch=1,seq=600")]:
            self.refused([f"error: {message}"], arguments[0], self.artifact,
                         *arguments[1:])

    def test_verify_without_its_weights(self):
        self.refused(["minilm.heddle:17:7: error: no --weights was given"],
                     "verify", self.artifact)
        done = support.tool("verify", self.artifact, "--weights", "random:8")
        self.assertEqual(done.code, 1)
        self.assertIn("error: the first wrong kernel is ", done.err)


if __name__ == "__main__":
    support.main()
