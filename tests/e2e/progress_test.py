# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Progress shows on a terminal, and a pipe stays quiet."""
import os
import subprocess

import support

COMPILE = ["compile", support.FIRST, "--weights", "random:1", "--no-cache"]


class Progress(support.Case):
    def on_a_terminal(self, *arguments):
        """The exit code and what a terminal on standard error gets."""
        try:
            ours, theirs = os.openpty()
        except OSError as error:  # a root without /dev/pts
            self.skipTest(f"no terminal can be made here: {error}")
        process = subprocess.Popen(
            support.words([support.BIN / "heddle", *arguments]),
            stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:  # how Linux says that the other end is closed
            pass
        os.close(ours)
        return process.wait(), shown.decode()

    def test_a_terminal_counts_kernels_and_ends_clean(self):
        code, shown = self.on_a_terminal(*COMPILE, "-o", self.folder / "a.so")
        self.assertEqual(code, 0, shown)
        lines = shown.split("\r\033[K")
        self.assertIn("kernel 1 of 4", lines)
        self.assertIn("kernel 4 of 4", lines)
        self.assertEqual(lines[-1], "")

    def test_a_search_says_what_it_is_at(self):
        code, shown = self.on_a_terminal("tune", support.FIRST, "--trials",
                                         "1", "--tuning",
                                         self.folder / "t.db")
        self.assertEqual(code, 0, shown)
        lines = shown.split("\r\033[K")
        self.assertRegex("\n".join(lines), r"first\.heddle:\d+:\d+: searching, "
                         r"0 of at most 1 tried, 0 illegal")
        self.assertEqual(lines[-1], "")

    def test_a_pipe_stays_quiet(self):
        done = self.works(*COMPILE, "-o", self.folder / "b.so")
        self.assertEqual((done.out, done.err), (b"", ""))


if __name__ == "__main__":
    support.main()
