# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What every child process does: reads one JSON request a line from standard
input, answers in one line, and runs until its input ends.

  {"do": "hello", "cores": [1], "threads": 1, "realtime": 0, ...}
      -> {"version": "1.2.3"} or {"missing": "why"}
  {"do": "prepare", "case": {...}, "folder": "...", "weights": "..." or null}
      -> {"variants": ["name", ...], "left_out": "..."} or {"refused": "why"}
  {"do": "check", "variant": 0, "set": 0, "out": "result.npy"} -> {}
  {"do": "time", "variant": 0, "count": 10}
      -> {"wall": s, "cpu": s, "waited": s}
  {"do": "drop"} -> {}

An answer {"error": "why"} leaves the worker usable."""
import gc
import json
import os
import pathlib
import sys
import time

import numpy as np

import cases

LINE = 64  # bytes of a cache line
LONGEST_WORDS = 300


class Refusal(Exception):
    """The peer cannot do this case; says why."""


def case_of(request):
    fields = dict(request["case"])
    return cases.Case(**dict(fields, sizes=tuple(fields["sizes"])))


def load_inputs(case):
    return [cases.inputs(case, index) for index in range(case.sets)]


def load_weights(path):
    """The f32 tensors of a safetensors file."""
    raw = np.fromfile(path, np.uint8)
    end = 8 + int(raw[:8].view(np.uint64)[0])
    header = json.loads(raw[8:end].tobytes())
    tensors = {}
    for name, info in header.items():
        if info.get("dtype") == "F32":
            low, high = (end + at for at in info["data_offsets"])
            tensors[name] = (raw[low:high].copy().view(np.float32)
                             .reshape(info["shape"]))
    return tensors


def aligned(array, dtype=None):
    """A dense copy that begins a cache line, as applications' buffers do."""
    array = np.asarray(array, dtype)
    room = np.empty(array.nbytes + LINE, np.uint8)
    start = -room.ctypes.data % LINE
    found = (room[start:start + array.nbytes].view(array.dtype)
             .reshape(array.shape))
    found[...] = array
    return found


def bf16_bits(array):
    """f32 rounded to the nearest bf16, ties to even; aligned."""
    bits = np.ascontiguousarray(array, np.float32).view(np.uint32)
    return aligned((bits + 0x7fff + (bits >> 16 & 1)) >> 16, np.uint16)


def from_bf16_bits(bits):
    return (bits.astype(np.uint32) << 16).view(np.float32)


def waited_seconds():
    """How long this process's threads have waited for a CPU in all."""
    total = 0
    for task in pathlib.Path("/proc/self/task").iterdir():
        try:
            total += int((task / "schedstat").read_text().split()[1])
        except (OSError, IndexError):
            pass  # a thread that has ended, or a kernel that does not count
    return total * 1e-9


class Prepared:
    """One way of doing a case: `calls` holds a function for each input set,
    `result()` gives the output of the last call as the case has it; `keep`
    lives as long."""

    def __init__(self, name, calls, result, keep=()):
        self.name, self.calls, self.result = name, calls, result
        self.keep = keep
        self.next = 0

    def time(self, count):
        sets, at = len(self.calls), self.next
        order = [self.calls[(at + i) % sets] for i in range(count)]
        self.next = (at + count) % sets
        gc.disable()
        waited = waited_seconds()
        cpu, wall = time.process_time(), time.perf_counter()
        for call in order:
            call()
        wall = time.perf_counter() - wall
        cpu = time.process_time() - cpu
        waited = waited_seconds() - waited
        gc.enable()
        return {"wall": wall, "cpu": cpu, "waited": waited}


def words_of(error):
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[
        :LONGEST_WORDS]


def prepared(makers):
    """What the makers, functions by name, make. One that fails is left out,
    and refused where all do."""
    found, failed = [], []
    for name, make in makers.items():
        try:
            calls, result, keep = make()
            found.append(Prepared(name, calls, result, keep))
        except Exception as error:  # whatever a peer throws is its row's text
            failed.append(f"{name} {words_of(error)}".strip())
    if not found:
        raise Refusal("; ".join(failed))
    return found, "; ".join(failed)


class Server:
    """Answers requests for one peer: an object with `start(request)`, which
    gives its version, and `prepare(request)`, as `prepared` above."""

    def __init__(self, peer):
        self.peer = peer
        self.prepared = []

    def hello(self, request):
        os.sched_setaffinity(0, request["cores"])
        if request["realtime"]:
            os.sched_setscheduler(0, os.SCHED_FIFO,
                                  os.sched_param(request["realtime"]))
        try:
            return {"version": self.peer.start(request)}
        except ImportError as error:
            return {"missing": f"not installed: {error}"}

    def prepare(self, request):
        self.prepared = []
        try:
            self.prepared, left_out = self.peer.prepare(request)
        except Refusal as refusal:
            return {"refused": str(refusal)}
        return {"variants": [one.name for one in self.prepared],
                "left_out": left_out}

    def check(self, request):
        one = self.prepared[request["variant"]]
        one.calls[request["set"]]()
        np.save(request["out"], one.result())
        return {}

    def time(self, request):
        return self.prepared[request["variant"]].time(request["count"])

    def drop(self, _):
        self.prepared = []
        gc.collect()
        return {}

    def answer(self, request):
        verbs = {"hello": self.hello, "prepare": self.prepare,
                 "check": self.check, "time": self.time, "drop": self.drop}
        try:
            return verbs[request["do"]](request)
        except Exception as error:  # as above
            return {"error": words_of(error)}


def serve(peer):
    """Answers go to what was standard output; what a peer prints itself goes
    to standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    server = Server(peer)
    for line in sys.stdin:
        print(json.dumps(server.answer(json.loads(line))), file=answers,
              flush=True)
