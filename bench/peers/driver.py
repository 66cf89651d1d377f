# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Lets the peers take turns over a case: checked first, then timed."""
import dataclasses
import math

import numpy as np

import child
import reference
import samples

TRIES = 3  # for a sample that had the CPU to itself
BUSY = "never had the CPU to itself; --realtime helps"
GLANCES, GLANCE_MS = 4, 5  # at a variant, before one is chosen


@dataclasses.dataclass
class Row:
    """What came of one case on one peer."""
    case: object
    peer: str
    status: str = "ok"  # refused, missing, failed, differs, gone
    words: str = ""
    index: int = 0  # of the variant that is timed
    variant: str = ""
    error: float = None
    cosine: float = None
    count: int = 0  # calls a sample
    seconds: list = dataclasses.field(default_factory=list)
    dropped: int = 0  # samples that were disturbed

    def stop(self, status, words):
        self.status, self.words = status, words
        self.seconds = []


class Contest:
    """One case on all peers. `options` has rounds, warmup, threads and
    sample_ms; `want` is the right result of input set 0."""

    def __init__(self, case, peers, options, folder, want):
        self.case, self.options, self.folder = case, options, folder
        self.peers, self.want = peers, want
        self.rows = {peer.name: Row(case, peer.name) for peer in peers}

    def run(self, request, between=lambda: None):
        """All rows. `request` is what `prepare` needs; `between` is called
        once a round."""
        for peer in self.peers:
            self.prepare(peer, request)
        for number in range(self.options.warmup + self.options.rounds):
            counts = number >= self.options.warmup
            shift = number % len(self.peers)
            for peer in self.peers[shift:] + self.peers[:shift]:
                if self.rows[peer.name].status == "ok":
                    self.turn(peer, counts)
            if counts:
                between()
        for peer in self.peers:
            self.finish(peer)
        return list(self.rows.values())

    def ask(self, peer, request):
        """The answer; None where there is none, and the row says why."""
        row = self.rows[peer.name]
        try:
            answer = peer.ask(request)
        except child.Missing as missing:
            return row.stop("missing", str(missing))
        except child.Gone as gone:
            return row.stop("gone", str(gone))
        if "refused" in answer:
            return row.stop("refused", answer["refused"])
        if "error" in answer:
            return row.stop("failed", answer["error"])
        return answer

    def prepare(self, peer, request):
        """Chooses the fastest variant of those that are right."""
        row = self.rows[peer.name]
        answer = self.ask(peer, {"do": "prepare", **request})
        right, wrong = [], "has no variant"
        for index, name in enumerate(answer["variants"] if answer else []):
            why = self.complaint(peer, index)
            if row.status != "ok":
                return
            if why:
                wrong = f"{name} {why}".strip()
                continue
            seconds = self.glance(peer, index)
            if row.status != "ok":
                return
            right.append((seconds, index, name, row.error, row.cosine))
        if right:
            seconds, row.index, row.variant, row.error, row.cosine = min(right)
            row.count = self.calls_of(seconds, self.options.sample_ms)
            row.words = answer.get("left_out", "")
            if reference.is_of_f32(self.case, row.error):
                row.variant = f"{row.variant} in f32".strip()
        elif row.status == "ok":
            row.stop("differs", wrong)

    def glance(self, peer, index):
        """About how many seconds a call takes, to choose a variant by."""
        best, count = math.inf, 1
        for _ in range(GLANCES):
            answer = self.ask(peer, {"do": "time", "variant": index,
                                     "count": count})
            if answer is None:
                break
            best = min(best, max(answer["wall"], 1e-9) / count)
            count = self.calls_of(best, GLANCE_MS)
        return best

    def calls_of(self, seconds, milliseconds):
        """How many calls of so many seconds fill so many milliseconds."""
        return max(1, math.ceil(milliseconds / 1e3 / seconds))

    def result(self, peer, index, number):
        """The output for a set of inputs; None when the row has stopped."""
        out = self.folder / "result.npy"
        answer = self.ask(peer, {"do": "check", "variant": index, "set": number,
                                 "out": str(out)})
        return None if answer is None else np.load(out)

    def complaint(self, peer, index):
        """Why the variant's results are wrong, if they are."""
        row = self.rows[peer.name]
        got = self.result(peer, index, 0)
        if got is None:
            return None
        why, row.error, row.cosine = reference.complaint(
            self.case, self.want, got)
        other = None if why else self.result(peer, index, 1)
        if other is not None and np.array_equal(got, other):
            return "has one result for different inputs"
        return why

    def turn(self, peer, counts):
        """One sample that had the CPU to itself, if some tries get one."""
        row = self.rows[peer.name]
        for _ in range(TRIES if counts else 1):
            answer = self.ask(peer, {"do": "time", "variant": row.index,
                                     "count": row.count})
            if answer is None or not counts:
                return
            if samples.undisturbed(answer, self.options.threads):
                row.seconds.append(answer["wall"] / row.count)
                return
            row.dropped += 1

    def finish(self, peer):
        """The right result once more; then the case is let go."""
        row = self.rows[peer.name]
        if row.status == "ok":
            why = self.complaint(peer, row.index)
            if why:
                row.stop("differs", "after timing " + why)
            elif row.status == "ok" and not row.seconds:
                row.stop("failed", BUSY)
        peer.drop()
