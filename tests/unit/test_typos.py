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
    (place / "share" / "man" / "man1").mkdir(parents=True)
    for page in ("add", "commit", "diff", "log", "merge-base", "pull", "push", "rebase", "status", "stash"):
        (place / "share" / "man" / "man1" / f"git-{page}.1.gz").touch()
    for page in ("python3-config", "python3-pasteurize"):
        (place / "share" / "man" / "man1" / f"{page}.1").touch()
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
        ("for i in 1; do cta x; done", "for i in 1; do cat x; done"),
        ("if true; then sl; else gti log; fi", "if true; then ls; else git log; fi"),
        ("for i in 1; cta x; end", "for i in 1; cat x; end"),
        ("cd Documnets", "cd Documnets"),
        ("frobnicate x", "frobnicate x"),
        ("", ""),
        ("'", "'"),
    ],
)
def test_programs_that_are_not_there_become_those_that_are(world, command, mended):
    path, cwd = world
    assert mend_names(command, 127, path, cwd) == mended


@pytest.mark.parametrize(
    ("command", "mended"),
    [
        ("git psuh origin main", "git push origin main"),
        ("cd Documents && git comit -m 'git psuh'", "cd Documents && git commit -m 'git psuh'"),
        ("git mergebase a b", "git merge-base a b"),
        ("sudo git statsu | cat", "sudo git status | cat"),
        ("git push", "git push"),
        ("git push orgin psuh", "git push orgin psuh"),
        ("git co main", "git co main"),
        ("git frobnicate", "git frobnicate"),
        ("git -C psuh log", "git -C psuh log"),
        ("git ./psuh", "git ./psuh"),
        ("python3 confg", "python3 confg"),
        ("docker psuh", "docker psuh"),
    ],
)
def test_commands_of_a_program_become_those_that_it_has_pages_of(world, command, mended):
    path, cwd = world
    assert mend_names(command, 1, path, cwd) == mended


@pytest.mark.parametrize(
    ("command", "mended"),
    [
        ("cd Documnets", "cd Documents"),
        ("cat 'notes.txt' Documents/leters", "cat 'notes.txt' Documents/letters"),
        ("cd ./Documents/lettres/", "cd ./Documents/letters/"),
        ("echo hello; cd Documents", "echo hello; cd Documents"),
        ("gti status", "gti status"),
        ("rm -rf Documnets", "rm -rf Documnets"),
        ("cat > nots.txt", "cat > nots.txt"),
        ("mv notes.txt note.txt", "mv notes.txt note.txt"),
        ("git clone https://x.org/gti", "git clone https://x.org/gti"),
    ],
)
def test_files_that_were_to_be_read_become_those_that_are_there(world, command, mended):
    path, cwd = world
    assert mend_names(command, 1, path, cwd) == mended


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=40))
def test_nothing_raises(world, command):
    path, cwd = world
    for status in (1, 127):
        mend_names(command, status, path, cwd)
