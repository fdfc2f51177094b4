"""Whole processes, timed from the outside."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


class ProcessFailedError(Exception):
    """A measured process did not exit with 0."""


@dataclass(frozen=True)
class Run:
    """`first` and `total` in seconds, `rss` (the peak) in bytes; `first` is None where nothing was printed."""

    first: float | None
    total: float
    rss: int
    out: str
    err: str


@dataclass
class Job:
    """A command and its counted runs, `most` of them at most; `figure` reads another figure from each; `stdin` is what
    is piped in."""

    command: list[str]
    most: int
    figure: Callable[[Run], float] | None = None
    stdin: bytes = b""
    runs: list[Run] = field(default_factory=list)

    def median(self, what: str) -> float:
        return statistics.median(getattr(r, what) for r in self.runs)

    def median_figure(self) -> float:
        return statistics.median(self.figure(r) for r in self.runs)


def run(command: list[str], variables: Mapping[str, str], cwd: str, stdin: bytes = b"") -> Run:
    """Run a command with its stdout in a pipe. Raises ProcessFailedError with what it said."""
    with tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as given:
        given.write(stdin)
        given.seek(0)
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=given, stdout=subprocess.PIPE, stderr=err, env=variables, cwd=cwd, bufsize=0
        )
        beginning = process.stdout.read(1)
        first = time.perf_counter() - start if beginning else None
        rest = b"".join(iter(lambda: process.stdout.read(65536), b""))
        _, status, usage = os.wait4(process.pid, 0)
        total = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        err.seek(0)
        said = err.read().decode("utf-8", "replace")
    if process.returncode:
        raise ProcessFailedError(f"{' '.join(command)}\nexited with {process.returncode}\n{said[-2000:]}")
    out = (beginning + rest).decode("utf-8", "replace")
    return Run(first, total, usage.ru_maxrss * _MAXRSS_UNIT, out, said)


def interleave(jobs: Mapping[str, Job], rounds: int, variables: Mapping[str, str], cwd: str) -> None:
    """One warm-up round, then the counted ones: every job once in each, in order."""
    for n in range(rounds + 1):
        for name, job in jobs.items():
            if n > job.most:
                continue
            print(f"\r{n}/{rounds} {name:24}", end="", file=sys.stderr, flush=True)
            done = run(job.command, variables, cwd, job.stdin)
            if n:
                job.runs.append(done)
    print("\r" + " " * 40 + "\r", end="", file=sys.stderr, flush=True)
