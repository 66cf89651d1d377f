# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models whose kernels run on an OpenCL device."""
import json
import os
import unittest

import numpy as np

import support

MODEL = support.pathlib.Path(__file__).with_name("data") / "encoder.heddle"
WEIGHTS = ["--weights", "random:3"]
OPENCL = ["--target", "opencl"]
# Around the query block (16) and the chunk of keys (64), a prime, the largest.
LENGTHS = [1, 15, 16, 17, 63, 64, 65, 131, 140]
# Softmax, reductions over several axes, gathers, products of two tensors.
OTHERS = """model Others(vocab = 11, d = 20) {
  dim batch in 1..3, seq in 1..40
  input tokens: i32[batch, seq], mask: i32[batch, seq]
  e = embed(tokens, @table, rows = vocab, width = d)
  p = softmax(matmul(e, e, transpose_b = true), over = 2)
  output mixed = matmul(p, e)
  output mean = l2_normalize(mean(e, over = seq, where = mask))
  output columns = softmax(e, over = 1)
  output powers = pow(abs(e) + 0.5, e)
  output sines = sin(e) + cos(e) + tanh(e) + exp(e)
}
"""


def find_device():
    """Why nothing runs here; empty where an OpenCL device is."""
    with support.tempfile.TemporaryDirectory() as folder:
        artifact = os.path.join(folder, "first.so")
        done = support.tool("compile", support.FIRST, *WEIGHTS, *OPENCL, "-o",
                            artifact)
        assert done.code == 0, done.err
        found = support.tool("inspect", artifact, "--json")
        if found.code != 0:  # a device's library may end the process
            return f"inspect ended with {found.code}: {found.err}"
        if json.loads(found.out)["variants"][0]["runs_here"]:
            return ""
        return support.tool("run", artifact, "--input", "x=1x8xf32=0").err


class Anywhere(support.Case):
    """What needs no device."""

    def test_the_listing_names_the_devices(self):
        text = self.works("targets").text
        self.assertRegex(text, r"(?m)^opencl +x86-64-linux-opencl$")
        self.assertRegex(text, r"(?m)^cuda +x86-64-linux-cuda-cuda_cap")

    def test_a_machine_without_a_device_says_so(self):
        path = self.compiled("none", support.FIRST, *WEIGHTS, *OPENCL)
        empty = self.folder / "vendors"
        empty.mkdir()
        env = {"OCL_ICD_VENDORS": f"{empty}/"}
        self.refused([f"error: {path}: no variant runs on this CPU: opencl "
                      "lacks an OpenCL device (libOpenCL.so.1"], "run", path,
                     "--input", "x=1x8xf32=0", env=env)
        report = json.loads(self.works("inspect", path, "--json", env=env).out)
        self.assertEqual(report["variants"][0]["device"], "opencl")

    def test_wrong_targets_are_refused(self):
        for pieces, arguments in [
                (["--target rocm: expected one of cpu, opencl, cuda"],
                 ["--target", "rocm"]),
                (["--target opencl: --isa chooses among variants of the cpu"],
                 [*OPENCL, "--isa", "avx2"]),
                (["--strip-schedule leaves no loops for a device"],
                 [*OPENCL, "--strip-schedule"]),
                (["--tuning has knobs of the cpu"],
                 [*OPENCL, "--tuning", "x.db"]),
                (["--target cuda: the runtime cannot run it yet; expected "
                  "--stop-after device at the latest"],
                 ["--target", "cuda"])]:
            self.not_compiled(pieces, support.FIRST, *WEIGHTS, *arguments,
                              code=2)
        self.refused(["which is no device: expected --target opencl or cuda"],
                     "compile", support.FIRST, *WEIGHTS, "--stop-after",
                     "device")

    def test_a_printed_phase_keeps_its_target(self):
        for target, other, words in [
                ("opencl", "cpu", "is lowered for a device, expected cpu"),
                ("cpu", "opencl", "is lowered for the cpu, expected opencl")]:
            path = self.folder / f"{target}.mlir"
            self.works("compile", support.FIRST, "--target", target,
                       "--stop-after", "host", "-o", path)
            self.not_compiled([words], path, *WEIGHTS, "--target", other)
        text = (self.folder / "opencl.mlir").read_text()
        self.assertIn('space "device"', text)
        again = self.works("compile", self.folder / "opencl.mlir", *WEIGHTS,
                           "--stop-after", "device").text
        whole = self.works("compile", support.FIRST, *WEIGHTS, *OPENCL,
                           "--stop-after", "device").text
        self.assertIn("__kernel", whole)
        self.assertEqual(again, whole)

    def test_a_schedule_that_stays_on_the_host_is_refused(self):
        text = self.works("compile", support.FIRST, *OPENCL, "--stop-after",
                          "schedule").text
        kept = [line for line in text.splitlines()
                if "halide.gpu_" not in line]
        path = self.write("host.mlir", "\n".join(kept))
        self.not_compiled(["is computed or read on the host, and the target "
                           "is a device"], path, *WEIGHTS)


class Device(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        reason = find_device()
        if reason:
            raise unittest.SkipTest(f"no OpenCL device: {reason.strip()}")
        cls.artifact = cls.compiled("encoder", MODEL, *WEIGHTS, *OPENCL)

    def test_a_block_equals_the_reference(self):
        for batch, lengths in [(1, LENGTHS), (2, [17]), (3, [1, 65])]:
            for seq in lengths:
                done = self.works("verify", self.artifact, *WEIGHTS, "--dims",
                                  f"batch={batch},seq={seq}")
                self.assertIn("variant opencl", done.text)
                self.assertIn("ok   output 'y'", done.text)

    def test_every_kernel_equals_the_reference_by_itself(self):
        done = self.works("verify", self.artifact, *WEIGHTS, "--dims",
                          "batch=2,seq=17", "--kernels")
        for family in ["gemm", "attention"]:
            self.assertRegex(done.text, rf"ok +kernel k\d+ \({family}\)")
        self.assertNotIn("BAD", done.text)

    def test_a_block_equals_the_same_block_on_the_cpu(self):
        cpu = self.compiled("cpu", MODEL, *WEIGHTS, "--isa", support.ISAS[-1])
        x = np.random.default_rng(1).standard_normal((2, 37, 60), np.float32)
        found = self.run_model(self.artifact, {"x": x}, program="heddle-run")
        expected = self.run_model(cpu, {"x": x})
        np.testing.assert_allclose(found["y"], expected["y"], rtol=0,
                                   atol=2e-5)

    def test_one_op_a_kernel_and_checks_give_the_same_results(self):
        for level in [0, 1]:
            done = self.works("verify", MODEL, *WEIGHTS, *OPENCL, "-O", level,
                              "--dims", "batch=2,seq=19")
            self.assertIn("ok   output 'y'", done.text)

    def test_other_families_equal_the_reference(self):
        path = self.write("others.heddle", OTHERS)
        artifact = self.compiled("others", path, *WEIGHTS, *OPENCL)
        for dims in ["batch=1,seq=1", "batch=3,seq=33"]:
            done = self.works("verify", artifact, *WEIGHTS, "--dims", dims)
            self.assertEqual(done.text.count("ok   output"), 5)

    def test_knobs_change_the_schedule_and_not_the_numbers(self):
        halide = self.works("compile", MODEL, *OPENCL, "--stop-after",
                            "halide").text
        for family, knobs in [
                ("gemm", "tile_rows = 8 : i64, block_rows = 2 : i64"),
                ("attention", "block_columns = 8 : i64")]:
            mark = f'heddle.family = "{family}"'
            text = halide.replace(mark, f"{mark}, heddle.knobs = {{opencl = "
                                  f"{{{knobs}}}}}")
            path = self.write(f"{family}.mlir", text)
            done = self.works("verify", path, *WEIGHTS, "--dims",
                              "batch=2,seq=21")
            self.assertIn("ok   output 'y'", done.text)
        bad = self.write("bad.mlir", text.replace("block_columns = 8",
                                                  "block_columns = 32"))
        self.not_compiled(["has no legal schedule for opencl: the block has "
                           "more threads than the target runs"], bad, *WEIGHTS)

    def test_a_failed_check_leaves_the_outputs_alone(self):
        output = self.folder / "y.npy"
        self.refused(["seq is 141, outside 1..140"], "run",
                     self.artifact, "--input", "x=1x141x60xf32=0", "--output",
                     f"y={output}")
        self.assertFalse(output.exists())


if __name__ == "__main__":
    with support.tempfile.TemporaryDirectory(prefix="heddle-pocl-") as cache:
        # PoCL keeps what it compiles, and starts a thread a CPU.
        os.environ["POCL_CACHE_DIR"] = cache
        os.environ["POCL_MAX_PTHREAD_COUNT"] = "2"
        support.main()
