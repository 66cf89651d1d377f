# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every example of the language reference is compiled to kernels, run, and
compared with the reference evaluator."""
import os
import pathlib
import re

import support

REFERENCE = (pathlib.Path(os.environ["HEDDLE_SOURCE_DIR"]) / "compiler" / "dsl"
             / "README.md")
BLOCK = re.compile(r"^```heddle([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def models(text):
    """(line, model) of each example; those that are no whole model stand in
    the frame that the reference shows."""
    frame = ""
    for match in BLOCK.finditer(text):
        kind, block = match.group(1).strip(), match.group(2)
        if kind == "frame":
            frame = block.split("...")[0]
        if kind:
            continue
        if not re.search(r"^model\b", block, re.MULTILINE):
            end = "" if re.search(r"^ *output\b", block, re.MULTILINE) else (
                "output result = relu(x)\n")
            block = frame + block + end + "}"
        yield text.count("\n", 0, match.start()) + 2, block


class Language(support.Case):
    def test_every_example_runs_and_is_right(self):
        text = REFERENCE.read_text()
        for kind, content in BLOCK.findall(text):
            if kind.startswith(" file "):
                self.write(kind.split()[1], content)
        count = states = 0
        for line, model in models(text):
            count += 1
            path = self.write(f"line{line}.heddle", model)
            if re.search(r"^ *state\b", model, re.MULTILINE):
                states += 1
                self.works("compile", path, "--weights", "random:1",
                           "--stop-after=graph")
                continue
            entries = re.findall(r"^ *entry (\w+)", model, re.MULTILINE)
            artifact = self.compiled(f"line{line}", path, "--isa",
                                     support.ISAS[0], "--weights", "random:1")
            for entry in entries or ["main"]:
                done = support.tool("verify", artifact, "--weights", "random:1",
                                    "--entry", entry)
                self.assertEqual(done.code, 0, f"README.md:{line}: {entry}\n"
                                 f"{done.text}{done.err}")
                self.assertIn("ok   output '", done.text)
        self.assertGreaterEqual(count, 20)
        self.assertEqual(states, 1)


if __name__ == "__main__":
    support.main()
