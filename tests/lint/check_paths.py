# Nothing names a machine: no absolute path of an installation, no host.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import re

import common

PATH = re.compile(r"(?<![\w.$}\])*~>/-])/(usr|opt|tmp|home|work|root|mnt|srv|"
                  r"var|etc)(?:(?:/[\w.+*-]+)+|(?=[\s\"'`;:)]|$))")
# What is the same on every machine that the project runs on.
FINE_PATHS = {
    "": ("/usr/bin/env",),
    "bootstrap.sh": ("/etc/apt",),
    "tests/lint/check_paths.py": ("/etc",),
}
TEST_PATHS = ("/tmp", "/etc/passwd", "/mnt")
# Where temporary files go when TMPDIR does not say.
FALLBACK = "/tmp"
HOST = re.compile(r"\b(?:https?|ftp|git|ssh)://([\w.-]+)")
FINE_HOSTS = {"llvm.org", "www.apache.org", "arxiv.org", "doi.org"}
BINARY = (".npz", ".npy", ".safetensors", ".png", ".so", ".o", ".bin")


def check(tree):
    for path in tree.files():
        if path.suffix in BINARY or path.parts[0] == "LICENSE" or (
                "corpus" in path.parts):
            continue
        fine = FINE_PATHS[""] + FINE_PATHS.get(path.as_posix(), ())
        if path.parts[0] == "tests":
            fine += TEST_PATHS
        for number, line in tree.lines(path):
            for match in PATH.finditer(line):
                found = match.group(0)
                if found != FALLBACK and not found.startswith(fine):
                    tree.report(path, number, f"names {found}")
            for host in HOST.findall(line):
                if host not in FINE_HOSTS:
                    tree.report(path, number, f"names the host {host}")


if __name__ == "__main__":
    common.main(check, "no absolute path, no host")
