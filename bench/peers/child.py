# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A peer's child process: started when first asked, ended when it hangs, and
started anew for the next case."""
import json
import os
import pathlib
import selectors
import signal
import subprocess
import time

MOST_HANGS = 2  # then it is not asked again


class Gone(Exception):
    """The child ended or had to be ended; says how."""


class Hung(Gone):
    """It did not answer in time."""


class Missing(Exception):
    """The peer cannot be had here; says why."""


class Child:
    """A worker process and the lines that go to and fro."""

    def __init__(self, command, log, environment=None):
        self.log = pathlib.Path(log)
        with open(self.log, "wb") as errors:
            self.process = subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=errors,
                env={**os.environ, **(environment or {})})
        os.set_blocking(self.process.stdout.fileno(), False)
        self.unread = b""

    def ask(self, request, timeout):
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise Gone(self.ending()) from None
        line = self.line(timeout)
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            self.close(0)
            raise Gone(f"answered what is no JSON: {line[:80]!r}")
        return answer

    def line(self, timeout):
        until = time.monotonic() + timeout
        with selectors.DefaultSelector() as waiting:
            waiting.register(self.process.stdout, selectors.EVENT_READ)
            while b"\n" not in self.unread:
                left = until - time.monotonic()
                if left <= 0 or not waiting.select(left):
                    self.close(0)
                    raise Hung(f"hung: no answer in {timeout:g} s")
                part = self.process.stdout.read()
                if part == b"":
                    raise Gone(self.ending())
                self.unread += part or b""
        found, _, self.unread = self.unread.partition(b"\n")
        return found

    def ending(self):
        """How the process ended, with the last line that it wrote."""
        self.close(5)
        code = self.process.returncode
        text = (f"crashed: {signal.Signals(-code).name}" if code < 0
                else f"ended with exit code {code}")
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return text + (f": {lines[-1].strip()[:200]}" if lines else "")

    def close(self, patience):
        """Waits so many seconds for the end, then brings it about."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Peer:
    """`hello` is its first request, `timeout` the longest answer in seconds."""

    def __init__(self, name, command, hello, log, timeout, environment=None):
        self.name, self.command, self.hello = name, command, hello
        self.log, self.timeout = log, timeout
        self.environment = environment
        self.child, self.version, self.missing, self.hangs = None, "", "", 0

    def ask(self, request):
        """The answer, from a child that is started if need be; raises Gone or
        Missing."""
        if self.missing:
            raise Missing(self.missing)
        if self.child is None:
            self.start()
        return self.tell(request)

    def start(self):
        self.child = Child(self.command, self.log, self.environment)
        try:
            answer = self.tell({"do": "hello", **self.hello})
        except Gone as gone:  # before it could say so itself
            if "ModuleNotFoundError" not in str(gone):
                raise
            answer = {"missing": f"not installed: {gone}"}
        self.missing = answer.get("missing") or answer.get("error") or ""
        self.version = answer.get("version", "")
        if self.missing:
            self.close()
            raise Missing(self.missing)

    def tell(self, request):
        try:
            return self.child.ask(request, self.timeout)
        except Gone as gone:
            self.child = None
            self.hangs += isinstance(gone, Hung)
            if self.hangs >= MOST_HANGS:
                self.missing = f"hung {self.hangs} times before"
            raise

    def drop(self):
        """Lets the prepared case go; a child that is not there is not
        started."""
        if self.child:
            try:
                self.tell({"do": "drop"})
            except Gone:
                pass  # the next case says so, if it matters

    def close(self):
        if self.child:
            self.child.close(5)
            self.child = None
