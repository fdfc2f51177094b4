"""The bound of the session log: what was used longest ago makes room, and no conversation that is still open."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shellmate.session.log import SessionLog
from shellmate.session.place import may_be_open, name_boot
from shellmate.session.pruning import used_bytes
from shellmate.session.turn import Turn

CHECKOUT = Path(__file__).parents[2]
MIB = 1 << 20
LONG_AGO = 1_600_000_000.0
ENDED = "999999999/1/34816/elsewhere"  # a terminal that there is no more
ADD = """
import sys
from pathlib import Path
from shellmate.session.log import SessionLog
from shellmate.session.turn import Turn
state, who = Path(sys.argv[1]), sys.argv[2]
log = SessionLog(state, print, 1 << 20)
for n in range(60):
    words = f"{who} {n}"
    log.begin(f"{who}/1/34816/elsewhere", "", Turn(words, words, "x" * 20_000, "shell", "ls", at=1_600_000_000.0 + n))
print("done")
"""


def said(words: str, at: float, size: int = 50_000) -> Turn:
    return Turn(words, words, "x" * size, "shell", "ls\n", at=at)


@pytest.fixture(scope="module")
def here() -> Iterator[str]:
    """The key of a terminal that is there, which that of the tests need not be: its leader may have ended."""
    command = [sys.executable, "-c", "from shellmate.session.place import terminal_key; print(terminal_key()); input()"]
    with subprocess.Popen(
        command,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as child:
        assert child.stdout is not None
        yield child.stdout.readline().strip()
        child.communicate("\n")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "sessions.db"


@pytest.fixture
def log(file: Path):
    opened = SessionLog(file.parent, pytest.fail, MIB)
    yield opened
    opened.close()


def words_of(log: SessionLog) -> list[str]:
    return [turn.words for _, turn in reversed(log.recent(0))]


def in_use(file: Path) -> int:
    connection = sqlite3.connect(file)
    try:
        return used_bytes(connection)
    finally:
        connection.close()


def test_the_oldest_sessions_make_room_and_the_file_does_not_grow(log, file):
    for n in range(100):
        log.begin(ENDED, "", said(f"question {n}", LONG_AGO + n))
        assert in_use(file) <= MIB
    kept = words_of(log)
    assert kept == [f"question {n}" for n in range(100 - len(kept), 100)] and len(kept) > 15
    assert [session.words for session in log.sessions(1)] == ["question 99"]
    assert file.stat().st_size < 1.2 * MIB


def test_a_session_counts_as_used_when_it_last_was(log):
    first = log.begin(ENDED, "work", said("the first", LONG_AGO))
    for n in range(15):
        log.begin(ENDED, "", said(f"question {n}", LONG_AGO + n))
    log.add(first, said("gone on with", LONG_AGO + 100))
    for n in range(10):
        log.begin(ENDED, "", said(f"later question {n}", LONG_AGO + 200 + n))
    assert [turn.words for turn in log.turns(first)] == ["the first", "gone on with"] and log.named("work") == first
    assert "question 0" not in words_of(log)


def test_a_conversation_that_is_open_loses_nothing_however_old_it_is(log, file, here):
    open_one = log.begin(here, "", said("in a terminal that is there", LONG_AGO))
    current = log.begin(ENDED, "", said("the current one", LONG_AGO + 1))
    for n in range(40):
        log.add(current, said(f"turn {n}", LONG_AGO + 2))
    assert len(log.turns(current)) == 41
    assert log.latest(here) == open_one and len(log.turns(open_one)) == 1
    other = SessionLog(file.parent, pytest.fail, MIB)
    other.begin(ENDED, "", said("of another process", LONG_AGO + 3))
    assert words_of(other) == ["in a terminal that is there", "of another process"]
    other.close()


def test_who_goes_on_with_a_session_that_made_room_begins_it_again(log):
    session = log.begin(ENDED, "", said("old", LONG_AGO))
    other = log.begin(ENDED, "", said("new", LONG_AGO + 1, size=MIB))
    assert log.turns(session) == []
    log.add(session, said("goes on", LONG_AGO + 2))
    assert words_of(log) == ["goes on"] and log.turns(other) == []


def test_a_lower_bound_gives_the_space_back(file):
    large = SessionLog(file.parent, pytest.fail)
    for n in range(100):
        large.begin(ENDED, "", said(f"question {n}", LONG_AGO + n))
    large.close()
    assert file.stat().st_size > 4 * MIB
    small = SessionLog(file.parent, pytest.fail, MIB)
    small.begin(ENDED, "", said("one more", LONG_AGO + 100))
    assert words_of(small)[-1] == "one more" and len(words_of(small)) > 10
    small.close()
    assert file.stat().st_size < MIB


def test_a_reader_in_between_fails_nothing(file):
    large = SessionLog(file.parent, pytest.fail)
    for n in range(100):
        large.begin(ENDED, "", said(f"question {n}", LONG_AGO + n))
    large.close()
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM turns").fetchone() == (100,)
    log = SessionLog(file.parent, pytest.fail, MIB)
    log.begin(ENDED, "", said("one more", LONG_AGO + 100))
    assert words_of(log)[-1] == "one more" and in_use(file) <= MIB
    assert reader.execute("SELECT count(*) FROM turns").fetchone() == (100,)
    reader.close()
    log.close()


def test_several_processes_keep_the_bound_and_lose_nothing_of_the_newest(file):
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-c", ADD, str(file.parent)]
    started = [
        subprocess.Popen([*command, who], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for who in ("1", "2", "3")
    ]
    assert [process.communicate(timeout=120) for process in started] == [("done\n", "")] * 3
    log = SessionLog(file.parent, pytest.fail, MIB)
    kept = words_of(log)
    assert {f"{who} 59" for who in ("1", "2", "3")} <= set(kept) and in_use(file) <= MIB
    for who in ("1", "2", "3"):
        numbers = [int(words.split()[1]) for words in kept if words.startswith(f"{who} ")]
        assert numbers == list(range(numbers[0], 60))
    log.close()


# Which terminals are there


def is_open(key: str, idle: float) -> bool:
    return may_be_open(key, idle, name_boot())


def test_a_terminal_is_there_and_one_whose_leader_ended_is_not(here):
    leader, started, rest = here.split("/", 2)
    assert is_open(here, 10**9)
    assert not is_open(f"{leader}/{int(started) + 1}/{rest}", 0)  # its pid was given anew
    assert not is_open(f"999999999/{started}/{rest}", 0)


def test_what_another_machine_had_counts_for_a_week(here):
    key = here.rpartition("/")[0] + "/another-boot"
    assert is_open(key, 3600) and not is_open(key, 8 * 24 * 3600)


def test_what_a_leader_out_of_sight_had_counts_for_a_week():
    key = f"0//34816/{name_boot()}"
    assert is_open(key, 3600) and not is_open(key, 8 * 24 * 3600)


def test_without_proc_a_terminal_is_there_while_its_leader_runs(tmp_path):
    child = subprocess.Popen(["sleep", "60"])
    try:
        assert may_be_open(f"{child.pid}///dev/ttys001/", 10**9, name_boot(tmp_path), tmp_path)
    finally:
        child.kill()
        child.wait()
    assert not may_be_open(f"{child.pid}///dev/ttys001/", 0, name_boot(tmp_path), tmp_path)


@pytest.mark.parametrize("key", ["", "tty1", "///", "x/y/z/", "99999999999999999999///"])
def test_what_is_no_terminal_is_none(key, tmp_path):
    assert not may_be_open(key, 0, "", tmp_path)
