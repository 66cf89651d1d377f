# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every phase prints, and what it prints goes back in with the same result."""
import re

import numpy as np

import support

PRINTED = ["graph", "kernels", "host", "halide", "schedule"]
ALL = ["ast", *PRINTED, "stmt"]
FIRST_WEIGHTS = ["--weights", "random:1"]
ROWS = 5  # of a tile, where no default schedule has as many


def first_inputs(batch=11):
    random = np.random.default_rng(3)
    return {"x": random.standard_normal((batch, 8), np.float32)}


class Phases(support.Case):
    def printed(self, phase, source, *arguments):
        return self.works("compile", source, *arguments, "--stop-after",
                          phase).text

    def goes_back(self, source, arguments, weights, inputs):
        straight = self.compiled("straight", source, *arguments, *weights)
        expected = self.run_model(straight, inputs)
        for phase in PRINTED:
            with self.subTest(phase=phase):
                text = self.printed(phase, source, *arguments, *weights)
                back = self.write(phase + ".mlir", text)
                again = self.compiled("again", back, *weights)
                self.same_bits(self.run_model(again, inputs), expected)
                for isa in support.ISAS:
                    self.same_bits(
                        self.run_model(again, inputs, "--isa", isa),
                        self.run_model(straight, inputs, "--isa", isa))

    def test_a_printed_phase_of_first_gives_the_same_bits(self):
        self.goes_back(support.FIRST, [], FIRST_WEIGHTS, first_inputs())

    def test_a_printed_phase_of_minilm_gives_the_same_bits(self):
        self.goes_back(support.MINILM, support.SMALL[:-2], support.SMALL[-2:],
                       support.token_inputs(2, 17))

    def test_every_phase_prints_what_it_is(self):
        marks = {"ast": "model First <", "graph": "hgraph.linear",
                 "kernels": "hgraph.kernel", "host": "hgraph.outlined @k0",
                 "halide": "halide.pipeline @k0",
                 "schedule": "halide.schedule \"avx2\"",
                 "stmt": "// heddle_k0_avx2"}
        for phase in ALL:
            text = self.printed(phase, support.FIRST, *FIRST_WEIGHTS)
            for other, mark in marks.items():
                # A phase holds its own mark and none of a later one, besides
                # the oracle's copy of the graph.
                if ALL.index(other) > ALL.index(phase) or other == phase:
                    self.assertEqual(mark in text, other == phase,
                                     f"{mark} in {phase}")
        self.assertNotIn("halide.schedule", self.printed(
            "halide", support.FIRST, *FIRST_WEIGHTS))

    def test_objects_go_to_a_folder(self):
        folder = self.folder / "objects"
        self.works("compile", support.FIRST, *FIRST_WEIGHTS, "--stop-after",
                   "objects", "-o", folder)
        self.assertEqual({path.name for path in folder.iterdir()},
                         {f"heddle_{kernel}_{variant}.o"
                          for kernel in ["k0", "k0_few"]
                          for variant in support.VARIANTS})
        self.refused(["--stop-after objects needs a folder: -o FOLDER"],
                     "compile", support.FIRST, *FIRST_WEIGHTS, "--stop-after",
                     "objects")

    def test_a_phase_prints_to_a_file(self):
        path = self.folder / "graph.mlir"
        done = self.works("compile", support.FIRST, "--stop-after", "graph",
                          "-o", path)
        self.assertEqual(done.out, b"")
        self.assertEqual(path.read_text(),
                         self.printed("graph", support.FIRST))

    def test_there_is_no_way_back(self):
        for phase in PRINTED[1:]:
            text = self.printed(phase, support.FIRST, *FIRST_WEIGHTS)
            path = self.write(phase + ".mlir", text)
            for earlier in ALL[:ALL.index(phase)]:
                self.refused([f"error: '{path}' is at phase '{phase}', which "
                              f"is after '{earlier}'"], "compile", path,
                             *FIRST_WEIGHTS, "--stop-after", earlier)

    def test_a_printed_phase_takes_no_parameters(self):
        path = self.write("g.mlir", self.printed("graph", support.FIRST))
        self.refused(["-D needs a model's text", "is a printed phase"],
                     "compile", path, "-D", "in_features=4")


class EditedSchedule(support.Case):
    """A schedule edited by hand changes the loops, not the numbers."""

    def test_an_edited_split_changes_the_loops_and_not_the_numbers(self):
        text = self.works("compile", support.FIRST, *FIRST_WEIGHTS,
                          "--stop-after", "schedule").text
        edited = text
        schedules = 2 * len(support.VARIANTS)  # for few rows, and for more
        for directive in [r"(split %out\[m\] into \(mo, mi\) by )\d+"
                          r"( tail guard_(?:with_if|evenly))",
                          r"(bound_extent %acc\[m\] )\d+(\s)"]:
            edited, count = re.subn(directive, rf"\g<1>{ROWS}\2", edited)
            self.assertEqual(count, schedules)
        # Not unrolled, the loop over a tile's rows stands in the statement.
        edited, count = re.subn(r"\n *halide.unroll %acc stage 1 \[m\].*", "",
                                edited)
        self.assertEqual(count, schedules)
        before = self.write("before.mlir", text)
        after = self.write("after.mlir", edited)
        loop = re.compile(rf"for \(acc\.s1\.m\S*, 0, {ROWS}\)")
        statements = [self.works("compile", path, *FIRST_WEIGHTS,
                                 "--stop-after", "stmt").text
                      for path in (before, after)]
        self.assertEqual(len(loop.findall(statements[0])), 0)
        # At least one of whole tiles and one of the last in each.
        self.assertGreaterEqual(len(loop.findall(statements[1])), 2 * schedules)

        one = self.compiled("before", before, *FIRST_WEIGHTS)
        other = self.compiled("after", after, *FIRST_WEIGHTS)
        inputs = first_inputs(23)
        for isa in support.ISAS:
            # Sums keep their order, so not a bit may change.
            self.same_bits(self.run_model(one, inputs, "--isa", isa),
                           self.run_model(other, inputs, "--isa", isa))
            verified = self.works("verify", other, *FIRST_WEIGHTS, "--isa",
                                  isa, "--dims", "batch=23")
            self.assertIn("ok   output 'y'", verified.text)


if __name__ == "__main__":
    support.main()
