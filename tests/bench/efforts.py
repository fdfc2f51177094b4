"""What choosing a command among several costs beside taking the first."""

import statistics
from collections.abc import Mapping

from tests.bench.measure import Job
from tests.bench.report import Target

QUESTIONS = (
    "list hidden files",
    "count the lines of every python file here",
    "the five biggest files under src",
    "delete empty directories below /tmp/x",
    "replace foo by bar in all txt files",
)
EFFORTS = ("fast", "balanced", "careful")


def effort_jobs(shellmate: list[str], runs: int) -> dict[str, Job]:
    return {
        f"{effort}, {words}": Job([*shellmate, "--no-config", "--effort", effort, "--sh", words], runs)
        for words in QUESTIONS
        for effort in EFFORTS
    }


def effort_targets(jobs: Mapping[str, Job]) -> list[Target]:
    """The time to a whole command, over all questions."""
    seconds = {e: [jobs[f"{e}, {words}"].median("total") for words in QUESTIONS] for e in EFFORTS}
    ratios = [balanced / fast for fast, balanced in zip(seconds["fast"], seconds["balanced"], strict=True)]
    mean = {effort: statistics.mean(seconds[effort]) for effort in EFFORTS}
    return [
        Target(f"a whole command, fast, mean of {len(QUESTIONS)} questions, s", mean["fast"]),
        Target("the same, balanced", mean["balanced"]),
        Target("the same, careful", mean["careful"], 4.0),
        Target("balanced / fast", mean["balanced"] / mean["fast"], 3.0),
        Target("balanced / fast, the highest of a question", max(ratios)),
    ]
