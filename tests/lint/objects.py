# What the lints of compiled kernels share: the objects that
# `heddle compile --stop-after=objects -o FOLDER` leaves, and LLVM's tools.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import os
import pathlib
import shutil
import subprocess
import sys

SKIP = 77


def tool(name):
    """One of LLVM 22's tools, or exits as skipped."""
    folder = os.environ.get("HEDDLE_LLVM_BIN_DIR")
    found = shutil.which(os.path.join(folder, name) if folder
                         else name + "-22")
    if not found:
        print(f"SKIP: no {name}")
        sys.exit(SKIP)
    return found


def output(*command):
    return subprocess.run([str(part) for part in command], check=True,
                          stdout=subprocess.PIPE, text=True).stdout


def main(check, description, pattern="*.o"):
    """Runs check(object) -> findings on every object of the folder named on
    the command line; none at all is a finding too."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("folder", type=pathlib.Path)
    folder = parser.parse_args().folder
    paths, findings = sorted(folder.rglob(pattern)), []
    for path in paths:
        findings += [f"{path.name}: {finding}" for finding in check(path)]
    print(*findings, sep="\n")
    print(f"{len(paths)} objects, {len(findings)} findings")
    sys.exit(1 if findings or not paths else 0)
