# What the lints share: the files to look at, and how a finding is reported.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import argparse
import pathlib
import re
import sys

SKIPPED_FOLDERS = {".git", "build", "__pycache__"}


class Tree:
    """The repository, or a planted one, and what was found in it."""

    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.findings = []
        self.looked_at = 0

    def files(self, suffixes=None, under=""):
        """Paths relative to the root, sorted, `suffixes` being file endings."""
        for path in sorted((self.root / under).rglob("*")):
            relative = path.relative_to(self.root)
            if SKIPPED_FOLDERS & set(relative.parts) or not path.is_file():
                continue
            if suffixes is None or path.name.endswith(tuple(suffixes)):
                self.looked_at += 1
                yield relative

    def text(self, relative):
        return (self.root / relative).read_text("utf-8", errors="replace")

    def lines(self, relative):
        """(number, line) from 1."""
        return enumerate(self.text(relative).splitlines(), 1)

    def report(self, relative, line, message):
        self.findings.append(f"{relative}:{line}: {message}")


def blank_code(text, keep_strings=False):
    """C++ text with comments, and strings unless kept, blanked; the lines and
    columns stay."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"'
        r"|'(?:\\.|[^'\\\n])+'", re.DOTALL)

    def blank(match):
        found = match.group(0)
        if keep_strings and not found.startswith("/"):
            return found
        return re.sub(r"[^\n]", " ", found)

    return pattern.sub(blank, text)


def main(check, description):
    """Runs check(tree) on the tree named on the command line, by default the
    repository this file is in."""
    parser = argparse.ArgumentParser(description=description)
    here = pathlib.Path(__file__).resolve()
    parser.add_argument("root", nargs="?", default=here.parents[2])
    tree = Tree(parser.parse_args().root)
    check(tree)
    for finding in tree.findings:
        print(finding)
    print(f"{tree.looked_at} files, {len(tree.findings)} findings")
    sys.exit(1 if tree.findings or not tree.looked_at else 0)
