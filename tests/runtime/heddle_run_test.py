# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""heddle-run from the outside: what it prints, writes and returns."""
import json
import os
import struct
import subprocess
import sys
import tempfile
import unittest

BIN = os.path.join(os.environ["HEDDLE_BIN_DIR"], "heddle-run")
MAKE_TINY = sys.argv.pop(1)
FILLS = ["--input", "tokens=2x4xi32=3", "--input", "x=2x4xf32=1"]


def run(*args, stdin=b""):
    done = subprocess.run([BIN, *args], input=stdin, capture_output=True)
    return done.returncode, done.stdout, done.stderr.decode()


class HeddleRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.tiny = os.path.join(cls.folder.name, "tiny.so")
        subprocess.run([MAKE_TINY, cls.tiny], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def refused(self, message, *args, code=1):
        got, out, err = run(*args)
        self.assertEqual((got, out), (code, b""), err)
        self.assertEqual(err.splitlines()[0], "error: " + message)

    def test_prints_a_summary(self):
        code, out, err = run("run", self.tiny, *FILLS)
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(out.decode().splitlines(), [
            "y [2, 4] f32: 1.75 1.75 1.75 1.75 1.75 1.75 1.75 1.75",
            "total [2] f32: 7 7"])

    def test_files_of_every_format_and_streams(self):
        for name in ["o.npz", "o.safetensors"]:
            code, _, err = run("run", self.tiny, *FILLS, "-o", self.path(name))
            self.assertEqual((code, err), (0, ""))
        code, out, _ = run("run", self.tiny, *FILLS, "-o", "y=-")
        self.assertEqual((code, out[:6]), (0, b"\x93NUMPY"))
        # y goes back in as x, from a stream and from each file.
        for source, stdin in [("x=-", out), ("y", b"")]:
            for name in ["o.npz", "o.safetensors"]:
                if source == "y":
                    code, _, err = run("run", self.tiny, FILLS[0], FILLS[1],
                                       "-i", "x=" + self.path(name))
                    self.assertEqual(code, 1)
                    self.assertIn("none called \"x\"", err)
                    continue
                code, again, err = run("run", self.tiny, FILLS[0], FILLS[1],
                                       "-i", source, "-o", "total=-",
                                       stdin=stdin)
                self.assertEqual((code, err), (0, ""))
                self.assertEqual(struct.unpack("<2f", again[-8:]), (10., 10.))

    def test_entry_isa_threads(self):
        code, out, _ = run("run", self.tiny, "--entry", "which", "--isa",
                           "plain", "--threads", "1")
        self.assertEqual((code, out), (0, b"which [1] i32: 2\n"))

    def test_profile_prints_a_table(self):
        code, out, err = run("run", self.tiny, *FILLS, "--profile",
                             "--threads", "2", "--repeat", "3")
        self.assertEqual((code, err), (0, ""))
        head, work, names, *rows = out.decode().splitlines()
        self.assertRegex(head, r"^Tiny/main batch=2 seq=4: .* ms \(p10 .*, "
                         r"p90 .*\), median of 3 runs, 2 threads, variant "
                         r"native$")
        self.assertRegex(work, "^1.6e-08 GFLOP, ")
        self.assertEqual(names.split()[:3], ["kernel", "family", "calls"])
        self.assertEqual({tuple(row.split()[:3]) for row in rows[:3]}, {
            ("k0", "gather", "1"), ("k1", "elementwise", "1"),
            ("k2", "reduction", "1")})
        self.assertEqual([row.split()[:2] for row in rows[3:]], [
            ["outside", part]
            for part in ("checks", "memory", "outputs", "rest")])
        _, out, _ = run("run", self.tiny, *FILLS, "--profile", "--each",
                        "--repeat", "1")
        self.assertEqual(
            [(row.split()[0], row.split()[-1])
             for row in out.decode().splitlines()[3:6]],
            [(f"k{i}", f"tiny.heddle:{i + 3}:7") for i in range(3)])

    def test_profile_in_json(self):
        y = self.path("profiled.npy")
        code, out, err = run("run", self.tiny, *FILLS, "--profile", "--json",
                             "--threads", "2", "-o", "y=" + y)
        self.assertEqual((code, err), (0, ""))
        report = json.loads(out)
        self.assertEqual(os.path.getsize(y), 128 + 32)
        self.assertEqual(report["dims"], {"batch": 2, "seq": 4})
        self.assertEqual((report["repetitions"], report["threads"]), (20, 2))
        self.assertLessEqual(report["p10"], report["real_time"])
        self.assertEqual(set(report["outside_ms"]),
                         {"checks", "memory", "outputs", "rest"})
        k0, k1, k2 = report["dispatches"]
        self.assertEqual((k0["bytes_read"], k0["bytes_written"]), (None, 32))
        self.assertEqual((k1["bytes_read"], k1["flops"]), (64, 16))
        self.assertEqual([k["parallel_loops"] for k in (k0, k1, k2)],
                         [0, 1, 1])
        for kernel in report["kernels"]:
            self.assertGreater(kernel["ms"], 0)
            self.assertEqual(kernel["mean_ms"], kernel["ms"])

    def test_profile_refuses(self):
        self.refused("--profile and --output - both want standard output",
                     "run", self.tiny, *FILLS, "--profile", "-o", "y=-")
        for flag in ["--json", "--each"]:
            self.assertEqual(run("run", self.tiny, *FILLS, flag)[0], 2)
        self.assertEqual(run("run", self.tiny, *FILLS, "--profile", "--repeat",
                             "0")[0], 2)
        self.refused("dispatch 1 (kernel k1) failed with code 7: x holds "
                     "12345", "run", self.tiny, *FILLS[:2], "-i",
                     "x=2x4xf32=12345", "--profile", code=3)

    def test_wrong_input(self):
        self.refused('input "x" is not given: --input x=FILE', "run",
                     self.tiny, *FILLS[:2])
        self.refused('no input "ids"; there is "tokens", "x"', "run",
                     self.tiny, "--input", "ids=2x4xi32=0")
        self.refused('input "x" is given twice', "run", self.tiny, *FILLS,
                     *FILLS[2:])
        self.refused('input 0 "tokens" has element type i64, not i32', "run",
                     self.tiny, "-i", "tokens=2x4xi64=0", *FILLS[2:])
        self.refused('input 0 "tokens" has rank 9, not 2', "run", self.tiny,
                     "-i", "tokens=1x1x1x1x1x1x1x1x1xi32=0", *FILLS[2:])
        self.refused('input 0 "tokens" holds 11 at [0, 0], outside 0..9',
                     "run", self.tiny, "-i", "tokens=2x4xi32=11", *FILLS[2:])
        self.refused('no output "z"; there is "y", "total"', "run", self.tiny,
                     *FILLS, "-o", "z=-")
        self.refused("/nonexistent.npy: cannot open: No such file or "
                     "directory", "run", self.tiny, "-i",
                     "tokens=/nonexistent.npy")
        self.refused("threads is 0, outside 1..1024", "run", self.tiny,
                     "--threads", "0", *FILLS)
        self.refused("threads is 1000000, outside 1..1024", "run", self.tiny,
                     "--threads", "1000000", *FILLS)
        self.refused("threads is 4294967295, outside 1..1024", "run",
                     self.tiny, "--threads", "4294967295", *FILLS)
        self.refused("/dev/full: cannot write: No space left on device",
                     "run", self.tiny, *FILLS, "-o", "y=/dev/full")
        self.refused("/etc/passwd: is no heddle artefact or is cut short: no "
                     "footer at its end", "run", "/etc/passwd")

    def test_kernel_failure_is_ours(self):
        self.refused("dispatch 1 (kernel k1) failed with code 7: x holds "
                     "12345", "run", self.tiny, *FILLS[:2], "-i",
                     "x=2x4xf32=12345", code=3)

    def test_usage(self):
        for args in [[], ["walk"], ["run"], ["run", self.tiny, "--thread"],
                     ["bench", self.tiny, "--repeat", "0"]]:
            code, out, err = run(*args)
            self.assertEqual((code, out), (2, b""), args)
            self.assertTrue(err.startswith("error: "), err)
        for args in [["--help"], ["run", "--help"], ["--version"]]:
            self.assertEqual(run(*args)[0], 0)

    def test_inspect(self):
        code, out, err = run("inspect", self.tiny, "--check")
        self.assertEqual((code, err), (0, ""))
        for line in ["every hash matches", "  batch      1..4",
                     "  input  tokens           i32 [batch, seq] in 0..9",
                     "  arena bytes    2 * align(4 * batch * seq, 64) + "
                     "align(4 * batch, 64)"]:
            self.assertIn(line, out.decode().splitlines())
        code, out, _ = run("inspect", self.tiny, "--json", "--dims",
                           "batch=3,seq=5")
        report = json.loads(out)
        self.assertEqual(report["entries"][0]["at"][0]["arena_bytes"], 192)
        self.assertEqual(report["kernels"][0]["schedule"], "split 8\n")
        self.refused("seq is 99, outside 1..8", "inspect", self.tiny,
                     "--dims", "seq=99")
        self.refused('"seq" in --dims is not as in batch=1', "inspect",
                     self.tiny, "--dims", "seq")

    def test_inspect_check_sees_what_load_does_not(self):
        with open(self.tiny, "rb") as file:
            data = bytearray(file.read())
        weights, = struct.unpack("<Q", data[-128 + 48:-128 + 56])
        data[weights + 70] ^= 1
        damaged = self.path("damaged.so")
        with open(damaged, "wb") as file:
            file.write(data)
        self.assertEqual(run("run", damaged, *FILLS)[0], 0)
        self.refused(damaged + ": its weights do not match their hash",
                     "inspect", damaged, "--check")

    def test_inspect_does_not_run_code(self):
        # An artefact whose code cannot be loaded can still be inspected.
        with open(self.tiny, "rb") as file:
            data = bytearray(file.read())
        data[0] ^= 1
        damaged = self.path("code.so")
        with open(damaged, "wb") as file:
            file.write(data)
        self.assertEqual(run("inspect", damaged)[0], 0)
        self.refused(damaged + ": its code does not match its hash",
                     "inspect", damaged, "--check")

    def test_bench(self):
        code, out, err = run("bench", self.tiny, "--dims", "batch=1,4,seq=8",
                             "--threads", "1,2", "--repeat", "3",
                             "--sample-ms", "0.1", "--json")
        self.assertEqual((code, err), (0, ""))
        rows = json.loads(out)["benchmarks"]
        self.assertEqual([row["run_name"] for row in rows], [
            f"Tiny/main/batch:{b}/seq:8/threads:{t}"
            for b in (1, 4) for t in (1, 2)])
        for row in rows:
            self.assertGreater(row["real_time"], 0)
            self.assertLessEqual(row["p10"], row["p90"])
        self.assertEqual(rows[2]["flops"], 64)

    def test_bench_prints_a_table(self):
        code, out, err = run("bench", self.tiny, "--dims", "batch=1,4,seq=8",
                             "--repeat", "1", "--sample-ms", "0.1")
        self.assertEqual((code, err), (0, ""))
        head, names, *rows = out.decode().splitlines()
        self.assertRegex(head, "^variant .*, median of 1 samples, ")
        self.assertEqual(names.split(), ["ms", "p10", "p90", "GFLOP/s", "%",
                                         "peak"])
        self.assertEqual([row.split()[0] for row in rows],
                         [f"Tiny/main/batch:{b}/seq:8/threads:1"
                          for b in (1, 4)])

    def test_bench_refuses(self):
        for threads in ["0", "1000000", "4294967295"]:
            self.refused(f"threads is {threads}, outside 1..1024", "bench",
                         self.tiny, "--dims", "batch=1,seq=1", "--threads",
                         "1," + threads)
        self.refused('dim "seq" is not given: --dims seq=1..8', "bench",
                     self.tiny, "--dims", "batch=1")
        self.refused('no dim "length"; there is "batch", "seq"', "bench",
                     self.tiny, "--dims", "length=1")
        self.refused("batch is 9, outside 1..4", "bench", self.tiny,
                     "--dims", "batch=9,seq=1")
        self.refused('"x" in --dims is no number after a dim, as in '
                     'batch=1,seq=16,128', "bench", self.tiny, "--dims",
                     "batch=x")


if __name__ == "__main__":
    unittest.main()
