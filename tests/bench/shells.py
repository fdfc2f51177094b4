"""What the key costs: at each start of a shell, and when it is pressed."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.bench.measure import Job, Run, interleave
from tests.bench.report import Target

START_RUNS, KEY_RUNS = 21, 7
PRESSED = {
    "files over 100MB changed this week": b"0\0files over 100MB changed this week\0\0",
    "kill process on port 8080": b"0\0kill process on port 8080\0\0",
    "find . -name '*.py' | ": b"0\0find . -name '*.py' | \0\0",
}
STARTS = {
    "bash": ["--norc", "--noprofile", "-ic", 'eval "$(cat "$0")"'],
    "zsh": ["-fic", 'eval "$(cat "$0")"'],
    "fish": ["--no-config", "-ic", "cat $argv[1] | source"],
}


def shell_targets(
    shellmate: list[str], run: Callable[[list[str]], Run], place: Path, variables: Mapping[str, str], cwd: str
) -> list[Target]:
    """The time that `init` takes, that the code it prints adds to a shell's start, and that a key press takes."""
    empty = place / "empty"
    empty.touch()
    shells = [shell for shell in STARTS if shutil.which(shell)]
    jobs = {"init": Job([*shellmate, "init", "bash"], START_RUNS)}
    for shell in shells:
        widget = place / f"widget.{shell}"
        widget.write_text(run([*shellmate, "init", shell]).out)
        for name, file in (("with", widget), ("without", empty)):
            jobs[f"{shell} {name}"] = Job([shell, *STARTS[shell], str(file)], START_RUNS)
    interleave(jobs, START_RUNS, variables, cwd)
    keys = {
        line: Job([*shellmate, "__line", "--shell", "bash"], KEY_RUNS, stdin=sent) for line, sent in PRESSED.items()
    }
    interleave(keys, KEY_RUNS, variables, cwd)
    targets = [Target(f"shellmate init bash, {START_RUNS} runs", jobs["init"].median("total"), 0.03, " s")]
    for shell in shells:
        added = jobs[f"{shell} with"].median("total") - jobs[f"{shell} without"].median("total")
        targets.append(Target(f"what it adds to the start of {shell}", added * 1000, 5, " ms"))
    targets += [
        Target(f"the key, {line}, {KEY_RUNS} runs", job.median("total"), unit=" s") for line, job in keys.items()
    ]
    return targets
