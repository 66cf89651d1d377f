# No file, header or function too long to be read at once.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import ast
import re

import common

MAX_SOURCE = 800
MAX_HEADER = 250
MAX_FUNCTION = 80

# With the reason why.
EXEMPT_HEADERS = {
    # A contract stands in one file: with the compiler, with the caller.
    "runtime/include/heddle/artifact.h",
    "runtime/include/heddle/runtime.h",
}
EXEMPT_FUNCTIONS = {
    # The pass order, top to bottom, is one list.
    "compiler/pipeline/Pipeline.cpp",
}


def functions(text):
    """(first line, last line) of every outermost C++ function body."""
    code = common.blank_code(text)
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*",
                  lambda m: re.sub(r"[^\n]", " ", m.group(0)), code,
                  flags=re.MULTILINE)
    stack, head_start = [], 0
    for match in re.finditer(r"[{};]", code):
        at, mark = match.start(), match.group(0)
        if mark == "{":
            kind = kind_of(code[head_start:at])
            stack.append((kind, head_start))
        elif mark == "}" and stack:
            kind, start = stack.pop()
            outer = all(k != "function" for k, _ in stack)
            if kind == "function" and outer:
                start += len(code[start:at]) - len(code[start:at].lstrip())
                yield (code.count("\n", 0, start) + 1,
                       code.count("\n", 0, at) + 1)
        head_start = match.end()


def kind_of(head):
    """What the brace after `head` opens."""
    if re.search(r"\bnamespace\b|\bextern\s*$", head):
        return "scope"
    if head.rstrip().endswith(("=", ",", "(", "return")):
        return "value"
    if re.search(r"\b(class|struct|union|enum)\b", head) and "(" not in head:
        return "scope"
    return "function" if ")" in head else "value"


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno


def check(tree):
    for path in tree.files((".h", ".cpp", ".c", ".td", ".py")):
        text = tree.text(path)
        name, length = path.as_posix(), len(text.splitlines())
        limit = MAX_HEADER if path.suffix == ".h" else MAX_SOURCE
        if length > limit and name not in EXEMPT_HEADERS:
            tree.report(path, limit, f"{length} lines; at most {limit}")
        if name in EXEMPT_FUNCTIONS or path.suffix == ".td":
            continue
        found = python_functions if path.suffix == ".py" else functions
        for first, last in found(text):
            if last - first + 1 > MAX_FUNCTION:
                tree.report(path, first, f"a function of {last - first + 1} "
                                         f"lines; at most {MAX_FUNCTION}")


if __name__ == "__main__":
    common.main(check, "sizes of files and functions")
