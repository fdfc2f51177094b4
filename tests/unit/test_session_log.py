"""The session log: a turn is kept whole or not at all, by its owner alone, and what is cleared is gone."""

import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from collections import UserDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shellmate.core.errors import ShellmateError, UsageError
from shellmate.session.log import SessionLog
from shellmate.session.turn import Turn, match, row_of, turn_of

NOBODY = 65534
CHECKOUT = Path(__file__).parents[2]
TURN = Turn(
    words="list files",
    message="list files\nin this folder",
    answer="```bash\nls\n```",
    language="shell",
    code="ls\n",
    explanation="Lists them.",
    prompt="shell",
    model="qwen",
    at=1_700_000_000.25,
    cut=True,
    faults=("no column 'x'", "another"),
    danger="caution",
    syntax=False,
    timings={"first_token_ms": 612, "total_ms": None, "tokens_per_s": 41.5},
    query='{"kind": "csv"}',
    cwd="/home/me",
)


def said(words: str, code: str = "ls\n", **more: object) -> Turn:
    return Turn(words, words, f"```\n{code}```", "shell", code, **more)


@pytest.fixture
def open_log(tmp_path: Path) -> Iterator[Callable[..., SessionLog]]:
    """A log in the state directory of the test, or another; `lines` of the function are what it said."""
    opened: list[SessionLog] = []

    def open_it(state: Path = tmp_path / "state") -> SessionLog:
        opened.append(SessionLog(state, open_it.lines.append))
        return opened[-1]

    open_it.lines = []
    yield open_it
    for log in opened:
        log.close()


@pytest.fixture
def log(open_log) -> SessionLog:
    return open_log()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "sessions.db"


def start(script: str, *args: object, at_once: bool = False) -> subprocess.Popen:
    """A process of its own with the log `log` in the directory that is its first argument; `at_once`: it opens that
    when its stdin is closed."""
    opening = (
        "import sys; from pathlib import Path; from shellmate.session.log import SessionLog\n"
        "from shellmate.session.turn import Turn\n"
        "sys.stdin.read(); log = SessionLog(Path(sys.argv[1]), lambda line: None)\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", opening + script, *map(str, args)],
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        stdin=subprocess.PIPE if at_once else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen) -> str:
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    return out


# What goes in comes out


def test_a_turn_comes_back_as_it_was_kept_also_in_another_process(log, open_log):
    session = log.begin("tty1")
    log.add(session, TURN)
    log.add(session, said("then?", at=5.0))
    assert log.turns(session) == open_log().turns(session) == [TURN, said("then?", at=5.0)]


def test_what_a_turn_does_not_say_stays_unsaid_and_its_time_is_now(log):
    session = log.begin("tty1")
    before = time.time()
    log.add(session, said("x"))
    [turn] = log.turns(session)
    assert before <= turn.at <= time.time()
    assert (turn.syntax, turn.timings, turn.faults, turn.cut) == (None, {}, (), False)


@pytest.mark.parametrize(
    "text",
    [
        "a\0b",
        "\0",
        "",
        "统计每列的平均值",
        "👩‍🚀 e\u0301",
        "'; DROP TABLE turns; --",
        "a\r\nb\u2028c\x1b[31m",
        "x" * 1_000_000,
    ],
)
def test_any_text_goes_in_and_out(log, text):
    session = log.begin("tty1", "of " + text[:9])
    turn = Turn(
        text, text, text, text, text, text, text, text, 1.0, False, (text,), text, True, {text: 1.0}, text, text
    )
    log.add(session, turn)
    assert log.turns(session) == [turn]
    assert log.named("of " + text[:9]) == session


@pytest.mark.parametrize("half", ["\udcff", "\ud83d", "\ude00\ud83d"])
def test_half_characters_are_replaced(log, half):
    session = log.begin(f"tty{half}", f"name{half}")
    log.add(session, said(f"caf{half}", f"{half}", cwd=f"/{half}", faults=(half,), timings={half: 1.0}))
    [turn] = log.turns(session)
    marks = "\ufffd" * len(half)
    assert (turn.words, turn.code, turn.cwd) == (f"caf{marks}", marks, f"/{marks}")
    assert log.latest(f"tty{half}") == log.named(f"name{half}") == session
    assert [t.words for _, t in log.recent(0, half)] == [turn.words]


@settings(max_examples=200, deadline=None)
@given(st.text(), st.lists(st.text()), st.dictionaries(st.text(), st.floats(allow_nan=False)))
def test_a_row_is_the_turn(text, faults, timings):
    turn = Turn(text, text, text, text, text, at=1.0, faults=tuple(faults), timings=timings)
    assert turn_of(row_of(turn)) == turn


# Sessions and terminals


def test_each_terminal_goes_on_with_its_own_session(log, open_log):
    assert log.latest("tty1") is None
    mine, other = log.begin("tty1"), log.begin("tty2")
    assert mine != other
    log.add(mine, said("mine"))
    log.add(other, said("other"))
    again = open_log()
    assert (again.latest("tty1"), again.latest("tty2"), again.latest("tty3")) == (mine, other, None)
    newer = again.begin("tty1")
    assert again.latest("tty1") == newer


def test_a_terminal_can_take_up_a_session_by_name(log, open_log):
    work = log.begin("tty1", "work")
    log.add(work, said("x"))
    later = open_log()
    later.begin("tty2")
    later.use(later.named("work"), "tty2")
    later.add(work, said("y"))
    assert log.latest("tty1") == log.latest("tty2") == work
    assert [t.words for t in log.turns(work)] == ["x", "y"]
    assert log.named("play") is None and log.named("") is None


def test_the_program_that_adds_last_has_the_terminal(log, open_log):
    """As where one is stopped with Ctrl-Z, another is asked, and the first goes on."""
    first = log.begin("tty1")
    log.add(first, said("a"))
    stopped, other = open_log(), open_log()
    assert stopped.latest("tty1") == first
    second = other.begin("tty1")
    other.add(second, said("b"))
    stopped.add(first, said("c"))
    assert log.latest("tty1") == first


def test_another_terminal_is_not_dragged_along(log, open_log):
    shared = log.begin("tty1")
    other = open_log()
    other.use(shared, "tty2")
    own = other.begin("tty2")
    log.add(shared, said("x"))
    assert (log.latest("tty1"), log.latest("tty2")) == (shared, own)


def test_a_name_that_is_taken_gives_its_session(log, open_log):
    work = log.begin("tty1", "work")
    assert open_log().begin("tty2", "work") == work
    assert log.latest("tty2") == work


def test_a_name_is_no_number(log):
    with pytest.raises(UsageError, match="12"):
        log.begin("tty1", "12")
    assert log.latest("tty1") is None


def test_the_last_turn_is_dropped_and_no_other(log):
    first, second = log.begin("tty1"), log.begin("tty2")
    for session, words in [(first, "a"), (first, "b"), (second, "c")]:
        log.add(session, said(words))
    log.drop_last(first)
    assert [t.words for t in log.turns(first)] == ["a"]
    assert [t.words for t in log.turns(second)] == ["c"]
    log.drop_last(first)
    log.drop_last(first)
    assert log.turns(first) == [] and len(log.turns(second)) == 1


def test_sessions_in_short(log):
    numbers = [log.begin("tty1", name) for name in ("", "two", "empty", "")]
    for number, words, at in [(0, "a", 10.0), (1, "b", 20.0), (3, "c", 30.0), (0, "d", 40.0)]:
        log.add(numbers[number], said(words, at=at))
    shown = [(s.number, s.name, s.last, s.turns, s.words) for s in log.sessions(0)]
    assert shown == [
        (numbers[0], "", 40.0, 2, "a"),
        (numbers[3], "", 30.0, 1, "c"),
        (numbers[1], "two", 20.0, 1, "b"),
    ]
    assert [s.number for s in log.sessions(2)] == [numbers[0], numbers[3]]
    assert log.find(numbers[1]) == log.sessions(0)[2]
    assert log.find(numbers[2]).turns == 0
    assert [log.find(number) for number in (0, -1, 99, 2**63, 10**30)] == [None] * 5


def test_recent_turns_newest_first_of_all_or_one_session(log):
    one, two = log.begin("tty1"), log.begin("tty2")
    for session, words in [(one, "a"), (two, "b"), (one, "c")]:
        log.add(session, said(words))

    def shown(*args, **more):
        return [(session, turn.words) for session, turn in log.recent(*args, **more)]

    assert shown(0) == [(one, "c"), (two, "b"), (one, "a")]
    assert shown(2) == shown(0)[:2]
    assert shown(0, session=one) == [(one, "c"), (one, "a")]
    assert shown(1, "a") == [(one, "a")], "the limit counts what is found"


@pytest.mark.parametrize(
    ("text", "search", "is_found"),
    [
        ("Zeige Übergröße", "übergrösse", True),
        ("ÉTÉ", "été", True),
        ("e\u0301te\u0301", "ÉTÉ", True),
        ("ОБЪЁМ", "объём", True),
        ("统计平均值", "平均", True),
        ("100% sure", "0%", True),
        ("100 sure", "0%", False),
        ("a_b", "A_B", True),
        ("axb", "a_b", False),
        (r"grep \d", r"\D", True),
        ("a*b", "a*b", True),
        ("aab", "a*b", False),
        ("before\0behind", "behind", True),
    ],
)
def test_a_search_is_literal_and_knows_no_case(log, text, search, is_found):
    session = log.begin("tty1")
    log.add(session, said(text, "x"))
    assert bool(log.recent(0, search)) is is_found


def test_a_search_looks_in_words_code_and_explanation_alone():
    turn = Turn("in words", "in message", "in answer", "shell", "in code", "in explanation", cwd="in cwd")
    found = [match(f"in {part}")(turn) for part in ("words", "code", "explanation", "message", "answer", "cwd")]
    assert found == [True] * 3 + [False] * 3


def test_ten_thousand_turns_are_not_read_through(log, file, monkeypatch):
    """What is done for each question goes by an index, so that its time does not grow with the log."""
    asked: list[str] = []
    connect = sqlite3.connect

    def connect_and_listen(*args, **more):
        connection = connect(*args, **more)
        connection.set_trace_callback(asked.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", connect_and_listen)
    watched = SessionLog(file.parent, print)
    session = watched.begin("tty1", "work")
    watched.add(session, said("x"))
    watched.use(session, "tty1")
    assert watched.latest("tty1") == watched.named("work") == session
    watched.turns(session), watched.find(session), watched.drop_last(session)
    watched.recent(5, session=session)
    for_each_question = len(asked)
    watched.sessions(5), watched.recent(5)
    watched.close()
    statements = [
        (n < for_each_question, s)
        for n, s in enumerate(asked)
        if s.startswith(("SELECT", "INSERT", "DELETE", "UPDATE", "\n    SELECT"))
    ]
    assert len(statements) >= 10
    plain = connect(file)
    for is_for_each_question, statement in statements:
        plan = [row[3] for row in plain.execute(f"EXPLAIN QUERY PLAN {statement}")]
        assert not [step for step in plan if "TEMP B-TREE" in step], (statement, plan)
        assert not is_for_each_question or not [step for step in plan if "SCAN" in step], (statement, plan)
    plain.close()


# Whose it is, and that it is whole


def test_files_are_private_from_the_start(tmp_path, open_log):
    old = os.umask(0)
    try:
        log = open_log()
        log.add(log.begin("tty1"), TURN)
        files = {f.name: stat.S_IMODE(f.stat().st_mode) for f in (tmp_path / "state").iterdir()}
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert {"sessions.db", "sessions.db-wal", "sessions.db-shm"} <= set(files)
    assert set(files.values()) == {0o600}


def test_kill_in_the_middle_of_an_add_leaves_whole_turns(log, file):
    session = log.begin("tty1")
    script = (
        "session, big = int(sys.argv[2]), 'x' * 100_000\n"
        "while True:\n"
        "    log.add(session, Turn('w', big, big, 'shell', big, at=1.0))\n"
        "    print('kept', flush=True)\n"
    )
    kept = 0
    for _ in range(8):
        process = start(script, file.parent, session)
        said_so = os.read(process.stdout.fileno(), 1 << 16)
        time.sleep(random.uniform(0, 0.02))
        process.send_signal(signal.SIGKILL)
        while more := os.read(process.stdout.fileno(), 1 << 16):
            said_so += more
        process.communicate()
        kept += said_so.count(b"kept\n")
        turns = log.turns(session)
        assert kept <= len(turns) <= kept + 1, "what was kept is there; the turn that was cut short may be"
        assert {(t.words, len(t.message), len(t.answer), len(t.code)) for t in turns} == {("w", *[100_000] * 3)}
        kept = len(turns)
    plain = sqlite3.connect(file)
    assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    plain.close()


def test_an_add_that_is_interrupted_keeps_nothing(log):
    session = log.begin("tty1")

    class Interrupting(UserDict):
        def keys(self):
            raise KeyboardInterrupt

    log.add(session, said("before"))
    with pytest.raises(KeyboardInterrupt):
        log.add(session, said("cut", timings=Interrupting(), at=99.0))
    assert log.find(session).last != 99.0
    log.add(session, said("after"))
    assert [t.words for t in log.turns(session)] == ["before", "after"]


def test_two_that_add_at_once_both_succeed(log, file):
    session = log.begin("tty1")
    script = "for n in range(100): log.add(int(sys.argv[2]), Turn(f'{sys.argv[3]} {n}', '', '', '', ''))"
    for process in [start(script, file.parent, session, who) for who in "ab"]:
        finish(process)
    words = [t.words for t in log.turns(session)]
    assert sorted(words) == sorted(f"{who} {n}" for who in "ab" for n in range(100))
    assert [w for w in words if w[0] == "a"] == [f"a {n}" for n in range(100)]


@pytest.mark.parametrize("there", ["nothing", "an empty file", "no database"])
def test_many_that_come_first_at_once_all_succeed(tmp_path, open_log, file, there):
    if there != "nothing":
        file.parent.mkdir()
        file.write_bytes(b"" if there == "an empty file" else b"no database" * 1000)
    script = "log.add(log.begin(sys.argv[2]), Turn(sys.argv[2], '', '', '', ''))"
    processes = [start(script, file.parent, n, at_once=True) for n in range(6)]
    time.sleep(0.7)
    for process in processes:
        process.stdin.close()
        process.stdin = None
    for process in processes:
        finish(process)
    assert sorted(t.words for _, t in open_log().recent(0)) == list("012345")
    assert len(list(file.parent.glob("*.damaged-*"))) == (there == "no database")


def fork_and_add(state: Path, who: int) -> int:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            log = SessionLog(state, lambda line: None)
            for n in range(3):
                log.add(log.begin(f"tty{who}"), said(f"{who} {n}"))
            log.close()
            code = 0
        finally:
            os._exit(code)
    return pid


@pytest.mark.slow
def test_of_many_that_find_a_damaged_file_none_takes_the_new_one_from_the_others(tmp_path, open_log):
    for n in range(40):
        state = tmp_path / str(n)
        state.mkdir()
        (state / "sessions.db").write_bytes(b"no database" * 1000)
        (state / "sessions.db-wal").write_bytes(b"of the old one" * 1000)
        children = [fork_and_add(state, who) for who in range(8)]
        assert [os.waitpid(pid, 0)[1] for pid in children] == [0] * 8
        assert len(open_log(state).recent(0)) == 8 * 3
        assert not open_log.lines


# What can be wrong with the file


def moved_to(lines: list[str]) -> Path:
    [line] = lines
    assert line.startswith("shellmate: ") and "\n" not in line
    return Path(re.search(r"\S*/sessions\.db\.damaged-\d{8}-\d{6}\b", line)[0])


@pytest.mark.parametrize("damage", ["text", "half", "flipped"])
def test_a_damaged_file_is_set_aside_and_a_new_one_begun(open_log, file, damage):
    log = open_log()
    session = log.begin("tty1", "work")
    for n in range(50):
        log.add(session, said(f"words {n}", "x" * 1000))
    log.close()
    data = file.read_bytes()
    ruined = {
        "text": b"this is no database\n" * 5000,
        "half": data[: len(data) // 2],
        "flipped": bytes(b ^ 0xFF for b in data[:100]) + data[100:],
    }[damage]
    file.write_bytes(ruined)
    Path(f"{file}-wal").write_bytes(b"of the old one")
    log = open_log()
    log.recent(0)
    moved = moved_to(open_log.lines)
    assert moved.read_bytes() == ruined
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert log.recent(0) == [] and log.named("work") is None
    log.add(log.begin("tty1"), TURN)
    assert [t for _, t in open_log().recent(0)] == [TURN]
    assert len(open_log.lines) == 1


def test_what_was_not_yet_in_the_file_is_set_aside_with_it(open_log, file, tmp_path):
    log = open_log()
    session = log.begin("tty1")
    log.add(session, said("first"))
    log.close()
    log = open_log()
    log.add(session, said("precious"))  # the first page is not in the log of writes, which would mend it
    shutil.copy(f"{file}-wal", tmp_path / "kept-wal")
    log.close()
    file.write_bytes(b"X" * 100 + file.read_bytes()[100:])
    shutil.copy(tmp_path / "kept-wal", f"{file}-wal")
    assert open_log().recent(0) == [], "nothing of the old one gets into the new one"
    moved = moved_to(open_log.lines)
    assert b"precious" in b"".join(f.read_bytes() for f in moved.parent.glob(f"{moved.name}*"))


def test_who_has_the_damaged_file_open_goes_on_in_the_new_one(log, open_log, file):
    session = log.begin("tty1")
    log.add(session, said("old"))
    plain = sqlite3.connect(file)
    plain.execute("UPDATE turns SET timings = '{'")
    plain.commit()
    other = open_log()
    assert other.recent(0) == []
    moved = moved_to(open_log.lines)
    assert {f"{moved.name}{end}" for end in ("", "-wal", "-shm")} == {f.name for f in moved.parent.glob("*.damaged-*")}
    for each, words in [(log, "a"), (other, "b"), (log, "c")]:
        each.add(session, said(words))
    assert [t.words for t in log.turns(session)] == [t.words for t in other.turns(session)] == ["a", "b", "c"]
    plain.close()
    log.close()
    assert [t.words for t in open_log().turns(session)] == ["a", "b", "c"]
    assert len(open_log.lines) == 1


def test_a_log_that_is_removed_is_begun_anew(log, open_log, file):
    session = log.begin("tty1")
    log.add(session, said("old"))
    for each in file.parent.iterdir():
        each.unlink()
    log.add(session, said("new"))
    assert [t.words for t in open_log().turns(session)] == ["new"]


@pytest.mark.parametrize("page", range(1, 12))
def test_a_page_that_is_ruined_ends_nothing(open_log, file, page):
    """Damage that is found only where it is read."""
    log = open_log()
    session = log.begin("tty1", "work")
    for n in range(40):
        log.add(session, said(f"words {n}", "x" * 1000))
    log.close()
    data = bytearray(file.read_bytes())
    assert len(data) > 12 * 4096
    data[page * 4096 : (page + 1) * 4096] = b"\xa5" * 4096
    file.write_bytes(data)
    log = open_log()
    log.latest("tty1"), log.turns(session), log.recent(0), log.sessions(0), log.find(session), log.named("work")
    log.add(session, TURN)
    assert log.turns(session)[-1] == TURN
    assert moved_to(open_log.lines).read_bytes() == data


def test_two_damaged_files_in_one_second_are_both_kept(open_log, file):
    file.parent.mkdir()
    for n in range(3):
        file.write_bytes(f"no database {n}".encode() * 100)
        open_log().close()
    assert len({f.read_bytes() for f in file.parent.glob("*.damaged-*")}) == 3


@pytest.mark.parametrize(("column", "value"), [("timings", "{"), ("timings", "[]"), ("faults", "3"), ("at", "noon")])
def test_a_row_that_another_program_changed_counts_as_damage(log, open_log, file, column, value):
    session = log.begin("tty1")
    log.add(session, TURN)
    plain = sqlite3.connect(file)
    plain.execute(f"UPDATE turns SET {column} = ?", (value,))
    plain.commit()
    plain.close()
    assert log.turns(session) == []
    assert moved_to(open_log.lines).exists()


def test_text_that_is_no_utf_8_is_shown_as_far_as_it_goes(log, file):
    session = log.begin("tty1")
    log.add(session, TURN)
    plain = sqlite3.connect(file)
    plain.execute("UPDATE turns SET words = CAST(x'61ff62' AS TEXT)")
    plain.commit()
    plain.close()
    assert [t.words for t in log.turns(session)] == ["a\ufffdb"]


def test_the_file_of_a_newer_version_is_refused_and_left_alone(log, open_log, file):
    session = log.begin("tty1")
    log.add(session, TURN)
    log.close()
    plain = sqlite3.connect(file)
    plain.execute("PRAGMA user_version = 2")
    plain.close()
    data = file.read_bytes()
    with pytest.raises(ShellmateError, match=r"newer.*format is 2") as raised:
        open_log()
    assert raised.value.mend
    assert file.read_bytes() == data and not open_log.lines


def test_another_programs_database_is_left_alone(open_log, file):
    file.parent.mkdir()
    plain = sqlite3.connect(file)
    plain.execute("CREATE TABLE turns (x)")
    plain.close()
    with pytest.raises(ShellmateError, match="cannot be used"):
        open_log()
    plain = sqlite3.connect(file)
    assert plain.execute("SELECT name FROM sqlite_master").fetchall() == [("turns",)]
    plain.close()


def test_a_locked_log_is_said_and_not_waited_for_long(log, file):
    session = log.begin("tty1")
    plain = sqlite3.connect(file, isolation_level=None)
    plain.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(ShellmateError, match="locked") as raised:
        log.add(session, TURN)
    assert 1 < time.monotonic() - began < 10
    assert raised.value.mend
    assert log.turns(session) == [], "who only reads is not kept out"
    plain.execute("ROLLBACK")
    plain.close()
    log.add(session, TURN)
    assert log.turns(session) == [TURN]


@contextmanager
def limited_files(state: Path) -> Iterator[None]:
    """No file may grow beyond what the log needs for a few turns."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def tiny_disk(state: Path) -> Iterator[None]:
    state.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", state], capture_output=True)
    if done.returncode:
        pytest.skip("a disk can be mounted only by root")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", state], check=True)


@pytest.mark.parametrize("bounded", [limited_files, tiny_disk])
def test_a_full_disk_is_said_and_leaves_whole_turns(tmp_path, open_log, bounded):
    big, kept = "x" * 20_000, 0
    with bounded(tmp_path / "state"):
        log = open_log()
        session = log.begin("tty1")
        with pytest.raises(ShellmateError) as raised:
            for n in range(100):
                log.add(session, said(str(n), big, at=1.0))
                kept = n + 1
        assert "shellmate config set log false" in raised.value.mend
        again = open_log()
        assert again.turns(session) == [said(str(n), big, at=1.0) for n in range(kept)]
        assert 0 < kept < 100 and not open_log.lines
        log.close()
        again.close()


@pytest.mark.parametrize("size", [1, 5000, 30_000])
def test_a_disk_that_is_full_at_once_is_said(tmp_path, open_log, size):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        with pytest.raises(ShellmateError):
            open_log()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    log = open_log()
    log.add(log.begin("tty1"), TURN)
    assert not open_log.lines


@pytest.fixture
def not_ours() -> Iterator[Path]:
    """A directory in which this process may not write."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    is_root = os.geteuid() == 0
    yield place
    if is_root:
        os.seteuid(0)
    place.chmod(0o700)
    shutil.rmtree(place)


def give_up_rights(place: Path) -> None:
    place.chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(NOBODY)


def test_a_directory_that_cannot_be_written_is_said(not_ours, open_log):
    give_up_rights(not_ours)
    for state in (not_ours, not_ours / "below"):
        with pytest.raises(ShellmateError, match=r"permission denied"):
            open_log(state)


def test_a_file_that_cannot_be_written_is_said(not_ours, open_log):
    log = open_log(not_ours)
    session = log.begin("tty1")
    log.close()
    (not_ours / "sessions.db").chmod(0o444)
    give_up_rights(not_ours)
    with pytest.raises(ShellmateError, match="session log") as raised:
        open_log(not_ours).add(session, TURN)
    assert raised.value.mend and not open_log.lines


@pytest.mark.parametrize("what", ["a directory", "below a file"])
def test_what_is_no_file_at_all_is_said(tmp_path, open_log, what):
    state = tmp_path / "state"
    if what == "a directory":
        (state / "sessions.db").mkdir(parents=True)
    else:
        state.write_text("")
    with pytest.raises(ShellmateError):
        open_log(state)


# What is cleared is gone


def test_what_is_cleared_is_in_no_file(log, open_log, file):
    secret = "correct-horse-battery"
    session = log.begin(f"terminal {secret}", f"name {secret}")
    for n in range(30):
        log.add(session, said(f"{secret} {n}", f"echo {secret} {n}\n" * 50, explanation=secret, cwd=secret))
    log.drop_last(session)
    log.close()
    log = open_log()
    log.add(session, said(secret))
    Path(f"{file}.damaged-20260101-000000").write_text(secret)
    Path(f"{file}.damaged-20260101-000000-wal").write_text(secret)

    def has_it() -> list[str]:
        return sorted(f.name for f in file.parent.iterdir() if secret.encode() in f.read_bytes())

    assert {"sessions.db-wal", f"{file.name}.damaged-20260101-000000"} <= set(has_it())
    size = file.stat().st_size
    assert log.clear() == 30
    assert has_it() == []
    assert file.stat().st_size < size / 2
    log.close()
    assert has_it() == []
    assert open_log().recent(0) == []


def test_who_is_in_a_session_that_is_cleared_goes_on_in_it(log, open_log):
    session = log.begin("tty1", "work")
    log.add(session, said("a"))
    assert open_log().clear() == 1
    assert log.turns(session) == [] and log.latest("tty1") is None
    other = open_log().begin("tty2")
    assert other != session
    log.add(session, said("b"))
    assert [t.words for t in log.turns(session)] == ["b"]
    assert log.latest("tty1") == session and log.find(session).turns == 1
    assert log.turns(other) == []


def test_a_reader_that_keeps_what_was_cleared_is_said(log, file):
    log.add(log.begin("tty1"), TURN)
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM turns").fetchall()
    with pytest.raises(ShellmateError) as raised:
        log.clear()
    assert raised.value.mend
    reader.execute("ROLLBACK")
    reader.close()
    assert log.clear() == 0
    assert b"list files" not in b"".join(f.read_bytes() for f in file.parent.iterdir())
