"""What it takes to judge a command, and the longest and most tangled ones."""

import statistics
import time

from shellmate.answer.danger import judge
from tests.bench.report import Target
from tests.danger.pairs import pairs
from tests.danger.tangled import TANGLED


def judging_targets(runs: int) -> list[Target]:
    """In this process, once the parser and the rules are loaded."""
    commands = [command for _, command in pairs("shell_pairs.txt")]
    judge("shell", "ls")
    each = [_milliseconds(command, runs) for command in commands]
    tangled = [_milliseconds(text, runs) / max(1, len(text) / 1024) for text in TANGLED]
    return [
        Target("judging a command, median, ms", statistics.median(each)),
        Target("judging a command, the longest, ms", max(each)),
        Target("judging tangled text, the longest, ms a KB", max(tangled), 50.0),
    ]


def _milliseconds(text: str, runs: int) -> float:
    spent = []
    for _ in range(runs):
        begun = time.perf_counter()
        judge("shell", text)
        spent.append(1000 * (time.perf_counter() - begun))
    return statistics.median(spent)
