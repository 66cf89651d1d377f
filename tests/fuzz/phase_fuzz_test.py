# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The door for .mlir: printed phases, changed at random, are compiled or
refused in words. Every mutant is a child process; seeds make them again:

    phase_fuzz_test.py [--seed S] [--count N] [--keep FOLDER]
"""
import argparse
import concurrent.futures
import os
import pathlib
import random
import re
import resource
import subprocess
import sys
import tempfile

BIN = pathlib.Path(os.environ["HEDDLE_BIN_DIR"])
FIRST = pathlib.Path(os.environ["HEDDLE_SOURCE_DIR"]) / "models/first.heddle"
MASKED = """model Masked {
  dim batch in 1..2, t in 1..9
  input x: f32[batch, t, 8], mask: i32[batch, t]
  h = split_heads(x, 2)
  output y = merge_heads(attention(h, h, h, mask = causal & padding(mask)))
}
"""
WEIGHTS = ["--weights", "random:1"]
PHASES = ["graph", "kernels", "host", "halide", "schedule"]
SECONDS = 240  # a mutant that takes longer hangs
MEMORY = 8 << 30
TOKEN = re.compile(r'"[^"\n]*"|[%@#!^]?[A-Za-z_][\w.$]*|-?\d+(?:\.\d+)?'
                   r"|\s+|.", re.DOTALL)
NUMBERS = ["0", "1", "-1", "2", "3", "7", "64", "2147483647", "2147483648",
           "-2147483648", "4294967296", "9223372036854775807",
           "18446744073709551616", "1.0e30", "0x7F800000"]


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def heddle(folder, *arguments):
    """The code and standard error of a run; None for one that hangs."""
    try:
        done = subprocess.run(
            [str(BIN / "heddle"), *map(str, arguments)], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=SECONDS,
            preexec_fn=limit, env={**os.environ, "TMPDIR": str(folder),
                                   "HEDDLE_CACHE_DIR": str(folder / "cache")})
    except subprocess.TimeoutExpired:
        return None, "it hangs"
    return done.returncode, done.stderr.decode(errors="replace")


def kind(token):
    """Tokens of a kind stand for each other."""
    if token.isspace():
        return " "
    return "0" if token.lstrip("-")[:1].isdigit() else token[0]


def changed(text, chance):
    """The text with one token or line other than it was."""
    if chance.random() < 0.3:
        lines = text.splitlines(keepends=True)
        at, other = (chance.randrange(len(lines)) for _ in "ab")
        lines[at] = chance.choice(["", lines[at] * 2, lines[other]])
        return "".join(lines)
    tokens = TOKEN.findall(text)
    words = [i for i, token in enumerate(tokens) if not token.isspace()]
    at, other = chance.choice(words), chance.choice(words)
    alike = [token for token in tokens if kind(token) == kind(tokens[at])]
    way = chance.random()
    if way < 0.35:
        tokens[at] = chance.choice(alike)
    elif way < 0.6 and kind(tokens[at]) in '0"':
        number = chance.choice(NUMBERS)
        tokens[at] = number if kind(tokens[at]) == "0" else f'"{number}"'
    elif way < 0.75:
        tokens[at] = ""
    elif way < 0.85:
        tokens[at] *= 2
    elif way < 0.95:
        tokens[at], tokens[other] = tokens[other], tokens[at]
    else:
        del tokens[at + chance.randrange(40):]
    return "".join(tokens)


def mutant(texts, seed):
    """A phase's name and its text, changed once or a few times."""
    chance = random.Random(seed)
    name = chance.choice(sorted(texts))
    text = texts[name]
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        text = changed(text, chance)
    # MLIR 22's own parser dies of these, in mlir-opt too.
    return name, re.sub(r"array<\s*index", "array<i64", text)


def printed(folder):
    """The phases of two models, by model and phase."""
    masked = folder / "masked.heddle"
    masked.write_text(MASKED)
    texts = {}
    for model in [FIRST, masked]:
        for phase in PHASES:
            path = folder / "phase.mlir"
            code, error = heddle(folder, "compile", model, *WEIGHTS, "--isa",
                                 "avx2", "--stop-after", phase, "-o", path)
            assert code == 0, error
            texts[f"{model.stem}-{phase}"] = path.read_text()
    return texts


def run(folder, texts, seed, keep):
    """What is wrong with a mutant's outcome; empty when it is as it should."""
    name, text = mutant(texts, seed)
    path = folder / f"{seed}.mlir"
    path.write_text(text)
    code, error = heddle(folder, "compile", path, *WEIGHTS, "--isa", "avx2",
                         "--jobs", "1", "-o", folder / f"{seed}.so")
    (folder / f"{seed}.so").unlink(missing_ok=True)
    wrong = ""
    if code not in (0, 1, 2):
        wrong = f"ended with {code}"
    elif code != 0 and "error: " not in error:
        wrong = "was refused without a word"
    # A child ends at its own limits, which guard against huge tiles.
    elif "crashed" in error and "bad_alloc" not in error:
        wrong = "let a child crash"
    if not wrong:
        path.unlink()
        return ""
    if keep:
        (keep / path.name).write_text(text)
    return f"seed {seed} of {name} {wrong}:\n{error[-1500:]}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--keep", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="heddle-fuzz-") as made:
        folder = pathlib.Path(made)
        texts = printed(folder)
        seeds = range(options.seed, options.seed + options.count)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            found = [wrong for wrong in pool.map(
                lambda seed: run(folder, texts, seed, options.keep), seeds)
                     if wrong]
    for wrong in found:
        print(wrong, file=sys.stderr)
    print(f"{options.count} mutants from seed {options.seed}, {len(found)} bad")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
