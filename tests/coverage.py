#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reports the lines that a build of the preset `coverage` has executed.

usage: coverage.py BUILD [--files N] [--least PERCENT] [FOLDER...]

Lines covered a folder, then for the N files with most uncovered lines the
functions that were never called and the lines that were not reached. Ends with
1 where less than PERCENT of all lines is covered. Generated files and tests do
not count.
"""
import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
FOLDERS = ["compiler", "dialects", "runtime", "schedules"]
BATCH = 64  # files for one run of gcov


class File:
    """Counts by line, and the functions by their first line."""

    def __init__(self):
        self.lines = collections.Counter()
        self.functions = {}  # first line: [name, last line, calls]

    def add(self, report):
        for line in report["lines"]:
            self.lines[line["line_number"]] += line["count"]
        for function in report["functions"]:
            known = self.functions.setdefault(
                function["start_line"],
                [function["demangled_name"], function["end_line"], 0])
            known[2] += function["execution_count"]

    @property
    def covered(self):
        return sum(count > 0 for count in self.lines.values())

    @property
    def missed(self):
        return sorted(line for line, count in self.lines.items() if not count)

    def uncalled(self):
        """(first line, last line, name) of functions never called."""
        return sorted((first, last, name) for first, (name, last, calls)
                      in self.functions.items() if not calls)


def reports(build):
    """The JSON of gcov for every file of counts in the build."""
    counts = sorted(str(path) for path in build.rglob("*.gcda"))
    if not counts:
        sys.exit(f"{build} has no counts: build the preset coverage and run "
                 "its tests")
    for start in range(0, len(counts), BATCH):
        done = subprocess.run(
            [os.environ.get("GCOV", "gcov"), "--json-format", "--stdout",
             "--demangled-names", *counts[start:start + BATCH]],
            cwd=build, capture_output=True, check=True)
        for line in done.stdout.splitlines():
            if line.strip():
                yield json.loads(line)


def gather(build, folders):
    """{path from the root: File} of the folders' own sources."""
    files = collections.defaultdict(File)
    for report in reports(build):
        for found in report["files"]:
            path = pathlib.Path(report["current_working_directory"],
                                found["file"]).resolve()
            if not path.is_relative_to(ROOT):
                continue
            name = path.relative_to(ROOT).as_posix()
            if name.startswith(tuple(folder + "/" for folder in folders)):
                files[name].add(found)
    return files


def ranges(lines):
    """[3, 4, 5, 9] as "3-5, 9"."""
    runs = []
    for line in lines:
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return ", ".join(str(first) if first == last else f"{first}-{last}"
                     for first, last in runs)


def percent(covered, lines):
    return 100 * covered / lines if lines else 100.0


def print_folders(files):
    folders = collections.defaultdict(lambda: [0, 0])
    for name, file in files.items():
        row = folders[name.rpartition("/")[0]]
        row[0] += file.covered
        row[1] += len(file.lines)
    print(f"{'folder':32} {'lines':>7} {'covered':>8}")
    for folder in sorted(folders):
        covered, lines = folders[folder]
        print(f"{folder:32} {lines:7} {percent(covered, lines):7.1f}%")
    covered = sum(row[0] for row in folders.values())
    lines = sum(row[1] for row in folders.values())
    print(f"{'all':32} {lines:7} {percent(covered, lines):7.1f}%")
    return percent(covered, lines)


def print_worst(files, most):
    worst = sorted(files.items(), key=lambda item: (-len(item[1].missed),
                                                    item[0]))
    for name, file in worst[:most]:
        if not file.missed:
            break
        print(f"\n{name}: {len(file.missed)} of {len(file.lines)} lines, "
              f"{percent(file.covered, len(file.lines)):.1f}% covered")
        for first, last, function in file.uncalled():
            print(f"  never called, {first}-{last}: {function}")
        print(f"  not reached: {ranges(file.missed)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("folders", nargs="*", default=FOLDERS)
    parser.add_argument("--files", type=int, default=10)
    parser.add_argument("--least", type=float, default=0)
    arguments = parser.parse_args()
    files = gather(arguments.build.resolve(), arguments.folders)
    total = print_folders(files)
    print_worst(files, arguments.files)
    if total < arguments.least:
        sys.exit(f"\n{total:.1f}% of the lines are covered, expected at least "
                 f"{arguments.least:g}%")


if __name__ == "__main__":
    main()
