# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the end-to-end tests share: the tools, tensors in and out, models."""
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

import numpy as np

BIN = pathlib.Path(os.environ["HEDDLE_BIN_DIR"])
MODELS = pathlib.Path(os.environ["HEDDLE_SOURCE_DIR"]) / "models"
FIRST = MODELS / "first.heddle"
MINILM = MODELS / "minilm.heddle"
VARIANTS = ["avx512", "avx2"]  # what is compiled, best first
ISAS = [name for name, flag in [("avx512", "avx512bw"), ("avx2", "avx2")]
        if flag in pathlib.Path("/proc/cpuinfo").read_text().split()]
# With those of bf16 and int8, where the model has products of them.
NARROW_ISAS = ISAS + [
    name for name, flag in [("avx512_vnni",) * 2, ("avx512_bf16",) * 2,
                            ("avx512_amx", "amx_tile")]
    if flag in pathlib.Path("/proc/cpuinfo").read_text().split()]
# MiniLM's own widths, so its own kernels, with few layers and words: a file
# of 7 MB a layer.
VOCAB = 128
SMALL = ["-D", "layers=1", "-D", f"vocab={VOCAB}", "--weights", "random:7"]
LOADED_SECONDS = 240  # a compile on a busy machine


class Done:
    """A finished process: code, out (bytes) and err (text)."""

    def __init__(self, process):
        self.code = process.returncode
        self.out = process.stdout
        self.err = process.stderr.decode(errors="replace")

    @property
    def text(self):
        return self.out.decode()


def words(arguments):
    return [str(argument) for argument in arguments]


def tool(*arguments, program="heddle", stdin=b"", env=None):
    """Runs a tool to its end. Kernels are cached in a folder of this script's
    own, so that no earlier build's code is tested."""
    return Done(subprocess.run([str(BIN / program), *words(arguments)],
                               input=stdin, capture_output=True,
                               timeout=LOADED_SECONDS,
                               env={**os.environ, **(env or {})}))


class Case(unittest.TestCase):
    """A test with a folder; the class shares one as `folder`."""

    longMessage = True

    @classmethod
    def setUpClass(cls):
        cls.kept = tempfile.TemporaryDirectory(prefix="heddle-e2e-")
        cls.folder = pathlib.Path(cls.kept.name)
        cls.addClassCleanup(cls.kept.cleanup)

    def write(self, name, content):
        """A file of the class's folder with this text or these bytes."""
        path = self.folder / name
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(data)
        return path

    def works(self, *arguments, **more):
        done = tool(*arguments, **more)
        self.assertEqual(done.code, 0, f"{words(arguments)}\n{done.err}")
        return done

    @classmethod
    def compiled(cls, name, *arguments):
        """The artefact NAME.so in the class's folder, for setUpClass too."""
        path = cls.folder / (name + ".so")
        done = tool("compile", *arguments, "-o", path)
        if done.code:
            raise AssertionError(f"{words(arguments)}\n{done.err}")
        return path

    def refused(self, pieces, *arguments, code=1, **more):
        """Asserts that the tool ends with `code`, prints nothing to standard
        output and says each piece."""
        done = tool(*arguments, **more)
        self.assertEqual((done.code, done.out), (code, b""),
                         f"{words(arguments)}\n{done.err}")
        for piece in pieces:
            self.assertIn(piece, done.err)
        return done

    def not_compiled(self, pieces, *arguments, code=1):
        """As refused, for a compile: no file is made, an old one stays, and
        nothing else is left in the folder."""
        target = self.folder / "target"
        target.mkdir(exist_ok=True)
        output = target / "out.so"
        for old in [None, b"an old file"]:
            if old:
                output.write_bytes(old)
            done = self.refused(pieces, "compile", *arguments, "-o", output,
                                code=code)
            found = {path.name: path.read_bytes()
                     for path in target.iterdir()}
            self.assertEqual(found, {"out.so": old} if old else {})
        output.unlink()
        return done

    def run_model(self, artifact, inputs, *arguments, program="heddle"):
        """The outputs by name."""
        given = self.folder / "inputs.npz"
        np.savez(given, **inputs)
        result = self.folder / "outputs.npz"
        result.unlink(missing_ok=True)
        self.works("run", artifact, "--input", given, "--output", result,
                   *arguments, program=program)
        with np.load(result) as arrays:
            return dict(arrays)

    def same_bits(self, one, other):
        self.assertEqual(one.keys(), other.keys())
        for name, array in one.items():
            self.assertEqual(array.shape, other[name].shape)
            self.assertEqual(array.tobytes(), other[name].tobytes(), name)


def inspect(artifact, *arguments):
    done = tool("inspect", artifact, "--json", *arguments)
    assert done.code == 0, done.err
    return json.loads(done.out)


def token_inputs(batch, seq, vocab=VOCAB, seed=1, lengths=None):
    """Inputs of models/minilm.heddle: rows that end at their lengths."""
    random = np.random.default_rng(seed)
    if lengths is None:
        lengths = random.integers(1, seq + 1, batch)
    mask = np.arange(seq)[None, :] < np.asarray(lengths)[:, None]
    return {"tokens": random.integers(0, vocab, (batch, seq), np.int32),
            "mask": mask.astype(np.int32)}


def safetensors(tensors):
    """The bytes of a safetensors file with these arrays; numpy has no bf16, so
    16 bits without a sign stand for it."""
    names = {"float32": "F32", "float16": "F16", "float64": "F64",
             "int32": "I32", "uint16": "BF16"}
    header, data = {}, b""
    for name, array in tensors.items():
        raw = array.tobytes()
        header[name] = {"dtype": names[str(array.dtype)],
                        "shape": list(array.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    return with_header(header, data)


def with_header(header, data, size=None):
    """A safetensors file of any header, true or not."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text) if size is None else size) + text + data


def main():
    """Runs the script's tests. Ends with 77, having said why, where one could
    not run here, so that CTest shows it as skipped."""
    with tempfile.TemporaryDirectory(prefix="heddle-cache-") as cache:
        os.environ["HEDDLE_CACHE_DIR"] = cache
        program = unittest.main(module="__main__", exit=False)
    result = program.result
    for test, reason in result.skipped:
        print(f"SKIP {test.id()}: {reason}", file=sys.stderr)
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if result.skipped else 0)
