# Who may include whom. Includes are written from the repository's root, but
# for the runtime's public headers, which start with heddle/, and a TableGen
# file beside its own.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import re

import common

# Folder (the longest that fits counts) to what its files may include besides
# themselves: folders of ours, or the groups MLIR, LLVM, LLD, HALIDE.
ALLOWED = {
    "runtime": {"heddle"},
    "runtime/io": {"heddle/artifact.h"},
    "compiler/shape": set(),
    "compiler/dsl": {"compiler/shape"},
    "dialects": {"compiler/shape", "MLIR"},
    "schedules": set(),
    # The recipes are attributes of the host dialect.
    "compiler/weights": {"compiler/shape", "dialects/host", "runtime/io",
                         "heddle/artifact.h", "MLIR"},
    "compiler/reference": {"compiler/shape", "dialects/graph", "schedules",
                           "MLIR"},
    "compiler/passes": {"compiler/shape", "dialects", "schedules", "MLIR"},
    "compiler/lower": {"compiler/shape", "compiler/dsl", "compiler/weights",
                       "dialects", "schedules", "heddle/artifact.h", "MLIR"},
    "compiler/translate": {"dialects/halide", "MLIR", "HALIDE"},
    "compiler/link": {"compiler/weights", "runtime/io", "heddle/artifact.h",
                      "LLVM", "LLD"},
    "compiler/pipeline": {"compiler/shape", "compiler/dsl", "compiler/weights",
                          "compiler/reference", "compiler/passes",
                          "compiler/lower", "compiler/translate",
                          "compiler/link", "dialects", "schedules",
                          "runtime/io", "heddle", "MLIR"},
    "compiler/tune": {"compiler/pipeline", "heddle", "MLIR"},
    # heddle-opt registers every dialect and pass; heddle has the verbs of
    # heddle-run too.
    "compiler/tools": {"compiler/pipeline", "compiler/tune", "compiler/shape",
                       "compiler/reference", "compiler/passes",
                       "compiler/lower", "compiler/translate", "dialects",
                       "schedules", "runtime/tools", "heddle", "MLIR"},
}

# Folders that use the C++ library alone: no header of the system either.
STANDARD_ONLY = ("compiler/shape", "compiler/dsl")

FOREIGN = {"mlir": "MLIR", "mlir-c": "MLIR", "llvm": "LLVM", "llvm-c": "LLVM",
           "lld": "LLD"}
OUR_FOLDERS = ("compiler", "dialects", "runtime", "schedules", "heddle",
               "tests", "bench")
SOURCES = (".h", ".hpp", ".c", ".cpp", ".inc", ".td")


def rule_of(path):
    """The folder in ALLOWED that the file is in, or None."""
    parts = path.parent.as_posix()
    while parts not in (".", ""):
        if parts in ALLOWED:
            return parts
        parts = parts.rpartition("/")[0]
    return None


def home_of(path):
    """The folder whose files may include each other: a library."""
    parts = path.parts
    if parts[0] in ("compiler", "dialects"):
        return "/".join(parts[:2])
    return "runtime/io" if parts[:2] == ("runtime", "io") else parts[0]


def group_of(include):
    first = include.split("/")[0]
    if re.match(r"Halide\w*\.h$", include):
        return "HALIDE"
    return FOREIGN.get(first, include if first in OUR_FOLDERS else None)


def permitted(group, home, allowed):
    if group == "LLVM" and "MLIR" in allowed:
        return True
    if group.startswith(home + "/"):
        return True
    return any(group == a or group.startswith(a + "/") for a in allowed)


def check_include(tree, path, line, quote, include):
    rule, home = rule_of(path), home_of(path)
    group = group_of(include)
    if rule is None:
        if group and group.startswith(("tests/", "bench/")) and (
                path.parts[0] not in ("tests", "bench")):
            tree.report(path, line, f"nobody includes {include}")
    elif group is None:
        beside = path.suffix == ".td" and "/" not in include
        if quote == '"' and not beside:
            tree.report(path, line, f"{include} is not written from the root")
        elif rule in STANDARD_ONLY and re.search(r"[./]", include):
            tree.report(path, line, f"{rule} uses the C++ library only, "
                                    f"not {include}")
    elif not permitted(group, home, ALLOWED[rule]):
        tree.report(path, line, f"{rule} must not include {include}")


def check(tree):
    pattern = re.compile(r'^\s*#?\s*include\s*([<"])([^>"]+)[>"]')
    for path in tree.files(SOURCES):
        text = common.blank_code(tree.text(path), keep_strings=True)
        for number, line in enumerate(text.splitlines(), 1):
            match = pattern.match(line)
            if match:
                check_include(tree, path, number, *match.groups())


if __name__ == "__main__":
    common.main(check, "who may include whom")
