"""`shellmate log` as a user would use it."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

from shellmate.session.log import SessionLog
from shellmate.session.turn import Turn

PROJECT = Path(__file__).parents[2]
NOON = time.mktime((2026, 3, 1, 12, 0, 0, 0, 0, -1))


def said(words: str, code: str = "ls\n", **more) -> Turn:
    return Turn(words, words, f"```\n{code}```", "shell", code, **({"at": NOON} | more))


@pytest.fixture
def keep(tmp_path):
    """Put turns into the log, all in one session; the number of that."""

    def add(*turns: Turn, name: str = "") -> int:
        log = SessionLog(tmp_path / "state", pytest.fail)
        session = log.begin("tty1", name)
        for turn in turns:
            log.add(session, turn)
        log.close()
        return session

    return add


@pytest.fixture
def process(tmp_path):
    """How a process of its own is started: its arguments and its environment."""

    def make(*args: str) -> tuple[list[str], dict[str, str]]:
        env = {"HOME": str(tmp_path), "PYTHONPATH": str(PROJECT), "SHELLMATE_STATE_DIR": str(tmp_path / "state")}
        return [sys.executable, "-m", "shellmate", "log", *args], os.environ | env

    return make


def words_of(out: str) -> list[str]:
    return [json.loads(line)["words"] for line in out.splitlines()]


def test_the_newest_answer_is_at_the_bottom(shellmate, keep):
    keep(said("list files"), said("loop", "for f in *; do\n  echo $f\n\ndone\n"))
    keep(said("all\nfiles"), name="other")
    result = shellmate("log")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "2026-03-01 12:00  #1  list files\n    ls\n\n"
        "2026-03-01 12:00  #1  loop\n    for f in *; do\n      echo $f\n\n    done\n\n"
        "2026-03-01 12:00  #2  all files\n    ls\n"
    )


def test_what_was_cut_off_is_marked_and_prose_shown_where_there_is_no_code(shellmate, keep):
    keep(said("a", cut=True), said("b", "", explanation="It is a file."))
    out = shellmate("log").out
    assert "#1  a  (cut off)\n" in out
    assert "#1  b\n    It is a file.\n" in out


def test_twenty_are_shown_n_says_otherwise_and_0_is_all(shellmate, keep):
    keep(*(said(str(n)) for n in range(25)))
    assert words_of(shellmate("log", "--json").out) == [str(n) for n in range(5, 25)]
    assert words_of(shellmate("log", "--json", "-n", "2").out) == ["23", "24"]
    assert words_of(shellmate("log", "--json", "-n", "0").out) == [str(n) for n in range(25)]
    assert shellmate("log", "-n", "-1").code == 2


def test_json_has_every_field_of_a_turn(shellmate, keep):
    turn = said("größe\0\n", syntax=True, faults=("f",), timings={"total_ms": 5.0}, query="{}", cwd="/x")
    session = keep(turn)
    result = shellmate("log", "--json")
    [line] = result.out.splitlines()
    keys = json.loads(line)
    assert keys.pop("session") == session
    assert Turn(**keys | {"faults": tuple(keys["faults"])}) == turn
    assert "größe" in line


def test_search(shellmate, keep):
    keep(said("Größe der Dateien", "du -sh"), said("100% sure"), said("other"))
    assert words_of(shellmate("log", "--json", "--search", "GRÖSSE").out) == ["Größe der Dateien"]
    assert words_of(shellmate("log", "--json", "--search", "%").out) == ["100% sure"]
    assert words_of(shellmate("log", "--json", "--search", "LS", "-n", "1").out) == ["other"]
    nothing = shellmate("log", "--search", "no\nsuch\x1b[31m")
    assert (nothing.code, nothing.out, nothing.err.count("\n")) == (1, "", 1)
    assert "\x1b" not in nothing.err


def test_one_session_by_number_or_name(shellmate, keep):
    first = keep(said("a"), said("b"))
    second = keep(said("c"), said("d"), name="work")
    assert words_of(shellmate("log", "--json", "--session", str(first)).out) == ["a", "b"]
    assert words_of(shellmate("log", "--json", "--session", str(second)).out) == ["c", "d"]
    assert words_of(shellmate("log", "--json", "--session", "work", "--search", "C").out) == ["c"]


@pytest.mark.parametrize("session", ["99", "play", "", "9" * 50, "-1", "²", "wo%"])
def test_a_session_that_is_not_there(shellmate, keep, session):
    keep(said("a"), name="work")
    result = shellmate("log", "--session", session)
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert "--sessions" in result.err


def test_the_sessions(shellmate, keep):
    keep(said("a\nb"), said("c", at=NOON + 60))
    keep(said("d", at=NOON + 120), name="work")
    keep(name="empty")
    result = shellmate("log", "--sessions")
    assert result.out == "2026-03-01 12:01  #1  2 answers  a b\n2026-03-01 12:02  #2  work  1 answer  d\n"
    in_json = [json.loads(line) for line in shellmate("log", "--sessions", "--json").out.splitlines()]
    assert [(s["number"], s["name"], s["turns"], s["words"]) for s in in_json] == [
        (1, "", 2, "a\nb"),
        (2, "work", 1, "d"),
    ]
    assert shellmate("log", "--sessions", "-n", "1").out.startswith("2026-03-01 12:02  #2")


@pytest.mark.parametrize("args", [[], ["--sessions"], ["--json"], ["--search", "x"], ["--session", "x"]])
def test_looking_where_nothing_is_kept_makes_no_log(shellmate, tmp_path, args):
    result = shellmate("log", *args)
    assert (result.code, result.out, result.err.count("\n")) == (0, "", 1)
    assert not (tmp_path / "state").exists()


def test_an_empty_log_is_no_error_and_says_where_nothing_will_be_kept(shellmate, keep):
    keep()
    result = shellmate("log")
    assert (result.code, result.out, result.err.count("\n")) == (0, "", 1)
    assert "`log` is false" not in result.err
    assert "`log` is false" in shellmate("log", SHELLMATE_LOG="false").err


def test_clear_deletes_everything_and_says_how_much(shellmate, keep, tmp_path):
    keep(said("secret one"), said("secret two"), name="secret")
    result = shellmate("log", "--clear")
    assert (result.code, result.out, result.err) == (0, "", "shellmate: deleted 2 answers\n")
    assert not [f for f in (tmp_path / "state").iterdir() if b"secret" in f.read_bytes()]
    assert shellmate("log").code == 0
    assert shellmate("log", "--clear").err == "shellmate: deleted 0 answers\n"


def test_clear_where_there_is_nothing(shellmate, tmp_path):
    assert shellmate("log", "--clear").err == "shellmate: deleted 0 answers\n"
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    "args", [["-n", "3"], ["-n", "20"], ["--search", ""], ["--session", "1"], ["--sessions"], ["--json"]]
)
def test_clear_goes_with_nothing_else(shellmate, keep, args):
    keep(said("a"))
    result = shellmate("log", "--clear", *args)
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert words_of(shellmate("log", "--json").out) == ["a"]


@pytest.mark.parametrize("args", [["--search", "x"], ["--session", "x"]])
def test_sessions_are_not_searched(shellmate, keep, args):
    keep(said("a"))
    result = shellmate("log", "--sessions", *args)
    assert result.code == 2 and args[0] in result.err


def test_a_question_about_logs_gets_the_way_out(shellmate):
    result = shellmate("log", "in", "to", "a", "server")
    assert result.code == 2 and "shellmate -- log in to a server" in result.err


@pytest.mark.parametrize("args", [[], ["--session", "work"], ["--search", "x"], ["--sessions", "--json"]])
def test_a_damaged_log_is_one_line_and_exit_1(shellmate, keep, tmp_path, args):
    keep(said("a"), name="work")
    file = tmp_path / "state" / "sessions.db"
    file.write_bytes(b"no database" * 1000)
    result = shellmate("log", *args)
    assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
    [moved] = file.parent.glob("sessions.db.damaged-*")
    assert str(moved) in result.err
    assert shellmate("log").code == 0, "it is said once"
    assert shellmate("log", "--clear").code == 0 and not moved.exists()


def test_a_log_that_cannot_be_read_is_one_line_and_exit_1(shellmate, tmp_path):
    (tmp_path / "state" / "sessions.db").mkdir(parents=True)
    for args in ([], ["--clear"], ["--sessions"]):
        result = shellmate("log", *args)
        assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
        assert "Error" not in result.err


def test_a_pipe_gets_the_text_as_it_is_and_a_terminal_makes_it_visible(shellmate, keep, process):
    keep(said("esc \x1b]0;x\x07", "echo \u202e\x9b31m\n"))
    assert "\x1b]0;x\x07" in shellmate("log").out and "\u202e\x9b31m" in shellmate("log").out
    for args in ([], ["--json"], ["--sessions"]):
        command, env = process(*args)
        seen = pexpect.run(shlex.join(command), env=env).decode()
        assert "esc \\" in seen
        assert not set("\x1b\x07\u202e\x9b") & set(seen)
        if args == ["--json"]:
            assert json.loads(seen)["code"] == "echo \u202e\x9b31m\n"


def test_a_reader_that_goes_away_is_no_error(keep, process):
    keep(*(said(str(n), "x" * 2000) for n in range(200)))
    command, env = process("-n", "0")
    running = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    running.stdout.readline()
    running.stdout.close()
    assert running.stderr.read() == b""
    assert running.wait(20) in (0, -signal.SIGPIPE)
    running.stderr.close()
