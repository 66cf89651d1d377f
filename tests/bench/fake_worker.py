# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A peer that computes a small product right, or misbehaves as its first
argument says."""
import os
import signal
import sys
import time

import numpy as np

import support  # finds bench/peers
import cases
import worker


class Fake:
    def __init__(self, manner):
        self.manner, self.calls = manner, 0

    def start(self, _):
        if self.manner == "missing":
            import there_is_no_such_package  # noqa: F401
        return "1.0"

    def prepare(self, request):
        if self.manner == "refuses":
            raise worker.Refusal("does not do that")
        if self.manner == "throws":
            raise ValueError("a bug  of\nthe peer's")
        if self.manner == "dies early":
            sys.exit("out of ideas")
        case = worker.case_of(request)
        weights = worker.load_weights(request["weights"])["w.weight"]
        sets = [one["x"] @ weights.T for one in worker.load_inputs(case)]
        slow = (lambda: self.way(sets, 0.002))
        return worker.prepared({"slow": slow, "fast": lambda: self.way(sets, 0),
                                "odd": lambda: 1 / 0})

    def way(self, sets, seconds):
        found = [None]

        def call(index):
            self.calls += 1
            time.sleep(seconds)
            self.misbehave()
            found[0] = sets[0 if self.manner == "stale" else index]
        calls = [lambda i=index: call(i) for index in range(len(sets))]
        return calls, lambda: self.result(found[0]), None

    def misbehave(self):
        if self.calls < 60:
            return
        if self.manner == "crashes":
            os.kill(os.getpid(), signal.SIGSEGV)
        if self.manner == "hangs":
            time.sleep(1000)
        if self.manner == "babbles":
            os.write(self.answers, b"no JSON\n")

    def result(self, values):
        if self.manner == "wrong" or (self.manner == "wrong later"
                                      and self.calls > 60):
            return values + np.float32(0.01)
        if self.manner == "not finite":
            return values / np.float32(0)
        return values


if __name__ == "__main__":
    if sys.argv[1] == "cannot start":
        import there_is_no_such_package  # noqa: F401
    fake = Fake(sys.argv[1])
    fake.answers = os.dup(1)
    worker.serve(fake)
