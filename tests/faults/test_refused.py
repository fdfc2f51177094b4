"""Folders that may not be written, in which nothing can be made, or which are no folders."""

import errno

import pytest

from tests.faults.conftest import KINDS, Home
from tests.faults.test_full_disk import assert_said
from tests.faults.test_kill import LS

pytestmark = pytest.mark.slow

WRITES = [
    ("config", "set", "threads", "4"),
    ("--sh", "list files"),
    ("--sh", "-c", "list files"),
    ("cache", "prime", "shell"),
    ("cache", "info"),
    ("cache", "clear", "-y"),
    ("model", "pull", "--no-prime", "tiny"),
    ("model", "path", "tiny"),
    ("model", "rm", "-y", "tiny"),
    ("log",),
    ("log", "--clear"),
    ("prompt", "edit", "shell"),
    ("index", "ls"),
    ("index", "--clear"),
]


def use(home) -> dict[str, bytes]:
    """Have something in all the folders; the files that no cache can make anew."""
    home.variables["EDITOR"] = "true"
    home.must("config", "set", "threads", "2")
    home.must("--sh", "list all files", answers=[LS])
    home.must("cache", "prime", "shell")
    home.must("model", "pull", "--no-prime", "tiny")
    return home.files("config") | home.files("data/models")


def assert_works_again(home: Home, args: tuple[str, ...]) -> None:
    """Where there is something to work on: nothing to continue, and no model, may be there yet."""
    home.variables["EDITOR"] = "true"
    result = home.run(*args, answers=["```bash\ndf\n```"])
    assert result.code in {"-c": (0, 2), "path": (0, 3), "rm": (0, 3)}.get(args[1] if len(args) > 1 else "", (0,)), (
        result
    )


@pytest.mark.parametrize("args", WRITES, ids=" ".join)
@pytest.mark.parametrize("used", [True, False], ids=["used", "new"])
@pytest.mark.parametrize("error", [errno.EROFS, errno.EACCES, errno.EIO], ids=["read-only", "forbidden", "broken"])
def test_nothing_can_be_written(home, from_copy, args, used, error):
    before = use(home) if used else {}
    result = home.run(*args, answers=["```bash\ndu\n```"], at=1, error=error)
    assert_said(result, 1, 2, 3)
    assert home.files("config") | home.files("data/models") == before
    if used:
        assert home.must("config", "get", "threads").out == "2\n"
        assert "list all files" in home.must("log").out
    if args[0] == "--sh":
        assert result.out == "du\n" or "-c" in args
    assert_works_again(home, args)


@pytest.mark.parametrize("args", WRITES, ids=" ".join)
@pytest.mark.parametrize("kind", KINDS[:4])
def test_a_file_stands_where_a_folder_should(home, from_copy, args, kind):
    home.variables["EDITOR"] = "true"
    home.place(kind).write_text("mine")
    assert_said(home.run(*args, answers=[LS]), 1, 2, 3)
    assert home.place(kind).read_text() == "mine"
    home.place(kind).unlink()
    assert_works_again(home, args)
