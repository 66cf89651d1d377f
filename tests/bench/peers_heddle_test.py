# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""bench/peers as it is called, with heddle and a peer that is not there."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from support import PEERS
import driver
import environment

HEDDLE = pathlib.Path(os.environ["HEDDLE_BIN_DIR"]) / "heddle"
PATIENCE = 240  # seconds, on a busy machine


def bare_environment(folder):
    """One that is complete and has this Python, so nothing on request."""
    python = pathlib.Path(folder, "bin/python3")
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    pathlib.Path(folder, "heddle.stamp").write_text(environment.wanted())
    return folder


def bench(*arguments):
    return subprocess.run(
        [sys.executable, PEERS, "--heddle", HEDDLE, *arguments],
        capture_output=True, text=True, timeout=PATIENCE)


class WholeTest(unittest.TestCase):
    def test_heddle_is_right_and_torch_is_not_there(self):
        with tempfile.TemporaryDirectory() as folder:
            done = bench("--peers", "heddle,torch", "--quick", "--cases",
                         r"gemm 128|full 1\.12\.128", "--out", folder,
                         "--environment", bare_environment(folder))
            self.assertEqual(done.returncode, 0, done.stderr)
            report = json.loads(pathlib.Path(folder, "peers.json").read_text())
            self.assertEqual(pathlib.Path(folder, "peers.md").read_text(),
                             done.stdout)
        rows = {(row["case"], row["peer"]): row for row in report["rows"]}
        self.assertEqual(len(rows), 4)
        for (case, peer), row in rows.items():
            if peer == "torch":
                self.assertEqual(row["status"], "missing")
                self.assertIn("No module named 'torch'", row["words"])
            elif row["status"] != "ok":
                self.assertEqual(row["words"], driver.BUSY)
            else:
                self.assertLess(row["error"], 1e-4)
                self.assertGreater(report["context"]["peaks"][case]["fma"], 1e9)

    def test_what_heddle_refuses_is_in_its_words(self):
        with tempfile.TemporaryDirectory() as folder:
            done = bench("--peers", "heddle", "--quick", "--isa", "none",
                         "--cases", "gemm 128", "--out", folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("no FMA peak", done.stderr)
        self.assertIn("heddle: refused:", done.stdout)
        self.assertIn("none", done.stdout)

    def test_a_name_that_no_case_has(self):
        done = bench("--cases", "nothing like that")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no case has such a name", done.stderr)

    def test_the_list(self):
        done = bench("--list", "--cases", "^gemm")
        self.assertEqual(done.stdout.split("\n")[0], "gemm 512.512.512 f32")


if __name__ == "__main__":
    unittest.main()
