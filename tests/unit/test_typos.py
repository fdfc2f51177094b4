"""Misspelt names of programs and files."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shellmate.request.command.typos import mend_names


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    place = tmp_path_factory.mktemp("world")
    (place / "bin").mkdir()
    for program in ("git", "grep", "ls", "python3", "gtf", "docker", "sudo", "cat"):
        (place / "bin" / program).touch()
    (place / "work" / "Documents" / "letters").mkdir(parents=True)
    (place / "work" / "notes.txt").touch()
    (place / "work" / ".venv").mkdir()
    return str(place / "bin"), place / "work"


@pytest.mark.parametrize(
    ("command", "mended"),
    [
        ("gti status", "git status"),
        ("sl", "ls"),
        ("ls | grpe x", "ls | grep x"),
        ("sudo dokcer ps", "sudo docker ps"),
        ("A=1 gti log", "A=1 git log"),
        ("pyhton3 -m venv x", "python3 -m venv x"),
        ("cd Documnets", "cd Documents"),
        ("cat 'notes.txt' Documents/leters", "cat 'notes.txt' Documents/letters"),
        ("cd ./Documents/lettres/", "cd ./Documents/letters/"),
        ("git comit -m x", "git comit -m x"),
        ("frobnicate x", "frobnicate x"),
        ("git clone https://x.org/gti", "git clone https://x.org/gti"),
        ("echo hello; cd Documents", "echo hello; cd Documents"),
        ("", ""),
        ("'", "'"),
    ],
)
def test_names_that_are_not_there_become_those_that_are(world, command, mended):
    assert mend_names(command, *world) == mended


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=40))
def test_nothing_raises(world, command):
    mend_names(command, *world)
