# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The same input gives the same bits: compiles, runs, and both with a cache."""
import os
import subprocess

import support


class Determinism(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.artifact = cls.compiled("first", support.MINILM, *support.SMALL)

    def test_two_runs_are_bit_equal(self):
        for batch, seq in [(1, 1), (3, 17), (2, 129)]:
            inputs = support.token_inputs(batch, seq)
            for isa in support.ISAS:
                for threads in [1, 2]:
                    flags = ["--isa", isa, "--threads", threads]
                    self.same_bits(
                        self.run_model(self.artifact, inputs, *flags),
                        self.run_model(self.artifact, inputs, *flags))

    def test_threads_do_not_change_a_bit(self):
        inputs = support.token_inputs(3, 65)
        one = self.run_model(self.artifact, inputs, "--threads", 1)
        for threads in [2, 3]:
            self.same_bits(one, self.run_model(self.artifact, inputs,
                                               "--threads", threads))

    def test_two_compiles_give_identical_files(self):
        expected = self.artifact.read_bytes()
        for name, more in [("no-cache", ["--no-cache", "--jobs", 1]),
                           ("cache", []), ("cached", ["--jobs", 7])]:
            other = self.compiled(name, support.MINILM, *support.SMALL, *more)
            self.assertEqual(other.read_bytes(), expected, name)
            other.unlink()

    def test_two_compiles_at_once_share_a_cache(self):
        cache = self.folder / "shared"
        env = {**os.environ, "HEDDLE_CACHE_DIR": str(cache)}
        command = [str(support.BIN / "heddle"), "compile",
                   *support.words([support.FIRST]), "--weights", "random:1"]
        both = [subprocess.Popen([*command, "-o", self.folder / name],
                                 env=env) for name in ("a.so", "b.so")]
        self.assertEqual([one.wait(support.LOADED_SECONDS) for one in both],
                         [0, 0])
        self.assertEqual((self.folder / "a.so").read_bytes(),
                         (self.folder / "b.so").read_bytes())

    def test_a_damaged_cache_is_no_matter(self):
        cache = self.folder / "damaged"
        env = {"HEDDLE_CACHE_DIR": str(cache)}
        arguments = ["compile", support.FIRST, "--weights", "random:1", "-o",
                     self.folder / "damaged.so"]
        self.works(*arguments, env=env)
        expected = (self.folder / "damaged.so").read_bytes()
        entries = sorted(cache.iterdir())
        self.assertEqual(len(entries), 2 * len(support.VARIANTS))
        entries[0].write_bytes(entries[0].read_bytes()[:-5])
        flipped = bytearray(entries[1].read_bytes())
        flipped[len(flipped) // 2] ^= 4
        entries[1].write_bytes(flipped)
        self.works(*arguments, env=env)
        self.assertEqual((self.folder / "damaged.so").read_bytes(), expected)

    def test_a_cache_that_cannot_be_written_is_no_matter(self):
        self.works("compile", support.FIRST, "--weights", "random:1", "-o",
                   self.folder / "uncached.so",
                   env={"HEDDLE_CACHE_DIR": "/proc/no/such/folder"})


if __name__ == "__main__":
    support.main()
