"""Whole processes, timed from the outside, several in turn."""

import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from shellmate.bench.processes import ProcessFailedError, Run, run

__all__ = ["Job", "ProcessFailedError", "Run", "interleave", "run"]


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
