# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The private environment in build/peers, made on first use."""
import functools
import hashlib
import pathlib
import subprocess
import sys
import venv

REQUIREMENTS = pathlib.Path(__file__).with_name("requirements.txt")


def pip(python, *arguments):
    return subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet",
         "--disable-pip-version-check", *arguments],
        stdin=subprocess.DEVNULL, stdout=sys.stderr).returncode == 0


def wanted():
    """What a complete environment is stamped with."""
    return hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()


@functools.cache
def make(folder):
    """The environment's Python. What cannot be installed is missing there,
    which the peers that need it say; the next run tries again."""
    python, stamp = folder / "bin/python3", folder / "heddle.stamp"
    if stamp.exists() and stamp.read_text() == wanted() and python.exists():
        return python
    print(f"installing the peers into {folder}", file=sys.stderr)
    venv.create(folder, clear=True, with_pip=True)
    complete = pip(python, "-r", str(REQUIREMENTS))
    if not complete:
        lines = REQUIREMENTS.read_text().splitlines()
        for line in (text for text in lines if "==" in text):
            pip(python, line)
    else:
        stamp.write_text(wanted())
    return python
