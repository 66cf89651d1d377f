# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""One run: from the options to the JSON and the table."""
import dataclasses
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

import cases
import child
import driver
import environment
import machine
import options as command_line
import reference
import table
import worker

HERE = pathlib.Path(__file__).resolve().parent
SCRIPTS = {"heddle": "heddle_worker.py", "onnxruntime": "ort_worker.py",
           "openvino": "openvino_worker.py", "iree": "iree_worker.py",
           "torch": "torch_worker.py", "memory": "memory_worker.py"}
# These run in a Python of their own.
INSTALLED = ("onnxruntime", "openvino", "iree", "torch")


def save_weights(path, array):
    """A safetensors file of one tensor, w.weight."""
    header = json.dumps({"w.weight": {
        "dtype": "F32", "shape": array.shape,
        "data_offsets": [0, array.nbytes]}}).encode()
    header += b" " * (-len(header) % 8)
    path.write_bytes(struct.pack("<Q", len(header)) + header + array.tobytes())


def say(text):
    """Progress, where somebody looks."""
    if sys.stderr.isatty():
        print(text, file=sys.stderr, flush=True)


class Run:
    """The peers, the limits and what was found so far."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.peers = [self.peer(name) for name in options.peers]
        self.memory = self.peer("memory")
        self.expected, self.reports, self.peaks = {}, [], {}
        try:
            self.fma = machine.FmaPeak(options, folder)
        except (OSError, subprocess.CalledProcessError) as error:
            self.fma = None
            print(f"no FMA peak: {error}", file=sys.stderr)

    def peer(self, name):
        options, extra, python = self.options, {}, sys.executable
        if name in INSTALLED:
            python = environment.make(options.environment)
        if name == "memory":
            extra["OPENBLAS_NUM_THREADS"] = str(options.threads)
        elif options.peer_isa and name != "heddle":
            extra["ONEDNN_MAX_CPU_ISA"] = options.peer_isa.upper()
        hello = {"cores": options.cores, "threads": options.threads,
                 "heddle": str(options.heddle), "isa": options.isa,
                 "realtime": options.realtime}
        script = HERE / SCRIPTS[name]
        return child.Peer(name, [python, script, name], hello,
                          self.folder / f"{name}.log", options.timeout, extra)

    def weights(self, case, folder):
        """The file of a case's weights, None where there are none."""
        if case.kind == "minilm":
            return self.options.minilm
        if case.kind != "gemm":
            return None
        save_weights(folder / "w.safetensors", cases.weights(case))
        return folder / "w.safetensors"

    def want(self, case, weights):
        """The right result, computed once for all dtypes."""
        key = (case.kind, case.sizes, case.causal)
        if key not in self.expected:
            tensors = worker.load_weights(weights) if weights else {}
            self.expected[key] = reference.expected(
                case, cases.inputs(case, 0), tensors)
        return self.expected[key]

    def run_case(self, case, folder):
        weights = self.weights(case, folder)
        if case.kind == "minilm" and not (weights and weights.exists()):
            rows = [driver.Row(case, peer.name) for peer in self.peers]
            for row in rows:
                row.stop("missing", "MiniLM's weights are not there: --minilm")
        else:
            request = {"case": dataclasses.asdict(case), "folder": str(folder),
                       "weights": str(weights) if weights else None}
            peaks = []
            contest = driver.Contest(case, self.peers, self.options, folder,
                                     self.want(case, weights))
            rows = contest.run(request, lambda: self.fma and peaks.append(
                self.fma.measure()))
            if peaks:
                self.peaks[case.name] = {"fma": max(peaks)}
            if case.bytes:
                self.measure_memory(case, request)
        self.reports += table.case_reports(rows, self.peaks.get(case.name, {}))

    def measure_memory(self, case, request):
        """The best of as many passes as there are rounds."""
        try:
            self.memory.ask({"do": "prepare", **request})
            answers = [self.memory.ask({"do": "time", "variant": 0,
                                        "count": 16})
                       for _ in range(self.options.rounds)]
        except (child.Gone, child.Missing) as error:
            print(f"no memory peak: {error}", file=sys.stderr)
            return
        self.memory.drop()
        best = cases.COLD_BYTES / min(one["wall"] for one in answers)
        self.peaks.setdefault(case.name, {})["memory"] = best

    def execute(self, chosen):
        for number, case in enumerate(chosen, 1):
            say(f"[{number}/{len(chosen)}] {case.name}")
            folder = self.folder / re.sub(r"\W+", "_", case.name)
            folder.mkdir()
            self.run_case(case, folder)
            self.write()  # what there is, should the rest not come
        for peer in self.peers + [self.memory]:
            peer.close()

    def context(self):
        options = {key: value if isinstance(value, (bool, int, float, list))
                   else getattr(value, "pattern", str(value))
                   for key, value in vars(self.options).items()}
        return {"machine": machine.describe(), "commit": commit(),
                "versions": {p.name: p.version for p in self.peers},
                "peaks": self.peaks, "options": options}

    def write(self):
        """The two files; returns the table."""
        context = self.context()
        text = table.markdown(self.reports, self.options.peers,
                              opening(context, self.options))
        out = self.options.out
        out.mkdir(parents=True, exist_ok=True)
        (out / "peers.json").write_text(json.dumps(
            {"context": context, "rows": self.reports}, indent=1) + "\n")
        (out / "peers.md").write_text(text)
        return text


def opening(context, options):
    """What must be known to read the table."""
    versions = ", ".join(f"{name} {version}".strip() for name, version
                         in context["versions"].items())
    features = " ".join(context["machine"]["features"])
    limits = [f"{name} limited to {isa}" for name, isa in (
        ("heddle", options.isa), ("OpenVINO", options.peer_isa)) if isa]
    return "\n".join([
        f"{context['machine']['cpu']} ({features}); {versions}; heddle's "
        f"commit {context['commit']}" + "".join("; " + one for one in limits),
        "",
        f"Milliseconds, median (p10, p90) of {options.rounds} rounds, "
        f"{options.threads} thread(s); then the share of the FMA peak in f32, "
        "at decode of the memory's speed. Ratio: the best peer's time / "
        "heddle's. Cosine: of heddle's and of the best peer's result."])


def commit():
    try:
        done = subprocess.run(
            ["git", "-C", str(HERE), "describe", "--always", "--dirty"],
            capture_output=True, text=True)
    except OSError:
        return "unknown"
    return done.stdout.strip() or "unknown"


def main():
    options = command_line.parse()
    chosen = [case for case in cases.all_cases()
              if options.dtype in ("all", case.dtype)
              and options.cases.search(case.name)]
    if not chosen:
        print("error: no case has such a name; --list shows them",
              file=sys.stderr)
        return 1
    if options.list:
        print("\n".join(case.name for case in chosen))
        return 0
    with tempfile.TemporaryDirectory(prefix="heddle-peers-") as folder:
        run = Run(options, pathlib.Path(folder))
        run.execute(chosen)
        print(run.write(), end="")
    return 0
