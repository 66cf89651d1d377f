# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""An artefact that was cut, flipped, or made for others is refused in words."""
import os
import random
import struct

import support

FOOTER = 128
PLACES = 30
X = "x=3x8xf32=0.5"
PROGRAM = ("heddle-run" if (support.BIN / "heddle-run").exists() else "heddle")


def hashed(data):
    """heddle_hash of runtime/include/heddle/artifact.h."""
    value = 0xcbf29ce484222325
    for at in range(0, len(data), 8):
        word = int.from_bytes(data[at:at + 8], "little")
        value = (value ^ word) * 0x100000001b3 % 2**64
        value ^= value >> 32
    return value


class Layout:
    """The fields of an artefact's footer."""

    def __init__(self, data):
        (self.version, _, self.size, self.code_size, self.metadata,
         self.metadata_size, self.weights, self.weights_size) = (
             struct.unpack_from("<IIQQQQQQ", data, len(data) - FOOTER + 8))

    def parts(self):
        return {"code": (0, self.code_size),
                "metadata": (self.metadata, self.metadata_size),
                "weights": (self.weights, self.weights_size),
                "footer": (self.size - FOOTER, FOOTER)}


def sealed(data, **fields):
    """The artefact with its hashes made true again, and other fields."""
    data = bytearray(data)
    layout, foot = Layout(data), len(data) - FOOTER
    struct.pack_into("<I", data, foot + 8,
                     fields.get("version", layout.version))
    for place, (start, size) in zip(
            (64, 72), list(layout.parts().values())[:2]):
        struct.pack_into("<Q", data, foot + place,
                         hashed(data[start:start + size]))
    struct.pack_into("<Q", data, foot + 120, hashed(data[foot:foot + 120]))
    return data


class BadArtifact(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        artifact = cls.compiled("good", support.FIRST, "--weights",
                                "random:1")
        cls.data = artifact.read_bytes()
        cls.layout = Layout(cls.data)
        seed = int(os.environ.get("HEDDLE_SEED", random.randrange(1 << 30)))
        print(f"HEDDLE_SEED={seed}")
        cls.random = random.Random(seed)

    def call(self, path):
        return support.tool("run", path, "--input", X, program=PROGRAM)

    def is_refused(self, data, *pieces):
        """By run, and by inspect where it looks at what is wrong."""
        path = self.write("bad.so", bytes(data))
        self.refused([f"error: {path}: ", *pieces], "run", path, "--input", X,
                     program=PROGRAM)
        return path

    def test_the_file_is_as_the_contract_says(self):
        self.assertEqual(self.layout.size, len(self.data))
        self.assertEqual(sealed(self.data), self.data)
        path = self.write("good.so", self.data)
        self.works("inspect", path, "--check", program=PROGRAM)

    def test_truncated(self):
        sizes = [0, 1, 63, 64, 127, 128, 4095, 4096, len(self.data) - 1,
                 len(self.data) - FOOTER, self.layout.weights]
        sizes += self.random.choices(range(4096), k=PLACES)
        sizes += self.random.choices(range(len(self.data)), k=PLACES)
        for size in sizes:
            path = self.is_refused(self.data[:size])
            self.refused([f"error: {path}: is no heddle artefact"], "inspect",
                         path, program=PROGRAM)

    def test_longer(self):
        self.is_refused(self.data + b"\0", "is no heddle artefact or is cut "
                        "short: no footer at its end")
        self.is_refused(self.data + self.data[-FOOTER:], "not the ")

    def flipped(self, place):
        data = bytearray(self.data)
        data[place] ^= 1 << self.random.randrange(8)
        return data

    def test_a_flipped_bit_is_refused(self):
        for part, message in [
                ("code", "its code does not match its hash"),
                ("metadata", "its metadata does not match its hash"),
                ("footer", "")]:
            start, size = self.layout.parts()[part]
            for _ in range(PLACES // 3):
                data = self.flipped(start + self.random.randrange(size))
                self.is_refused(data, message)

    def test_a_flipped_weight_is_found_by_a_check(self):
        start, size = self.layout.parts()["weights"]
        for _ in range(5):
            path = self.write("weights.so", bytes(
                self.flipped(start + self.random.randrange(size))))
            self.refused([f"error: {path}: its weights do not match their "
                          "hash"], "inspect", path, "--check", program=PROGRAM)

    def test_a_flipped_bit_anywhere_changes_no_result_unseen(self):
        expected = self.call(self.write("good.so", self.data)).out
        for _ in range(PLACES):
            path = self.write("any.so", bytes(
                self.flipped(self.random.randrange(len(self.data)))))
            checked = support.tool("inspect", path, "--check",
                                   program=PROGRAM)
            if checked.code:
                self.assertEqual(checked.code, 1)
                self.assertTrue(checked.err.startswith(f"error: {path}: "))
            else:  # padding
                self.assertEqual(self.call(path).out, expected)

    def test_another_version(self):
        self.is_refused(sealed(self.data, version=1), "is of artefact version "
                        "1; this runtime reads version 3")

    def test_another_architecture(self):
        data = bytearray(self.data)
        struct.pack_into("<H", data, 18, 243)  # e_machine: RISC-V
        self.is_refused(sealed(data), "is for another processor architecture")

    def without(self, feature):
        """The artefact, needing a feature of that name's length that no CPU
        has."""
        start, size = self.layout.parts()["metadata"]
        data = bytearray(self.data)
        data[start:start + size] = bytes(data[start:start + size]).replace(
            feature, b"z" * len(feature))
        return self.write("cpu.so", bytes(sealed(data)))

    def test_a_cpu_without_a_feature_of_every_variant(self):
        path = self.without(b"fma")
        self.refused([f"error: {path}: no variant runs on this CPU: avx512 "
                      "lacks zzz", "; avx2 lacks zzz"], "run", path, "--input",
                     X, program=PROGRAM)

    def test_a_cpu_without_a_feature_of_one_variant(self):
        path = self.without(b"avx512bw")
        self.refused(['error: variant "avx512" does not run on this CPU, '
                      "which lacks ", "zzzzzzzz"], "run", path, "--input", X,
                     "--isa", "avx512", program=PROGRAM)
        done = self.works("run", path, "--input", X, "--profile",
                          program=PROGRAM)
        self.assertIn(b", variant avx2\n", done.out)

    def test_what_is_no_artefact(self):
        for content in [b"", b"\x7fELF", b"text\n" * 1000]:
            self.is_refused(content, "is no heddle artefact")
        for path, reason in [("/no/such.so", "cannot open: No such file or "
                              "directory"),
                             (self.folder, "is not a regular file"),
                             ("/dev/zero", "is not a regular file")]:
            for verb in ["run", "inspect"]:
                self.refused([f"error: {path}: {reason}"], verb, path,
                             program=PROGRAM)


if __name__ == "__main__":
    support.main()
