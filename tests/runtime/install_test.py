# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Installs the runtime and builds the C example against it, then runs it."""
import os
import subprocess
import sys
import tempfile
import unittest

CMAKE, MAKE_TINY = sys.argv[1:3]
del sys.argv[1:3]


class Install(unittest.TestCase):
    def test_c_example_against_an_install_tree(self):
        with tempfile.TemporaryDirectory() as folder:
            prefix = os.path.join(folder, "prefix")
            build = os.path.join(folder, "build")
            tiny = os.path.join(folder, "tiny.so")
            source = os.path.join(os.environ["HEDDLE_SOURCE_DIR"], "runtime",
                                  "examples")
            subprocess.run([MAKE_TINY, tiny], check=True)
            for command in [
                    ["--install", os.environ["HEDDLE_BINARY_DIR"], "--prefix",
                     prefix, "--component", "heddle_runtime"],
                    ["-G", "Ninja", "-S", source, "-B", build,
                     "-DCMAKE_PREFIX_PATH=" + prefix,
                     "-DCMAKE_C_FLAGS=-std=c11 -Wall -Wextra -Werror"],
                    ["--build", build]]:
                done = subprocess.run([CMAKE, *command], capture_output=True,
                                      text=True)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            example = os.path.join(build, "run_model")
            done = subprocess.run([example, tiny, "2", "4"],
                                  capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout, done.stderr),
                             (0, "Tiny: first output starts with 0\n", ""))
            done = subprocess.run([example, tiny, "9", "4"],
                                  capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr),
                             (1, "error: batch is 9, outside 1..4\n"))
            self.check_exports(prefix)

    def check_exports(self, prefix):
        library, = [os.path.join(root, name)
                    for root, _, names in os.walk(prefix) for name in names
                    if name == "libheddle.so"]
        done = subprocess.run(["nm", "-D", "--defined-only", library],
                              capture_output=True, text=True, check=True)
        for line in done.stdout.splitlines():
            self.assertTrue(line.split()[-1].startswith("heddle_"), line)


if __name__ == "__main__":
    unittest.main()
