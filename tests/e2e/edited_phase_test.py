# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A printed schedule that was edited wrongly is told where the model says it.
"""
import re

import support

WEIGHTS = ["--weights", "random:1"]
AT = "first.heddle:8:19: error: "


class EditedPhase(support.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        done = support.tool("compile", support.FIRST, *WEIGHTS,
                            "--stop-after", "schedule")
        assert done.code == 0, done.err
        cls.text = done.text

    def edited(self, pattern, replacement, count=1):
        text, found = re.subn(pattern, replacement, self.text, count=count,
                              flags=re.DOTALL)
        self.assertTrue(found, pattern)
        return self.write("edited.mlir", text)

    def is_refused(self, pattern, replacement, *pieces):
        self.not_compiled(pieces, self.edited(pattern, replacement), *WEIGHTS)

    def test_a_loop_that_is_not_there(self):
        self.is_refused(r"vectorize %out\[n\]", "vectorize %out[columns]",
                        AT + "'halide.vectorize' op (C3) of schedule: no loop "
                        "'columns' in stage 0 of 'out', which has ",
                        "output y = relu(linear(x, @w, out = out_features))")
        self.is_refused(r"(halide.split %out\[m\][^\n]*\n)", r"\1\1",
                        AT + "'halide.split' op (C3) of schedule: no loop 'm'")

    def test_a_factor_of_nothing(self):
        self.is_refused(r"(into \(mo, mi\) by )\d+", r"\g<1>0",
                        AT + "'halide.split' op (C5) of schedule: factor is "
                        "0, expected 1 to 2147483647")

    def test_what_only_halide_knows(self):
        self.is_refused(r"reorder %out\[n, mi", "reorder %out[n, n",
                        AT + "halide: In schedule for out, call to reorder "
                        "references n twice")
        self.is_refused(r'target\("[^"]*"\)', 'target("nonsense")',
                        AT + "halide: Did not understand Halide target "
                        "nonsense")

    def test_a_variant_that_nobody_knows(self):
        self.is_refused('schedule "avx2"', 'schedule "sse"',
                        AT + "'halide.schedule' op is for an unknown variant "
                        "'sse'")

    def test_a_directive_that_nobody_knows(self):
        self.is_refused("halide.split %out", "halide.splat %out",
                        "edited.mlir:", "custom op 'halide.splat' is unknown")

    def test_a_host_program_that_does_not_fit(self):
        for pattern, replacement, message in [
                ("dispatch @k0", "dispatch @k9",
                 AT + "'host.dispatch' op (D1) calls @k9, which does not"),
                (r'\["8", "batch"\]', '["9", "batch"]',
                 AT + "'host.dispatch' op (D4) view 0 has 9 * batch elements, "
                 "but its buffer has 8 * batch"),
                (r'tensors \["w.weight"\]', 'tensors ["w.wait"]',
                 "no weights file has tensor 'w.wait'"),
                (r'"pack \d+"', '"pack 15"', "weight 'w0' from tensor "
                 "'w.weight' becomes [2, 8, 15], expected [1, 8, 16]")]:
            self.is_refused(pattern, replacement, "error: ", message)

    def test_a_recipe_without_locations_is_told_where_it_stands(self):
        text = re.sub(r"(?m)^#loc.*\n| loc\((?:[^()]|\([^()]*\))*\)", "",
                      self.text)
        line = 1 + text[:text.index("host.weight")].count("\n")
        for pattern, message in [
                (r'"pack \d+"', "weight 'w0' from tensor 'w.weight' becomes"),
                (r'"pack (?=\d+")', "(W2) has the step '15")]:
            edited = self.write("bare.mlir",
                                re.sub(pattern, '"pack 15"' if message[0] == "w"
                                       else '"15 ', text, count=1))
            self.not_compiled([f"bare.mlir:{line}:10: error: ", message],
                              edited, *WEIGHTS)

    def test_a_promise_that_is_broken(self):
        # Each tile has more rows than the promised three.
        path = self.edited(r"(bound_extent %acc\[m\] )\d+", r"\g<1>3", count=0)
        run = ["--input", "x=23x8xf32=1"]
        checked = self.compiled("checked", path, *WEIGHTS, "-O", "0")
        for isa in support.ISAS:
            done = support.tool("run", checked, *run, "--isa", isa)
            self.assertIn("error: dispatch 0 (kernel k0) failed with code ",
                          done.err)
            self.assertIn(": the bound on acc, 0 to 2, does not cover 0 to ",
                          done.err)
            done = support.tool("verify", checked, *WEIGHTS, "--isa", isa,
                                "--dims", "batch=23")
            self.assertEqual(done.code, 1)


if __name__ == "__main__":
    support.main()
