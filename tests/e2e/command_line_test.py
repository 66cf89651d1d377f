# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The verbs: what is registered, what each explains, and how options stand."""
import json
import re

import numpy as np

import support

VERBS = ["compile", "run", "verify", "tune", "bench", "inspect", "targets"]
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
        self.refused(["error: "], "serve", support.FIRST, code=2)

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
                          "batch=25", "--kernels").text
        self.assertIn("dims batch=25, variant ", text)
        self.assertIn("ok   output 'y': largest error ", text)
        self.assertIn("ok   kernel k0 (gemm), ", text)

    def test_inspect_tells_what_a_model_declares(self):
        text = self.works("inspect", support.MINILM, "-D", "layers=1").text
        for line in ["MiniLM: a model's text", "  layers     1",
                     "  hidden     false", "  seq        1..512",
                     "  input  tokens           i32 [batch, seq] in 0..30521",
                     "  output embedding        f32 [batch, 384]",
                     "21 weights, 55 MB",
                     "  embeddings.LayerNorm.bias f32 [384]"]:
            self.assertIn(line + "\n", text)
        found = json.loads(self.works("inspect", support.FIRST, "--json").text)
        self.assertEqual(found["parameters"],
                         {"in_features": 8, "out_features": 16})
        entry = found.pop("entries")[0]
        self.assertEqual(entry["inputs"], [
            {"name": "x", "dtype": "f32", "extents": ["batch", "8"]}])
        self.assertEqual([weight["name"] for weight in found["weights"]],
                         ["w.weight", "w.bias"])
        # The keys are those of the artefact.
        artifact = self.compiled("keys", support.FIRST, *WEIGHTS)
        compiled = support.inspect(artifact)
        self.assertEqual(found["dims"], compiled["dims"])
        self.assertLessEqual(found.keys() - {"parameters"}, compiled.keys())
        self.assertEqual(entry["outputs"], compiled["entries"][0]["outputs"])

    def test_inspect_takes_what_a_text_needs(self):
        text = self.write("unknown.heddle", "model M { input x: f32[2, 8]\n"
                          "output y = linear(x, @w, bias = none) }")
        self.refused(["unknown.heddle:2:12: error: nothing tells the shape of "
                      "weight 'w.weight'"], "inspect", text)
        weights = self.write("w.safetensors", support.safetensors(
            {"w.weight": np.zeros((5, 8), np.float32)}))
        found = self.works("inspect", text, "--weights", weights).text
        self.assertIn("  output y                f32 [2, 5]\n", found)
        self.refused(["error: -D x: expected NAME=VALUE"], "inspect", text,
                     "-D", "x", code=2)

    def test_what_cannot_go_to_standard_output(self):
        for more in [[], ["--stop-after", "objects"]]:
            self.refused(["error: -o -: an artefact and objects go to files, "
                          "not to standard output"], "compile", support.FIRST,
                         *WEIGHTS, *more, "-o", "-", code=2)
        text = self.works("compile", support.FIRST, "--stop-after", "graph",
                          "-o", "-").text
        self.assertIn("hgraph.model @First", text)

    def test_options_are_told_as_they_are(self):
        text = self.works("compile", "--help").text
        self.assertRegex(text, r"(?m)^  --no-cache +compile every kernel anew$")
        self.assertIn("variants to compile for (default all): avx512_amx, "
                      "avx512_bf16, avx512_vnni, avx512, avx2",
                      text)
        text = self.works("verify", "--help").text
        self.assertIn("the variant to verify (default the best that runs "
                      "here): avx512_amx, avx512_bf16, avx512_vnni, avx512, avx2",
                      text)
        self.refused(["error: --isa: expected one variant to verify"],
                     "verify", support.FIRST, "--isa", "avx2,avx512", code=2)

    def test_artefacts_are_spelt_in_one_way(self):
        for verb in VERBS:
            text = self.works(verb, "--help").text
            text = text.replace("objects, artifact", "")  # a phase's name
            self.assertNotIn("artifact", text.lower())

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
