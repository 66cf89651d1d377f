# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""An output is whole or absent: what cannot be written, and kill -9."""
import os
import random
import signal
import subprocess
import time

import support

FIRST = [support.FIRST, "--weights", "random:1"]
KILLS = 10


def processes_of(group):
    """Ids of the living processes of a process group."""
    found = []
    for name in os.listdir("/proc"):
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                fields = file.read().rpartition(b") ")[2].split()
        except (OSError, NotADirectoryError):
            continue
        if name.isdigit() and int(fields[2]) == group and fields[0] != b"Z":
            found.append(int(name))
    return found


class BadOutput(support.Case):
    def test_an_output_that_cannot_be_written(self):
        for path, reason in [
                ("/no/such/out.so", "No such file or directory"),
                ("/proc/out.so", "No such file or directory"),
                ("/dev/full", "not a regular file"),
                (self.folder, "not a regular file")]:
            self.refused([f"error: cannot write '{path}': {reason}"],
                         "compile", *FIRST, "-o", path)

    def test_a_folder_without_permission(self):
        folder = self.folder / "sealed"
        folder.mkdir()
        old = folder / "out.so"
        old.write_bytes(b"old")
        folder.chmod(0o555)
        try:
            if os.access(folder, os.W_OK):
                return  # root may write anywhere
            self.refused([f"error: cannot write '{old}': Permission denied"],
                         "compile", *FIRST, "-o", old)
        finally:
            folder.chmod(0o755)
        self.assertEqual(old.read_bytes(), b"old")

    def test_a_phase_that_cannot_be_written(self):
        for path, reason in [("/no/such/out.mlir", "No such file or directory"),
                             ("/dev/full", "No space left on device"),
                             (self.folder, "Is a directory")]:
            self.refused([f"error: cannot write '{path}': {reason}"],
                         "compile", *FIRST, "--stop-after", "graph", "-o",
                         path)
        self.refused(["error: cannot write '/dev/full"], "compile", *FIRST,
                     "--stop-after", "objects", "-o", "/dev/full")

    def test_no_place_for_temporary_files(self):
        output = self.write("out.so", "old")
        self.refused(["error: cannot make a folder for temporary files in "
                      "'/no/such': No such file or directory"], "compile",
                     *FIRST, "-o", output, env={"TMPDIR": "/no/such"})
        self.assertEqual(output.read_text(), "old")

    def test_a_result_that_cannot_be_written(self):
        artifact = self.compiled("first", *FIRST)
        run = ["run", artifact, "--input", "x=2x8xf32=1", "--output"]
        self.refused(["error: /dev/full: cannot write: No space left on "
                      "device"], *run, "y=/dev/full")
        self.refused(["error: /no/such/y.npy: cannot open for writing: No "
                      "such file or directory"], *run, "y=/no/such/y.npy")

    def test_a_link_stays_a_link_to_the_new_file(self):
        target = self.write("target.so", b"old")
        link = self.folder / "link.so"
        link.symlink_to(target)
        self.works("compile", *FIRST, "-o", link)
        self.assertTrue(link.is_symlink())
        self.assertNotEqual(target.read_bytes(), b"old")

    def killed(self, output, seconds, *arguments):
        """Kills a compile after so long; its children must end by
        themselves. True when it was still at work."""
        command = [str(support.BIN / "heddle"), "compile",
                   *support.words([support.MINILM, *support.SMALL,
                                   *arguments]), "-o", str(output)]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL,
                                   start_new_session=True)
        try:
            process.wait(seconds)
            return False
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        limit = time.monotonic() + 60
        while processes_of(process.pid) and time.monotonic() < limit:
            time.sleep(0.05)
        self.assertEqual(processes_of(process.pid), [])
        return process.returncode == -signal.SIGKILL

    def test_kill_9_leaves_the_old_file_or_the_new_one(self):
        folder = self.folder / "killed"
        folder.mkdir()
        output = folder / "out.so"
        # Kernels come from the cache, so that most of the time goes into
        # the file; some compiles make them anew.
        expected = self.compiled("new", support.MINILM,
                                 *support.SMALL).read_bytes()
        start = time.monotonic()
        self.compiled("new", support.MINILM, *support.SMALL)
        longest = time.monotonic() - start
        seed = int(os.environ.get("HEDDLE_SEED", random.randrange(1 << 30)))
        print(f"HEDDLE_SEED={seed}")
        moments = random.Random(seed)
        killed = 0
        for kill in range(KILLS):
            old = b"old" if kill % 2 else None
            output.unlink(missing_ok=True)
            if old:
                output.write_bytes(old)
            anew = ["--no-cache"] if kill % 5 == 4 else []
            killed += self.killed(output, moments.uniform(0, longest), *anew)
            found = output.read_bytes() if output.exists() else None
            self.assertIn(found, [old, expected], f"kill {kill}")
            for path in folder.iterdir():
                if path != output:  # named, and not renamed yet
                    self.assertRegex(path.name, r"^\.out\.so\..*\.tmp$")
        self.assertTrue(killed)
        self.works("compile", support.MINILM, *support.SMALL, "-o", output)
        self.assertEqual(output.read_bytes(), expected)


if __name__ == "__main__":
    support.main()
