# Compiles MiniLM's kernels, with random weights, and those of every function
# into a fresh folder.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import pathlib
import shutil
import subprocess
import sys

folder = pathlib.Path(sys.argv[1])
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)
heddle = os.path.join(os.environ["HEDDLE_BIN_DIR"], "heddle")
source = pathlib.Path(os.environ["HEDDLE_SOURCE_DIR"])
for model, dtype in [("models/minilm.heddle", "f32"),
                     ("tests/lint/Inputs/functions.heddle", "f32"),
                     ("tests/lint/Inputs/narrow.heddle", "bf16"),
                     ("tests/lint/Inputs/narrow.heddle", "int8")]:
    target = folder / (pathlib.Path(model).stem + "-" + dtype)
    target.mkdir()
    subprocess.run([heddle, "compile", source / model, "--weights", "random:1",
                    "--dtype", dtype,
                    "--stop-after=objects", "-o", target], check=True)
print(*sorted(path.name for path in folder.rglob("*.o")))
