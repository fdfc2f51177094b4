"""The table."""

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from shellmate.bench.machine import Machine
from tests.bench.measure import Job

MB = 10**6


@dataclass(frozen=True)
class Target:
    """A figure beside what it is to be: at most or, with `at_least`, at least `bound`; None is for information."""

    name: str
    value: float
    bound: float | None = None
    unit: str = ""
    at_least: bool = False

    def __str__(self) -> str:
        shown = f"{self.value:.3g}{self.unit}" if abs(self.value) < 100 else f"{self.value:.0f}{self.unit}"
        if self.bound is None:
            return f"{self.name:58} {shown:>10}"
        met = self.value >= self.bound if self.at_least else self.value <= self.bound
        wanted = f"{'>=' if self.at_least else '<='} {self.bound:g}{self.unit}"
        return f"{self.name:58} {shown:>10}   {wanted:12} {'met' if met else 'NOT MET'}"


def machine(model: Path, build: str) -> str:
    load = " ".join(f"{x:.1f}" for x in os.getloadavg())
    return f"{Machine.here()}\nllama.cpp {build}; {model.name}, {model.stat().st_size / MB:.0f} MB; load before: {load}"


def timings(jobs: Iterable[tuple[str, Job]], model_size: int) -> str:
    """A row for each job that prints an answer: medians, and the range of the first byte."""
    head = f"{'':36} {'runs':>4} {'first byte s':>12} {'min-max':>13} {'total s':>8} {'peak MB':>8} {'- file MB':>9}"
    rows = [head]
    for name, job in jobs:
        first = [r.first for r in job.runs if r.first is not None]
        span = f"{min(first):.2f}-{max(first):.2f}"
        rss = job.median("rss")
        rows.append(
            f"{name:36} {len(job.runs):4} {job.median('first'):12.3f} {span:>13} {job.median('total'):8.2f} "
            f"{rss / MB:8.0f} {(rss - model_size) / MB:9.0f}"
        )
    return "\n".join(rows)


def imported(importtime: str, names: Iterable[str]) -> list[str]:
    """Which of the names the output of -X importtime has as top-level packages."""
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in importtime.splitlines() if "|" in line}
    return sorted(loaded & set(names))


def warn(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr)
