# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A full disk is told in words and leaves what was there."""
import subprocess
import sys
import tempfile
import unittest

import support

KIB = 1024
# The mount is seen by this test alone and goes with it.
MOUNT = "mount -t tmpfs -o size={size} none {folder} && exec {rest}"
INSIDE = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]


def in_small_folder(folder, size, command):
    """Runs `command` where `folder` is a file system of `size` bytes."""
    rest = " ".join(f"'{word}'" for word in support.words(command))
    line = MOUNT.format(size=size, folder=folder, rest=rest)
    return subprocess.run([*INSIDE, line], capture_output=True, text=True,
                          timeout=support.LOADED_SECONDS)


def why_not():
    """What forbids the mount here; empty where it works."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = in_small_folder(folder, 64 * KIB, ["true"])
        except OSError as error:
            return str(error)
    return done.stderr.strip() or (done.returncode and "it fails")


REASON = why_not()


@unittest.skipIf(REASON, f"no small tmpfs can be mounted: {REASON}")
class DiskFull(support.Case):
    def compile(self, size, model, *arguments):
        """What stands in the folder after a compile into it over an old
        file, and what the compile said."""
        folder = self.folder / "small"
        folder.mkdir(exist_ok=True)
        script = self.write("inside.py", INSIDE_SCRIPT)
        done = in_small_folder(folder, size, [
            sys.executable, "-B", script, folder / "out.so",
            support.BIN / "heddle", "compile", model, *arguments, "-o",
            folder / "out.so"])
        self.assertEqual(list(folder.iterdir()), [])
        return done.returncode, done.stdout.strip(), done.stderr

    def test_no_room_for_the_artefact(self):
        # 7 MB of weights; the old file stays, and nothing else.
        code, kept, error = self.compile(4096 * KIB, support.MINILM,
                                         *support.SMALL)
        self.assertEqual((code, kept), (1, "out.so: old"), error)
        self.assertIn("out.so': No space left on device (it takes ", error)

    def test_room_for_the_artefact(self):
        code, kept, error = self.compile(256 * KIB, support.FIRST, "--weights",
                                         "random:1")
        self.assertEqual((code, kept), (0, "out.so: new"), error)

    def test_no_room_for_the_code_alone(self):
        code, kept, error = self.compile(8 * KIB, support.FIRST, "--weights",
                                         "random:1")
        self.assertEqual((code, kept), (1, "out.so: old"), error)
        self.assertIn("No space left on device", error)

    def test_no_room_for_temporary_files(self):
        folder = self.folder / "small"
        folder.mkdir(exist_ok=True)
        output = self.write("out.so", "old")
        done = in_small_folder(folder, 16 * KIB, [
            "env", f"TMPDIR={folder}", support.BIN / "heddle", "compile",
            support.MINILM, *support.SMALL, "--no-cache", "--isa",
            support.ISAS[-1], "-o", output])
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, rf"^error: cannot write temporary files "
                         rf"in '{folder}/heddle[^']*': No space left on device"
                         r"\n$")
        self.assertEqual(output.read_text(), "old")


INSIDE_SCRIPT = """
import os, subprocess, sys
output = sys.argv[1]
open(output, "wb").write(b"old")
code = subprocess.run(sys.argv[2:]).returncode
for name in os.listdir(os.path.dirname(output)):
    content = open(os.path.join(os.path.dirname(output), name), "rb").read()
    print(name + ":", "old" if content == b"old" else "new")
sys.exit(code)
"""

if __name__ == "__main__":
    support.main()
