"""Commands on a copy of their folder: real ones, in real bubblewrap."""

import os
import socket
import sys
from pathlib import Path

import pytest

from shellmate.answer.trying.scratch import Changes, run_on_copy
from shellmate.core.errors import UsageError


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.txt").write_text("a\n")
    (tmp_path / "b.txt").write_text("b\n")
    (tmp_path / "deep" / "c.txt").write_text("c\n")
    (tmp_path / "link").symlink_to("a.txt")
    return tmp_path


def run(code: str, place: Path, stdin=None) -> tuple[int, Changes]:
    return run_on_copy(["bash", "-c", code], place, stdin, os.environ)


def test_what_it_changes_is_told_and_not_done(place):
    before = {path: path.lstat().st_mtime_ns for path in place.rglob("*")}
    status, changes = run(
        "rm -r deep; echo more >> a.txt; echo x > new; chmod +x b.txt; rm link; ln -s b.txt link", place
    )
    assert status == 0
    assert list(changes) == [
        "makes new", "changes a.txt", "changes b.txt", "changes link", "deletes deep/c.txt",
    ]  # fmt: skip
    assert {path: path.lstat().st_mtime_ns for path in place.rglob("*")} == before


def test_what_only_reads_changes_nothing(place):
    assert run("cat a.txt > /dev/null; touch a.txt; cp -p b.txt x; rm x", place) == (0, Changes())


def test_nothing_else_can_be_written(place, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    status, _ = run(f"echo x > {elsewhere}/x || exit 3", place)
    assert status == 3 and list(elsewhere.iterdir()) == []
    assert run("echo x > ~/shellmate-was-here", place)[0] != 0


def test_there_is_no_network(place):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert run(f"exec 3<>/dev/tcp/127.0.0.1/{port}", place)[0] != 0


def test_the_exit_status_and_the_input_are_its_own(place, tmp_path_factory):
    given = tmp_path_factory.mktemp("given") / "in"
    given.write_bytes(b"one\n")
    with given.open("rb") as stdin:
        assert run("read -r x; [ $x = one ] && exit 9", place, stdin)[0] == 9


def test_python_runs_as_well(place):
    command = [sys.executable, "-c", "import os; os.remove('a.txt')"]
    assert list(run_on_copy(command, place, None, os.environ)[1]) == ["deletes a.txt"]


def test_pipes_and_sockets_are_left_out(place):
    os.mkfifo(place / "fifo")
    assert run("ls", place) == (0, Changes())


def test_without_bubblewrap_there_is_no_sandbox(place):
    with pytest.raises(UsageError, match="bubblewrap"):
        run_on_copy(["ls"], place, None, {"PATH": "/nowhere"})


def test_a_folder_that_is_too_large_is_not_copied(place, monkeypatch):
    monkeypatch.setattr("shellmate.answer.trying.scratch.MOST_FILES", 2)
    with pytest.raises(UsageError, match="smaller folder"):
        run("ls", place)


def test_the_copy_is_gone_afterwards(place, monkeypatch, tmp_path_factory):
    scratch = tmp_path_factory.mktemp("scratch")
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    run("echo x > new", place)
    assert list(scratch.iterdir()) == []
