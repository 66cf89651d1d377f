# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A search for knobs from end to end: what it tries, rejects, catches, keeps;
what a compile takes from the database and what it refuses."""
import json
import os
import re
import signal
import sqlite3
import subprocess
import time

import support

# Two kernels of the family: 96 columns are two panels of 48, and 48 columns
# with a norm behind them are finished a row at a time.
MODEL = """model Tuned {
  dim batch in 1..16
  input x: f32[batch, 32]
  h = gelu(linear(x, @a, out = 96))
  output y = layer_norm(linear(h, @b, out = 48), @norm)
}
"""
# The same kernels under other names, dims and ranges.
OTHER = """model Other {
  dim rows in 1..8, items in 1..30
  input z: f32[rows, items, 32]
  k = gelu(linear(z, @first, out = 96))
  output w = layer_norm(linear(k, @second, out = 48), @last)
}
"""
WEIGHTS = ["--weights", "random:3"]
ISA = support.ISAS[0] if support.ISAS else ""
COLUMNS = {"avx512": 16, "avx2": 8}
# Legal on both variants, and no default.
KNOBS = {"block_rows": 36, "tile_columns": COLUMNS.get(ISA), "tile_rows": 3}


def text_of(knobs):
    return " ".join(f"{name}={knobs[name]}" for name in sorted(knobs))


def rows(path, query, *values):
    with sqlite3.connect(path) as database:
        found = database.execute(query, values).fetchall()
    database.close()
    return found


class Tune(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = cls.folder / "tuned.heddle"
        cls.model.write_text(MODEL)
        cls.kept = cls.folder / "kept.db"
        done = support.tool("tune", cls.model, "--trials", "2", "--tuning",
                            cls.kept, "--json")
        assert done.code == 0, done.err
        cls.report = json.loads(done.out)

    def database(self, name="copy.db"):
        """A copy whose choices are knobs that no kernel has by default."""
        path = self.folder / name
        path.write_bytes(self.kept.read_bytes())
        rows(path, "UPDATE choice SET knobs = ?", text_of(KNOBS))
        return path

    def schedules(self, *arguments):
        done = self.works("compile", *arguments, *WEIGHTS, "--stop-after",
                          "schedule")
        return done.text

    def test_a_search_reports_what_it_tried(self):
        self.assertEqual(len(self.report["kernels"]), 2)
        for kernel in self.report["kernels"]:
            self.assertEqual(
                {key: kernel[key] for key in
                 ("uses", "variant", "sizes", "tried", "known", "wrong",
                  "failed", "timed_out", "final")},
                {"uses": 1, "variant": ISA, "sizes": "batch=16", "tried": 2,
                 "known": 0, "wrong": 0, "failed": 0, "timed_out": 0,
                 "final": True})
            self.assertLessEqual(kernel["gain"]["p10"],
                                 kernel["gain"]["median"])
        # The same again measures nothing, and says the same.
        again = self.works("tune", self.model, "--trials", "2", "--tuning",
                           self.kept)
        self.assertEqual(again.err, "")
        self.assertEqual(len(re.findall(r"2 tried \(2 known before\), \d+ "
                                        r"illegal, 0 wrong, 0 failed, 0 timed "
                                        r"out", again.text)), 2, again.text)
        self.assertIn("2 kernels of the family gemm; kept in", again.text)

    def test_a_compile_takes_the_choices(self):
        path = self.database()
        text = self.schedules(self.model, "--tuning", path)
        given = ", ".join(f"{name} = {KNOBS[name]} : i64"
                          for name in sorted(KNOBS))
        self.assertEqual(
            text.count(f"heddle.knobs = {{{ISA} = {{{given}}}}}"), 2)
        self.assertNotIn("heddle.knobs", self.schedules(self.model))
        self.assertEqual(self.schedules(self.write("other.heddle", OTHER),
                                        "--tuning", path)
                         .count("heddle.knobs"), 2)

    def test_tuned_numbers_are_right(self):
        path = self.database()
        artifact = self.compiled("tuned", self.model, *WEIGHTS, "--tuning",
                                 path)
        for size in (1, 5, 16):
            self.works("verify", artifact, *WEIGHTS, "--isa", ISA, "--dims",
                       f"batch={size}")
        self.works("verify", self.model, *WEIGHTS, "--isa", ISA, "--tuning",
                   path)
        schedule = support.inspect(artifact)["kernels"]
        self.assertIn("tile_rows = 3", json.dumps(schedule))

    def test_equal_databases_give_equal_files(self):
        """Also where kernels come from the cache: knobs are in its keys."""
        plain = self.compiled("plain", self.model, *WEIGHTS).read_bytes()
        path = self.database()
        tuned = [self.compiled(name, self.model, *WEIGHTS, "--tuning", path,
                               *more).read_bytes()
                 for name, more in [("one", []), ("two", []),
                                    ("three", ["--no-cache"])]]
        self.assertEqual(tuned[0], tuned[1])
        self.assertEqual(tuned[0], tuned[2])
        self.assertNotEqual(tuned[0], plain)
        self.assertEqual(
            self.compiled("again", self.model, *WEIGHTS).read_bytes(), plain)

    def test_remarks_say_what_was_taken_and_what_was_not(self):
        path = self.database()
        done = self.works("compile", self.model, *WEIGHTS, "--tuning", path,
                          "--remarks", "-o", self.folder / "r.so")
        self.assertIn(f"for {ISA} takes the knobs of '{path}': "
                      f"{text_of(KNOBS)}", done.err)
        rows(path, "UPDATE context SET processor = 'Another'")
        done = self.works("compile", self.model, *WEIGHTS, "--tuning", path,
                          "--remarks", "-o", self.folder / "r.so")
        self.assertNotIn("takes the knobs", done.err)
        self.assertIn(f"2 records of '{path}' are of another processor or "
                      "version and are not used", done.err)

    def test_knobs_in_the_text_go_first(self):
        text = self.works("compile", self.model, *WEIGHTS, "--stop-after",
                          "halide").text
        text = text.replace('heddle.family = "gemm"', 'heddle.family = "gemm", '
                            f"heddle.knobs = {{{ISA} = {{tile_rows = 4 : i64"
                            "}}")
        scheduled = self.schedules(self.write("own.mlir", text), "--tuning",
                                   self.database())
        self.assertEqual(scheduled.count("tile_rows = 4"), 2)
        self.assertNotIn("tile_rows = 3", scheduled)

    def test_knobs_that_are_not_legal_are_refused(self):
        for knobs, words in [
                ("tile_rows=99", "knob 'tile_rows' is 99, expected one of 1, "),
                ("tile_columns=64", "the tile's columns must divide the panel"),
                ("rows=3", "there is no knob 'rows', expected one of "),
                ("tile_rows", "has a choice that cannot be read: 'tile_rows'")]:
            path = self.database("illegal.db")
            rows(path, "UPDATE choice SET knobs = ?", knobs)
            with self.subTest(knobs=knobs):
                self.not_compiled([words, f"tuning database '{path}'"],
                                  self.model, *WEIGHTS, "--tuning", path)

    def test_databases_that_are_none_are_refused(self):
        text = self.write("text.db", "no database " * 20)
        format9 = self.database("format9.db")
        rows(format9, "PRAGMA user_version = 9")
        for path, words in [
                (self.folder / "missing.db", "No such file or directory"),
                (text, "is no tuning database: it is no SQLite file"),
                (format9, "has format 9, expected 1")]:
            with self.subTest(path=path):
                self.not_compiled([words], self.model, *WEIGHTS, "--tuning",
                                  path)
        for path, words in [
                (text, "is no tuning database: it is no SQLite file"),
                (format9, "has format 9, expected 1"),
                (self.folder / "no" / "folder.db", "cannot open"),
                (self.folder, "cannot open")]:
            with self.subTest(path=path):
                self.refused([words], "tune", self.model, "--tuning", path)

    def check_job(self, artifact):
        """What a search does to a candidate before it is timed."""
        job = self.write("job.json", json.dumps(
            {"kind": "check", "artifact": str(artifact), "variant": ISA,
             "weights": WEIGHTS[1], "sizes": [{"batch": 3}, {"batch": 13}],
             "limits": {"bytes": 8 << 30}}))
        return support.tool("--heddle-tune-job", job)

    def test_a_planted_fault_is_caught_by_the_check(self):
        good = self.compiled("good", self.model, *WEIGHTS)
        self.assertEqual(self.check_job(good).code, 0)
        text = self.works("compile", self.model, *WEIGHTS, "--stop-after",
                          "halide").text
        start = text.index("halide.pipeline @k0(")
        # The last row is left out of the clamp: one row in all is read twice.
        edited, count = re.subn(r"(arith\.subi %\w+, )%c1_i32",
                                r"\1%c2_i32_planted", text[start:], count=1)
        self.assertEqual(count, 1)
        edited = edited.replace("%c1_i32 = arith.constant 1 : i32",
                                "%c1_i32 = arith.constant 1 : i32\n"
                                "    %c2_i32_planted = arith.constant 2 : i32",
                                1)
        bad = self.compiled("bad", self.write("bad.mlir",
                                              text[:start] + edited), *WEIGHTS)
        done = self.check_job(bad)
        self.assertEqual(done.code, 1, done.text)
        self.assertIn("the first wrong kernel is kernel k0 (gemm)", done.err)

    def started(self, path):
        """A search that has kept a trial."""
        process = subprocess.Popen(
            [support.BIN / "heddle", "tune", self.model, "--trials", "40",
             "--tuning", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True)
        deadline = time.monotonic() + support.LOADED_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.05)
            try:
                if rows(path, "SELECT * FROM trial"):
                    return process
            except sqlite3.OperationalError:
                pass  # no table yet, or held
        self.fail(process.communicate()[1])

    def test_a_killed_search_is_resumed(self):
        path = self.folder / "killed.db"
        process = self.started(path)
        process.kill()
        process.communicate()
        before = rows(path, "SELECT * FROM trial ORDER BY id")
        done = self.works("tune", self.model, "--trials", str(len(before) + 1),
                          "--tuning", path, "--json")
        after = rows(path, "SELECT * FROM trial ORDER BY id")
        self.assertEqual(after[:len(before)], before)
        kernels = json.loads(done.out)["kernels"]
        self.assertEqual(sum(kernel["known"] for kernel in kernels),
                         len(before))
        self.assertTrue(all(kernel["final"] for kernel in kernels))

    def test_an_interrupt_keeps_what_was_measured(self):
        path = self.folder / "interrupted.db"
        process = self.started(path)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=support.LOADED_SECONDS)
        self.assertEqual(process.returncode, 130, err)
        self.assertEqual(err.decode(), "interrupted; what was measured is "
                                       "kept\n")
        self.assertIn(b"2 kernels of the family gemm", out)
        statuses = {row[0] for row in rows(path, "SELECT status FROM trial")}
        self.assertEqual(statuses, {"measured"})

    def test_the_space_is_shown_and_nothing_else_done(self):
        before = sorted(self.folder.iterdir())
        done = self.works("tune", self.model, "--show-space", "--tuning",
                          self.folder / "unmade.db")
        self.assertEqual(sorted(self.folder.iterdir()), before)
        for piece in ["2 kernels of the family gemm", "tile_rows: rows of a "
                      "register tile", "5880 points, ",
                      "the tile's columns must divide the panel: broken by "]:
            self.assertIn(piece, done.text)
        shown = json.loads(self.works("tune", self.model, "--show-space",
                                      "--json").out)
        self.assertEqual([kernel["identity"] for kernel in shown["kernels"]],
                         [kernel["identity"]
                          for kernel in self.report["kernels"]])

    def test_a_budget_ends_the_search(self):
        done = self.works("tune", self.model, "--budget", "0.1s", "--tuning",
                          self.folder / "budget.db")
        self.assertIn(", as far as the budget went; kept in", done.text)

    def test_a_model_without_such_kernels_has_nothing_to_tune(self):
        path = self.write("none.heddle", """model None {
  input x: f32[4]
  output y = x + 1
}
""")
        done = self.works("tune", path, "--tuning", self.folder / "none.db")
        self.assertIn("0 kernels of the family gemm", done.text)

    def test_wrong_arguments(self):
        for arguments, words in [
                (["--trials", "0"], "--trials"),
                (["--trials", "100001"], "--trials"),
                (["--trials", "many"], "--trials"),
                (["--threads", "0"], "--threads"),
                (["--seed", "-1"], "--seed"),
                (["--jobs", "0"], "--jobs"),
                (["--budget", "5"], "--budget 5: expected a time"),
                (["--budget", "-1m"], "--budget -1m: expected a time"),
                (["--budget", "0s"], "--budget 0s: expected a time"),
                (["--budget", "5d"], "--budget 5d: expected a time"),
                (["--budget", "nans"], "--budget nans: expected a time"),
                (["--budget", "200h"], "--budget 200h: expected a time"),
                (["--dims", "batch"], "--dims batch: expected each dim once"),
                (["--dims", "batch=1,batch=2"], "expected each dim once"),
                (["--dims", "batch=x"], "--dims batch=x: expected each dim"),
                (["--dims", ""], "--dims"),
                (["--isa", "sse"], "--isa sse: expected one of avx512_amx, avx512_bf16, avx512_vnni, avx512, avx2"),
                (["--isa", "avx512,avx2"], "--isa: expected one variant"),
                (["-D", "x"], "-D x: expected NAME=VALUE")]:
            with self.subTest(arguments=arguments):
                self.refused([words], "tune", self.model, *arguments,
                             "--tuning", self.folder / "wrong.db", code=2)
        for arguments, words in [
                (["--dims", "seq=3"], 'no dim "seq"; there is "batch"'),
                (["--dims", "batch=17"],
                 "dim 'batch' is 17; expected 1..16"),
                (["-D", "x=1"], "'x'")]:
            with self.subTest(arguments=arguments):
                self.refused([words], "tune", self.model, *arguments,
                             "--tuning", self.folder / "wrong.db")
        self.refused(["missing.heddle"], "tune", self.folder / "missing.heddle")
        late = self.write("late.mlir", self.works(
            "compile", self.model, "--stop-after", "halide").text)
        self.refused(["is at phase 'halide', which is after 'kernels'"],
                     "tune", late)
        self.assertFalse((self.folder / "wrong.db").exists())
        self.refused(["job"], "--heddle-tune-job", self.write("j", "x"), code=2)


if __name__ == "__main__":
    if not ISA:
        print("SKIP: this processor runs no variant")
        raise SystemExit(77)
    support.main()
