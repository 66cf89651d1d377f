# What TableGen knows of the dialects and passes, after classes are resolved.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import json
import pathlib
import re
import subprocess

import objects

# The files to begin with; they include the others.
ROOTS = ("dialects/*/*Ops.td", "compiler/passes/Passes.td")


def records(tree):
    """(file, line, name, record) of every op and pass defined in the tree."""
    tblgen = objects.tool("llvm-tblgen")
    includes = pathlib.Path(tblgen).resolve().parents[1] / "include"
    seen = set()
    for pattern in ROOTS:
        for path in sorted(tree.root.glob(pattern)):
            dump = json.loads(subprocess.run(
                [tblgen, "--dump-json", "-I", includes, "-I", tree.root, "-I",
                 path.parent, path], check=True, stdout=subprocess.PIPE).stdout)
            names = dump["!instanceof"].get("Op", []) + dump[
                "!instanceof"].get("PassBase", [])
            for name in names:
                place = definition(tree, path.parent, name)
                if place and name not in seen:
                    seen.add(name)
                    tree.looked_at += 1
                    record = dump[name]
                    record["options"] = [
                        dump[option["def"]]["description"]
                        for option in record.get("options", [])]
                    yield (*place, name, record)


def definition(tree, folder, name):
    """Where a record is defined, or None when it is not ours."""
    pattern = re.compile(r"^def\s+" + name + r"\b", re.MULTILINE)
    for path in sorted(folder.glob("*.td")):
        text = path.read_text()
        match = pattern.search(text)
        if match:
            return (path.relative_to(tree.root),
                    text.count("\n", 0, match.start()) + 1)
    return None


def is_pass(record):
    return "argument" in record and "opName" not in record


def examples(record):
    """The ```mlir blocks after the word Example in a description."""
    _, _, tail = record["description"].partition("Example")
    return re.findall(r"```mlir\n(.*?)```", tail, re.DOTALL)
