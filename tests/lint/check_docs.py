# Every file says what it is for, and the folders that need a README have one.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import re

import common

SPDX = "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"
CODE = (".h", ".cpp", ".c", ".td", ".py", ".sh", ".cmake", "CMakeLists.txt",
        ".heddle")
# Inputs of tests may be one line long, and so may their headers.
NO_HEADER = re.compile(r"tests/.*\.(heddle|mlir)$|tests/.*/(corpus|Inputs)/")
READMES = ("README.md", "dialects/README.md", "dialects/graph/README.md",
           "dialects/halide/README.md", "dialects/host/README.md",
           "compiler/dsl/README.md", "schedules/README.md",
           "runtime/README.md", "bench/README.md")


def check_header(tree, path):
    """A comment of some words, and the licence, before the first code."""
    opening, lines = [], list(tree.lines(path))[:40]
    if path.suffix == ".py":  # a docstring opens as well as a comment
        lines = [(n, re.sub(r'^\s*"""(?=\S)', "# ", line))
                 for n, line in lines]
    for _, line in lines:
        if not re.match(r"\s*(//|#|/\*|\*|$|;)", line) and not (
                opening and opening[0].startswith("/*")
                and "*/" not in "\n".join(opening)):
            break
        opening.append(line.strip())
    text = "\n".join(opening)
    if SPDX not in text:
        tree.report(path, 1, f"no line {SPDX}")
    if path.name == "CMakeLists.txt":
        return
    prose = [line for line in opening if SPDX not in line
             and not line.startswith(("#!", "#include", "#ifndef", "#define"))
             and re.search(r"[A-Za-z]{2,}.*[A-Za-z]{2,}", line)]
    if not prose:
        tree.report(path, 1, "does not open with what it is for")


def check(tree):
    for path in tree.files(CODE):
        if not NO_HEADER.search(path.as_posix()):
            check_header(tree, path)
        for number, line in tree.lines(path):
            if re.search(r"\b(TO" r"DO|FIX" r"ME)\b(?!\(#\d+\))", line):
                tree.report(path, number, "a note to do something without an "
                                          "issue's number")
    for name in READMES:
        if not (tree.root / name).is_file():
            tree.report(name, 1, "is missing")


if __name__ == "__main__":
    common.main(check, "openings and READMEs")
