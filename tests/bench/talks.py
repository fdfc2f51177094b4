"""What a conversation costs: a follow-up from the shell, the tenth turn of a chat, a long log."""

import json
import shutil
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from shellmate.session.log import SessionLog
from shellmate.session.turn import Turn
from tests.bench.measure import Job, Run, interleave, run
from tests.bench.report import Target

FOLLOW_UP = "count the lines of every ruby file instead"
CHAT_RUNS, LOG_RUNS = 3, 9
TURNS = (  # of one length, and each about the code before
    "list all files below this folder",
    "only those that end in .py",
    "only those above ten kilobytes",
    "only those of this last week",
    "sort them all by their size",
    "just show me the first five",
    "now show only their names",
    "now put them in one line",
    "now leave out the hidden ones",
    "now count how many there are",
)
LOGGED = (10, 10_000)


def follow_up_job(shellmate: list[str], run: Callable[[list[str]], Run], question: str, runs: int) -> Job:
    """A follow-up in a session that each run makes a turn longer."""
    session = f"bench {time.time_ns()}"
    command = [*shellmate, "--no-config", "--effort", "fast", "--session", session]
    run([*command, question])
    return Job([*command, "-c", FOLLOW_UP], runs)


def follow_up_targets(follow_up: Job, answering: Mapping[str, Job]) -> list[Target]:
    """Its first byte against the floor that shellmate's own prompt stands on."""
    first = follow_up.median("first")
    return [
        Target("first byte, --continue, s", first),
        Target("--continue / c, auto", first / answering["auto c"].median("first"), 1.25),
    ]


def talk_targets(shellmate: list[str], place: Path, variables: Mapping[str, str], cwd: str) -> list[Target]:
    """The first byte of turn ten against that of turn two, and of a follow-up behind a long log against a short one."""
    ratios, seconds = [], []
    for _ in range(CHAT_RUNS):
        state = place / "chat"
        shutil.rmtree(state, ignore_errors=True)
        here = {**variables, "SHELLMATE_STATE_DIR": str(state)}
        run([*shellmate, "repl", "--sh"], here, cwd, "".join(f"{turn}\n" for turn in TURNS).encode())
        log = run([*shellmate, "log", "--json"], here, cwd).out.splitlines()
        first = [json.loads(line)["timings"]["first_token_ms"] for line in log]
        assert len(first) == len(TURNS)
        ratios.append(first[9] / first[1])
        seconds.append(first[1] / 1000)
    jobs = {}
    for count in LOGGED:
        state = place / f"log{count}"
        if not state.exists():
            _fill(state, count)
        command = ["env", f"SHELLMATE_STATE_DIR={state}", *shellmate, "--session", "bench", FOLLOW_UP]
        jobs[str(count)] = Job(command, LOG_RUNS)
    interleave(jobs, LOG_RUNS, variables, cwd)
    short, long = (jobs[str(count)].median("first") for count in LOGGED)
    return [
        Target(f"first byte, turn 2 of a chat, median of {CHAT_RUNS}, s", statistics.median(seconds)),
        Target("turn 10 / turn 2", statistics.median(ratios), 1.3),
        Target(f"first byte of a follow-up, {LOGGED[0]} turns in the log, s", short),
        Target(f"{LOGGED[1]:,} turns / {LOGGED[0]}", long / short, 1.05),
    ]


def _fill(state: Path, count: int) -> None:
    log = SessionLog(state, print)
    session = 0
    for n in range(count):
        if n % 5 == 0:
            session = log.begin("bench")
        log.add(session, Turn(f"question {n}", f"question {n}", "```bash\nls -l\n```", "shell", "ls -l", prompt="auto"))
    log.close()
