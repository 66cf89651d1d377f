# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The driver of bench/peers with peers that misbehave: each becomes a row in
words, and the others go on."""
import dataclasses
import os
import pathlib
import sys
import tempfile
import types
import unittest

from support import SMALL
import application
import cases
import child
import driver
import reference

HERE = pathlib.Path(__file__).resolve().parent
OPTIONS = types.SimpleNamespace(rounds=3, warmup=1, threads=1, sample_ms=0.2)
PATIENCE = 60  # seconds
HELLO = {"cores": sorted(os.sched_getaffinity(0)), "threads": 1, "realtime": 0}


class DriverTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.case, weights = SMALL, cases.weights(SMALL)
        application.save_weights(self.folder / "w", weights)
        self.request = {"case": dataclasses.asdict(SMALL),
                        "folder": str(self.folder),
                        "weights": str(self.folder / "w")}
        self.want = reference.expected(SMALL, cases.inputs(SMALL, 0),
                                       {"w.weight": weights})

    def peer(self, manner, timeout=PATIENCE):
        found = child.Peer(manner, [sys.executable, HERE / "fake_worker.py",
                                    manner], HELLO,
                           self.folder / manner.replace(" ", "_"), timeout)
        self.addCleanup(found.close)
        return found

    def contest(self, *peers, between=lambda: None):
        rows = driver.Contest(self.case, peers, OPTIONS, self.folder,
                              self.want).run(self.request, between)
        return {row.peer: row for row in rows}

    def assert_timed(self, row):
        # A sample on a busy machine may never have the CPU to itself.
        if (row.status, row.words) != ("failed", driver.BUSY):
            self.assertEqual(row.status, "ok", row.words)
            self.assertGreater(len(row.seconds), 0)
            self.assertGreaterEqual(len(row.seconds) + row.dropped, 3)
        self.assertEqual(row.variant, "fast")
        self.assertLess(row.error, 1e-5)

    def assert_stopped(self, manner, status, words, timeout=PATIENCE):
        """With a good peer beside it, which is timed all the same."""
        rows = self.contest(self.peer(manner, timeout), self.peer("good"))
        self.assertEqual(rows[manner].status, status, rows[manner].words)
        self.assertIn(words, rows[manner].words)
        self.assertEqual(rows[manner].seconds, [])
        self.assert_timed(rows["good"])

    def test_the_fastest_right_variant_is_timed(self):
        rounds = []
        row = self.contest(self.peer("good"),
                           between=lambda: rounds.append(1))["good"]
        self.assert_timed(row)
        self.assertEqual(len(rounds), OPTIONS.rounds)
        self.assertNotIn("slow", row.variant)

    def test_a_variant_that_fails_is_left_out(self):
        row = self.contest(self.peer("good"))["good"]
        if row.status == "ok":
            self.assertEqual(row.words,
                             "odd ZeroDivisionError: division by zero")

    def test_what_is_computed_in_f32_all_the_same_says_so(self):
        self.case = dataclasses.replace(SMALL, dtype="bf16")
        row = self.contest(self.peer("good"))["good"]
        self.assertEqual(row.variant, "fast in f32")

    def test_a_missing_package(self):
        self.assert_stopped("missing", "missing",
                            "not installed: No module named")

    def test_a_worker_that_misses_one_at_its_start(self):
        self.assert_stopped("cannot start", "missing", "not installed: ended")

    def test_a_refusal(self):
        self.assert_stopped("refuses", "refused", "does not do that")

    def test_an_exception(self):
        self.assert_stopped("throws", "failed",
                            "ValueError: a bug of the peer's")

    def test_a_crash(self):
        self.assert_stopped("crashes", "gone", "crashed: SIGSEGV")

    def test_an_early_end(self):
        self.assert_stopped("dies early", "gone",
                            "ended with exit code 1: out of ideas")

    def test_an_answer_that_is_none(self):
        self.assert_stopped("babbles", "gone", "no JSON")

    def test_wrong_numbers(self):
        self.assert_stopped("wrong", "differs", "is off by")

    def test_wrong_numbers_after_timing(self):
        self.assert_stopped("wrong later", "differs", "after timing is off by")

    def test_numbers_that_are_not_finite(self):
        self.assert_stopped("not finite", "differs", "not finite")

    def test_stale_results(self):
        self.assert_stopped("stale", "differs",
                            "has one result for different inputs")

    def test_a_hang_and_a_peer_that_only_hangs(self):
        hanging, good = self.peer("hangs", timeout=2), self.peer("good")
        for _ in range(child.MOST_HANGS):
            rows = self.contest(hanging, good)
            self.assertEqual(rows["hangs"].status, "gone")
            self.assertIn("hung: no answer in 2 s", rows["hangs"].words)
            self.assert_timed(rows["good"])
        rows = self.contest(hanging, good)
        self.assertEqual(rows["hangs"].status, "missing")
        self.assertIn("hung 2 times", rows["hangs"].words)

    def test_a_peer_that_crashed_is_started_anew(self):
        peer = self.peer("dies early")
        self.contest(peer)
        peer.command[-1] = "good"
        self.assert_timed(self.contest(peer)["dies early"])


if __name__ == "__main__":
    unittest.main()
