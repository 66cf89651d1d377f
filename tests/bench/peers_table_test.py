# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What bench/peers computes from its samples, and its command line."""
import contextlib
import io
import re
import subprocess
import sys
import tempfile
import unittest

import numpy as np

from support import PEERS, SMALL
import cases
import driver
import options
import reference
import samples
import table
import worker


def row(peer, seconds=(), status="ok", words="", **fields):
    return driver.Row(SMALL, peer, status, words, seconds=list(seconds),
                      **fields)


class SamplesTest(unittest.TestCase):
    def test_quantiles_are_linear_between_samples(self):
        self.assertEqual(samples.summary([3, 1, 2, 5, 4]),
                         {"median": 3, "p10": 1.4, "p90": 4.6})
        self.assertEqual(samples.quantile([7], 0.9), 7)

    def test_one_thread_must_have_computed_all_the_time(self):
        sample = {"wall": 1.0, "cpu": 0.98, "waited": 0.5}
        self.assertTrue(samples.undisturbed(sample, 1))
        self.assertFalse(samples.undisturbed({**sample, "cpu": 0.96}, 1))

    def test_several_may_wait_for_each_other_but_not_for_a_cpu(self):
        sample = {"wall": 1.0, "cpu": 1.5, "waited": 0.05}
        self.assertTrue(samples.undisturbed(sample, 2))
        self.assertFalse(samples.undisturbed({**sample, "waited": 0.07}, 2))


class TableTest(unittest.TestCase):
    def test_ratios_and_shares(self):
        rows = [row("heddle", [0.002] * 3), row("a", [0.003] * 3),
                row("b", [0.004] * 3)]
        peaks = {"fma": SMALL.flops / 0.001}
        ours, a, b = table.case_reports(rows, peaks)
        self.assertAlmostEqual(ours["times_best_peer"], 1.5)
        self.assertAlmostEqual(b["times_best_peer"], 0.75)
        self.assertAlmostEqual(a["share_of_fma_peak"], 1 / 3)
        self.assertNotIn("share_of_memory_peak", ours)

    def test_memory_is_the_limit_of_decode(self):
        case = cases.Case("decode", cases.DECODE)
        found = table.row_report(driver.Row(case, "heddle", seconds=[1e-3]),
                                 {"fma": 1e12, "memory": 2e3 * case.bytes})
        self.assertAlmostEqual(found["share_of_memory_peak"], 0.5)

    def test_what_is_not_timed_has_its_words_below(self):
        rows = [row("heddle", [0.002], cosine=0.9),
                row("a", status="gone", words="crashed: SIGBUS")]
        text = table.markdown(table.case_reports(rows, {}), ["heddle", "a"])
        self.assertIn(f"| {SMALL.name} | 2.00 (2.00, 2.00) | gone | 0 |  |  |  "
                      "|", text)
        self.assertIn(f"- a: gone: crashed: SIGBUS ({SMALL.name})", text)

    def test_without_heddle_there_is_no_ratio(self):
        reports = table.case_reports([row("a", [0.2])], {})
        self.assertIn("| 200 (200, 200) |", table.markdown(reports, ["a"]))


class CasesTest(unittest.TestCase):
    def test_names_and_useful_work(self):
        by_name = {case.name: case for case in cases.all_cases()}
        self.assertEqual(len(by_name), len(cases.all_cases()))
        full = by_name["attention full 1.9(3).1024.64 f32"]
        causal = by_name["attention causal 1.9(3).1024.64 f32"]
        self.assertEqual(full.flops, 4 * 9 * 1024 * 1024 * 64)
        self.assertEqual(causal.flops * 2, full.flops)
        # As `heddle bench` counts them.
        self.assertEqual(by_name["minilm 1.128 f32"].flops, 2868903936)
        self.assertEqual(by_name["decode 1.9(3).2048.64 bf16"].bytes,
                         2 * 2 * 3 * 2048 * 64)

    def test_decode_turns_through_more_than_the_caches_hold(self):
        case = cases.Case("decode", cases.DECODE)
        self.assertGreaterEqual(case.sets * case.bytes, cases.COLD_BYTES)

    def test_inputs_depend_on_the_set_alone(self):
        first, again, other = (cases.inputs(SMALL, i)["x"] for i in (0, 0, 1))
        np.testing.assert_array_equal(first, again)
        self.assertFalse(np.array_equal(first, other))


class WorkerTest(unittest.TestCase):
    def test_arrays_begin_a_cache_line(self):
        for size in (1, 7, 1000):
            found = worker.aligned(np.arange(size), np.float32)
            self.assertEqual(found.ctypes.data % worker.LINE, 0)
            np.testing.assert_array_equal(found, np.arange(size))

    def test_bf16_is_the_nearest_and_even_between_two(self):
        values = [1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, -2.5, 1 + 2 ** -8 + 2 ** -20]
        bits = worker.bf16_bits(np.array(values, np.float32))
        np.testing.assert_array_equal(
            worker.from_bf16_bits(bits),
            np.float32([1, 1, 1 + 2 ** -6, -2.5, 1 + 2 ** -7]))


class ReferenceTest(unittest.TestCase):
    def test_the_tolerance_is_that_of_the_compiler(self):
        text = (PEERS.parents[1] / "compiler/reference/Tolerance.h").read_text()
        found = dict(re.findall(r"case Dtype::(\w+):\s*return 0x1p-(\d+)",
                                text))
        for dtype, roundoff in reference.ROUNDOFF.items():
            self.assertEqual(roundoff, 2.0 ** -int(found[dtype.upper()]))
        self.assertIn("8.0 * unitRoundoff(dtype) * (1.0 + std::sqrt(n))", text)

    def test_causal_attention_sees_no_later_key(self):
        random = np.random.default_rng(1)
        q, k, v = random.standard_normal((3, 1, 4, 6, 8))
        out = reference.attention(q, k[:, :2], v[:, :2], causal=True)
        np.testing.assert_allclose(out[0, :, 0], v[0, [0, 0, 1, 1], 0])
        k[:, :, 5] = v[:, :, 5] = 9
        again = reference.attention(q, k[:, :2], v[:, :2], causal=True)
        np.testing.assert_allclose(out[:, :, :5], again[:, :, :5])

    def test_a_lower_precision_must_keep_the_direction(self):
        want = np.array([1.0, 2, 3])
        case = cases.Case("gemm", (1, 8, 3), "int8")
        self.assertIsNone(reference.complaint(case, want, want * 1.1)[0])
        self.assertIn("cosine", reference.complaint(case, want, -want)[0])
        self.assertIn("shape", reference.complaint(case, want, want[:2])[0])


class CommandLineTest(unittest.TestCase):
    def refused(self, *arguments):
        errors = io.StringIO()
        with self.assertRaises(SystemExit) as ended, \
                contextlib.redirect_stderr(errors):
            options.parse(arguments)
        self.assertEqual(ended.exception.code, 2)
        return errors.getvalue()

    def test_wrong_options_are_worded(self):
        self.assertIn("found '0', expected 1 to 1024",
                      self.refused("--threads", "0"))
        self.assertIn("found '1000000', expected 1 to 1024",
                      self.refused("--threads", "1000000"))
        self.assertIn("expected 9 to 1000", self.refused("--rounds", "8"))
        self.assertIn("unknown peer 'onnx'", self.refused("--peers", "onnx"))
        self.assertIn("no regular expression", self.refused("--cases", "("))
        self.assertIn("invalid choice: 'f16' (choose from 'f32', 'bf16', "
                      "'int8', 'all')", self.refused("--dtype", "f16"))
        for time in ["-1", "0", "nan", "soon"]:
            self.assertIn(f"found '{time}', expected a number above 0",
                          self.refused("--timeout", time))
        self.assertIn("CPU 99999 is not one of",
                      self.refused("--cores", "99999"))

    def run_bench(self, *arguments):
        """A whole run of heddle alone, in a folder of its own."""
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [sys.executable, PEERS, "--peers", "heddle", "--quick",
                 "--out", folder, *arguments],
                capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def test_an_unknown_case_is_said(self):
        code, out, err = self.run_bench("--cases", "gemm 1.2.3")
        self.assertEqual((code, out), (1, ""))
        self.assertIn("error: no case has such a name; --list shows them", err)

    def test_a_missing_tool_is_a_row_in_words(self):
        code, out, _ = self.run_bench("--cases", "^gemm 512.512.512 f32",
                                      "--heddle", "/nowhere/bin/heddle")
        self.assertEqual(code, 0)
        self.assertIn("| gemm 512.512.512 f32 | missing |", out)
        self.assertIn("- heddle: missing: not installed: there is no "
                      "/nowhere/bin/heddle; ./bootstrap.sh build makes it", out)

    def test_quick_is_short(self):
        self.assertEqual(options.parse(["--quick"]).rounds, 3)
        self.assertGreaterEqual(options.parse([]).rounds, 9)


if __name__ == "__main__":
    unittest.main()
