# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The verbs: what is registered, what each explains, and how options stand."""
import re

import support

VERBS = ["compile", "run", "verify", "bench", "inspect", "targets"]
RUNTIME_VERBS = ["run", "bench", "inspect"]
WEIGHTS = ["--weights", "random:1"]


class CommandLine(support.Case):
    def programs(self):
        """(program, its verbs), of those that were built."""
        yield "heddle", VERBS
        if (support.BIN / "heddle-run").exists():
            yield "heddle-run", RUNTIME_VERBS

    def test_help_names_every_verb_and_no_other(self):
        for program, verbs in self.programs():
            text = self.works("--help", program=program).text
            listed = re.findall(r"^  (\w+) ", text.split("Subcommands:")[1],
                                re.MULTILINE)
            self.assertEqual(sorted(listed), sorted(verbs))
            for verb in verbs:
                text = self.works(verb, "--help", program=program).text
                self.assertIn(f"Usage: {program} {verb} ", text)
                # Each option is explained.
                for line in text.split("Options:")[-1].splitlines():
                    if line.startswith("  -"):
                        self.assertNotRegex(line, r"^  -\S+$")
        self.refused(["error: "], "tune", support.FIRST, code=2)

    def test_programs_have_one_version(self):
        found = {self.works("--version", program=program).text
                 for program, _ in self.programs()}
        self.assertEqual(len(found), 1)
        self.assertRegex(found.pop(), r"^\d+\.\d+\.\d+\n$")

    def test_targets_lists_the_variants(self):
        text = self.works("targets").text
        for name in support.VARIANTS:
            self.assertRegex(text, rf"(?m)^{name} +x86-64-linux-")

    def test_options_may_stand_before_the_file(self):
        output = self.folder / "before.so"
        self.works("compile", *WEIGHTS, "--isa", "avx2,avx512", support.FIRST,
                   "-o", output)
        self.works("verify", *WEIGHTS, "--dims", "batch=3", "--isa",
                   support.ISAS[-1], output)
        self.works("bench", "--dims", "batch=1,2", "--repeat", "1",
                   "--threads", "1", output)
        self.works("inspect", "--dims", "batch=5", output)

    def test_verify_compiles_a_model_first(self):
        text = self.works("verify", support.FIRST, *WEIGHTS, "--dims",
                          "batch=5", "--kernels").text
        self.assertIn("dims batch=5, variant ", text)
        self.assertIn("ok   output 'y': largest error ", text)
        self.assertIn("ok   kernel k0 (gemm), ", text)

    def test_an_artefact_stands_beside_its_model(self):
        model = self.write("beside.heddle", support.FIRST.read_bytes())
        self.works("compile", model, *WEIGHTS)
        self.assertTrue((self.folder / "beside.so").exists())

    def test_remarks_say_what_became_a_kernel(self):
        done = self.works("compile", support.FIRST, *WEIGHTS, "--remarks",
                          "-o", self.folder / "remarks.so")
        self.assertIn("first.heddle:8:19: remark: gemm kernel of 2 ops",
                      done.err)


if __name__ == "__main__":
    support.main()
