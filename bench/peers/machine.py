# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the machine is, and what it can compute at most."""
import json
import os
import pathlib
import platform
import subprocess

FEATURES = ("avx2", "fma", "avx512f", "avx512_bf16", "avx512_vnni",
            "avx512_fp16", "avx_vnni", "amx_tile", "amx_bf16", "amx_int8")
MODEL = """model Peak {
  dim m in 1..16
  input x: f32[m, 16]
  output y = x * 2
}
"""


def describe():
    """Name, features and caches of the CPU."""
    info = {}
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        info.setdefault(key.strip(), value.strip())
    flags = set(info.get("flags", "").split())
    done = subprocess.run(["getconf", "-a"], capture_output=True, text=True)
    caches = {name.split("_")[0].removeprefix("LEVEL"): int(size)
              for name, size in (line.split()[:2] for line in
                                 done.stdout.splitlines()
                                 if "CACHE_SIZE" in line and
                                 len(line.split()) > 1)
              if "ICACHE" not in name}
    return {"cpu": info.get("model name", platform.machine()),
            "cpus": os.cpu_count(), "cache_bytes": caches,
            "load": os.getloadavg(),
            "features": [name for name in FEATURES if name in flags]}


class FmaPeak:
    """The loop of fused multiply-adds of `heddle bench`, on a tiny model. Its
    registers are as wide as those of the variant `options.isa`."""

    def __init__(self, options, folder):
        model, out = folder / "peak.heddle", folder / "peak.so"
        model.write_text(MODEL)
        isa = ["--isa", options.isa] if options.isa else []
        subprocess.run([options.heddle, "compile", model, "-o", out, *isa],
                       stderr=subprocess.DEVNULL, check=True)
        self.options = options
        self.command = [options.heddle, "bench", out, "--dims", "m=16",
                        "--threads", str(options.threads), "--repeat", "2",
                        "--sample-ms", "0.1", "--json", *isa]

    def settle(self):
        os.sched_setaffinity(0, self.options.cores)
        if self.options.realtime:
            os.sched_setscheduler(0, os.SCHED_FIFO,
                                  os.sched_param(self.options.realtime))

    def measure(self):
        """Operations a second."""
        done = subprocess.run(self.command, capture_output=True, text=True,
                              check=True, preexec_fn=self.settle)
        (row,) = json.loads(done.stdout)["benchmarks"]
        return row["peak_FLOP/s"]
