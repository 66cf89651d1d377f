# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a mask costs: attention of 1 x 8 x 2048 x 64 under masks, against the
same attention without one, in one run.

  build/env/bin/python3 bench/masked_attention.py build/release/bin/heddle

A mask's pairs are the live (query, key) pairs a head. Its border is what is
computed besides: queries meet keys in blocks, of which only whole ones are left
out where the mask tells so by data, and keys are cut off exactly where it tells
by position. `cost` is the time against that of the full attention for as many
pairs, border included; 1.15 is 15 % beyond."""
import argparse
import json
import pathlib
import struct
import subprocess
import tempfile

import numpy as np

LENGTH, HEADS, WIDTH = 2048, 8, 64
BLOCK, GROUP = 48, 8  # queries and keys that are left out together
MODEL = """
model Masked {{
  dim seq in 1..{length}
  input q: f32[1, {heads}, seq, {width}], k: f32[1, {heads}, seq, {width}],
        v: f32[1, {heads}, seq, {width}]
  weight @ids: f32[1, {length}]
  ids = cast(slice(tensor(@ids), over = 1, to = seq), "i32")
  output y = attention(q, k, v{mask})
}}
"""
MASKS = {"full": "", "causal": "causal", "window 256": "window(256)",
         "causal window 256": "causal & window(left = 255)",
         "documents": "documents(ids)",
         "causal documents": "causal & documents(ids)"}


def documents(random):
    """Ids of eight documents of unequal lengths."""
    cuts = np.sort(random.choice(np.arange(64, LENGTH - 64), 7, replace=False))
    return np.searchsorted(cuts, np.arange(LENGTH), side="right")


def live(name, ids):
    q, k = np.arange(LENGTH)[:, None], np.arange(LENGTH)[None, :]
    pairs = np.ones((LENGTH, LENGTH), bool)
    if "causal" in name:
        pairs &= k <= q
    if "window" in name:
        pairs &= abs(q - k) < 256
    if "documents" in name:
        pairs &= ids[:, None] == ids[None, :]
    return pairs


def computed(name, ids):
    """Pairs that are computed: of each block of queries the keys from the first
    to the last that positions allow, without the groups that the data exclude."""
    count = 0
    for start in range(0, LENGTH, BLOCK):
        rows = np.arange(start, min(start + BLOCK, LENGTH))
        allowed = live(name.replace("documents", ""), ids)[rows].any(0)
        if "documents" in name:
            for group in range(0, LENGTH, GROUP):
                part = ids[group:group + GROUP]
                if part.min() > ids[rows].max() or part.max() < ids[rows].min():
                    allowed[group:group + GROUP] = False
        count += BLOCK * int(allowed.sum())
    return count


def weights(path, ids):
    data = ids.astype(np.float32).tobytes()
    header = json.dumps({"ids": {"dtype": "F32", "shape": [1, LENGTH],
                                 "data_offsets": [0, len(data)]}}).encode()
    header += b" " * (-len(header) % 8)
    path.write_bytes(struct.pack("<Q", len(header)) + header + data)


def bench(heddle, artifact, isa):
    done = subprocess.run(
        [heddle, "bench", artifact, "--dims", f"seq={LENGTH}", "--repeat", "3",
         "--json", *(["--isa", isa] if isa else [])],
        capture_output=True, check=True)
    (row,) = json.loads(done.stdout)["benchmarks"]
    scale = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1}[row["time_unit"]]
    return row["real_time"] * scale


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("heddle")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--isa", default="")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    ids = documents(np.random.default_rng(args.seed))
    times = {name: [] for name in MASKS}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        weights(folder / "w.safetensors", ids)
        for name, mask in MASKS.items():
            model = folder / (name.replace(" ", "_") + ".heddle")
            model.write_text(MODEL.format(
                length=LENGTH, heads=HEADS, width=WIDTH,
                mask=f", mask = {mask}" if mask else ""))
            subprocess.run([args.heddle, "compile", model, "--weights",
                            folder / "w.safetensors", "-o",
                            model.with_suffix(".so")], check=True,
                           stderr=subprocess.DEVNULL)
        for _ in range(args.rounds):
            for name in MASKS:
                artifact = folder / (name.replace(" ", "_") + ".so")
                times[name].append(bench(args.heddle, artifact, args.isa))
    pairs = {name: int(live(name, ids).sum()) for name in MASKS}
    border = {name: computed(name, ids) - pairs[name] for name in MASKS}
    rate = np.median(times["full"]) / (pairs["full"] + border["full"])
    print("| mask | live pairs | border | ms (p10, p90) | useful GFLOP/s | cost |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name in MASKS:
        one = np.array(times[name])
        useful = 4 * WIDTH * HEADS * pairs[name] / np.median(one) / 1e9
        cost = np.median(one) / (rate * (pairs[name] + border[name]))
        low, high = np.quantile(one, [0.1, 0.9]) * 1e3
        print(f"| {name} | {pairs[name] / LENGTH ** 2:.1%} "
              f"| {border[name] / LENGTH ** 2:.1%} "
              f"| {np.median(one) * 1e3:.2f} ({low:.2f}, {high:.2f}) "
              f"| {useful:.0f} | {cost:.2f} |")


if __name__ == "__main__":
    main()
