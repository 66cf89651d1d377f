# The models of the zoo, and those shown in the READMEs (blocks marked heddle
# that hold a `model`), are read and checked with random weights; blocks marked
# heddle file NAME are what they import.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import pathlib
import re
import subprocess
import tempfile

import common


def compiles(path):
    heddle = os.path.join(os.environ["HEDDLE_BIN_DIR"], "heddle")
    done = subprocess.run([heddle, "compile", path, "--weights", "random:1",
                           "--stop-after=graph"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True)
    return None if done.returncode == 0 else done.stderr.strip()


def blocks(text):
    """(line, model) of each block of a README that is a whole model."""
    for match in re.finditer(r"^```heddle\n(.*?)^```", text,
                             re.MULTILINE | re.DOTALL):
        model = match.group(1)
        if re.search(r"^model\b", model, re.MULTILINE):
            yield text.count("\n", 0, match.start()) + 2, model


def files(text):
    """(name, text) of each file that a README shows to be imported."""
    return re.findall(r"^```heddle file (\S+)\n(.*?)^```", text,
                      re.MULTILINE | re.DOTALL)


def check(tree):
    for path in tree.files((".heddle",), "models"):
        complaint = compiles(tree.root / path)
        if complaint:
            tree.report(path, 1, complaint)
    for path in tree.files(("README.md",)):
        text = tree.text(path)
        with tempfile.TemporaryDirectory() as folder:
            for name, shown in files(text):
                (pathlib.Path(folder) / name).write_text(shown)
            for line, model in blocks(text):
                file = pathlib.Path(folder) / "model.heddle"
                file.write_text(model)
                complaint = compiles(file)
                if complaint:
                    tree.report(path, line, complaint)


if __name__ == "__main__":
    common.main(check, "models compile")
