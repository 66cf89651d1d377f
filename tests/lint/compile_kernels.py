# Compiles MiniLM's kernels, with random weights, into a fresh folder.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import pathlib
import shutil
import subprocess
import sys

folder = pathlib.Path(sys.argv[1])
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)
subprocess.run([os.path.join(os.environ["HEDDLE_BIN_DIR"], "heddle"),
                "compile", os.environ["HEDDLE_SOURCE_DIR"]
                + "/models/minilm.heddle", "--weights", "random:1",
                "--stop-after=objects", "-o", folder], check=True)
print(*sorted(path.name for path in folder.rglob("*.o")))
