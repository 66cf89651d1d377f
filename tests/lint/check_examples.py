# The example of every op parses. One that is a part of a program may use
# values and kernels from outside of it: MLIR misses those only after the whole
# text is read.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import re
import subprocess
import sys

import common
import objects
import tablegen

FINE = re.compile(r"use of undeclared SSA value name|"
                  r"calls @\w+, which does not exist")


def complaints(opt, text):
    """What heddle-opt says of a text, less what a part may lack."""
    done = subprocess.run([opt, "-"], input=text, text=True,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = [line.partition("error: ")[2] for line
              in done.stderr.splitlines() if "error: " in line]
    bad = [error for error in errors if not FINE.search(error)]
    if done.returncode and not errors:
        bad.append(f"exit {done.returncode}")
    return bad


def check(tree):
    opt = os.path.join(os.environ.get("HEDDLE_BIN_DIR", ""), "heddle-opt")
    if not os.path.exists(opt):
        print("SKIP: heddle-opt is not built")
        sys.exit(objects.SKIP)
    for path, line, name, record in tablegen.records(tree):
        for example in ([] if tablegen.is_pass(record)
                        else tablegen.examples(record)):
            for complaint in complaints(opt, example):
                tree.report(path, line, f"{name}'s example: {complaint}")


if __name__ == "__main__":
    common.main(check, "examples of ops")
