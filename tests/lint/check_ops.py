# Every op has a summary, a description and an example; every pass says what it
# requires and leaves, and what its options are.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import common
import tablegen


def check_pass(tree, path, line, name, record):
    text = record["description"]
    if "Requires" not in text or "Leaves" not in text:
        tree.report(path, line, f"{name} says not what it requires and leaves")
    for option in record["options"]:
        if not option:
            tree.report(path, line, f"an option of {name} is not described")


def check(tree):
    for path, line, name, record in tablegen.records(tree):
        if not record["summary"].strip():
            tree.report(path, line, f"{name} has no summary")
        if not record["description"].strip():
            tree.report(path, line, f"{name} has no description")
        elif tablegen.is_pass(record):
            check_pass(tree, path, line, name, record)
        elif not (tablegen.examples(record)
                  or "Example: see " in record["description"]):
            tree.report(path, line, f"{name} has no example")


if __name__ == "__main__":
    common.main(check, "descriptions of ops and passes")
